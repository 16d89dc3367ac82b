import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isArmed } from '../../../src/control/guard/core.ts';
import { CLEAN_ROUNDS } from '../../../src/control/guard/sweep.ts';
import { CorePlay, cancelled, type Happening, POLICY } from '../../support/guard/core-play.ts';

/** What can befall a guard, with the time that passes before it. */
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.nat(700) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('beat'),
      isTrading: fc.boolean(),
      isTripped: fc.boolean(),
      tripSeen: fc.nat(3),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('answer'), open: fc.constantFrom(0, 0, 1, null) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hello') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('goodbye') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('closed') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('daemon-ended') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('contacts'),
      open: fc.option(fc.nat(7), { nil: null }),
    }),
  },
);
type Drawn = { kind: string; ms?: number; open?: number | null } & Record<string, unknown>;
const story = fc.array(happening, { maxLength: 40 }) as fc.Arbitrary<Drawn[]>;

/** Plays a story; the contacts stay as they were last set. */
function play(drawn: readonly Drawn[], look: (guard: CorePlay, event: Drawn) => void): CorePlay {
  const guard = new CorePlay();
  let contacts: number | null = 0;
  for (const event of drawn) {
    if (event.kind === 'pass') guard.pass(event.ms as number, contacts);
    else if (event.kind === 'answer') guard.answer(event.open as number | null);
    else if (event.kind === 'hello') guard.hello();
    else if (event.kind === 'contacts') {
      contacts = event.open as number | null;
      guard.pass(2, contacts);
    } else guard.tell(event as unknown as Happening);
    look(guard, event);
  }
  return guard;
}

test('armed means: heard in time, no contact latched, and nothing being cancelled', () => {
  fc.assert(
    fc.property(story, (drawn) => {
      play(drawn, ({ state }) => {
        if (!isArmed(state)) return;
        assert.is(state.cause, null);
        assert.is(state.open, 0, 'every contact is known to be closed');
        assert.ok(state.tickMs - state.heardMs <= POLICY.silentMs);
        assert.ok(state.sweeps.every(({ clean }) => clean >= CLEAN_ROUNDS));
      });
    }),
  );
});

test('a venue without a dead-man switch is told to cancel within silentMs of the last beat', () => {
  fc.assert(
    fc.property(story, fc.nat(2_000), (drawn, moreMs) => {
      const guard = play(drawn, () => {});
      guard.hello();
      guard.beat();
      if (guard.state.watch !== 'armed') return;
      const effects = guard.pass(POLICY.silentMs + 4 + moreMs, guard.state.open);
      assert.ok(cancelled(effects).includes('lone'));
    }),
  );
});

test('a latch once set falls only by a reset of people, with every contact closed', () => {
  fc.assert(
    fc.property(story, (drawn) => {
      let before: string | null = null;
      play(drawn, ({ state }, event) => {
        if (before !== null && state.cause === null) {
          assert.is(event.kind, 'beat');
          assert.equal([event['isTripped'], state.open], [false, 0]);
          assert.ok((event['tripSeen'] as number) >= state.trip);
        }
        before = state.cause;
      });
    }),
  );
});

test('an open contact is latched at the very next look, whatever came before', () => {
  fc.assert(
    fc.property(story, fc.integer({ min: 1, max: 7 }), (drawn, open) => {
      const guard = play(drawn, () => {});
      const effects = guard.pass(2, open);
      assert.ok(guard.state.cause !== null);
      const isNew = effects.some(({ kind }) => kind === 'latch');
      const latched = effects.findIndex(({ kind }) => kind === 'latch');
      const first = effects.findIndex(({ kind }) => kind === 'cancel');
      if (isNew) assert.ok(first < 0 || latched < first, 'the latch comes before the first cancel');
    }),
  );
});

test('requests to a venue are numbered upwards, and an old answer counts for nothing', () => {
  fc.assert(
    fc.property(story, (drawn) => {
      const guard = play(drawn, ({ state }) => {
        for (const { venue, round } of state.sweeps) {
          const stale = { kind: 'swept', venue, round: round - 1, open: 0 } as const;
          const swept = new CorePlay();
          swept.state = state;
          swept.tell(stale);
          assert.equal(swept.state.sweeps, state.sweeps);
        }
      });
      const rounds = new Map<string, number>();
      for (const effect of guard.effects) {
        if (effect.kind !== 'cancel') continue;
        assert.ok(effect.round > (rounds.get(effect.venue) ?? 0));
        rounds.set(effect.venue, effect.round);
      }
    }),
  );
});

test.run();
