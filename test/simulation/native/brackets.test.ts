import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import {
  amount,
  anExchange,
  anOrder,
  byClientId,
  lots,
  must,
  ticks,
} from '../../support/venue/fixtures.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';
import { executions, standing, walk } from '../../support/venue/native.ts';

const ANY = 0 as Ticks;

/** Sells 1 BTC at 61,000, or at any price once it has fallen to 59,000. */
const aBracket = (over: Parameters<typeof anOrder>[0] = {}) =>
  anOrder({
    side: 'sell',
    price: '61000.00',
    quantity: '1',
    bracket: { ticks: ticks('59000.00'), limitTicks: ANY },
    ...over,
  });

function opened(over: Parameters<typeof anExchange>[0] = {}) {
  const made = anExchange(over);
  walk(made.exchange, made.market, '60000.00');
  return made;
}

test('a bracket rests as the limit order that it is', () => {
  const { exchange, market } = opened();
  const order = aBracket();
  must(exchange.place('alice', order));
  assert.is(market.best('sell')?.lots, lots('1'));
  exchange.crowdTake(market, 'buy', lots('1'), null);
  assert.is(standing(exchange, 'alice', order).status, 'filled');
  assert.is(market.waiting.size, 0, 'nothing waits for the stop');
});

test('what is left of a bracket leaves the book and is sold when the stop is reached', () => {
  const { exchange, market, events } = opened();
  exchange.crowdRest(market, 'buy', ticks('58500.00'), lots('2'));
  const order = aBracket();
  must(exchange.place('alice', order));
  exchange.crowdTake(market, 'buy', lots('0.4'), null);
  walk(exchange, market, '59000.00');
  assert.equal(executions(events, order), ['new', 'trade', 'triggered', 'trade']);
  const { status, filledQuote, ticks: target } = standing(exchange, 'alice', order);
  assert.equal([status, filledQuote], ['filled', amount('59500')]);
  assert.is(target, ticks('61000.00'), 'its first price is still told');
  assert.is(market.best('sell'), null);
  assert.is(exchange.account('alice')?.balances.get('BTC')?.locked, 0n);
});

test('a second limb with a limit rests there', () => {
  const { exchange, market } = opened();
  const bracket = { ticks: ticks('59000.00'), limitTicks: ticks('58900.00') };
  const order = aBracket({ bracket });
  must(exchange.place('alice', order));
  walk(exchange, market, '58000.00');
  assert.is(market.best('sell')?.ticks, ticks('58900.00'));
  assert.is(market.waiting.size, 0);
  must(exchange.cancel('alice', byClientId(order)));
  assert.is(market.best('sell'), null);
});

test('a purchase holds what the dearer limb costs, and gives back what it does not need', () => {
  const { exchange, market } = opened();
  const bracket = { ticks: ticks('61000.00'), limitTicks: ticks('61500.00') };
  const order = anOrder({ price: '59000.00', quantity: '1', bracket });
  must(exchange.place('alice', order));
  const locked = () => exchange.account('alice')?.balances.get('USDT')?.locked ?? 0n;
  assert.is(locked(), amount('61500') + 1n);
  exchange.crowdTake(market, 'sell', lots('0.5'), null);
  assert.ok(locked() >= amount('30750') && locked() <= amount('30750') + 1n);
  walk(exchange, market, '61000.00');
  assert.is(market.best('buy')?.ticks, ticks('61500.00'));
  exchange.crowdTake(market, 'sell', lots('0.5'), null);
  assert.is(standing(exchange, 'alice', order).filledQuote, amount('60250'));
  assert.is(locked(), 0n);
});

test('a bracket survives a restart, before and after its stop', () => {
  const records = memoryRecords();
  const first = opened({ records });
  const order = aBracket({ bracket: { ticks: ticks('59000.00'), limitTicks: ticks('58900.00') } });
  must(first.exchange.place('alice', order));
  const second = anExchange({ records });
  assert.is(second.market.best('sell')?.ticks, ticks('61000.00'));
  walk(second.exchange, second.market, '58000.00');
  const third = anExchange({ records });
  assert.is(third.market.best('sell')?.ticks, ticks('58900.00'));
  assert.is(third.market.waiting.size, 0);
});

test('what woke to any price and was cut short goes on with the first trade after a start', () => {
  const records = memoryRecords();
  const first = opened({ records });
  first.exchange.crowdRest(first.market, 'buy', ticks('58500.00'), lots('2'));
  const order = aBracket();
  must(first.exchange.place('alice', order));
  walk(first.exchange, first.market, '59000.00');
  const decoder = new TextDecoder();
  let isCut = false;
  for (const [at, payload] of [...records.payloads]) {
    if (isCut) records.payloads.delete(at);
    isCut ||= decoder.decode(payload).includes('order-woken');
  }
  const { exchange, market } = anExchange({ records });
  assert.is(standing(exchange, 'alice', order).status, 'new');
  exchange.crowdRest(market, 'buy', ticks('58000.00'), lots('2'));
  walk(exchange, market, '58600.00');
  assert.is(standing(exchange, 'alice', order).filledQuote, amount('58000'));
});

test('a bracket whose limbs lie wrong, or that does not rest, is refused by name', () => {
  const { exchange } = opened();
  const kindOf = (over: Parameters<typeof anOrder>[0]) =>
    exchange.wouldRefuse('alice', aBracket(over))?.kind;
  const limb = (price: string, limitTicks = ANY) => ({ ticks: ticks(price), limitTicks });
  assert.is(kindOf({ bracket: limb('61000.00') }), 'not-a-pair');
  assert.is(kindOf({ side: 'buy', price: '59000.00', bracket: limb('58000.00') }), 'not-a-pair');
  assert.is(kindOf({ bracket: limb('60000.00') }), 'would-trigger');
  assert.is(kindOf({ side: 'buy', price: '59000.00', bracket: limb('60000.00') }), 'would-trigger');
  assert.is(kindOf({ bracket: { ticks: Number.NaN as Ticks, limitTicks: ANY } }), 'filter');
  assert.is(kindOf({ bracket: limb('59000.00', Number.NaN as Ticks) }), 'filter');
  assert.is(kindOf({ timeInForce: 'ioc' }), 'not-offered');
  const trigger = {
    direction: 'falls-to',
    ticks: ticks('59000.00'),
    reference: 'last',
    trail: null,
  } as const;
  assert.is(kindOf({ trigger }), 'not-offered');
});

test.run();
