import { err, ok } from '../../../core/result.ts';
import type { MarketView } from '../../exchange/port.ts';
import { grouped, TRADES_KEPT } from '../../exchange/tape.ts';
import { badRequest, NOT_READY } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import {
  averagePriceJson,
  bookTickerJson,
  dayJson,
  depthJson,
  groupJson,
  klineJson,
  lastPriceJson,
  publicTradeJson,
  symbolJson,
} from './market-json.ts';
import { type Call, limitsJson, marketOf, marketsOf, type Operation } from './operation.ts';
import { wireOf } from './order-json.ts';

const DEPTH_MAX = 5_000;
const TRADES_MAX = 1_000;

const MINUTES: Readonly<Record<string, number>> = {
  '1m': 1,
  '3m': 3,
  '5m': 5,
  '15m': 15,
  '30m': 30,
  '1h': 60,
  '2h': 120,
  '4h': 240,
  '6h': 360,
  '8h': 480,
  '12h': 720,
  '1d': 1_440,
};

/** What everybody may ask. */
export const MARKET_REQUESTS: readonly Operation[] = [
  { route: 'GET ping', method: 'ping', right: null, weight: 1, run: nothing },
  { route: 'GET time', method: 'time', right: null, weight: 1, run: time },
  { route: 'GET exchangeInfo', method: 'exchangeInfo', right: null, weight: 20, run: exchangeInfo },
  { route: 'GET depth', method: 'depth', right: null, weight: depthWeight, run: depth },
  { route: 'GET trades', method: 'trades.recent', right: null, weight: 25, run: trades },
  { route: 'GET aggTrades', method: 'trades.aggregate', right: null, weight: 4, run: groups },
  { route: 'GET klines', method: 'klines', right: null, weight: 2, run: klines },
  { route: 'GET avgPrice', method: 'avgPrice', right: null, weight: 2, run: averagePrice },
  {
    route: 'GET ticker/24hr',
    method: 'ticker.24hr',
    right: null,
    weight: (parameters) => (parameters.has('symbol') ? 2 : 80),
    run: (call) => tickers(call, (market) => dayJson(market, call.desk.clock.now())),
  },
  {
    route: 'GET ticker/price',
    method: 'ticker.price',
    right: null,
    weight: tickerWeight,
    run: (call) => tickers(call, lastPriceJson),
  },
  {
    route: 'GET ticker/bookTicker',
    method: 'ticker.book',
    right: null,
    weight: tickerWeight,
    run: (call) => tickers(call, bookTickerJson),
  },
];

function nothing({ parameters }: Call) {
  return parameters.checked({});
}

function time({ desk, parameters }: Call) {
  return parameters.checked({ serverTime: desk.clock.now() });
}

function exchangeInfo(call: Call) {
  const { desk, parameters, address } = call;
  const { markets } = marketsOf(call);
  const serverTime = desk.clock.now();
  return parameters.checked({
    timezone: 'UTC',
    serverTime,
    rateLimits: limitsJson(desk.limits.uses(address, '', serverTime)),
    exchangeFilters: [],
    symbols: markets.map((market) => symbolJson(market, desk.tickSizes)),
  });
}

function depth(call: Call) {
  const found = marketOf(call);
  const limit = call.parameters.limit(100, DEPTH_MAX);
  const market = call.parameters.checked(found);
  if (!market.ok) return market;
  return market.value.isOpen ? ok(depthJson(market.value, limit)) : err(NOT_READY);
}

function depthWeight(parameters: Parameters): number {
  const limit = Number(parameters.optional('limit') ?? 100);
  if (limit <= 100) return 5;
  if (limit <= 500) return 25;
  return limit <= 1_000 ? 50 : 250;
}

function trades(call: Call) {
  const found = marketOf(call);
  const limit = call.parameters.limit(500, TRADES_MAX);
  const market = call.parameters.checked(found);
  if (!market.ok) return market;
  const { rules, tape } = market.value;
  const wire = wireOf(rules.instrument);
  return ok(tape.latest(limit).map((trade) => publicTradeJson(wire, trade)));
}

/** Groups of trades from a number or a time on, or else the latest. */
function groups(call: Call) {
  const { parameters } = call;
  const found = marketOf(call);
  const fromId = parameters.integer('fromId');
  const fromMs = parameters.integer('startTime');
  const toMs = parameters.integer('endTime') ?? Number.MAX_SAFE_INTEGER;
  const limit = parameters.limit(500, TRADES_MAX);
  const market = parameters.checked(found);
  if (!market.ok) return market;
  const { rules, tape } = market.value;
  const wire = wireOf(rules.instrument);
  const asked = tape
    .latest(TRADES_KEPT)
    .filter(({ tradeId }) => fromId === null || tradeId >= fromId)
    .filter(({ venueMs }) => venueMs >= (fromMs ?? 0) && venueMs <= toMs);
  const all = grouped(asked).map((group) => groupJson(wire, group));
  return ok(fromId === null && fromMs === null ? all.slice(-limit) : all.slice(0, limit));
}

function klines(call: Call) {
  const { parameters } = call;
  const found = marketOf(call);
  parameters.text('interval');
  const interval = parameters.choice('interval', MINUTES, badRequest(-1120, 'Invalid interval.'));
  const from = parameters.integer('startTime') ?? 0;
  const to = parameters.integer('endTime') ?? Number.MAX_SAFE_INTEGER;
  const limit = parameters.limit(500, TRADES_MAX);
  const market = parameters.checked(found);
  if (!market.ok) return market;
  const { rules, tape } = market.value;
  const minutes = interval ?? 1;
  const wire = wireOf(rules.instrument);
  return ok(tape.bars(minutes, from, to, limit).map((bar) => klineJson(wire, bar, minutes)));
}

function averagePrice(call: Call) {
  const market = call.parameters.checked(marketOf(call));
  return market.ok ? ok(averagePriceJson(market.value, call.desk.clock.now())) : market;
}

function tickerWeight(parameters: Parameters): number {
  return parameters.has('symbol') ? 2 : 4;
}

function tickers(call: Call, ticker: (market: MarketView) => unknown) {
  const { markets, isOne } = marketsOf(call);
  const checked = call.parameters.checked(markets);
  if (!checked.ok) return checked;
  const all = checked.value.map(ticker);
  return ok(isOne ? all[0] : all);
}
