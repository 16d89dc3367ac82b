/**
 * The scenarios of `orders.json` about orders that a venue keeps, at the matching engine itself:
 * their prices, marks and tips are facts of the venues and stand in the file.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import type { Side } from '../../../src/execution/order.ts';
import { root } from '../../support/shared.ts';
import { anExchange, anOrder, lots, must, ticks } from '../../support/venue/fixtures.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';
import { standing, tradeAt, walk, when } from '../../support/venue/native.ts';

interface Trailing {
  readonly given: {
    readonly last: string;
    readonly side: Side;
    readonly stopPrice?: string;
    readonly deltaBips: number;
    readonly limit: string;
  };
  readonly events: readonly { readonly path: readonly string[] }[];
  readonly expect: Readonly<Record<string, string>>;
}

interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly expect: Readonly<Record<string, unknown>>;
}

const { scenarios } = JSON.parse(
  readFileSync(join(root, 'test', 'golden', 'scenarios', 'orders.json'), 'utf8'),
) as { readonly scenarios: readonly Scenario[] };

function scenario(id: string): Scenario {
  const found = scenarios.find((each) => each.id === id);
  if (found === undefined) throw new Error(`orders.json has no scenario ${id}`);
  return found;
}

for (const id of ['TRL-01', 'TRL-02', 'TRL-03', 'TRL-04']) {
  const { given, events, expect } = scenario(id) as unknown as Trailing;
  test(`${id} ${scenario(id).title}: wakes at ${expect['triggersAt']} and not before`, () => {
    const { exchange, market } = anExchange();
    walk(exchange, market, given.last);
    const { side, stopPrice = '0', deltaBips: bips, limit } = given;
    const isAbove = stopPrice !== '0' && ticks(stopPrice) > ticks(given.last);
    const direction = isAbove ? 'rises-to' : 'falls-to';
    const trigger = when(direction, stopPrice, { trail: { bips } });
    const order = anOrder({ side, price: limit, trigger });
    must(exchange.place('alice', order));
    const path = events.flatMap((event) => event.path);
    const marks = new Set<Ticks | undefined>();
    for (const price of path) {
      assert.is(standing(exchange, 'alice', order).isWaiting, true, `waits before ${price}`);
      walk(exchange, market, price);
      marks.add(standing(exchange, 'alice', order).markTicks);
    }
    assert.is(path.at(-1), expect['triggersAt'], 'the path ends where it wakes');
    const woken = standing(exchange, 'alice', order);
    assert.is(woken.isWaiting, false);
    assert.is(woken.ticks, ticks(limit), 'it works at its limit');
    assert.is(woken.markTicks, ticks(expect['newHigh'] ?? expect['newLow'] ?? '0'));
    const from = expect['tracksFrom'];
    if (from !== undefined) assert.ok(marks.has(ticks(from)), `it follows from ${from}`);
    const ignored = expect['ignoresDropTo'];
    if (ignored !== undefined) assert.not.ok(marks.has(ticks(ignored)), `not to ${ignored}`);
  });
}

test('TRL-05 the mark survives a restart of the venue', () => {
  const { given, events } = scenario('TRL-05');
  const records = memoryRecords();
  const first = anExchange({ records });
  const high = String(given['persistedHigh']);
  walk(first.exchange, first.market, '115', high);
  const trail = { bips: Number(given['deltaBips']) };
  const order = anOrder({
    side: 'sell',
    price: '100',
    quantity: '1',
    trigger: when('falls-to', '0', { trail }),
  });
  must(first.exchange.place('alice', order));
  const { exchange, market } = anExchange({ records });
  assert.is(standing(exchange, 'alice', order).markTicks, ticks(high));
  walk(exchange, market, '114.01');
  assert.is(standing(exchange, 'alice', order).isWaiting, true);
  const path = events.flatMap((event) => (event['path'] ?? []) as string[]);
  walk(exchange, market, ...path);
  assert.is(standing(exchange, 'alice', order).isWaiting, false);
});

test('TRL-06 quotes never move the mark of a venue: its own trades do', () => {
  const { events } = scenario('TRL-06');
  const { exchange, market } = anExchange();
  walk(exchange, market, '120');
  const trigger = when('falls-to', '0', { trail: { bips: 500 } });
  const order = anOrder({ side: 'sell', price: '100', quantity: '1', trigger });
  must(exchange.place('alice', order));
  exchange.crowdRest(market, 'buy', ticks(String(events[0]?.['print'])), lots('1'));
  exchange.crowdRest(market, 'sell', ticks('300'), lots('1'));
  assert.is(standing(exchange, 'alice', order).markTicks, ticks('120'));
});

for (const id of ['ICE-01', 'ICE-02']) {
  const { title, given, expect } = scenario(id);
  test(`${id} ${title}: ${expect['parts']} parts`, () => {
    const { exchange } = anExchange();
    const quantity = String(given['qty']);
    const shownLots = lots(String(given['icebergQty']));
    const order = anOrder({ side: 'sell', price: '60000.00', quantity, shownLots });
    const isAccepted = (expect['accepted'] ?? expect['nativeAccepted']) === true;
    const refusal = exchange.wouldRefuse('alice', order);
    const parts = { kind: 'filter', filter: 'ICEBERG_PARTS', found: expect['parts'] };
    assert.equal(refusal, isAccepted ? null : parts);
    if (!isAccepted) return;
    const short = { ...order, timeInForce: 'ioc' as const };
    assert.is(exchange.wouldRefuse('alice', short)?.kind, 'not-offered', 'it is to rest');
  });
}

test('ICE-03 the last tip is the remainder', () => {
  const { given, expect } = scenario('ICE-03');
  const { exchange, market } = anExchange();
  const size = Number(given['totalLots']) as Lots;
  const order = anOrder({
    side: 'sell',
    price: '60000.00',
    lots: size,
    shownLots: Number(given['tip']) as Lots,
  });
  must(exchange.place('alice', order));
  const tips: number[] = [];
  for (let shown = market.best('sell'); shown !== null; shown = market.best('sell')) {
    tips.push(shown.lots);
    exchange.crowdTake(market, 'buy', shown.lots, null);
  }
  assert.equal(tips, expect['tips']);
  assert.is(standing(exchange, 'alice', order).status, 'filled');
});

for (const id of ['OCO-01', 'OCO-02']) {
  const { title, given, expect } = scenario(id);
  test(`${id} ${title}`, () => {
    const { exchange, market } = anExchange();
    walk(exchange, market, String(given['last']));
    const { pair } = aPairAt(String(given['limit']), String(given['stop']));
    const placed = exchange.placePair('alice', pair);
    assert.is(placed.ok, expect['accepted']);
    if (!placed.ok) assert.is(placed.error.kind, 'not-a-pair');
    const open = exchange.account('alice')?.openCounts.get('BTCUSDT') ?? 0;
    assert.is(open, expect['openOrders'] ?? 0);
  });
}

test('OCO-03 one of a pair fills, and the other ends', () => {
  const { exchange, market } = anExchange();
  walk(exchange, market, '100');
  const { pair } = aPairAt('110', '90');
  const { listId } = must(exchange.placePair('alice', pair));
  exchange.crowdTake(market, 'buy', pair.target.lots, null);
  const legs = exchange.findPair('alice', { listId });
  assert.equal([legs?.target.status, legs?.stop.status], ['filled', 'expired']);
  tradeAt(exchange, market, ticks('80'));
  assert.is(standing(exchange, 'alice', pair.stop).filledLots, 0, 'the stop sells nothing more');
  assert.is(exchange.account('alice')?.balances.get('BTC')?.locked, 0n);
});

/** One BTC to be sold at a limit, or at any price once it has fallen to a stop. */
function aPairAt(limit: string, stop: string) {
  const sale = { side: 'sell', quantity: '1' } as const;
  const trigger = when('falls-to', stop);
  const pair = {
    target: anOrder({ ...sale, type: 'limit-maker', price: limit }),
    stop: anOrder({ ...sale, type: 'market', timeInForce: 'ioc', trigger }),
    clientId: `list-${limit}-${stop}`,
  };
  return { pair };
}

test.run();
