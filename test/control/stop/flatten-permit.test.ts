import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Gate } from '../../../src/control/gate.ts';
import {
  EmergencyStop,
  STOP_AT_ONCE,
  type StopPolicy,
} from '../../../src/control/stop/flatten-permit.ts';
import { aDesk, aRunningDesk } from '../../support/control/desks.ts';
import { aCause } from '../../support/control/kernels.ts';
import { law } from '../../support/law.ts';

const MS = 1e6;
const ONE: StopPolicy = { category: 1, flattenMs: 1_000 };
const one = () => ONE;

/** News without tokens and epochs, and without the entry of the mode. */
function plain(news: readonly string[]): string[] {
  return news
    .filter((each) => !each.startsWith('journal') && !each.startsWith('latch'))
    .map((each) => each.replace(/^(reconcile \w+|flatten) \d+$/, '$1'));
}

const PERMITTED = 'note flattening-permitted: reduce-only, until flat or late';
const STOPPED = ['cancel-all a', 'cancel-all b', 'withdraw', 'reconcile a', 'reconcile b'];

test('ES16: a stop of category 0 cancels, takes quotes back and permits nothing', () => {
  const { desk, gate, news, reconcileAll, wait } = aRunningDesk();
  desk.emergency('button', 'pressed');
  assert.equal(plain(news()), [...STOPPED, 'withdraw']);
  reconcileAll();
  wait(5_000);
  desk.evaluate();
  assert.equal(plain(news()), []);
  assert.is(gate.isFlatteningPermitted, false);
});

test('ES17: a stop of category 1 cancels first and permits flattening once venues agree', () => {
  const { desk, gate, news, owed, reconcileAll } = aRunningDesk({ stop: one });
  desk.emergency('button', 'pressed');
  assert.equal(plain(news()), [...STOPPED, 'withdraw'], 'nobody knows yet what there is');
  desk.venueReconciled('a', owed.get('a') as number);
  assert.is(gate.isFlatteningPermitted, false);
  reconcileAll();
  assert.equal(plain(news()), [PERMITTED, 'flatten']);
  assert.is(gate.isFlatteningPermitted, true);
  desk.flattened('');
  assert.equal(plain(news()), ['note flattening-ended: every position is flat']);
  assert.is(gate.isFlatteningPermitted, false, 'then it is category 0');
});

test('ES17: a deadline that lapses ends in category 0, and what is left is on record', () => {
  const { desk, gate, news, reconcileAll, wait } = aRunningDesk({ stop: one });
  desk.emergency('button', 'pressed');
  reconcileAll();
  news();
  wait(999);
  desk.evaluate();
  assert.is(gate.isFlatteningPermitted, true);
  wait(1);
  desk.evaluate();
  assert.is(gate.isFlatteningPermitted, false);
  assert.equal(plain(news()), ['note flattening-over: its time is over', 'cease']);
  desk.flattened('BTCUSDT 0.1 (stale-book)');
  reconcileAll();
  desk.evaluate();
  assert.equal(plain(news()), ['note flattening-ended: left: BTCUSDT 0.1 (stale-book)']);
});

test('ES17: venues that agree only after the deadline permit nothing', () => {
  const { desk, gate, news, reconcileAll, wait } = aRunningDesk({ stop: one });
  desk.emergency('button', 'pressed');
  wait(1_000);
  news();
  reconcileAll();
  assert.equal(plain(news()), ['note flattening-over: its time is over', 'cease']);
  assert.is(gate.isFlatteningPermitted, false);
});

test('ES17: a fault while flattening takes the permit, agreement brings a newer one', () => {
  const { desk, gate, news, reconcileAll } = aRunningDesk({ stop: one });
  desk.emergency('button', 'pressed');
  reconcileAll();
  const { epoch } = gate;
  news();
  desk.fault('down:trading/risk', 'boom');
  assert.is(gate.isFlatteningPermitted, false);
  reconcileAll();
  assert.is(gate.isFlatteningPermitted, false, 'the fault stands');
  desk.cleared('down:trading/risk');
  assert.is(gate.isFlatteningPermitted, true);
  assert.ok(gate.epoch > epoch);
  assert.equal(
    plain(news()).filter((each) => !each.startsWith('reconcile')),
    ['withdraw', 'flatten'],
    'the journal has the permit of this stop already',
  );
});

test('ES17: a permit that cannot be journaled is not made', () => {
  let fault: Error | null = null;
  const { desk, gate, reconcileAll } = aRunningDesk({ stop: one, journalFault: () => fault });
  desk.emergency('button', 'pressed');
  fault = new Error('disk full');
  assert.throws(reconcileAll, /disk full/);
  assert.is(gate.isFlatteningPermitted, false);
});

const DESK = { kind: 'desk' } as const;

test('ES17: beside a breaker against trading the permit is made anew', () => {
  const { desk, kernel, gate, reconcileAll, news } = aRunningDesk({ stop: () => ONE });
  desk.emergency('ann', 'pressed');
  reconcileAll();
  news();
  const { epoch } = gate;
  kernel.raise(aCause({ control: 'C32', scope: DESK, reset: 'A', letsFlatten: true }));
  assert.equal(gate.causes(), ['emergency', 'soft-breaker']);
  assert.ok(gate.epoch > epoch, 'what was sliced before stays in');
  assert.ok(gate.isFlatteningPermitted);
  assert.ok(plain(news()).includes('flatten'));
  kernel.raise(aCause({ control: 'C16', scope: DESK, reset: 'A' }));
  assert.not.ok(gate.isFlatteningPermitted, 'one that doubts the venue ends it');
  const owner = { kind: 'owner', name: 'breakers', reason: 'well again' } as const;
  assert.ok(kernel.release('C16@desk', owner, 2_000).ok);
  assert.equal(gate.causes(), ['emergency', 'soft-breaker']);
  desk.evaluate();
  assert.ok(gate.isFlatteningPermitted, 'and it goes on once that is over');
});

test('ES17: a desk that such a breaker has halted flattens when it is tripped', () => {
  const { desk, kernel, gate, reconcileAll, news } = aRunningDesk({ stop: () => ONE });
  kernel.raise(aCause({ control: 'CASCADE-STRATEGY', scope: DESK, letsFlatten: true }));
  assert.equal([desk.mode, gate.causes()], ['manual', ['soft-breaker']]);
  desk.emergency('ann', 'pressed');
  reconcileAll();
  assert.ok(gate.isFlatteningPermitted);
  assert.ok(plain(news()).includes('flatten'));
});

test('ES17: an orderly stop ends the flattening, for the gate is closed by it', () => {
  const { desk, gate, reconcileAll } = aRunningDesk({ stop: one });
  desk.emergency('button', 'pressed');
  reconcileAll();
  gate.close('stopping');
  reconcileAll();
  assert.is(gate.isFlatteningPermitted, false);
  desk.settle(() => {});
  reconcileAll();
  assert.is(gate.isFlatteningPermitted, false);
});

test('ES19: while it stands the stop falls to 0 and never rises to 1', () => {
  const { desk, gate, news, reconcileAll } = aRunningDesk({ stop: one });
  desk.emergency('button', 'pressed');
  reconcileAll();
  news();
  desk.emergency('supervision', 'gave up', STOP_AT_ONCE);
  assert.is(gate.isFlatteningPermitted, false);
  const ceased = ['note flattening-over: a stop of category 0 was asked for', 'cease'];
  assert.equal(plain(news()), [...ceased, ...STOPPED]);
  desk.emergency('button', 'pressed again');
  reconcileAll();
  assert.is(gate.isFlatteningPermitted, false);
});

test('ES19: an emergency from before a crash is of category 0, whatever comes', () => {
  const { desk, gate, reconcileAll } = aDesk({ isLatched: true, stop: one });
  desk.started();
  desk.emergency('button', 'pressed');
  reconcileAll();
  assert.is(gate.isFlatteningPermitted, false);
});

test('ES20: ten more trips while it flattens change nothing but the cool-down', () => {
  const { desk, gate, news, journal, reconcileAll, wait } = aRunningDesk({
    stop: one,
    policy: { resetCooldownMs: 3_000 },
  });
  desk.emergency('button', 'pressed');
  reconcileAll();
  wait(500);
  news();
  for (let trip = 0; trip < 10; trip += 1) {
    gate.close('emergency');
    desk.emergency('button', 'bounce');
    assert.is(gate.isFlatteningPermitted, true, 'it goes on in the epoch of this trip');
  }
  assert.equal(plain(news()), new Array(10).fill('flatten'));
  assert.is(desk.summary().cooldownMs, 3_000);
  assert.is(journal.at(-1)?.to, 'emergency');
  wait(499);
  desk.evaluate();
  assert.is(gate.isFlatteningPermitted, true);
  wait(1);
  desk.evaluate();
  assert.is(gate.isFlatteningPermitted, false, 'the first deadline holds');
});

test('ES20: trips before the venues agree put nothing off and ask nobody twice', () => {
  const { desk, gate, news, owed } = aRunningDesk({ stop: one });
  desk.emergency('button', 'pressed');
  const asked = [...owed];
  news();
  desk.emergency('tamper', 'opened');
  assert.equal(plain(news()), []);
  for (const [venue, token] of asked) desk.venueReconciled(venue, token);
  assert.is(gate.isFlatteningPermitted, true);
});

test('a reset while it flattens ends it, and the next stop begins anew', () => {
  const { desk, gate, news, reconcileAll, wait } = aRunningDesk({ stop: one });
  desk.emergency('button', 'pressed');
  reconcileAll();
  wait(10);
  news();
  assert.ok(desk.reset('ann', 'a mistake').ok);
  const ceased = ['note flattening-over: the emergency was reset', 'cease'];
  assert.equal(plain(news()), ['withdraw', ...ceased, 'unlatch']);
  assert.is(gate.isFlatteningPermitted, false);
  desk.emergency('button', 'pressed');
  reconcileAll();
  assert.ok(plain(news()).includes(PERMITTED));
  assert.is(gate.isFlatteningPermitted, true);
});

test('ES19: no permit outlives the first deadline, and none follows category 0', () => {
  const move = fc.oneof(
    fc.record({ kind: fc.constant('trip' as const), category: fc.constantFrom<0 | 1>(0, 1) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(700) }),
    fc.record({ kind: fc.constantFrom('flat' as const, 'agree' as const, 'close' as const) }),
  );
  law(
    fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
      const gate = new Gate();
      gate.open('starting');
      const stop = new EmergencyStop(gate, false);
      let nowNs = 0;
      let deadlineNs = 0;
      let isZero = false;
      for (const next of moves) {
        if (next.kind === 'wait') nowNs += next.ms * MS;
        else if (next.kind === 'close') gate.close('reconciling');
        else if (next.kind === 'agree') gate.open('reconciling');
        else if (next.kind === 'flat') isZero = stop.onFlat() || isZero;
        else if (next.kind === 'trip') {
          gate.close('emergency');
          if (stop.category === null) deadlineNs = nowNs + ONE.flattenMs * MS;
          isZero ||= next.category === 0;
          stop.trip({ ...ONE, category: next.category }, nowNs);
        }
        if (stop.onTime(nowNs)) isZero = true;
        if (stop.mayFlatten(nowNs)) {
          const permit = stop.mint();
          assert.is(permit.deadlineNs, deadlineNs);
          assert.is(permit.epoch, gate.epoch);
        }
        if (isZero || nowNs >= deadlineNs) assert.is(gate.isFlatteningPermitted, false);
        assert.is(stop.category === 0, isZero);
      }
    }),
  );
});

test.run();
