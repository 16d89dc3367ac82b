import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { guardActor } from '../../../actors/safety/guard.ts';
import { Gate } from '../../../src/control/gate.ts';
import type { GuardJournalEvent } from '../../../src/control/guard/events.ts';
import type { GuardLink, GuardView, Signs } from '../../../src/control/guard/link.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aLane } from '../../support/lanes.ts';

const NOBODY: GuardView = { pid: 0, isArmed: false, silences: 0, trip: 0, cause: null };

/** The daemon's side of a guard that says what the test says. */
async function aGuarded(before: Partial<GuardView> = {}) {
  const tested = aLane();
  const signs: Signs[] = [];
  const trips: string[] = [];
  const events: GuardJournalEvent[] = [];
  let told: (what: 'beat' | 'heard') => void = () => {};
  let isTreeUp = true;
  const link = {
    view: { ...NOBODY, ...before },
    isLeased: true as boolean,
    beat: (each: Signs) => void signs.push(each),
    listen(listener: typeof told) {
      told = listener;
    },
    goodbye: async () => {},
  } satisfies GuardLink;
  const gate = new Gate();
  gate.open('starting');
  const { log, lines } = aLog();
  const heard = await aBranch(
    tested,
    {
      'safety/guard': () =>
        guardActor({
          link,
          gate,
          isTreeUp: () => isTreeUp,
          trip: (by, reason) => {
            trips.push(`${by}: ${reason}`);
            gate.close('emergency');
          },
          journal: (event) => void events.push(event),
          log,
        }),
    },
    ['safety/control'],
  );
  return {
    ...tested,
    gate,
    link,
    signs,
    trips,
    events,
    lines,
    control: heard['safety/control'] as readonly { kind: string }[],
    /** The guard says something; control does what it does when the guard is armed. */
    async says(view: Partial<GuardView>, isLeased = true) {
      link.view = { ...link.view, ...view };
      link.isLeased = isLeased;
      told('heard');
      await tested.env.settle();
    },
    async beat(isUp = true) {
      isTreeUp = isUp;
      told('beat');
      await tested.env.settle();
    },
  };
}

const ARMED = { pid: 7, isArmed: true };

test('the gate is closed until a guard is armed, and control opens it', async () => {
  const desk = await aGuarded();
  assert.ok(desk.gate.isClosedBy('guard'));
  await desk.says({ pid: 7 });
  assert.equal(desk.control, [], 'a guard that is connected is not armed');
  await desk.says(ARMED);
  assert.equal(desk.control, [{ kind: 'cleared', fault: 'guard' }]);
  assert.ok(desk.gate.isClosedBy('guard'), 'opening it is for control');
  await desk.says(ARMED);
  assert.is(desk.control.length, 1);
  assert.equal(desk.events, [{ kind: 'guard-armed', pid: 7 }]);
});

test('each beat tells where the desk stands', async () => {
  const { beat, signs, gate } = await aGuarded();
  await beat(false);
  gate.close('emergency');
  await beat();
  const [first, second] = signs;
  assert.equal([first?.isTrading, first?.isTripped, first?.tripSeen], [false, false, 0]);
  assert.equal([second?.isTrading, second?.isTripped], [true, true]);
  assert.equal([second?.epoch, second?.mode], [gate.epoch, gate.mode]);
});

const LOSSES: readonly [Partial<GuardView>, boolean, string][] = [
  [NOBODY, true, 'no guard is connected'],
  [{ isArmed: false }, true, 'the guard is not armed'],
  [{ silences: 1 }, true, 'the guard took this daemon for silent and has cancelled'],
  [{}, false, 'the guard does not answer'],
];
for (const [view, isLeased, reason] of LOSSES) {
  test(`the gate closes when ${reason}, and all is well once it is armed again`, async () => {
    const desk = await aGuarded();
    await desk.says(ARMED);
    desk.gate.open('guard');
    await desk.says(view, isLeased);
    assert.ok(desk.gate.isClosedBy('guard'));
    const { epoch } = desk.gate;
    assert.equal(desk.control[1], { kind: 'fault', fault: 'guard', reason });
    await desk.beat();
    const isArmedAgain = reason.includes('silent');
    assert.is(desk.control.length, isArmedAgain ? 3 : 2, 'it is told once');
    assert.is(desk.gate.epoch, epoch, 'and closed once');
    await desk.says(ARMED);
    assert.equal(desk.control[2], { kind: 'cleared', fault: 'guard' });
    assert.equal(
      desk.events.map(({ kind }) => kind),
      ['guard-armed', 'guard-lost', 'guard-armed'],
    );
  });
}

test('ES21: a trip of the guard is one emergency, however often it is told', async () => {
  const desk = await aGuarded();
  await desk.says(ARMED);
  await desk.says({ isArmed: false, trip: 3, cause: 'open contacts: a' });
  await desk.says({});
  assert.equal(desk.trips, ['guard: open contacts: a']);
  assert.equal(desk.events.slice(1), [
    { kind: 'guard-tripped', trip: 3, cause: 'open contacts: a' },
  ]);
  await desk.beat();
  assert.equal([desk.signs[0]?.tripSeen, desk.signs[0]?.isTripped], [3, true]);
  await desk.says({ trip: 4, cause: 'open contacts: b' });
  assert.is(desk.trips.length, 2, 'the next one is another');
});

test('a guard that has stopped the desk is missed only once the emergency is over', async () => {
  const desk = await aGuarded();
  await desk.says(ARMED);
  desk.gate.open('guard');
  await desk.says({ isArmed: false, trip: 1, cause: 'open contacts: a' });
  await desk.beat();
  assert.equal(desk.gate.causes(), ['emergency'], 'an emergency of category 1 may flatten');
  await desk.says({}, false);
  assert.equal(desk.gate.causes(), ['emergency'], 'also longer than the last lease holds');
  desk.gate.open('emergency');
  await desk.beat();
  assert.equal(desk.gate.causes(), ['guard'], 'until it takes its own trip back');
  await desk.says({ isArmed: true, cause: null });
  assert.equal(desk.control.at(-1), { kind: 'cleared', fault: 'guard' });
});

test('ES13: a trip from before this start counts, one that was reset does not', async () => {
  const standing = await aGuarded({ pid: 7, trip: 2, cause: 'open contacts: b' });
  await standing.beat();
  assert.equal(standing.trips, ['guard: open contacts: b']);
  const reset = await aGuarded({ pid: 7, trip: 2, cause: null });
  await reset.beat();
  await reset.beat();
  assert.equal([reset.trips, reset.signs[1]?.tripSeen], [[], 2]);
});

test('in an orderly stop the guard is not missed', async () => {
  const desk = await aGuarded();
  await desk.says(ARMED);
  desk.gate.close('stopping');
  await desk.says(NOBODY);
  assert.is(desk.control.length, 1);
  assert.ok(desk.gate.isClosedBy('guard'));
});

test('people see where guard and desk stand', async () => {
  const desk = await aGuarded();
  await desk.says(ARMED);
  const view = desk.lane.view('safety/guard');
  assert.ok(view.ok);
  const { isGuarded, pid } = view.value as { isGuarded: boolean; pid: number };
  assert.equal([isGuarded, pid], [true, 7]);
});

test.run();
