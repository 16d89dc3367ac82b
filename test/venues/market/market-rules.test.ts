import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { BinanceFacade } from '../../../src/simulation/binance/facade.ts';
import type { VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';
import {
  MarketRules,
  type MarketSaid,
  RULES_EVERY_MS,
} from '../../../src/venues/market/market-rules.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { aFeedOnVenue } from '../../support/venues/feed-on-venue.ts';

const OURS = anInstrument({
  tick: '0.01',
  lot: '0.00001',
  quantityMin: '0.0001',
  notionalMin: '5',
});
const REPLY = ok({ status: 200, headers: {}, body: '' });
const request = { method: 'GET', url: 'http://venue/rules', headers: {}, timeoutMs: 1 } as const;

/** Rules whose venue says what the test wants. */
function someRules() {
  const venue = { said: { halt: '', rules: ok(OURS) } as MarketSaid, isSilent: false };
  const rules = new MarketRules([OURS], {
    request,
    read: () => (venue.isSilent ? err('no answer') : ok([venue.said])),
    isRefusal: (code) => code === -1013,
  });
  const random = rngOf(1);
  let nowMs = 0;
  return {
    rules,
    venue,
    /** How long it takes until a question is due, looked for twice a second. */
    dueAfterMs(mostMs = 200_000): number {
      const startMs = nowMs;
      while (rules.wants(nowMs, random) === null && nowMs - startMs < mostMs) nowMs += 500;
      return nowMs - startMs;
    },
    answer: () => rules.onAnswer(REPLY, nowMs, random),
    isDue: () => rules.wants(nowMs, random) !== null,
  };
}

test('rules are asked for each minute, give or take a tenth, and sooner after silence', () => {
  const tested = someRules();
  for (let round = 0; round < 20; round += 1) {
    const afterMs = tested.dueAfterMs();
    assert.ok(afterMs >= 0.9 * RULES_EVERY_MS && afterMs <= 1.1 * RULES_EVERY_MS + 500);
    assert.is(tested.answer(), null);
  }
  tested.dueAfterMs();
  tested.venue.isSilent = true;
  assert.is(tested.answer(), 'no answer');
  assert.ok(tested.dueAfterMs() <= 11_500);
  assert.ok(tested.rules.isTrading(OURS), 'silence says nothing of a market');
});

test('a question whose answer is lost keeps nobody from asking again', () => {
  const tested = someRules();
  tested.dueAfterMs();
  assert.not(tested.isDue());
  assert.is(tested.dueAfterMs(), 15_000);
});

test('orders that are refused for rules have the venue asked at once, and make no storm', () => {
  const tested = someRules();
  assert.not(tested.isDue());
  tested.rules.onRefusal({ code: -2010, reason: 'Account has insufficient balance' });
  assert.not(tested.isDue(), 'money is no rule');
  const asked = Array.from({ length: 200 }, () => {
    tested.rules.onRefusal({ code: -1013, reason: 'Filter failure: PRICE_FILTER' });
    const isDue = tested.isDue();
    if (isDue) tested.answer();
    return isDue;
  });
  assert.is(asked.filter(Boolean).length, 3);
  assert.ok(tested.dueAfterMs() <= 20_000, 'the doubt stays until it can be asked');
});

const CHANGES: readonly [what: string, rules: Parameters<typeof anInstrument>[0], said: RegExp][] =
  [
    ['a coarser tick', { tick: '0.1' }, /^tick: ours is 0.01, the venue's is 0.1$/],
    ['a finer tick', { tick: '0.005' }, /^tick: ours is 0.01, the venue's is 0.005$/],
    ['another lot', { lot: '0.0001' }, /^lot: ours is 0.00001, the venue's is 0.0001$/],
    ['a larger least quantity', { quantityMin: '0.001' }, /^smallest quantity: .* 10 lots.* 100$/],
    ['a larger least notional', { notionalMin: '10' }, /^smallest notional: .* 5.*, .* 10/],
  ];

for (const [what, over, said] of CHANGES) {
  test(`${what} bars the market, and the old rules admit it again`, () => {
    const { rules, venue, answer } = someRules();
    const ofOurs = { tick: '0.01', lot: '0.00001', quantityMin: '0.0001', notionalMin: '5' };
    venue.said = { halt: '', rules: ok(anInstrument({ ...ofOurs, ...over })) };
    answer();
    assert.not(rules.isTrading(OURS));
    const { standing, detail } = rules.standOf(OURS);
    assert.is(standing, 'rules-changed');
    assert.match(detail, said);
    venue.said = { halt: '', rules: ok(OURS) };
    answer();
    assert.ok(rules.isTrading(OURS));
  });
}

test('what forbids none of our orders bars nothing', () => {
  const { rules, venue, answer } = someRules();
  const least = { quantityMin: '0.00005', notionalMin: '1', priceMax: '70000', quantityMax: '9' };
  const now = anInstrument({ tick: '0.01', lot: '0.00001', ...least });
  venue.said = { halt: '', rules: ok(now) };
  answer();
  assert.ok(rules.isTrading(OURS));
});

test('a halt counts before rules, and rules that make no sense bar the market', () => {
  const { rules, venue, answer } = someRules();
  venue.said = { halt: 'status BREAK', rules: err('no filters') };
  answer();
  assert.equal(rules.standOf(OURS), { standing: 'halted', detail: 'status BREAK' });
  venue.said = { halt: '', rules: err('no filters') };
  answer();
  assert.equal(rules.standOf(OURS), { standing: 'rules-changed', detail: 'no filters' });
});

/** A live feed at a venue of Binance's, and what its journal has of the market. */
function aLiveFeed(kind: VenueKindName, feeds: 1 | 2 = 1) {
  const world = aFeedOnVenue<BinanceFacade>({ kind, feeds });
  assert.ok(world.until(world.isLive, 10_000) < 10_000);
  const stood = (): readonly string[] =>
    world.books.told.stood.map(({ symbol, standing, detail }) =>
      `${symbol} ${standing} ${detail}`.trim(),
    );
  return { ...world, stood };
}

for (const kind of ['binance', 'binance-usdm'] as const) {
  test(`${kind}: a refused order has the new tick known within a second`, () => {
    const world = aLiveFeed(kind);
    const quoted = world.books.told.quotes;
    world.facade.tickSizes.set(world.symbol, kind === 'binance' ? '0.05' : '0.5');
    const code = kind === 'binance' ? -1013 : -4014;
    world.books.feed.stream.rules?.onRefusal({ code, reason: 'Filter failure: PRICE_FILTER' });
    assert.ok(world.until(() => !world.isLive(), 5_000) <= 1_000);
    assert.equal(world.books.told.lost, ['rules-changed']);
    const before = world.books.told.quotes;
    assert.ok(before > quoted);
    world.run(3_000);
    assert.is(world.books.told.quotes, before, 'nobody hears a price of the old grid');
    world.facade.tickSizes.clear();
    world.books.feed.stream.rules?.doubt();
    assert.ok(world.until(world.isLive, 5_000) <= 1_000);
    assert.ok(world.isRight(), 'the book went on meanwhile');
    const [ours, venues] = kind === 'binance' ? ['0.01', '0.05'] : ['0.1', '0.5'];
    assert.equal(world.stood(), [
      `BTCUSDT rules-changed tick: ours is ${ours}, the venue's is ${venues}`,
      'BTCUSDT trading',
    ]);
  });

  test(`${kind}: a halt outlives the connections that it was told on`, () => {
    const world = aLiveFeed(kind, 2);
    world.market.isOpen = false;
    world.books.feed.stream.rules?.doubt();
    assert.ok(world.until(() => !world.isLive(), 5_000) <= 1_000);
    const status = kind === 'binance' ? 'BREAK' : 'SETTLING';
    assert.equal(world.stood(), [`BTCUSDT halted status ${status}`]);
    for (const link of world.books.links) link.close();
    world.market.isOpen = true;
    world.run(5_000);
    assert.not(world.isLive(), 'nobody has asked yet');
    world.books.feed.stream.rules?.doubt();
    assert.ok(world.until(world.isLive, 5_000) <= 2_000);
    assert.ok(world.isRight());
    assert.is(world.stood().at(-1), 'BTCUSDT trading');
  });
}

test.run();
