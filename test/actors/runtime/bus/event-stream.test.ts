import { channel } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../../../actors/runtime/actor-spec.ts';
import {
  type EventClass,
  EventStream,
  eventClass,
  eventSubclass,
  SUBSCRIPTIONS_MAX,
} from '../../../../actors/runtime/bus/event-stream.ts';
import {
  actorFailed,
  actorStarted,
  deadLettered,
  type LaneEvent,
  laneEvents,
} from '../../../../actors/runtime/bus/lane-events.ts';
import { refByPath } from '../../../../actors/runtime/ref.ts';
import { supervisor } from '../../../../supervisors/supervisor.ts';
import { aChild } from '../../../support/children.ts';
import { aLane, anActor, aRecorder, failuresOf } from '../../../support/lanes.ts';

interface Numbered {
  readonly n: number;
}

const all = eventClass<Numbered>('test');
const even = eventSubclass<Numbered, Numbered>('test.even', all);
const fours = eventSubclass<Numbered, Numbered>('test.fours', even);

/** An actor that subscribes to some classes and notes what it hears. */
function anEar<E>(seen: E[], ...to: readonly EventClass<E>[]) {
  return aRecorder<E>(seen, {
    start(ctx) {
      for (const of of to) ctx.bus.subscribe(of);
      return null;
    },
  });
}

test('an event reaches the subscribers of its class and of every base, each once', async () => {
  const { lane, env } = aLane();
  const heard: Numbered[][] = [[], [], []];
  await lane.spawn(anEar(heard[0] as Numbered[], all), 'a');
  await lane.spawn(anEar(heard[1] as Numbered[], even), 'b');
  await lane.spawn(anEar(heard[2] as Numbered[], fours, all, even, all), 'c');
  lane.publish(all, { n: 1 });
  lane.publish(even, { n: 2 });
  lane.publish(fours, { n: 4 });
  await env.settle();
  assert.equal(
    heard.map((events) => events.map(({ n }) => n)),
    [
      [1, 2, 4],
      [2, 4],
      [1, 2, 4],
    ],
  );
});

test('each subscriber hears exactly its classes, in the order of publication', async () => {
  const classes = [all, even, fours];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2), { maxLength: 30 }), fc.nat(2), async (published, to) => {
      const { lane, env } = aLane();
      const heard: Numbered[] = [];
      await lane.spawn(anEar(heard, classes[to] as EventClass<Numbered>), 'a');
      for (const [n, at] of published.entries()) {
        lane.publish(classes[at] as EventClass<Numbered>, { n });
      }
      await env.settle();
      const expected = published.flatMap((at, n) => (at >= to ? [n] : []));
      assert.equal(
        heard.map(({ n }) => n),
        expected,
      );
    }),
    { numRuns: 30 },
  );
});

test('an actor publishes and may stop listening, and a late one does neither', async () => {
  const { lane, env } = aLane();
  const heard: Numbered[] = [];
  let ear: Context<Numbered> | null = null;
  await lane.spawn(
    aRecorder(heard, {
      start(ctx) {
        ear = ctx;
        ctx.bus.subscribe(all);
        ctx.bus.publish(all, { n: 1 });
        return null;
      },
    }),
    'a',
  );
  await env.settle();
  const ctx = ear as unknown as Context<Numbered>;
  assert.is(ctx.bus, ctx.bus, 'one bus for a context');
  ctx.bus.unsubscribe(all);
  ctx.bus.unsubscribe(even);
  lane.publish(all, { n: 2 });
  await env.settle();
  assert.equal(heard, [{ n: 1 }]);
  void lane.stop('a');
  await env.settle();
  ctx.bus.publish(all, { n: 3 });
  ctx.bus.subscribe(all);
  ctx.bus.unsubscribe(all);
  assert.is(lane.lateEffects, 3);
});

test('subscriptions are bounded, and the one too many fails its actor', async () => {
  const { lane, env } = aLane();
  const classes = Array.from({ length: SUBSCRIPTIONS_MAX }, (_, n) =>
    eventClass<Numbered>(`c${n}`),
  );
  await lane.spawn(anEar([], ...classes), 'a');
  const failures = failuresOf(lane);
  void lane.spawn(anEar([], all), 'b');
  await env.settle();
  assert.match(
    String(failures[0]?.error),
    `b: there are ${SUBSCRIPTIONS_MAX} subscriptions already`,
  );
  void lane.stop('a');
  await env.settle();
  await lane.spawn(anEar([], all), 'b');
});

test('a class needs a name that could be an actor’s', () => {
  assert.throws(() => eventClass('not a name'), /event class: actor name "not a name" is not/);
});

test('nobody hears a class without subscribers and diagnostics', () => {
  const stream = new EventStream();
  assert.not.ok(stream.isHeard(fours));
  const listen = (): void => undefined;
  channel('flyball:test').subscribe(listen);
  assert.ok(stream.isHeard(fours), 'its base is listened to');
  channel('flyball:test').unsubscribe(listen);
  assert.not.ok(stream.isHeard(fours));
});

test('what happens to the actors of a lane is heard by actors and by diagnostics', async () => {
  const { lane, env } = aLane();
  const heard: LaneEvent[] = [];
  const starts: LaneEvent[] = [];
  const diagnosed: string[] = [];
  const listen = (event: unknown): void => void diagnosed.push((event as LaneEvent).kind);
  channel('flyball:actor-failed').subscribe(listen);
  await lane.spawn(anEar<LaneEvent>(heard, laneEvents), 'all');
  await lane.spawn(anEar<LaneEvent>(starts, actorStarted, deadLettered, actorFailed), 'some');
  void lane.spawn(supervisor({ intensity: 1, children: [aChild('a', [])] }), 'top');
  await env.settle();
  for (let n = 0; n < 2; n += 1) {
    lane.send(refByPath<string>('top/a'), 'boom');
    await env.settle();
  }
  channel('flyball:actor-failed').unsubscribe(listen);
  const weary = await lane.spawn(
    aRecorder<string>([], { resumesAfter: [Error], start: () => null }),
    'weary',
  );
  lane.send(weary, 'boom');
  await env.settle();
  const once = ['actor-failed', 'dead-letter', 'actor-stopped'];
  assert.equal(
    heard.map(({ kind }) => kind),
    [
      ...['actor-started', 'actor-started', 'actor-started', 'actor-started'],
      ...[...once, 'actor-restarting', 'actor-started'],
      ...[...once, 'supervisor-gave-up', 'actor-stopped'],
      ...['actor-started', 'actor-resumed', 'dead-letter'],
    ],
  );
  assert.equal(
    starts.slice(-4, -2).map(({ kind }) => kind),
    ['actor-failed', 'dead-letter'],
  );
  assert.equal(diagnosed, ['actor-failed', 'actor-failed']);
});

test('a subscriber to dead letters that is full makes no loop of them', async () => {
  const { lane, env } = aLane();
  const spec = anEar<LaneEvent>([], deadLettered);
  await lane.spawn(anActor({ ...spec, mailbox: { capacity: 1 } } as never), 'a');
  lane.suspend('a');
  for (let n = 0; n < 5; n += 1) lane.send(refByPath('nobody'), n);
  await env.settle();
  assert.is(lane.deadLetters.countFor('nobody'), 5);
  assert.is(lane.deadLetters.countFor('a'), 4, 'one for each that found it full');
});

test.run();
