/**
 * A desk trades on a model venue, is killed at any moment, and is reconciled while the venue goes
 * on: requests that were on their way arrive, reports are late, repeated or lost, questions fail,
 * others trade on the account.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf } from '../../src/core/units.ts';
import { isEnded, type Side } from '../../src/execution/order.ts';
import { inquire } from '../../src/execution/reconciliation.ts';
import { asyncLaw } from '../support/law.ts';
import { bookedFills, recordsOf } from '../support/trade/managers.ts';
import { ModelVenue } from '../support/trade/model-venue.ts';
import { aPair, aStop, aTrail } from '../support/trade/natives.ts';
import { anOrder, type OrderParts } from '../support/trade/orders.ts';
import { Reconciler, WINDOW_MS, type World } from '../support/trade/reconcilers.ts';

type Move =
  | 'nothing'
  | 'place'
  | 'place-native'
  | 'hear'
  | 'hear-twice'
  | 'hear-any'
  | 'fill'
  | 'wake'
  | 'fill-all'
  | 'expire'
  | 'others'
  | 'cancel'
  | 'silent';

interface Step {
  readonly move: Move;
  readonly which: number;
  readonly side: Side;
  /** Until the request arrives: in its window, late, or never. */
  readonly delayMs: number;
}

const aStepOf = (...moves: Move[]): fc.Arbitrary<Step> =>
  fc.record({
    move: fc.constantFrom(...moves),
    which: fc.nat({ max: 9 }),
    side: fc.constantFrom<Side[]>('buy', 'sell'),
    delayMs: fc.oneof(
      fc.constantFrom(0, 0, WINDOW_MS, WINDOW_MS + 1, Number.POSITIVE_INFINITY),
      fc.nat({ max: WINDOW_MS }),
    ),
  });

const aLife = fc.array(
  aStepOf(
    ...(['place', 'place', 'place-native', 'hear', 'hear-any'] as const),
    ...(['wake', 'fill', 'fill-all', 'expire', 'others'] as const),
  ),
  { maxLength: 20 },
);
const aWorld = fc.array(
  aStepOf(
    'nothing',
    'nothing',
    'hear',
    'hear-twice',
    'hear-any',
    'wake',
    'fill',
    'fill-all',
    'expire',
    'others',
    'silent',
  ),
  { maxLength: 40 },
);

/** What the venue keeps: a stop, one that trails, a pair, an iceberg. */
const NATIVES: readonly OrderParts[] = [
  { kind: 'market', ticks: 0, trigger: aStop(95) },
  { kind: 'market', ticks: 0, trigger: aTrail() },
  { ticks: 100, trigger: aPair(95) },
  { ticks: 100, shownLots: lotsOf(1) },
];

/** Does what the outside does in one step; answers whether the next question goes unanswered. */
function take(desk: Reconciler, { move, which, side, delayMs }: Step, n: number): boolean {
  const { venue } = desk;
  const open = venue.open();
  const order = open[which % Math.max(1, open.length)];
  if (move === 'place') {
    desk.place(anOrder({ clientId: `desk-1-mm-${n}`, side, ticks: 100, lots: 3 }), delayMs);
  } else if (move === 'place-native') {
    const native = NATIVES[which % NATIVES.length];
    desk.place(anOrder({ clientId: `desk-1-mm-${n}`, side, lots: 3, ...native }), delayMs);
  } else if (move === 'hear') {
    desk.hear(1);
  } else if (move === 'hear-twice') {
    desk.hear(1, 2);
  } else if (move === 'hear-any') {
    const [late] = venue.stream.splice(which % Math.max(1, venue.stream.length), 1);
    if (late !== undefined) venue.stream.unshift(late);
    desk.hear(1);
  } else if (move === 'others') {
    venue.tradeOfOthers(side, 1);
  } else if (order !== undefined) {
    if (move === 'wake') venue.wake(order, which % 2 === 0);
    else if (move === 'fill') venue.fill(order, 1);
    else if (move === 'fill-all') venue.fill(order, order.lots - order.filledLots);
    else if (move === 'expire') venue.end(order, 'expired');
    else if (move === 'cancel') desk.port.cancel(order.clientId);
  }
  return move === 'silent';
}

function worldOf(desk: Reconciler, script: Step[]): World {
  let isSilent = false;
  return {
    turn() {
      const step = script.shift();
      if (step !== undefined) isSilent = take(desk, step, 0) || isSilent;
    },
    silence() {
      const was = isSilent;
      isSilent = false;
      return was ? 'timeout' : null;
    },
  };
}

interface Crash {
  /** A power cut loses the unsynced tail of the journal, and takes longer than any window. */
  readonly lostEvents: number;
  readonly downMs: number;
  readonly lostReports: number;
  readonly historyLagMs: number;
}

const aCrash: fc.Arbitrary<Crash> = fc.record({
  lostEvents: fc.constantFrom(0, 0, 0, 1, 3),
  downMs: fc.constantFrom(0, 10, 1000),
  lostReports: fc.nat({ max: 20 }),
  historyLagMs: fc.constantFrom(0, 50, 300),
});

/** The desk that comes up after a crash: same venue, the journal as far as it was kept. */
function restarted(before: Reconciler, crash: Crash): Reconciler {
  const { venue } = before;
  const { journal } = before.tested;
  const kept = journal.slice(0, journal.length - crash.lostEvents);
  venue.stream.splice(0, crash.lostReports);
  venue.historyLagMs = crash.historyLagMs;
  venue.wait(crash.lostEvents > 0 ? WINDOW_MS + 1000 : crash.downMs);
  const desk = new Reconciler(venue, kept);
  desk.isOfThisBoot = false;
  return desk;
}

/** Runs until one agrees: a script has an end, and with it whatever hinders agreement. */
async function untilAgreed(desk: Reconciler): Promise<void> {
  for (let runs = 0; runs < 50; runs += 1) {
    const outcome = await desk.run('restart');
    if (outcome.kind === 'agreed') return;
    assert.is(outcome.kind, 'no-answer', JSON.stringify(outcome));
  }
  assert.unreachable('no run agreed');
}

function assertAgreed(desk: Reconciler): void {
  const { venue, tested, portfolio } = desk;
  const records = recordsOf(tested.journal);
  const fills = bookedFills(tested.journal, records).sort();
  assert.equal(fills, venue.trades.map(({ fill }) => `0|${fill.tradeId}`).sort());
  assert.equal(portfolio.compare('v', venue.balances), []);
  for (const { clientId, filledLots } of venue.orders.values()) {
    // Of an order that the journal lost and that ended without a fill nobody needs to know.
    assert.is(records.get(clientId)?.filledLots ?? 0, filledLots, clientId);
  }
  // An unknown outcome is no failure: whatever was said never to have lived never did.
  for (const event of tested.journal) {
    if (event.kind !== 'order-unacked' && event.kind !== 'order-abandoned') continue;
    assert.not.ok(venue.orders.has(event.clientId), `${event.clientId} lived`);
  }
}

test('after a crash everything is booked once, and nothing is open or in doubt', async () => {
  const property = fc.asyncProperty(aLife, aCrash, aWorld, async (life, crash, script) => {
    const before = new Reconciler(new ModelVenue());
    life.forEach((step, n) => void take(before, step, n));
    const desk = restarted(before, crash);
    desk.world = worldOf(desk, [...script]);
    await untilAgreed(desk);
    assert.equal([...desk.manager.table.open()], []);
    assert.is(desk.manager.inquiries.size, 0);
    assert.equal(desk.venue.open(), []);
    // Whatever is still on its way comes now, and must be no surprise.
    desk.world = worldOf(desk, []);
    desk.venue.wait(10 * WINDOW_MS);
    desk.hear(undefined, 2);
    await untilAgreed(desk);
    assertAgreed(desk);
    assert.equal(desk.adjusted, []);
    const incidents = desk.tested.told.filter((each) => 'incident' in each && each.incident);
    assert.equal(incidents, []);
    for (const record of recordsOf(desk.tested.journal).values()) assert.ok(isEnded(record));
  });
  await asyncLaw(property, 500);
});

test('beside normal trading nothing is lost, doubled or cancelled unasked', async () => {
  const aNormalLife = fc.array(
    aStepOf(
      ...(['place', 'place-native', 'hear', 'hear-any', 'wake'] as const),
      ...(['fill', 'fill-all', 'expire', 'others', 'cancel'] as const),
    ),
    { maxLength: 20 },
  );
  const property = fc.asyncProperty(aNormalLife, aWorld, async (life, script) => {
    const desk = new Reconciler();
    life.forEach((step, n) => void take(desk, step, n));
    desk.doubt();
    desk.venue.wait(10_000);
    const cancels = desk.asked.filter((each) => each.startsWith('cancel'));
    desk.world = worldOf(desk, [...script]);
    for (let runs = 0; runs < 3; runs += 1) await desk.run('verify');
    const wanted = new Set(cancels);
    assert.ok(desk.asked.every((each) => !each.startsWith('cancel') || wanted.has(each)));
    desk.world = worldOf(desk, []);
    desk.hear();
    // Doubts of a run are asked about again until they are settled.
    for (let runs = 0; runs < 10; runs += 1) {
      const due = desk.manager.inquiries.due(desk.venue.nowMs * 1e6, 100);
      await inquire(desk.port, desk.manager.inquiries, desk.options, due);
      desk.venue.wait(10_000);
    }
    desk.hear();
    assert.is((await desk.run('verify')).kind, 'agreed');
    assertAgreed(desk);
    const open = [...desk.manager.table.open()].map((record) => record.order.clientId).sort();
    const resting = desk.venue.open().map((order) => order.clientId);
    assert.equal(open, resting.sort());
    for (const { order, isWaiting } of desk.manager.table.open()) {
      const waits = desk.venue.orders.get(order.clientId)?.isWaiting === true;
      assert.is(isWaiting, waits, `${order.clientId} waits`);
    }
    const incidents = desk.tested.told.filter((each) => 'incident' in each && each.incident);
    assert.equal(incidents, []);
  });
  await asyncLaw(property, 500);
});

test.run();
