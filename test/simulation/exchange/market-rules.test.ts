import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import { feeOf } from '../../../src/simulation/exchange/fees.ts';
import {
  compileMarket,
  DEFAULT_MARKETS,
  type MarketOptions,
  ruleRefusal,
} from '../../../src/simulation/exchange/market-rules.ts';
import type { NewOrder } from '../../../src/simulation/exchange/orders.ts';
import { MINUTES_KEPT, Tape, TRADES_KEPT } from '../../../src/simulation/exchange/tape.ts';
import {
  aMarket,
  amount,
  anOrder,
  BTCUSDT,
  lots,
  NEW_YEAR,
  ticks,
} from '../../support/venue/fixtures.ts';

const rules = aMarket();
const filterOf = (order: NewOrder, average = Number.NaN): string => {
  const refusal = ruleRefusal(rules, order, average);
  return refusal === null ? 'none' : refusal.kind === 'filter' ? refusal.filter : refusal.kind;
};

test('a limit order keeps to the grid and the range of prices', () => {
  assert.is(filterOf(anOrder()), 'none');
  assert.is(filterOf(anOrder({ ticks: Number.NaN as Ticks })), 'PRICE_FILTER');
  assert.is(filterOf(anOrder({ ticks: 0 as Ticks })), 'PRICE_FILTER');
  assert.is(filterOf(anOrder({ price: '1000000.00', quantity: '0.00001' })), 'none');
  assert.is(filterOf(anOrder({ price: '1000000.01', quantity: '0.00001' })), 'PRICE_FILTER');
});

test('a limit order keeps to the grid and the range of quantities', () => {
  assert.is(filterOf(anOrder({ lots: Number.NaN as Lots })), 'LOT_SIZE');
  assert.is(filterOf(anOrder({ lots: 0 as Lots })), 'LOT_SIZE');
  assert.is(filterOf(anOrder({ price: '1.00', quantity: '9000' })), 'none');
  assert.is(filterOf(anOrder({ price: '1.00', quantity: '9000.00001' })), 'LOT_SIZE');
});

test('the notional of a limit order is bounded at both ends, exactly', () => {
  assert.is(filterOf(anOrder({ price: '50000.00', quantity: '0.0001' })), 'none');
  assert.is(filterOf(anOrder({ price: '49999.99', quantity: '0.0001' })), 'NOTIONAL');
  assert.is(filterOf(anOrder({ price: '9000.00', quantity: '1000' })), 'none');
  assert.is(filterOf(anOrder({ price: '9000.01', quantity: '1000' })), 'NOTIONAL');
});

test('a limit price stays near the average of the last minutes', () => {
  const average = ticks('60000.00');
  assert.is(filterOf(anOrder({ price: '12000.00' }), average), 'none');
  assert.is(filterOf(anOrder({ price: '11999.99' }), average), 'PERCENT_PRICE_BY_SIDE');
  assert.is(filterOf(anOrder({ price: '300000.00' }), average), 'none');
  assert.is(filterOf(anOrder({ price: '300000.01' }), average), 'PERCENT_PRICE_BY_SIDE');
});

test('a market order has its own largest size, and the notional of the average price', () => {
  const market = (quantity: string, average?: number) =>
    filterOf(anOrder({ type: 'market', quantity }), average);
  assert.is(market('120'), 'none');
  assert.is(market('120.00001'), 'MARKET_LOT_SIZE');
  assert.is(market('9000.00001'), 'LOT_SIZE');
  assert.is(market('0.0001', ticks('50000.00')), 'none');
  assert.is(market('0.00009', ticks('50000.00')), 'NOTIONAL');
  assert.is(filterOf(anOrder({ type: 'market', quote: amount('4.99999999') })), 'NOTIONAL');
  assert.is(filterOf(anOrder({ type: 'market', quote: amount('5') })), 'none');
});

test('a market that makes no sense is refused with what was found', () => {
  const faultOf = (over: Partial<MarketOptions>): string => {
    const compiled = compileMarket({ ...(DEFAULT_MARKETS[0] as MarketOptions), ...over }, 'sim', 0);
    return compiled.ok ? 'none' : `${compiled.error.field}: ${compiled.error.found}`;
  };
  assert.is(faultOf({}), 'none');
  assert.is(faultOf({ tick: '0' }), 'tick: 0');
  assert.is(faultOf({ marketQuantityMax: '0' }), 'marketQuantityMax: 0');
  assert.is(faultOf({ notionalMax: '4' }), 'notionalMax: 4');
  assert.is(faultOf({ notionalMax: 'many' }), 'notionalMax: many');
});

const trade = {
  isMaker: false,
  received: amount('0.5'),
  receivedAsset: 'BTC',
  notional: amount('30000'),
  quoteAsset: 'USDT',
  free: () => amount('1'),
};
const discount = { asset: 'BNB', keptPpm: 750_000, prices: new Map([['USDT', amount('600')]]) };

test('a fee is a share of what is received, cut off at 10^-8', () => {
  const schedule = { makerPpm: 100, takerPpm: 400, discount: null };
  assert.equal(feeOf(schedule, trade), { fee: amount('0.0002'), feeAsset: 'BTC' });
  assert.equal(feeOf(schedule, { ...trade, isMaker: true }).fee, amount('0.00005'));
  const small = { ...trade, received: amount('0.00002499') };
  assert.equal(feeOf(schedule, small).fee, 0n);
  assert.equal(feeOf({ ...schedule, takerPpm: -100 }, trade).fee, amount('-0.00005'));
});

test('the discount asset pays when there is enough of it, and a price for it', () => {
  const schedule = { makerPpm: 100, takerPpm: 400, discount };
  // 30,000 x 4 bps x 0.75 = 9 USDT = 0.015 BNB.
  assert.equal(feeOf(schedule, trade), { fee: amount('0.015'), feeAsset: 'BNB' });
  assert.is(feeOf(schedule, { ...trade, free: () => amount('0.0149') }).feeAsset, 'BTC');
  assert.is(feeOf(schedule, { ...trade, quoteAsset: 'EUR' }).feeAsset, 'BTC');
  assert.is(feeOf(schedule, { ...trade, receivedAsset: 'BNB' }).feeAsset, 'BNB');
  assert.is(feeOf({ ...schedule, takerPpm: 0 }, trade).feeAsset, 'BTC');
});

const print = (tradeId: number, minute: number, price: string, side: 'buy' | 'sell' = 'buy') => ({
  symbol: 'BTCUSDT',
  tradeId,
  ticks: ticks(price),
  lots: lots('1'),
  quote: amount(price),
  takerSide: side,
  makerOrderId: 1,
  takerOrderId: 2,
  venueMs: (NEW_YEAR + minute * 60_000) as never,
});

test('trades make minute bars, and minutes make longer ones', () => {
  const tape = new Tape(BTCUSDT);
  assert.is(tape.last, null);
  assert.ok(Number.isNaN(tape.averageTicks(NEW_YEAR)));
  tape.add(print(1, 0, '60000.00'));
  tape.add(print(2, 0, '60010.00', 'sell'));
  tape.add(print(3, 1, '59990.00'));
  tape.add(print(4, 5, '60020.00'));
  const bars = tape.bars(5, 0, Number.MAX_SAFE_INTEGER, 10);
  assert.is(bars.length, 2);
  const [bar] = bars;
  assert.equal(
    [bar?.open, bar?.high, bar?.low, bar?.close],
    [ticks('60000.00'), ticks('60010.00'), ticks('59990.00'), ticks('59990.00')],
  );
  assert.equal([bar?.trades, bar?.firstTradeId, bar?.lastTradeId], [3, 1, 3]);
  assert.equal([bar?.takerBuyLots, bar?.takerBuyQuote], [lots('2'), amount('119990')]);
  assert.is(tape.bars(1, NEW_YEAR + 60_000, NEW_YEAR + 60_000, 10).length, 1);
  assert.is(tape.window(NEW_YEAR)?.trades, 4);
  assert.is(tape.window(NEW_YEAR + 3_600_000), null);
  assert.is(tape.averageTicks(NEW_YEAR + 5 * 60_000), ticks('60020.00'));
  assert.is(tape.averageTicks(NEW_YEAR + 60 * 60_000), ticks('60020.00'));
});

test('a clock that jumps back does not put the bars out of order', () => {
  const tape = new Tape(BTCUSDT);
  tape.add(print(1, 10, '60000.00'));
  tape.add(print(2, 3, '60001.00'));
  assert.equal(
    tape.bars(1, 0, Number.MAX_SAFE_INTEGER, 10).map(({ trades }) => trades),
    [2],
  );
});

test('trades and bars are bounded', () => {
  const tape = new Tape(BTCUSDT);
  for (let at = 0; at < MINUTES_KEPT + 10; at += 1) tape.add(print(at, at, '60000.00'));
  assert.is(tape.latest(9_999).length, TRADES_KEPT);
  assert.is(tape.latest(1)[0]?.tradeId, MINUTES_KEPT + 9);
  assert.is(tape.bars(1, 0, Number.MAX_SAFE_INTEGER, 99_999).length, MINUTES_KEPT);
});

test.run();
