import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Releaser } from '../../src/control/authorisation.ts';
import { beginCaution } from '../../src/control/severity/caution.ts';
import { aDesk, aRunningDesk, type ModeChanged } from '../support/control/desks.ts';
import { aCause } from '../support/control/kernels.ts';

const operator: Releaser = { kind: 'person', name: 'ann', role: 'operator', reason: 'well again' };
const desk = { kind: 'desk' } as const;

test('a paused desk comes down to Manual and climbs again once it is released', () => {
  const { desk: control, kernel, gate, reconcileAll, journal } = aRunningDesk();
  kernel.raise(aCause({ scope: desk, control: 'C33' }));
  assert.equal([control.mode, gate.causes()], ['manual', ['breaker']]);
  assert.equal(control.summary().faults, ['breaker']);
  assert.is(journal.at(-1)?.reason, 'the desk is paused');
  assert.ok(control.release('C33@desk', operator).ok);
  reconcileAll();
  assert.equal([control.mode, gate.causes()], ['full-auto', []]);
});

test('a paused venue leaves the mode and bars steps up', () => {
  const { desk: control, kernel, gate } = aRunningDesk();
  kernel.raise(aCause());
  assert.equal([control.mode, control.summary().faults], ['full-auto', ['open-breaker']]);
  assert.equal(gate.causes(), []);
  control.request('semi-auto', 'ann', 'look');
  control.request('full-auto', 'ann', 'looked');
  assert.is(control.mode, 'semi-auto');
  assert.ok(control.release('C28@venue:0', operator).ok);
  assert.is(control.mode, 'full-auto');
});

test('what is only reduced bars nothing', () => {
  const { desk: control, kernel } = aRunningDesk();
  kernel.raise(aCause({ severity: 'reduced' }));
  kernel.raise(aCause({ severity: 'reduced', scope: desk, sizeScale: 0.25 }));
  const { faults, riskScale, raised } = control.summary();
  assert.equal([control.mode, faults, riskScale, raised.length], ['full-auto', [], 0.25, 2]);
});

test('the release of a halt opens once every venue agrees again', () => {
  const { desk: control, kernel, gate, reconcileAll, news } = aRunningDesk();
  kernel.raise(aCause({ severity: 'halted', control: 'C25' }));
  assert.ok(control.release('C25@venue:0', operator).ok);
  assert.equal(gate.causes(), ['reconciling']);
  assert.ok(news().some((each) => each.startsWith('reconcile a ')));
  reconcileAll();
  assert.equal(gate.causes(), []);
});

test('a release by whoever may not changes nothing', () => {
  const { desk: control, kernel, gate, news } = aRunningDesk();
  kernel.raise(aCause({ severity: 'halted', reset: 'R', control: 'C25' }));
  news();
  const before = JSON.stringify([control.summary(), gate.epoch]);
  assert.not.ok(control.release('C25@venue:0', operator).ok);
  assert.not.ok(control.release('C26@venue:0', operator).ok);
  assert.equal([JSON.stringify([control.summary(), gate.epoch]), news()], [before, []]);
});

test('an emergency of a control is latched with its cause, and its reset releases it', () => {
  const { desk: control, kernel, gate, latch, wait, reconcileAll } = aRunningDesk();
  kernel.raise(aCause({ severity: 'emergency', reset: '2P', control: 'C21' }));
  assert.is(control.mode, 'emergency');
  assert.match(latch.cause() ?? '', /^breakers: C21: 60 %/);
  assert.not.ok(control.release('C21@venue:0', operator).ok);
  wait(10);
  assert.ok(control.reset('ann and bob', 'found it').ok);
  assert.equal([kernel.summary().causes, latch.cause()], [[], null]);
  reconcileAll();
  assert.equal([control.mode, gate.causes()], ['manual', []]);
});

test('a mode that is not believed is an emergency with its reason, latched and journaled', () => {
  const { desk: control, latch, journal, gate, wait } = aDesk({ distrust: 'found another MAC' });
  assert.is(latch.cause(), 'control: found another MAC');
  const { to, by, reason } = journal[0] as ModeChanged;
  assert.equal([to, by, reason], ['emergency', 'control', 'found another MAC']);
  assert.ok(gate.isClosedBy('emergency'));
  control.started();
  wait(10);
  assert.ok(control.reset('ann', 'the key was restored').ok);
  assert.is(control.mode, 'manual');
});

test('a reset leaves what others have to release: the gate stays closed', () => {
  const { desk: control, kernel, gate, wait, reconcileAll } = aRunningDesk();
  kernel.raise(aCause({ severity: 'halted', reset: 'R', scope: desk, control: 'C20' }));
  control.emergency('ann', 'smoke');
  wait(10);
  assert.ok(control.reset('ann and bob', 'no fire').ok);
  reconcileAll();
  assert.equal(gate.causes(), ['breaker']);
});

test('a proof test that is overdue takes Full-Auto and leaves the gate open (ES26)', () => {
  const { desk: control, gate, news } = aRunningDesk();
  control.fault('proof-test', 'the last one was 37 days ago');
  assert.equal([control.mode, gate.causes()], ['semi-auto', []]);
  assert.not.ok(news().some((each) => each.startsWith('reconcile')));
  control.fault('proof-test', 'the last one was 37 days ago');
  assert.equal(news(), []);
  control.cleared('proof-test');
  assert.is(control.mode, 'full-auto');
});

test('the caution after a crash ends by itself', () => {
  const { desk: control, kernel, wait } = aRunningDesk();
  beginCaution(kernel, 0, 100);
  control.evaluate();
  assert.is(control.summary().riskScale, 0.5);
  wait(100);
  control.evaluate();
  assert.is(control.summary().riskScale, 1);
});

test.run();
