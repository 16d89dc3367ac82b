import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aDesk, aRunningDesk, somePolicy } from '../support/control/desks.ts';
import { SEAL } from '../support/control/restores.ts';

/** News whose tokens do not matter. */
function tokenless(news: readonly string[]): string[] {
  return news.map((each) => each.replace(/^(reconcile \w+) \d+$/, '$1'));
}

test('a new desk lets nothing leave until the tree is up and every venue agrees', () => {
  const { desk, gate, owed, done } = aDesk();
  assert.equal([desk.mode, gate.causes()], ['manual', ['starting', 'reconciling']]);
  assert.equal(done, []);
  desk.started();
  assert.equal(gate.causes(), ['reconciling']);
  desk.venueReconciled('a', owed.get('a') as number);
  assert.equal(gate.causes(), ['reconciling']);
  desk.venueReconciled('b', owed.get('b') as number);
  assert.equal([desk.mode, gate.mode, gate.causes()], ['full-auto', 'full-auto', []]);
});

test('a desk that was left in emergency comes back in it, closed', () => {
  const { desk, gate, reconcileAll } = aDesk({ isLatched: true });
  assert.equal([desk.mode, gate.mode], ['emergency', 'emergency']);
  assert.equal(gate.causes(), ['starting', 'emergency', 'reconciling']);
  desk.started();
  reconcileAll();
  assert.equal([desk.mode, gate.causes()], ['emergency', ['emergency']]);
});

test('the tree comes up once', () => {
  const { desk, news } = aRunningDesk();
  desk.started();
  assert.equal(news(), []);
});

test('every step up is durable before the gate follows', () => {
  const { desk, reconcileAll, news } = aDesk();
  desk.started();
  reconcileAll();
  assert.equal(
    news().filter((each) => each.startsWith('journal')),
    [
      'journal manual>manual at manual reconciling',
      'journal manual>semi-auto at manual',
      'journal semi-auto>full-auto at semi-auto',
    ],
  );
});

test('a step up that cannot be journaled leaves the gate where it was', () => {
  let fault: Error | null = null;
  const { desk, gate, reconcileAll } = aDesk({ journalFault: () => fault });
  desk.started();
  fault = new Error('disk full');
  assert.throws(reconcileAll, /disk full/);
  assert.is(gate.mode, 'manual');
});

test('a fault closes the gate, lowers the mode, takes quotes back and reconciles anew', () => {
  const { desk, gate, news } = aRunningDesk();
  const epoch = gate.epoch;
  desk.fault('down:risk', 'boom');
  assert.equal(tokenless(news()), [
    'journal full-auto>manual at manual reconciling',
    'withdraw',
    'withdraw',
    'reconcile a',
    'reconcile b',
  ]);
  assert.equal([desk.mode, gate.causes()], ['manual', ['reconciling']]);
  assert.ok(gate.epoch > epoch);
  assert.equal(desk.summary().faults, ['down:risk']);
});

test('the gate opens after a fault once it is cleared and every venue agrees, in any order', () => {
  const one = aRunningDesk();
  one.desk.fault('down:risk', 'boom');
  one.desk.cleared('down:risk');
  assert.equal(one.gate.causes(), ['reconciling']);
  one.reconcileAll();
  assert.equal([one.desk.mode, one.gate.causes()], ['full-auto', []]);
  const other = aRunningDesk();
  other.desk.fault('down:risk', 'boom');
  other.reconcileAll();
  assert.equal([other.desk.mode, other.gate.causes()], ['manual', ['reconciling']]);
  other.desk.cleared('down:risk');
  assert.equal([other.desk.mode, other.gate.causes()], ['full-auto', []]);
});

test('a fault before the tree is up asks nobody and is remembered', () => {
  const { desk, gate, reconcileAll, news } = aDesk();
  desk.fault('down:risk', 'boom');
  assert.equal(news(), ['journal manual>manual at manual starting+reconciling', 'withdraw']);
  desk.started();
  reconcileAll();
  assert.equal(gate.causes(), ['reconciling']);
  desk.cleared('down:risk');
  assert.equal(gate.causes(), []);
});

test('a fault that nobody reported is cleared without a word', () => {
  const { desk, news } = aRunningDesk();
  desk.cleared('down:risk');
  assert.equal(news(), []);
});

test('the journal that is well again opens what it had closed itself', () => {
  const { desk, gate, reconcileAll } = aRunningDesk();
  gate.close('journal');
  desk.fault('journal', 'slow');
  reconcileAll();
  assert.equal(gate.causes(), ['reconciling', 'journal']);
  desk.cleared('journal');
  assert.equal(gate.causes(), []);
});

test('the only venue of a desk that is lost closes it until it has been reconciled', () => {
  const { desk, gate, reconcileAll } = aRunningDesk({ venues: ['a'] });
  desk.venueLost('a', 'closed');
  assert.equal(
    [desk.summary().faults, gate.causes(), desk.mode],
    [['venue:a'], ['reconciling'], 'manual'],
  );
  desk.venueConnected('a');
  reconcileAll();
  assert.equal([desk.summary().faults, gate.causes()], [[], []]);
});

test('one of several venues that is lost leaves the gate open for the others', () => {
  const { desk, gate, owed, news } = aRunningDesk();
  const { epoch } = gate;
  desk.venueLost('a', 'closed');
  assert.equal(
    [desk.summary().faults, gate.causes(), desk.mode],
    [['venue-away:a'], [], 'full-auto'],
  );
  assert.ok(gate.epoch > epoch, 'what was decided before does not leave');
  news();
  desk.venueConnected('a');
  assert.equal([tokenless(news()), gate.causes()], [['reconcile a'], []]);
  desk.venueReconciled('a', owed.get('a') as number);
  assert.equal([desk.summary().faults, gate.causes()], [[], []]);
});

test('no mode is climbed to while a venue is away', () => {
  const { desk, owed } = aRunningDesk();
  desk.request('semi-auto', 'ann', 'a test');
  desk.venueLost('a', 'closed');
  desk.request('full-auto', 'ann', 'a test');
  assert.is(desk.mode, 'semi-auto');
  desk.venueReconciled('a', owed.get('a') as number);
  assert.is(desk.mode, 'full-auto');
});

test('the last of several venues that is lost closes the gate until all are back', () => {
  const { desk, gate, owed, reconcileAll } = aRunningDesk();
  desk.venueLost('a', 'closed');
  desk.venueLost('b', 'closed');
  assert.equal(desk.summary().faults, ['venue-away:a', 'venue:b']);
  assert.equal(gate.causes(), ['reconciling']);
  desk.venueConnected('b');
  desk.venueReconciled('b', owed.get('b') as number);
  assert.equal(gate.causes(), ['reconciling'], 'one is still away');
  desk.venueConnected('a');
  reconcileAll();
  assert.equal([desk.summary().faults, gate.causes()], [[], []]);
});

test('a venue that is lost while the desk is closed is one that it waits for', () => {
  const { desk, gate } = aRunningDesk();
  desk.fault('down:risk', 'crashed');
  desk.venueLost('a', 'closed');
  assert.equal(desk.summary().faults, ['down:risk', 'venue:a']);
  assert.equal(gate.causes(), ['reconciling']);
});

test('a desk that closes while a venue is away opens only with it', () => {
  const { desk, gate, owed } = aRunningDesk();
  desk.venueLost('a', 'closed');
  desk.fault('down:risk', 'crashed');
  desk.cleared('down:risk');
  desk.venueReconciled('b', owed.get('b') as number);
  assert.equal(gate.causes(), ['reconciling']);
  desk.venueConnected('a');
  desk.venueReconciled('a', owed.get('a') as number);
  assert.equal([desk.summary().faults, gate.causes()], [[], []]);
});

test('a report of an older run proves nothing about a venue that was lost since', () => {
  for (const venues of [['a'], ['a', 'b']]) {
    const { desk, owed } = aRunningDesk({ venues });
    const older = owed.get('a') as number;
    desk.venueLost('a', 'closed');
    const { faults } = desk.summary();
    desk.venueReconciled('a', older);
    assert.equal(desk.summary().faults, faults);
    assert.is(faults.length, 1);
  }
});

test('a venue that connects owes a run, and nothing leaves meanwhile', () => {
  const { desk, gate, news, reconcileAll } = aRunningDesk();
  desk.venueConnected('a');
  assert.equal([tokenless(news()), gate.causes()], [['reconcile a'], ['reconciling']]);
  reconcileAll();
  assert.equal(gate.causes(), []);
});

test('a venue that connects before the tree is up is asked when it is', () => {
  const { desk, news } = aDesk();
  desk.venueConnected('a');
  assert.equal(news(), []);
  desk.started();
  assert.equal(tokenless(news()).slice(0, 2), ['reconcile a', 'reconcile b']);
});

test('settling tells every venue to cancel before any is asked', () => {
  const { desk, news } = aRunningDesk();
  desk.settle(() => {});
  const told = tokenless(news());
  assert.equal(told, ['cancel-all a', 'cancel-all b', 'reconcile a', 'reconcile b']);
});

test('settling waits for runs that begin after it, and is told once', () => {
  const { desk, owed, reconcileAll } = aRunningDesk();
  const before = new Map(owed);
  let settled = 0;
  desk.settle(() => {
    settled += 1;
  });
  for (const [venue, token] of before) desk.venueReconciled(venue, token);
  assert.is(settled, 0);
  reconcileAll();
  reconcileAll();
  assert.is(settled, 1);
});

test('a wish for less binds the gate first and the journal after', () => {
  const { desk, gate, news } = aRunningDesk();
  const epoch = gate.epoch;
  desk.request('semi-auto', 'ann', 'lunch');
  assert.equal(news(), ['journal full-auto>semi-auto at semi-auto', 'withdraw']);
  assert.ok(gate.epoch > epoch);
  desk.request('manual', 'ann', 'lunch');
  assert.equal(news(), ['journal semi-auto>manual at manual', 'withdraw']);
});

test('a wish for more is taken step by step, each when its cool-down is over', () => {
  const { desk, journal, wait } = aRunningDesk({
    policy: { initial: 'manual', semiCooldownMs: 5, fullCooldownMs: 7 },
  });
  desk.request('full-auto', 'ann', 'morning');
  assert.equal([desk.mode, desk.summary().cooldownMs], ['manual', 5]);
  wait(5);
  desk.evaluate();
  assert.equal([desk.mode, desk.summary().cooldownMs], ['semi-auto', 7]);
  wait(6);
  desk.evaluate();
  assert.is(desk.mode, 'semi-auto');
  wait(1);
  desk.evaluate();
  assert.equal([desk.mode, desk.summary().cooldownMs], ['full-auto', 0]);
  assert.equal(
    journal.slice(-3).map(({ by, requested }) => [by, requested]),
    [
      ['ann', 'full-auto'],
      ['policy', 'full-auto'],
      ['policy', 'full-auto'],
    ],
  );
});

test('a wish that changes nothing leaves no trace', () => {
  const { desk, news } = aRunningDesk();
  desk.request('full-auto', 'ann', 'again');
  assert.equal(news(), []);
});

test('an emergency stop closes and latches before anybody is told', () => {
  const { desk, gate, latch, news } = aRunningDesk();
  desk.emergency('ann', 'smoke');
  assert.equal(tokenless(news()), [
    'latch ann: smoke',
    'cancel-all a',
    'cancel-all b',
    'withdraw',
    'reconcile a',
    'reconcile b',
    'journal full-auto>emergency at emergency emergency+reconciling',
    'withdraw',
  ]);
  assert.equal([desk.mode, gate.mode], ['emergency', 'emergency']);
  assert.equal(desk.summary(), {
    mode: 'emergency',
    requested: 'manual',
    faults: [],
    gate: ['emergency', 'reconciling'],
    cooldownMs: 10,
    latch: 'ann: smoke',
    riskScale: 0,
    raised: [],
  });
  assert.is(latch.cause(), 'ann: smoke');
});

test('an emergency stop goes on when its latch cannot be written, and says so', () => {
  const { desk, gate, news } = aRunningDesk({ latchFault: new Error('disk full') });
  desk.emergency('ann', 'smoke');
  assert.equal(news().slice(0, 2), ['alert latch-not-written: disk full', 'cancel-all a']);
  assert.equal([desk.mode, gate.causes()], ['emergency', ['emergency', 'reconciling']]);
});

test('an emergency stop that cannot be journaled has closed the gate all the same', () => {
  let fault: Error | null = null;
  const { desk, gate, latch } = aRunningDesk({ journalFault: () => fault });
  fault = new Error('disk full');
  assert.throws(() => desk.emergency('ann', 'smoke'), /disk full/);
  assert.equal(gate.causes(), ['emergency', 'reconciling']);
  assert.equal([gate.mode, latch.cause()], ['emergency', 'ann: smoke']);
});

test('reconciled venues do not lead out of an emergency', () => {
  const { desk, gate, reconcileAll } = aRunningDesk();
  desk.emergency('ann', 'smoke');
  reconcileAll();
  desk.request('full-auto', 'ann', 'go on');
  assert.equal([desk.mode, gate.causes()], ['emergency', ['emergency']]);
});

test('a reset is refused when nothing was tripped, and while the desk is cooling', () => {
  const { desk, wait } = aRunningDesk();
  assert.equal(desk.reset('ann', 'oops'), {
    ok: false,
    error: { kind: 'not-tripped', waitMs: 0 },
  });
  desk.emergency('ann', 'smoke');
  wait(4);
  assert.equal(desk.reset('ann', 'done'), { ok: false, error: { kind: 'cooling', waitMs: 6 } });
  assert.is(desk.mode, 'emergency');
});

test('a reset does not undo a trip whose message is still on its way', () => {
  const { desk, gate, wait } = aRunningDesk();
  desk.emergency('ann', 'smoke');
  wait(10);
  gate.close('emergency');
  assert.equal(desk.reset('ann', 'no fire'), {
    ok: false,
    error: { kind: 'cooling', waitMs: 10 },
  });
  assert.ok(gate.isClosedBy('emergency'));
  desk.emergency('eve', 'more smoke');
  wait(10);
  assert.ok(desk.reset('ann', 'no fire').ok);
});

test('a reset leaves Manual without a standing order, and trading needs a wish', () => {
  const { desk, gate, latch, wait, news, reconcileAll } = aRunningDesk();
  desk.emergency('ann', 'smoke');
  reconcileAll();
  wait(10);
  news();
  assert.equal(desk.reset('ann', 'no fire'), { ok: true, value: undefined });
  assert.equal(news(), ['journal emergency>manual at manual emergency', 'withdraw', 'unlatch']);
  desk.evaluate();
  assert.equal([desk.mode, gate.causes(), latch.cause()], ['manual', [], null]);
  desk.request('full-auto', 'ann', 'go on');
  assert.is(desk.mode, 'full-auto');
});

test('a reset that cannot be journaled leaves the desk closed and latched', () => {
  let fault: Error | null = null;
  const { desk, gate, latch, wait } = aRunningDesk({ journalFault: () => fault });
  desk.emergency('ann', 'smoke');
  wait(10);
  fault = new Error('disk full');
  assert.throws(() => desk.reset('ann', 'no fire'), /disk full/);
  assert.ok(gate.isClosedBy('emergency'));
  assert.is(latch.cause(), 'ann: smoke');
});

test('a reset that cannot clear the latch leaves the gate closed', () => {
  const { desk, gate, wait } = aRunningDesk({ unlatchFault: new Error('disk broken') });
  desk.emergency('ann', 'smoke');
  wait(10);
  assert.throws(() => desk.reset('ann', 'no fire'), /disk broken/);
  assert.ok(gate.isClosedBy('emergency'));
});

test('a venue that the desk does not have opens nothing', () => {
  const { desk, gate, news } = aDesk({ venues: ['a'] });
  desk.started();
  desk.venueReconciled('b', 1);
  assert.equal(gate.causes(), ['reconciling']);
  assert.not.ok(news().some((each) => each.includes(' b ')));
});

test('a new policy binds from the next change on and is no change itself', () => {
  const { desk, news } = aRunningDesk();
  desk.adopt(somePolicy({ semiCooldownMs: 99 }));
  assert.equal(news(), []);
  desk.request('manual', 'ann', 'lunch');
  assert.is(desk.summary().cooldownMs, 99);
});

test('a change of mode is journaled with all that is needed to come back to it', () => {
  const { desk, gate, journal } = aRunningDesk();
  desk.request('semi-auto', 'ann', 'lunch');
  assert.equal(journal.at(-1), {
    kind: 'mode-changed',
    from: 'full-auto',
    to: 'semi-auto',
    requested: 'semi-auto',
    by: 'ann',
    reason: 'lunch',
    epoch: gate.epoch,
    machine: SEAL.seal('flyball-mode-v2', {
      mode: 'semi-auto',
      requested: 'semi-auto',
      untilMs: 0,
      faults: [],
    }),
    machineVersion: 2,
  });
});

test.run();
