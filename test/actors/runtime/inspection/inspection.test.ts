import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DETAIL_ROWS_MAX } from '../../../../actors/runtime/inspection/inspection.ts';
import { SAMPLE_EVERY } from '../../../../actors/runtime/inspection/probe.ts';
import { TAPS_MAX, type TapLimits } from '../../../../actors/runtime/inspection/tap.ts';
import { answerRefByPath, refByPath } from '../../../../actors/runtime/ref.ts';
import { supervisor } from '../../../../supervisors/supervisor.ts';
import { aLane, anActor, deferred } from '../../../support/lanes.ts';

interface Tick {
  readonly kind: 'tick' | 'odd';
}

const tick: Tick = Object.freeze({ kind: 'tick' });
const WIDE: TapLimits = { records: 100, perSecond: 500, durationMs: 60_000 };

/** feed → strategy → execution, which asks risk: one event is four hops. */
async function aPipeline() {
  const harness = aLane();
  const { lane, env } = harness;
  await lane.spawn(anActor({ kind: 'risk', answer: () => 'yes' }), 'risk');
  const passOn = (to: string) =>
    anActor<null, Tick>({
      receive(state, message, ctx) {
        ctx.send(refByPath<Tick>(to), message);
        return state;
      },
    });
  const asking = anActor<null, Tick>({
    receive(state, _message, ctx) {
      ctx.call(answerRefByPath('risk'), { kind: 'check' });
      return state;
    },
  });
  await lane.spawn(asking, 'execution');
  await lane.spawn(passOn('execution'), 'strategy');
  const feed = await lane.spawn(passOn('strategy'), 'feed');
  const traced = (path: string, kind: string | null = null, limits = WIDE): number => {
    const begun = lane.inspection.trace(path, kind, limits);
    assert.ok(begun.ok, begun.ok ? '' : begun.error.detail);
    return begun.ok ? begun.value : 0;
  };
  return { ...harness, env, feed, traced };
}

test('a trace records messages of its path until its limit, and then nobody looks', async () => {
  const { lane, feed, traced } = await aPipeline();
  lane.ingest(feed, tick);
  const id = traced('strategy', null, { ...WIDE, records: 2 });
  assert.ok(lane.inspection.isOn);
  for (let n = 0; n < 5; n += 1) lane.ingest(feed, tick);
  const report = lane.inspection.fetchTrace(id);
  assert.is(report?.isOver, true);
  assert.equal(
    report?.records.map(({ path, kind, sender, outcome }) => [path, kind, sender, outcome]),
    [
      ['strategy', 'tick', 'feed', 'handled'],
      ['strategy', 'tick', 'feed', 'handled'],
    ],
  );
  assert.not.ok(lane.inspection.isOn);
  assert.is(lane.inspection.fetchTrace(id), null, 'what is over and fetched is forgotten');
});

test('the number of an event leads to every actor that it reached, in their order', async () => {
  const { lane, feed, traced } = await aPipeline();
  const id = traced('execution');
  lane.ingest(feed, tick);
  lane.ingest(feed, tick);
  const [first, second] = lane.inspection.fetchTrace(id)?.records ?? [];
  assert.is.not(first?.cause, second?.cause);
  for (const cause of [first?.cause ?? 0, second?.cause ?? 0]) {
    const hops = lane.inspection.hopsOf(cause);
    assert.equal(
      hops.map(({ path, kind, outcome }) => `${path} ${kind} ${outcome}`),
      [
        'feed tick handled',
        'strategy tick handled',
        'execution tick handled',
        'risk check answered',
      ],
    );
    assert.ok(hops.every((hop) => hop.cause === cause));
  }
  assert.equal(lane.inspection.caughtEvents, [first?.cause, second?.cause]);
  assert.equal(lane.inspection.hopsOf(99), []);
});

test('an event that a trace has caught is kept when thousands have followed', async () => {
  const { lane, feed, traced } = await aPipeline();
  const id = traced('risk', null, { ...WIDE, records: 1 });
  const other = traced('nobody');
  lane.ingest(feed, tick);
  const [caught] = lane.inspection.fetchTrace(id)?.records ?? [];
  for (let n = 0; n < 3_000; n += 1) lane.ingest(feed, tick);
  assert.is(lane.inspection.hopsOf(caught?.cause ?? 0).length, 4);
  assert.is(lane.inspection.hopsOf((caught?.cause ?? 0) + 1).length, 0, 'the ring has come round');
  lane.inspection.endTrace(other);
  assert.not.ok(lane.inspection.isOn);
});

test('a filter leaves other kinds out, the rate is a limit, and time ends a trace', async () => {
  const { lane, env, feed, traced } = await aPipeline();
  const odd = traced('feed', 'odd');
  const slow = traced('feed', null, { ...WIDE, perSecond: 3, durationMs: 2_000 });
  for (let n = 0; n < 5; n += 1) lane.ingest(feed, tick);
  lane.ingest(feed, { kind: 'odd' });
  assert.equal(
    lane.inspection.fetchTrace(odd)?.records.map(({ kind }) => kind),
    ['odd'],
  );
  const limited = lane.inspection.fetchTrace(slow);
  assert.equal([limited?.records.length, limited?.skipped], [1, 5]);
  await env.advance(2_000);
  assert.is(lane.inspection.fetchTrace(slow)?.isOver, true);
  await env.advance(58_000);
  assert.not.ok(lane.inspection.isOn);
  assert.is(env.pendingTimers, 0);
});

test('an event is followed only while a trace may still record one', async () => {
  const { lane, env, feed, traced } = await aPipeline();
  const id = traced('execution', null, { ...WIDE, perSecond: 1 });
  for (let n = 0; n < 5; n += 1) lane.ingest(feed, tick);
  const first = lane.inspection.fetchTrace(id);
  assert.equal([first?.records.length, first?.skipped], [1, 4]);
  lane.suspend('strategy');
  lane.ingest(feed, tick);
  assert.ok((lane.inspection.detail('strategy')?.queued[0]?.cause ?? 0) < 0);
  await env.advance(1_000);
  lane.ingest(feed, tick);
  lane.resume('strategy');
  await env.settle();
  const later = lane.inspection.fetchTrace(id);
  assert.equal([later?.records.length, later?.skipped], [1, 5]);
  assert.is(lane.inspection.hopsOf(later?.records[0]?.cause ?? 0).length, 4);
});

test('limits that are none are refused with the field, and so is a trace too many', async () => {
  const { lane, traced } = await aPipeline();
  for (const [field, value] of [
    ['records', 0],
    ['records', 1_001],
    ['perSecond', 501],
    ['durationMs', Number.NaN],
  ] as const) {
    const refused = lane.inspection.trace('feed', null, { ...WIDE, [field]: value });
    assert.ok(!refused.ok && refused.error.kind === 'out-of-range');
    assert.ok(!refused.ok && 'field' in refused.error && refused.error.field === field);
  }
  for (let n = 0; n < TAPS_MAX; n += 1) traced('feed');
  const refused = lane.inspection.trace('feed', null, WIDE);
  assert.is(!refused.ok && refused.error.kind, 'too-many-traces');
});

test('traces that are over and were never fetched make room for new ones', async () => {
  const { lane, traced } = await aPipeline();
  for (let n = 0; n < 3 * TAPS_MAX; n += 1) lane.inspection.endTrace(traced('feed'));
  assert.is(lane.inspection.fetchTrace(1), null);
  assert.is(lane.inspection.fetchTrace(3 * TAPS_MAX)?.isOver, true);
});

test('a handler that fails or waits is recorded as such', async () => {
  const { lane, env } = aLane();
  const gate = deferred();
  const actor = anActor<null, Tick>({
    receive(state, { kind }) {
      if (kind === 'odd') throw new Error('odd');
      return gate.promise.then(() => state);
    },
  });
  const ref = await lane.spawn(actor, 'a');
  const begun = lane.inspection.trace('a', null, WIDE);
  assert.ok(begun.ok);
  lane.ingest(ref, tick);
  lane.ingest(ref, { kind: 'odd' });
  gate.resolve();
  await env.settle();
  const records = (begun.ok && lane.inspection.fetchTrace(begun.value)?.records) || [];
  assert.equal(
    records.map(({ outcome }) => outcome),
    ['awaiting', 'failed'],
  );
  assert.is.not(records[0]?.cause, records[1]?.cause);
});

test('without a trace messages carry no number', async () => {
  const { lane, traced, feed } = await aPipeline();
  lane.suspend('feed');
  lane.ingest(feed, tick);
  assert.is(lane.inspection.detail('feed')?.queued[0]?.cause, 0);
  traced('feed');
  lane.resume('feed');
  lane.suspend('strategy');
  lane.ingest(feed, tick);
  assert.ok((lane.inspection.detail('strategy')?.queued.at(-1)?.cause ?? 0) > 0);
});

test('the probe leaves every message and answer as it was', async () => {
  const outcome = async (isTraced: boolean, kinds: readonly Tick['kind'][]): Promise<unknown> => {
    const { lane, feed, traced, env } = await aPipeline();
    if (isTraced) traced('risk', null, { ...WIDE, records: 2 });
    const sampling = isTraced ? lane.inspection.sample() : null;
    for (const kind of kinds) lane.send(feed, { kind });
    await env.settle();
    sampling?.end();
    return lane.describe().map(({ path, handled, dropped }) => [path, handled, dropped]);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('tick', 'odd')), async (kinds) => {
      assert.equal(await outcome(true, kinds), await outcome(false, kinds));
    }),
    { numRuns: 20 },
  );
});

test('sampling tallies about one message in so many, and forgets when it ends', async () => {
  const { lane, feed } = await aPipeline();
  const sampling = lane.inspection.sample();
  const events = 4_000;
  for (let n = 0; n < events; n += 1) lane.ingest(feed, tick);
  const tallies = sampling.tallies();
  for (const path of ['feed', 'strategy', 'execution', 'risk']) {
    const estimate = (tallies.get(path)?.samples ?? 0) * SAMPLE_EVERY;
    assert.ok(Math.abs(estimate - events) < events / 4, `${path}: ${estimate}`);
  }
  sampling.end();
  assert.not.ok(lane.inspection.isOn);
  assert.is(lane.inspection.sample().tallies().size, 0);
});

test('an actor shows its mailbox, watchers and timers, and how old they are', async () => {
  const { lane, env } = aLane();
  await lane.spawn(anActor(), 'watched');
  const ref = await lane.spawn(
    anActor<null, Tick>({
      start(ctx) {
        ctx.timers.start('beat', 500, tick, { periodic: true });
        ctx.watch(refByPath('watched'), tick);
        return null;
      },
      receive(state, message, ctx) {
        ctx.stash(message);
        return state;
      },
    }),
    'watcher',
  );
  lane.ingest(ref, tick);
  lane.suspend('watcher');
  await env.advance(100);
  lane.ingest(ref, { kind: 'odd' });
  await env.advance(450);
  const detail = lane.inspection.detail('watcher');
  assert.is(detail?.stashed, 1);
  assert.equal(detail?.watching, [{ path: 'watched', uid: 1 }]);
  const [odd, beat] = detail?.queued ?? [];
  assert.equal(
    [odd?.kind, odd?.isNotice, beat?.kind, beat?.isNotice],
    ['odd', false, 'tick', true],
  );
  assert.is(env.clock.mono() - (odd?.queuedNs ?? 0), 450e6);
  const [timer] = detail?.timers ?? [];
  assert.equal([timer?.key, timer?.messageKind, timer?.isPeriodic], ['beat', 'tick', true]);
  assert.is((timer?.dueNs ?? 0) - env.clock.mono(), 450e6);
  assert.equal(lane.inspection.detail('watched')?.watchers, ['watcher']);
  assert.is(lane.inspection.detail('nobody'), null);
});

test('a long mailbox is cut, and a supervisor tells of its latest restarts', async () => {
  const { lane, env } = aLane();
  const child = anActor<null, Tick>({
    receive() {
      throw new Error('boom');
    },
  });
  const children = [{ id: 'child', start: () => child }];
  await lane.spawn(supervisor({ intensity: 3, periodMs: 1_000, children }), 'top');
  lane.ingest(refByPath<Tick>('top/child'), tick);
  const budget = () => lane.inspection.detail('top')?.restartBudget;
  assert.equal(budget(), { admitted: 1, intensity: 3, periodMs: 1_000 });
  await env.advance(1_001);
  assert.is(budget()?.admitted, 0);
  assert.equal(lane.inspection.detail('top')?.children, ['top/child']);
  assert.is(lane.inspection.detail('top/child')?.restartBudget, null);
  lane.suspend('top/child');
  for (let n = 0; n < 300; n += 1) lane.ingest(refByPath<Tick>('top/child'), tick);
  const detail = lane.inspection.detail('top/child');
  assert.equal([detail?.queued.length, detail?.mailbox.depth], [DETAIL_ROWS_MAX, 300]);
});

test('drain handles what is queued, then stops; what comes later is a dead letter', async () => {
  const { lane, env } = aLane();
  const seen: Tick[] = [];
  const gate = deferred();
  const ref = await lane.spawn(
    anActor<null, Tick>({
      receive(state, message) {
        seen.push(message);
        return gate.promise.then(() => state);
      },
    }),
    'a',
  );
  lane.ingest(ref, tick);
  lane.ingest(ref, { kind: 'odd' });
  const drained = lane.drain('a', 1_000);
  lane.ingest(ref, tick);
  gate.resolve();
  await env.settle();
  assert.equal(await drained, { ok: true, value: true });
  assert.equal(
    seen.map(({ kind }) => kind),
    ['tick', 'odd'],
  );
  assert.is(lane.deadLetters.countOf('stopped'), 1);
  assert.not.ok((await lane.drain('a', 1_000)).ok);
  assert.is(env.pendingTimers, 1, 'the window of the log of dead letters only');
});

test('a drain that takes too long is taken back, and the actor goes on', async () => {
  const { lane, env } = aLane();
  const seen: Tick[] = [];
  const ref = await lane.spawn(
    anActor<null, Tick>({
      receive(state, message) {
        seen.push(message);
        return state;
      },
    }),
    'a',
  );
  lane.suspend('a');
  lane.ingest(ref, tick);
  const drained = lane.drain('a', 1_000);
  await env.advance(1_000);
  assert.equal(await drained, { ok: true, value: false });
  lane.resume('a');
  await env.settle();
  lane.ingest(ref, tick);
  assert.is(seen.length, 2);
  assert.is(lane.describe()[0]?.status, 'running');
});

test.run();
