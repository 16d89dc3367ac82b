import { amountText } from '../../../core/instrument.ts';
import { err, ok } from '../../../core/result.ts';
import { RATE_UNIT } from '../../perpetuals/mark-price.ts';
import type { PerpetualMarket } from '../../perpetuals/perpetual-exchange.ts';
import { NOT_READY } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { depthJson } from '../requests/market-json.ts';
import { MARKET_REQUESTS } from '../requests/market-requests.ts';
import {
  type Call,
  limitsJson,
  marketOf,
  marketsOf,
  type Operation,
} from '../requests/operation.ts';
import { wireOf } from '../requests/order-json.ts';
import type { FuturesDesk } from './futures-desk.ts';
import { contractJson, estimateText } from './json.ts';

const DEPTH_MAX = 1_000;
/** Spot requests that futures answer in the same words. */
const SHARED: ReadonlySet<string> = new Set([
  'GET ping',
  'GET time',
  'GET trades',
  'GET aggTrades',
  'GET klines',
  'GET ticker/24hr',
  'GET ticker/price',
  'GET ticker/bookTicker',
]);

/** What everybody may ask of the futures market. */
export function futuresMarketRequests(futures: FuturesDesk): readonly Operation[] {
  const { exchange, due } = futures;
  const open = (route: string, weight: Operation['weight'], run: Operation['run']): Operation => ({
    route: `GET /fapi/v1/${route}`,
    method: null,
    right: null,
    weight,
    run,
  });
  const shared = MARKET_REQUESTS.filter(({ route }) => SHARED.has(route ?? '')).map((request) => ({
    ...request,
    route: (request.route ?? '').replace(' ', ' /fapi/v1/'),
  }));
  const exchangeInfo = (call: Call) => {
    const serverTime = call.desk.clock.now();
    return call.parameters.checked({
      timezone: 'UTC',
      serverTime,
      futuresType: 'U_MARGINED',
      rateLimits: limitsJson(call.desk.limits.uses(call.address, '', serverTime)),
      exchangeFilters: [],
      assets: [],
      symbols: [...exchange.markets.values()].map(({ rules, isOpen }) => {
        const { symbol } = rules.instrument;
        const tick = call.desk.tickSizes.get(symbol) ?? wireOf(rules.instrument).price(1);
        return contractJson(rules, isOpen, tick);
      }),
    });
  };
  const depth = (call: Call) => {
    const found = marketOf(call);
    const limit = call.parameters.limit(500, DEPTH_MAX);
    const market = call.parameters.checked(found);
    if (!market.ok) return market;
    if (!market.value.isOpen) return err(NOT_READY);
    const nowMs = call.desk.clock.now();
    const { lastUpdateId, bids, asks } = depthJson(market.value, limit);
    return ok({ lastUpdateId, E: nowMs, T: nowMs, bids, asks });
  };
  const premiumIndex = (call: Call) => {
    const { markets, isOne } = marketsOf(call);
    const checked = call.parameters.checked(markets);
    if (!checked.ok) return checked;
    const nowMs = call.desk.clock.now();
    const all = (checked.value as PerpetualMarket[]).map((market) => ({
      symbol: market.rules.instrument.symbol,
      ...markTexts(market),
      interestRate: '0.00010000',
      nextFundingTime: due.fundingMs,
      time: nowMs,
    }));
    return ok(isOne ? all[0] : all);
  };
  const fundingRate = (call: Call) => {
    const symbol = call.parameters.optional('symbol');
    const from = call.parameters.integer('startTime') ?? 0;
    const to = call.parameters.integer('endTime') ?? Number.MAX_SAFE_INTEGER;
    const limit = call.parameters.limit(100, 1_000);
    const checked = call.parameters.checked(true);
    if (!checked.ok) return checked;
    const found = due.fundings
      .filter((each) => symbol === null || each.symbol === symbol)
      .filter(({ venueMs }) => venueMs >= from && venueMs <= to);
    return ok(
      found.slice(-limit).map((each) => ({
        symbol: each.symbol,
        fundingRate: estimateText(each.rate / RATE_UNIT),
        fundingTime: each.venueMs,
        markPrice: estimateText(each.markPrice),
      })),
    );
  };
  const openInterest = (call: Call) => {
    const market = call.parameters.checked(marketOf(call));
    if (!market.ok) return market;
    const { instrument } = market.value.rules;
    const wire = wireOf(instrument);
    const openInterest = wire.quantity(exchange.openLots(instrument.symbol));
    return ok({ symbol: instrument.symbol, openInterest, time: call.desk.clock.now() });
  };
  /** It keeps no history, and begins with now. */
  const openInterestHist = (call: Call) => {
    const found = marketOf(call);
    call.parameters.text('period');
    call.parameters.limit(30, 500);
    const market = call.parameters.checked(found);
    if (!market.ok) return market;
    const { instrument } = market.value.rules;
    const { symbol, lotSize, tickSize } = instrument;
    const lots = exchange.openLots(symbol);
    const markTicks = (market.value as PerpetualMarket).price.mark?.markTicks ?? 0;
    return ok([
      {
        symbol,
        sumOpenInterest: wireOf(instrument).quantity(lots),
        sumOpenInterestValue: estimateText(lots * lotSize * markTicks * tickSize),
        timestamp: call.desk.clock.now(),
      },
    ]);
  };
  const ratio = (fields: (longFraction: number) => object) => (call: Call) => {
    const found = marketOf(call);
    call.parameters.text('period');
    call.parameters.limit(30, 500);
    const market = call.parameters.checked(found);
    if (!market.ok) return market;
    const { symbol } = market.value.rules.instrument;
    const longFraction = exchange.longFraction(symbol);
    return ok([{ symbol, ...fields(longFraction), timestamp: call.desk.clock.now() }]);
  };
  const topTraders = ratio((long) => ({
    longShortRatio: (long / (1 - long || 1)).toFixed(4),
    longAccount: long.toFixed(4),
    shortAccount: (1 - long).toFixed(4),
  }));
  const data = (name: string, run: Operation['run']): Operation => ({
    route: `GET /futures/data/${name}`,
    method: null,
    right: null,
    weight: 0,
    run,
  });
  return [
    ...shared,
    open('exchangeInfo', 1, exchangeInfo),
    { ...open('depth', depthWeight, depth), method: 'depth' },
    open('premiumIndex', 1, premiumIndex),
    open('fundingRate', 1, fundingRate),
    open('openInterest', 1, openInterest),
    data('openInterestHist', openInterestHist),
    data('topLongShortPositionRatio', topTraders),
    data('topLongShortAccountRatio', topTraders),
    data('takerlongshortRatio', takerRatio),
  ];
}

/** Mark, index and rate of a market; empty before the first measure. */
export function markTexts({ rules: { instrument }, price }: PerpetualMarket) {
  const { mark } = price;
  const text = (ticks: number): string => estimateText(ticks * instrument.tickSize);
  return {
    markPrice: text(mark?.markTicks ?? 0),
    indexPrice: text(mark?.indexTicks ?? 0),
    estimatedSettlePrice: text(mark?.indexTicks ?? 0),
    lastFundingRate: estimateText((mark?.rate ?? 0) / RATE_UNIT),
  };
}

/** What takers bought and sold within the last day. */
function takerRatio(call: Call) {
  const found = marketOf(call);
  call.parameters.text('period');
  call.parameters.limit(30, 500);
  const market = call.parameters.checked(found);
  if (!market.ok) return market;
  const { rules, tape } = market.value;
  const wire = wireOf(rules.instrument);
  const nowMs = call.desk.clock.now();
  const day = tape.window(nowMs - 86_400_000);
  const bought = day?.takerBuyLots ?? 0;
  const sold = (day?.lots ?? 0) - bought;
  return ok([
    {
      buySellRatio: (bought / (sold || 1)).toFixed(4),
      buyVol: wire.quantity(bought),
      sellVol: wire.quantity(sold),
      quoteVol: amountText(day?.quote ?? (0n as never)),
      timestamp: nowMs,
    },
  ]);
}

function depthWeight(parameters: Parameters): number {
  const limit = Number(parameters.optional('limit') ?? 500);
  if (limit <= 50) return 2;
  if (limit <= 100) return 5;
  return limit <= 500 ? 10 : 20;
}
