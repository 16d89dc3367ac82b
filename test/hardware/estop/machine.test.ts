import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  nextDeadlineUs,
  onAcknowledge,
  onLevels,
  onTime,
  onTrip,
  startEstop,
} from '../../../hardware/estop/machine.ts';
import {
  ESTOP_TIMES,
  HEALTHY,
  type Levels,
  REQUESTS,
  type StopCause,
} from '../../../hardware/estop/signals.ts';
import type { EstopState } from '../../../hardware/estop/state.ts';
import type { Level } from '../../../hardware/gpio/port.ts';
import { type Edge, play } from '../../support/gpio/waveforms.ts';

const fresh = (more: Partial<Parameters<typeof startEstop>[0]> = {}) =>
  startEstop({ atUs: 0, levels: HEALTHY, isLatched: false, isFaulted: false, ...more });
const played = (events: readonly Edge[], end = 10_000_000, init: Partial<Levels> = {}) =>
  play({ init, events, end }).told;
const pressed: Edge[] = [
  [0, 'a', 0],
  [0, 'b', 0],
  [1_000, 'a', 1],
  [1_000, 'b', 1],
];
const held = (fromUs: number, forUs: number): Edge[] => [
  [fromUs, 'reset', 1],
  [fromUs + forUs, 'reset', 0],
];

test('ES02 ES22 F36: an open sample of a channel or of tamper trips at once, however short', () => {
  for (const contact of ['a', 'b', 'tamper'] as const) {
    const told = played([
      [7, contact, 0],
      [8, contact, 1],
    ]);
    assert.equal(told, [[7, `trip:${contact}`]]);
  }
});

test('ES05: a released button does not take the trip away', () => {
  assert.ok(play({ init: {}, events: pressed, end: 1e9 }).state.cause !== null);
});

test('ES06: a reset acts on a press of 0.1 to 3 s and on its release only', () => {
  const outcome = (forUs: number) => played([...pressed, ...held(4_000_000, forUs)]).slice(1);
  assert.equal(outcome(99_999), []);
  assert.equal(outcome(100_000), [[4_100_000, 'reset:ok']]);
  assert.equal(outcome(3_000_000), [[7_000_000, 'reset:ok']]);
  assert.equal(outcome(3_000_001), [[7_000_001, 'reset:stuck']]);
});

test('ES07: a reset held at the start resets nothing and is told when it stays', () => {
  const atStart = { a: 0, b: 0, reset: 1 } as const;
  const closed: Edge[] = [
    [10, 'a', 1],
    [10, 'b', 1],
  ];
  const letGo = played([...closed, [2_999_999, 'reset', 0]], 9_000_000, atStart);
  assert.equal(letGo.slice(1), [[2_999_999, 'reset:denied:cooldown']]);
  const stuck = played([...closed, [5_000_000, 'reset', 0]], 9_000_000, atStart);
  assert.equal(stuck.slice(1), [[3_000_001, 'reset:stuck']]);
});

test('ES03: only the release is debounced: it has to be stable for 50 ms', () => {
  const closed = (atUs: number) => {
    const bounce: Edge[] = [
      [500_000, 'tamper', 0],
      [atUs, 'tamper', 1],
    ];
    return played([...pressed, ...bounce, ...held(3_900_000, 100_000)]).slice(1);
  };
  assert.equal(closed(3_950_000), [[4_000_000, 'reset:ok']]);
  assert.equal(closed(3_950_001), [[4_000_000, 'reset:denied:unstable']]);
});

test('ES09 ES10: a reset is refused while a contact is open and before 3 s are over', () => {
  const open = played([...pressed, [2_000_000, 'tamper', 0], ...held(4_000_000, 200_000)]);
  assert.equal(open.slice(1), [[4_200_000, 'reset:denied:open']]);
  const early = played([...pressed, ...held(2_000_000, 999_999), ...held(2_999_999, 200_000)]);
  assert.equal(early.slice(1), [
    [2_999_999, 'reset:denied:cooldown'],
    [3_199_999, 'reset:ok'],
  ]);
});

test('ES11 ES12: a fault is cleared by service with all contacts closed, the trip stays', () => {
  const events: Edge[] = [
    [0, 'a', 0],
    [60_000, 'service', 1],
    [70_000, 'service', 0],
    [80_000, 'a', 1],
    ...held(4_000_000, 200_000),
    [5_000_000, 'service', 1],
  ];
  const { told, state } = play({ init: {}, events, end: 6_000_000 });
  assert.equal(told.slice(1), [
    [50_000, 'fault:discrepancy'],
    [4_200_000, 'reset:denied:fault'],
    [5_000_000, 'fault:cleared'],
  ]);
  assert.equal([state.cause, state.isFaulted], ['a', false]);
});

test('ES11: a tamper contact that moves does not put a disagreement off', () => {
  const told = played([
    [0, 'a', 0],
    [40_000, 'tamper', 0],
  ]);
  assert.equal(told.slice(1), [[50_000, 'fault:discrepancy']]);
});

test('ES12: turning the service key back clears nothing', () => {
  const told = played([
    [0, 'a', 0],
    [60_000, 'service', 1],
    [70_000, 'a', 1],
    [80_000, 'service', 0],
  ]);
  assert.equal(told.slice(1), [[50_000, 'fault:discrepancy']]);
});

test('ES13: a start with a contact open starts tripped', () => {
  const { state, events } = fresh({ levels: { ...HEALTHY, b: 0 } });
  assert.is(state.cause, 'b');
  assert.equal(events, [{ atUs: 0, name: 'trip:b' }]);
  assert.is(nextDeadlineUs(state), ESTOP_TIMES.discrepancyUs);
});

test('ES32: a start with the latch set is tripped, and with its fault when there was one', () => {
  const latched = fresh({ isLatched: true, atUs: 5 });
  assert.equal(latched.events, []);
  assert.equal([latched.state.cause, latched.state.isFaulted], ['latch', false]);
  const reset = onLevels(onLevels(latched.state, 2_000_000, { reset: 1 }).state, 3_000_004, {
    reset: 0,
  });
  assert.equal(reset.events, [{ atUs: 3_000_004, name: 'reset:denied:cooldown' }]);
  assert.equal(fresh({ isFaulted: true }).state.isFaulted, true);
  assert.is(fresh({ isFaulted: true }).state.cause, 'latch');
});

test('ES20: a second trip changes nothing but begins the cool-down anew', () => {
  const first = onTrip(fresh().state, 100, 'shell').state;
  let state = onAcknowledge(first);
  for (let at = 0; at < 10; at += 1) {
    const step = onTrip(state, 200 + at, 'shell');
    assert.equal(step.events, []);
    state = step.state;
  }
  assert.equal(state, { ...first, isAcknowledged: true, atUs: 209, lastTripUs: 209 });
});

test('ES21: every source leads to the same state and tells its cause once', () => {
  for (const cause of [...REQUESTS, 'a', 'b', 'tamper'] as StopCause[]) {
    const { state, events } = onTrip(fresh().state, 5, cause);
    assert.equal(events, [{ atUs: 5, name: `trip:${cause}` }]);
    assert.equal(
      { ...state, cause: 'a', causes: [] },
      { ...onTrip(fresh().state, 5, 'a').state, causes: [] },
    );
  }
  const pressedFirst = onLevels(fresh().state, 1, { a: 0, b: 0 }).state;
  const also = onTrip(pressedFirst, 2, 'watchdog');
  assert.equal(also.events, [{ atUs: 2, name: 'also:watchdog' }]);
  assert.equal(onTrip(also.state, 3, 'watchdog').events, []);
  assert.equal(also.state.causes, ['a', 'b', 'watchdog']);
});

test('an acknowledgement silences and resets nothing, and a new trip needs a new one', () => {
  assert.is(onAcknowledge(fresh().state).isAcknowledged, false);
  const seen = onAcknowledge(onTrip(fresh().state, 0, 'shell').state);
  assert.equal([seen.cause, seen.isAcknowledged], ['shell', true]);
  const reset = onLevels(onLevels(seen, 3_000_000, { reset: 1 }).state, 3_500_000, { reset: 0 });
  assert.equal([reset.state.cause, reset.state.isAcknowledged], [null, false]);
  assert.equal(reset.state.causes, []);
});

test('one sample of several levels is taken in the order a, b, tamper, service, reset', () => {
  const closed = onLevels(onLevels(fresh().state, 0, { a: 0 }).state, 60_000, { a: 1 }).state;
  const holding = onLevels(closed, 4_000_000, { reset: 1 }).state;
  const { events } = onLevels(holding, 4_200_000, { reset: 0, service: 1 });
  assert.equal(
    events.map(({ name }) => name),
    ['fault:cleared', 'reset:ok'],
  );
});

test('what falls due together is told in order of time, the disagreement first', () => {
  const held = onLevels(fresh().state, 0, { reset: 1 }).state;
  const late = onLevels(held, 2_950_001, { a: 0 }).state;
  assert.is(nextDeadlineUs(late), 3_000_001);
  const { events, state } = onTime(late, 3_000_001);
  assert.equal(
    events.map(({ name }) => name),
    ['fault:discrepancy', 'reset:stuck'],
  );
  assert.is(nextDeadlineUs(state), null);
});

test('ES35: a time before the last one counts as the last one', () => {
  const tripped = onTrip(fresh().state, 5_000_000, 'shell').state;
  assert.is(onTime(tripped, 1).state.atUs, 5_000_000);
  assert.is(onTrip(tripped, 1, 'guard').state.lastTripUs, 5_000_000);
});

test('times that are no whole microseconds, and times that make no sense, are bugs', () => {
  assert.throws(() => onTime(fresh().state, 0.5), /whole microseconds/);
  assert.throws(() => fresh({ atUs: Number.NaN }), /whole microseconds/);
  const start = { atUs: 0, levels: HEALTHY, isLatched: false, isFaulted: false };
  assert.throws(() => startEstop(start, { ...ESTOP_TIMES, cooldownUs: 0 }), /above 0/);
  assert.throws(() => startEstop(start, { ...ESTOP_TIMES, resetMinUs: 4_000_000 }), /shortest/);
});

type Move =
  | { readonly kind: 'levels'; readonly afterUs: number; readonly levels: Partial<Levels> }
  | { readonly kind: 'trip'; readonly afterUs: number; readonly cause: StopCause }
  | { readonly kind: 'acknowledge' };

const gap = fc.oneof(
  fc.nat(100),
  fc.nat(60_000),
  fc.nat(4_000_000),
  fc.constantFrom(49_999, 50_000, 100_000, 3_000_000),
);
const level = fc.constantFrom<Level>(0, 1);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('levels' as const),
      afterUs: gap,
      levels: fc.record(
        { a: level, b: level, tamper: level, reset: level, service: level },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('trip' as const),
      afterUs: gap,
      cause: fc.constantFrom(...REQUESTS),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'acknowledge' as const }) },
);

function afterMove(state: EstopState, next: Move) {
  if (next.kind === 'acknowledge') return { state: onAcknowledge(state), events: [] };
  const atUs = state.atUs + next.afterUs;
  if (next.kind === 'trip') return onTrip(state, atUs, next.cause);
  return onLevels(state, atUs, next.levels);
}

test('ES15: nothing whatever leaves an open contact untripped or clears a trip unasked', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      let { state } = fresh();
      for (const next of moves) {
        const before = state;
        const { state: after, events } = afterMove(before, next);
        const { a, b, tamper } = after.levels;
        if (a === 0 || b === 0 || tamper === 0 || after.isFaulted) {
          assert.ok(after.cause !== null);
        }
        const resets = events.filter(({ name }) => name === 'reset:ok');
        if (before.cause !== null && after.cause === null) assert.is(resets.length, 1);
        if (resets.length > 0) {
          assert.ok(after.atUs - before.lastTripUs >= ESTOP_TIMES.cooldownUs);
          assert.ok(after.atUs - before.lastRiseUs >= ESTOP_TIMES.releaseStableUs);
        }
        const times = events.map(({ atUs }) => atUs);
        assert.equal(
          times,
          [...times].sort((left, right) => left - right),
        );
        state = after;
      }
    }),
    { numRuns: 300 },
  );
});

test('looking more often between two edges changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(move, { maxLength: 30 }),
      fc.infiniteStream(fc.nat(1_000_000)),
      (moves, looks) => {
        let { state: once } = fresh();
        let { state: often } = fresh();
        const toldOnce: unknown[] = [];
        const toldOften: unknown[] = [];
        for (const next of moves) {
          const atUs = once.atUs + (next.kind === 'acknowledge' ? 0 : next.afterUs);
          const between = Math.min(often.atUs + Number(looks.next().value), atUs);
          const look = onTime(often, between);
          toldOften.push(...look.events);
          const rest = next.kind === 'acknowledge' ? next : { ...next, afterUs: atUs - between };
          const [left, right] = [afterMove(once, next), afterMove(look.state, rest)];
          toldOnce.push(...left.events);
          toldOften.push(...right.events);
          once = left.state;
          often = onTime(right.state, atUs).state;
        }
        assert.equal(toldOften, toldOnce);
        assert.equal(onTime(often, once.atUs).state, once);
      },
    ),
    { numRuns: 200 },
  );
});

test.run();
