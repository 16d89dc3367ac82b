/** The stop of a running desk: pins and requests in; gate, latch, control and record out. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PANEL } from '../../../hardware/estop/kill-switch.ts';
import type { StopCause } from '../../../hardware/estop/signals.ts';
import { PANEL_PINS } from '../../../hardware/gpio/panel.ts';
import { err, ok } from '../../../src/core/result.ts';
import { aKillSwitch, HEALTHY_PINS, type TestSwitch } from '../../support/estop/kill-switches.ts';

const { a, b, tamper, reset, service } = PANEL_PINS;
const OPEN = { [a]: 0, [b]: 0 } as const;
const CLOSED = { [a]: 1, [b]: 1, [tamper]: 1 } as const;

test('nothing happens as long as all contacts are closed', async () => {
  const { desk, wait, journal, stops, gate } = aKillSwitch();
  for (let beat = 0; beat < 250; beat += 1) {
    await wait(10);
    desk.beat();
  }
  assert.equal([journal, stops, gate.isClosed], [[], [], false]);
  assert.equal(desk.permitReset('ann', 'for nothing'), ok(undefined));
  assert.not(desk.acknowledge('ann'));
});

test('ES04 ES33: a press goes to gate and latch, then to control, then on record', () => {
  const order: string[] = [];
  const tested = aKillSwitch();
  const { gate, latch, journal, show, desk } = tested;
  const { setMode } = gate;
  gate.setMode = (mode) => {
    order.push(`${mode} with latch ${latch.cause()}, ${journal.length} records`);
    setMode.call(gate, mode);
  };
  show(OPEN);
  assert.equal(order, ['emergency with latch the panel: channel a is open, 0 records']);
  assert.ok(gate.isClosedBy('emergency'));
  const [trip, ...more] = journal;
  assert.equal(more, []);
  assert.equal(trip, {
    ...{ kind: 'estop', what: 'trip:a', cause: 'a', by: PANEL, detail: 'channel a is open' },
    ...{ monoUs: 0, wallMs: tested.env.nowMs, modeBefore: 'full-auto', modeAfter: 'emergency' },
    openOrders: 2,
  });
  assert.is(desk.pressedUs, 0);
  show({});
  assert.is(journal.length, 1, 'a button that stays pressed is one event');
});

const REQUESTS: readonly StopCause[] = ['shell', 'signal', 'software', 'watchdog', 'guard'];
for (const cause of [...REQUESTS, 'tamper', 'a', 'b', 'backend'] as const) {
  test(`ES21: a stop by ${cause} is the same state and one event`, () => {
    const { desk, gate, show, told, latch, stops } = aKillSwitch();
    if (cause === 'tamper') show({ [tamper]: 0 });
    else if (cause === 'a' || cause === 'b') show({ [cause === 'a' ? a : b]: 0 });
    else if (cause === 'backend') desk.edge('reset', null, 0);
    else {
      gate.close('emergency');
      latch.set('ann: why', 0 as never);
      gate.setMode('emergency');
      const request = { cause, by: 'ann', reason: 'why', modeBefore: 'full-auto' } as const;
      desk.request(request);
      desk.request(request);
    }
    desk.beat();
    assert.equal(told(), [`trip:${cause}`]);
    assert.is(desk.state.cause, cause);
    assert.ok(gate.isClosedBy('emergency') && latch.cause() !== null);
    assert.ok(stops.length <= 1, 'control is told once');
  });
}

test('ES20 ES21: further causes are told once each, and begin the cool-down anew', async () => {
  const { desk, gate, show, told, wait } = aKillSwitch();
  show(OPEN);
  show(CLOSED);
  await wait(2_900);
  gate.close('emergency');
  desk.request({ cause: 'shell', by: 'ann', reason: 'too', modeBefore: 'emergency' });
  desk.request({ cause: 'shell', by: 'ann', reason: 'too', modeBefore: 'emergency' });
  assert.equal(told(), ['trip:a', 'also:shell']);
  await wait(200);
  assert.equal(desk.permitReset('ann', 'now'), err('cooling down for 2800 ms more'));
});

test('a gate that was closed without a word is a stop by software', () => {
  const { desk, gate, latch, journal } = aKillSwitch();
  gate.close('emergency');
  latch.set('venue:x: stuck: twice', 0 as never);
  desk.beat();
  assert.equal(
    journal.map(({ what, by, detail }) => [what, by, detail]),
    [['trip:software', 'venue:x', 'stuck: twice']],
  );
  const silent = aKillSwitch({ isUnwritable: true });
  silent.gate.close('emergency');
  silent.desk.beat();
  assert.equal(
    [silent.journal[0]?.by, silent.journal[0]?.detail],
    ['the desk', 'the gate was closed'],
  );
  const unnamed = aKillSwitch();
  unnamed.gate.close('emergency');
  unnamed.latch.set('smoke', 0 as never);
  unnamed.desk.beat();
  assert.is(unnamed.journal[0]?.by, 'the desk');
  assert.equal(silent.alerts, ['latch-not-written: EROFS']);
});

test('control that has lost the news of a stop is told again', () => {
  const { desk, show, stops, gate } = aKillSwitch({ isControlDeaf: true });
  show(OPEN);
  assert.is(stops.length, 1);
  desk.beat();
  assert.is(stops.length, 2);
  gate.setMode('emergency');
  desk.beat();
  assert.is(stops.length, 2);
});

const refusal = ({ desk }: TestSwitch): string => {
  const permitted = desk.permitReset('ann', 'please');
  return permitted.ok ? 'permitted' : permitted.error;
};

test('ES06 ES09 ES10 ES34: a reset wants closed contacts, time, a hand and a word', async () => {
  const tested = aKillSwitch();
  const { show, wait, hold, told, desk, gate } = tested;
  show(OPEN);
  assert.is(refusal(tested), 'open: a, b; release the button, close the lid');
  await wait(2_980);
  show(CLOSED);
  assert.match(refusal(tested), 'closed a moment ago');
  await wait(60);
  assert.match(refusal(tested), 'has to be pressed first');
  await hold(99);
  assert.match(refusal(tested), 'has to be pressed first', 'a press that is too short');
  await hold(100);
  assert.is(refusal(tested), 'permitted');
  assert.ok(gate.isClosedBy('emergency'), 'opening it is control’s');
  desk.resetEnded({ by: 'ann', reason: 'please', modeBefore: 'emergency' }, null);
  assert.equal(told(), [
    'trip:a',
    'reset:denied:open',
    'reset:denied:unstable',
    'reset:denied:no-press',
    'reset:denied:no-press',
    'reset:ok',
    'reset:confirmed',
  ]);
});

test('ES33: a reset that control refuses is recorded with what it said', () => {
  const { desk, journal } = aKillSwitch();
  const origin = { by: 'ann', reason: 'please', modeBefore: 'emergency' } as const;
  desk.resetEnded(origin, 'cooling down for 5 ms more');
  assert.equal(
    [journal[0]?.what, journal[0]?.detail],
    ['reset:denied:control', 'please: cooling down for 5 ms more'],
  );
});

test('a stop by software on the simulated panel is reset by the command alone', async () => {
  const { desk, gate, wait, told } = aKillSwitch();
  gate.close('emergency');
  gate.setMode('emergency');
  desk.request({ cause: 'shell', by: 'ann', reason: 'why', modeBefore: 'full-auto' });
  assert.equal(desk.permitReset('ann', 'now'), err('cooling down for 3000 ms more'));
  await wait(3_000);
  assert.equal(desk.permitReset('ann', 'now'), ok(undefined));
  desk.beat();
  assert.equal(told(), ['trip:shell', 'reset:denied:cooldown', 'reset:ok'], 'no trip of its own');
});

test('ES34: with real hardware every stop wants a hand on site', async () => {
  const tested = aKillSwitch({ kind: 'gpiod-cli' });
  const { desk, gate, wait, hold } = tested;
  gate.close('emergency');
  desk.request({ cause: 'shell', by: 'ann', reason: 'why', modeBefore: 'full-auto' });
  await wait(3_000);
  assert.match(refusal(tested), 'has to be pressed first');
  await hold(200);
  assert.is(refusal(tested), 'permitted');
});

test('ES06: a press from before the trip counts for nothing', async () => {
  const tested = aKillSwitch();
  await tested.hold(500);
  tested.show(OPEN);
  tested.show(CLOSED);
  await tested.wait(3_100);
  assert.match(refusal(tested), 'has to be pressed first');
});

test('a trip between the press and the word takes the press back', async () => {
  const tested = aKillSwitch();
  const { show, wait, hold } = tested;
  show(OPEN);
  show(CLOSED);
  await wait(3_100);
  await hold(200);
  show(OPEN);
  show(CLOSED);
  await wait(3_100);
  assert.match(refusal(tested), 'has to be pressed first');
});

test('ES11 ES12: a fault of the channels outlives a restart and wants the key', async () => {
  const first = aKillSwitch();
  first.show({ [a]: 0 });
  await first.wait(60);
  first.show({});
  assert.equal(first.told(), ['trip:a', 'fault:discrepancy']);
  assert.is(first.faultLatch.cause(), 'fault:discrepancy');
  assert.match(first.alerts[0] ?? '', 'one channel is open and the other is not');
  const again = aKillSwitch({
    latched: first.latch.cause() ?? '',
    faulted: first.faultLatch.cause() ?? '',
  });
  await again.wait(4_000);
  assert.match(refusal(again), 'the channels disagreed');
  again.show({ [service]: 1 });
  again.show({ [service]: 0 });
  assert.is(again.faultLatch.cause(), null);
  assert.match(refusal(again), 'has to be pressed first', 'the trip remains');
  await again.hold(300);
  assert.is(refusal(again), 'permitted');
});

test('a fault that cannot be kept on the medium is told', async () => {
  const { show, wait, alerts } = aKillSwitch({ isUnwritable: true });
  show({ [a]: 0 });
  await wait(60);
  show({});
  show(CLOSED);
  show({ [service]: 1 });
  const kinds = alerts.map((alert) => alert.split(': ')[0]);
  assert.equal(kinds, [
    ...['latch-not-written', 'fault-not-kept', 'fault:discrepancy'],
    ...['fault-not-cleared', 'fault:cleared'],
  ]);
});

test('ES07: a reset button that is held at the start is told and resets nothing', async () => {
  const tested = aKillSwitch({ levels: { ...HEALTHY_PINS, [reset]: 1 }, latched: 'ann: before' });
  await tested.wait(3_100);
  tested.show({});
  assert.equal(tested.told(), ['reset:stuck']);
  assert.match(tested.alerts[0] ?? '', 'held for too long');
  tested.show({ [reset]: 0 });
  assert.ok(tested.gate.isClosedBy('emergency') || tested.latch.cause() !== null);
  assert.is(tested.desk.state.cause, 'latch');
});

test('ES05 ES13: it begins tripped with a contact open, and with the latch set', () => {
  const open = aKillSwitch({ levels: { ...HEALTHY_PINS, [b]: 0 } });
  assert.equal([open.told(), open.desk.state.cause], [['trip:b'], 'b']);
  assert.ok(open.gate.isClosedBy('emergency'));
  const latched = aKillSwitch({ latched: 'the panel: channel a is open' });
  assert.equal([latched.told(), latched.desk.state.cause], [[], 'latch']);
});

test('ES05: a restart forgets no press: the latch says that a contact tripped', async () => {
  const tested = aKillSwitch({ latched: `${PANEL}: channel a is open` });
  assert.ok(tested.gate.isClosedBy('emergency'));
  await tested.wait(3_100);
  assert.match(refusal(tested), 'has to be pressed first');
  const software = aKillSwitch({ latched: 'ann: smoke' });
  await software.wait(3_100);
  assert.is(refusal(software), 'permitted');
});

test('ES01 ES23: pins that cannot be read trip, as does an unsound driver', async () => {
  const lost = aKillSwitch();
  lost.show({ [a]: null });
  assert.equal(lost.told(), ['trip:backend']);
  assert.match(lost.journal[0]?.detail ?? '', 'cannot be read');
  let fault: { kind: 'lost'; detail: string } | null = null;
  const unsound = aKillSwitch({ driverFault: () => fault });
  fault = { kind: 'lost', detail: 'gpiomon of line 17 ended' };
  for (let beat = 0; beat < 100; beat += 1) unsound.desk.beat();
  assert.equal(
    unsound.journal.map(({ what, detail }) => [what, detail]),
    [['trip:backend', 'gpiomon of line 17 ended']],
  );
});

test('edges that a driver tells count, even those that are over', async () => {
  const { desk, told, wait } = aKillSwitch();
  await wait(1);
  desk.edge('a', 0, 500_000);
  desk.edge('a', 1, 500_001);
  assert.equal(told(), ['trip:a']);
  desk.edge('tamper', null, 900_000);
  assert.equal(told(), ['trip:a', 'also:backend']);
  assert.is(desk.state.levels.tamper, 0);
  desk.edge('reset', null, 900_000);
  assert.is(desk.state.levels.reset, 0);
});

test('ES29: acknowledging is recorded once and resets nothing', () => {
  const { desk, show, told } = aKillSwitch();
  show(OPEN);
  assert.ok(desk.acknowledge('ann'));
  assert.not(desk.acknowledge('bob'));
  assert.equal(told(), ['trip:a', 'acknowledged']);
  assert.is(desk.state.cause, 'a');
  desk.note('self-test:passed', 'a test', '');
  assert.is(told().at(-1), 'self-test:passed');
});

test.run();
