import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Gate } from '../../../src/control/gate.ts';
import { aDesk, aRunningDesk } from '../../support/control/desks.ts';

function openGate(): Gate {
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  return gate;
}

const ask = (gate: Gate) =>
  gate.check({ venue: 0, instrument: 0, epoch: gate.epoch, isReduceOnly: false });

test('no order passes once the lease of the guard is over, and the gate stays closed', () => {
  const gate = openGate();
  let holds = true;
  let overs = 0;
  gate.requireLease({ holds: () => holds, onOver: () => (overs += 1) });
  assert.is(ask(gate), null);
  holds = false;
  const before = gate.epoch;
  assert.is(ask(gate), 'halted');
  assert.equal([gate.causes(), overs, gate.epoch], [['guard'], 1, before + 1]);
  holds = true;
  assert.is(ask(gate), 'halted', 'a lease that is granted anew opens nothing');
  assert.is(overs, 1, 'and it is told once');
});

test('what was decided before the lease was over does not leave after it', () => {
  const gate = openGate();
  const decided = { venue: 0, instrument: 0, epoch: gate.epoch, isReduceOnly: false };
  gate.requireLease({ holds: () => false, onOver: () => {} });
  assert.is(gate.check(decided), 'halted');
  gate.requireLease({ holds: () => true, onOver: () => {} });
  gate.open('guard');
  assert.is(gate.check(decided), 'stale-epoch');
});

test('a flattening that was held up sends nothing after the lease either', () => {
  const gate = openGate();
  let holds = true;
  gate.requireLease({ holds: () => holds, onOver: () => {} });
  gate.close('emergency');
  gate.setMode('emergency');
  const order = { venue: 0, instrument: 0, isReduceOnly: true, isFlattening: true } as const;
  const epoch = gate.permitFlattening();
  assert.is(gate.check({ ...order, epoch }), null);
  holds = false;
  assert.is(gate.check({ ...order, epoch }), 'halted');
  assert.ok(gate.isClosedBy('guard') && !gate.isFlatteningPermitted);
});

test('a contact that is open counts before a lease', () => {
  const gate = openGate();
  gate.requireLease({ holds: () => false, onOver: () => {} });
  gate.readContacts({ read: () => 1, onOpen: () => {} });
  assert.is(ask(gate), 'contact-open');
});

test('without a guard nothing leaves, and every venue is asked before anything does', () => {
  const { desk, gate, reconcileAll, news } = aRunningDesk();
  news();
  desk.fault('guard', 'no guard is connected');
  assert.ok(gate.isClosedBy('guard') && gate.isClosedBy('reconciling'));
  assert.is(desk.mode, 'manual');
  assert.ok(news().includes('withdraw'), 'what rests is taken back');
  reconcileAll();
  assert.ok(gate.isClosedBy('guard'), 'agreement alone does not open it');
  news();
  desk.cleared('guard');
  assert.not(gate.isClosedBy('guard'));
  assert.ok(gate.isClosedBy('reconciling'), 'the guard may have cancelled what rested');
  assert.is(news().filter((each) => each.startsWith('reconcile ')).length, 2);
  reconcileAll();
  assert.equal([gate.causes(), desk.mode], [[], 'full-auto'], 'it goes on by itself');
});

test('a guard that is armed before the tree is up opens its own bit alone', () => {
  const { desk, gate } = aDesk();
  gate.close('guard');
  desk.cleared('guard');
  assert.equal(gate.causes(), ['starting', 'reconciling']);
});

test.run();
