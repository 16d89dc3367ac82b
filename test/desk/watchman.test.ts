import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../actors/addresses.ts';
import { Gate } from '../../src/control/gate.ts';
import { endText, ROOT, Watchman } from '../../src/desk/watchman.ts';
import type { ApprovedOrder } from '../../src/risk/approved-order.ts';
import type { JournalEvent } from '../../src/storage/journal/event-table.ts';
import type { Journal } from '../../src/storage/journal/journal.ts';
import { aBranch } from '../support/actors/listeners.ts';
import { aLog } from '../support/actors/logs.ts';
import { aLane, anActor } from '../support/lanes.ts';
import { anOrder } from '../support/trade/orders.ts';

const HEARERS = ['safety/control', 'trading/execution'];
const TAKERS = ['trading/risk', 'trading/execution'];

async function aWatchman(actors: readonly string[] = [], hearers = HEARERS) {
  const tested = aLane();
  const gate = new Gate();
  gate.open('starting');
  const journaled: JournalEvent[] = [];
  const fatal: string[] = [];
  const { log, lines } = aLog();
  const watchman = new Watchman({
    lane: tested.lane,
    gate,
    journal: { append: (event: JournalEvent) => journaled.push(event) } as unknown as Journal,
    log,
    onFatal: (reason) => void fatal.push(reason),
  });
  tested.lane.observe(watchman);
  const seen: unknown[] = [];
  const receive = (state: null, message: unknown): null => {
    if ((message as { isBoom?: boolean }).isBoom) throw new Error('boom');
    seen.push(message);
    return state;
  };
  const spec = anActor({ receive }) as never;
  const specs = Object.fromEntries(actors.map((path) => [path, () => spec]));
  const heard = await aBranch(tested, specs, hearers);
  const crash = async (path: string): Promise<void> => {
    assert.ok(tested.lane.inject(path, new Error('boom')).ok);
    await tested.env.settle();
  };
  return { ...tested, gate, watchman, journaled, fatal, lines, heard, seen, crash };
}

test('whoever crashes on the path of orders closes the gate until it is back', async () => {
  const { gate, heard, journaled, lines, watchman, crash } = await aWatchman(['trading/risk']);
  const { epoch } = gate;
  await crash('trading/risk');
  assert.ok(gate.isClosedBy('reconciling'));
  assert.ok(gate.epoch > epoch);
  assert.equal(heard['safety/control'], [
    { kind: 'fault', fault: 'down:trading/risk', reason: 'boom' },
    { kind: 'cleared', fault: 'down:trading/risk' },
  ]);
  assert.equal(journaled, [
    { kind: 'incident', what: 'actor-failed', where: 'trading/risk', detail: 'boom' },
  ]);
  assert.match(lines[0] ?? '', /^error trading\/risk actor-failed .*injection/);
  assert.is(watchman.restarts, 1);
});

test('one that is stopped is a fault as well, though it failed at nothing', async () => {
  const { lane, env, gate, heard, journaled } = await aWatchman(['trading/risk']);
  void lane.stop('trading/risk');
  await env.settle();
  assert.ok(gate.isClosedBy('reconciling'));
  assert.equal(heard['safety/control'], [
    { kind: 'fault', fault: 'down:trading/risk', reason: 'shut down, requested' },
    { kind: 'cleared', fault: 'down:trading/risk' },
  ]);
  assert.equal(journaled, []);
});

test('a strategy that crashes has its own quotes taken back, a feed everybody’s', async () => {
  const strategy = 'trading/strategies/strategy:mm';
  const feed = 'market-data/feed:binance';
  const { gate, heard, crash } = await aWatchman([strategy, feed]);
  await crash(strategy);
  await crash(feed);
  assert.equal(heard['trading/execution'], [
    { kind: 'withdraw', strategy: 'mm' },
    { kind: 'withdraw', strategy: 'all' },
  ]);
  assert.not.ok(gate.isClosed);
  assert.equal(heard['safety/control'], []);
});

test('the edge hurts nobody', async () => {
  const { gate, heard, watchman, crash } = await aWatchman(['edge/shell']);
  await crash('edge/shell');
  assert.not.ok(gate.isClosed);
  assert.equal([heard['safety/control'], heard['trading/execution']], [[], []]);
  assert.is(watchman.restarts, 1);
});

test('an actor that starts for the first time was never missed', async () => {
  const { heard, watchman } = await aWatchman(['trading/risk']);
  assert.equal(heard['safety/control'], []);
  assert.is(watchman.restarts, 0);
});

test('a root that ends is the end, unless the desk is stopping', async () => {
  const one = await aWatchman();
  void one.lane.spawn(anActor(), ROOT);
  await one.env.settle();
  one.lane.inject(ROOT, new Error('boom'));
  await one.env.settle();
  assert.equal(one.fatal, ['root: boom', 'root ended: boom']);
  const other = await aWatchman();
  void other.lane.spawn(anActor(), ROOT);
  await other.env.settle();
  other.gate.close('stopping');
  void other.lane.stop(ROOT);
  await other.env.settle();
  assert.equal(other.fatal, []);
});

test('a stack or memory that is used up is the end', async () => {
  const { lane, env, fatal } = await aWatchman(['trading/risk']);
  lane.inject('trading/risk', new RangeError('Maximum call stack size exceeded'));
  await env.settle();
  assert.is(fatal[0], 'trading/risk: Maximum call stack size exceeded');
});

const VENUE = 'trading/venues/venue:binance';

test('an order that no venue reads is audited and taken back', async () => {
  const { lane, env, heard, journaled } = await aWatchman([], TAKERS);
  const order = anOrder({ venue: 'binance' });
  lane.send(address.venue('binance'), { kind: 'place', order: order as ApprovedOrder });
  lane.send(address.venue('binance'), { kind: 'cancel', clientId: order.clientId });
  await env.settle();
  const taken = [{ kind: 'order-dropped', order }];
  assert.equal([heard['trading/risk'], heard['trading/execution']], [taken, taken]);
  const detail = `${order.clientId}: unknown`;
  const where = VENUE;
  assert.equal(journaled, [{ kind: 'incident', what: 'order-discarded', where, detail }]);
});

test('an order that a venue had in hand when it failed is asked about later', async () => {
  const { lane, env, heard, journaled, watchman, seen } = await aWatchman([VENUE], TAKERS);
  const order = anOrder({ venue: 'binance' });
  const boom = { kind: 'place', order, isBoom: true } as never;
  lane.send(address.venue('binance'), boom);
  lane.send(address.venue('other'), { kind: 'place', order: anOrder({ venue: 'other' }) as never });
  await env.settle();
  assert.equal(seen, [{ kind: 'account-for', order }], 'and not about orders of other venues');
  assert.equal(
    journaled.map((event) => event.kind === 'incident' && event.what),
    ['order-discarded', 'actor-failed', 'order-in-doubt'],
  );
  assert.is(heard['trading/risk']?.length, 1, 'only what nobody had in hand is taken back');
  assert.is(watchman.restarts, 1);
});

test('an end has a word for people', () => {
  const ends = [
    { kind: 'normal' },
    { kind: 'killed' },
    { kind: 'shutdown', why: 'gave-up' },
    { kind: 'failed', error: new Error('boom'), isFatal: false },
  ] as const;
  assert.equal(ends.map(endText), ['normal', 'killed', 'shut down, gave-up', 'boom']);
});

test.run();
