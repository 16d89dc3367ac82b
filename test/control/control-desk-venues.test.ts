/** Venues that are lost, found and reconciled, one by one and together. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aDesk, aRunningDesk } from '../support/control/desks.ts';

/** News whose tokens do not matter. */
function tokenless(news: readonly string[]): string[] {
  return news.map((each) => each.replace(/^(reconcile \w+) \d+$/, '$1'));
}

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

test('a desk without any venue is as closed as one that waits for them', () => {
  const { desk, gate, news } = aRunningDesk({ venues: [] });
  gate.open('reconciling');
  desk.reconcileAll();
  assert.equal([tokenless(news()), gate.causes()], [[], ['reconciling']]);
});

test('a venue that connects before the tree is up is asked when it is', () => {
  const { desk, news } = aDesk();
  desk.venueConnected('a');
  assert.equal(news(), []);
  desk.started();
  assert.equal(tokenless(news()).slice(0, 2), ['reconcile a', 'reconcile b']);
});

test.run();
