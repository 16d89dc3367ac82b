import { parseBigDecimal } from '../../../src/core/decimal.ts';
import { type Instrument, parseLots, parseTicks } from '../../../src/core/instrument.ts';
import {
  type Amount,
  amountOf,
  type Lots,
  NO_AMOUNT,
  type Ticks,
} from '../../../src/core/units.ts';
import { DEFAULT_RETENTION } from '../../../src/simulation/exchange/clearing.ts';
import {
  type Exchange,
  type ExchangeOptions,
  openExchange,
} from '../../../src/simulation/exchange/exchange.ts';
import { DEFAULT_FEES } from '../../../src/simulation/exchange/fees.ts';
import {
  compileMarket,
  DEFAULT_MARKETS,
  type MarketOptions,
  type MarketRules,
} from '../../../src/simulation/exchange/market-rules.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import type { NewOrder, OrderReference } from '../../../src/simulation/exchange/orders.ts';
import type { ExchangeEvent } from '../../../src/simulation/exchange/port.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';

/** 2026-01-01 00:00:00 UTC. */
export const NEW_YEAR = 1_767_225_600_000;

export function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (result.ok) return result.value;
  const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value);
  throw new Error(`unexpected: ${JSON.stringify(result.error, plain)}`);
}

export function aMarket(over: Partial<MarketOptions> = {}): MarketRules {
  return must(compileMarket({ ...(DEFAULT_MARKETS[0] as MarketOptions), ...over }, 'sim', 0));
}

export const BTCUSDT: Instrument = aMarket().instrument;
export const ticks = (price: string): Ticks => parseTicks(BTCUSDT, price);
export const lots = (quantity: string): Lots => parseLots(BTCUSDT, quantity);
export const amount = (text: string): Amount => amountOf(parseBigDecimal(text, 8) as bigint);

/** One market; the accounts alice and bob have 100,000 USDT and 10 BTC each. */
export function anExchange(over: Partial<ExchangeOptions> = {}): {
  exchange: Exchange;
  market: MarketState;
  events: ExchangeEvent[];
} {
  const time = virtualTime(NEW_YEAR);
  const exchange = must(
    openExchange({
      markets: [aMarket()],
      fees: DEFAULT_FEES,
      retention: DEFAULT_RETENTION,
      records: null,
      clock: time.clock,
      ...over,
    }),
  );
  for (const name of ['alice', 'bob']) {
    if (exchange.account(name) !== null) continue;
    exchange.openAccount(name);
    exchange.transfer(name, 'USDT', amount('100000'));
    exchange.transfer(name, 'BTC', amount('10'));
  }
  const events: ExchangeEvent[] = [];
  exchange.listen((batch) => events.push(...batch));
  return { exchange, market: exchange.markets.get('BTCUSDT') as MarketState, events };
}

let orders = 0;

/** A good-till-canceled limit buy of 0.01 BTC at 60,000 unless told otherwise. */
export function anOrder(
  over: Partial<NewOrder> & { price?: string; quantity?: string } = {},
): NewOrder {
  orders += 1;
  const { price = '60000.00', quantity = '0.01', ...rest } = over;
  const isMarket = rest.type === 'market';
  return {
    symbol: 'BTCUSDT',
    clientId: `order-${orders}`,
    side: 'buy',
    type: 'limit',
    timeInForce: 'gtc',
    ticks: isMarket ? (0 as Ticks) : ticks(price),
    lots: rest.quote === undefined ? lots(quantity) : (0 as Lots),
    quote: NO_AMOUNT,
    selfTradePrevention: 'none',
    ...rest,
  };
}

export function byClientId(order: { symbol: string; clientId: string }): OrderReference {
  return { symbol: order.symbol, orderId: null, clientId: order.clientId };
}

/** A crowd that shows 0.5 BTC at each of three prices on both sides of 60,000. */
export function aCrowd(exchange: Exchange, market: MarketState): void {
  for (const [side, prices] of [
    ['buy', ['59999.00', '59998.00', '59997.00']],
    ['sell', ['60001.00', '60002.00', '60003.00']],
  ] as const) {
    for (const price of prices) exchange.crowdRest(market, side, ticks(price), lots('0.5'));
  }
}
