/** What stops a desk without waiting for an actor: gate check, edges of the driver, `trip`. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PANEL_PINS } from '../../../hardware/gpio/panel.ts';
import type { GpioEdge } from '../../../hardware/gpio/port.ts';
import { Gate } from '../../../src/control/gate.ts';
import { err, ok } from '../../../src/core/result.ts';
import type { DeskParts } from '../../../src/desk/desk-parts.ts';
import { resetDesk } from '../../../src/desk/hardware/reset-desk.ts';
import { StopWiring } from '../../../src/desk/hardware/stop-wiring.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { HEALTHY_PINS } from '../../support/estop/kill-switches.ts';
import { fakeBackend } from '../../support/gpio/backends.ts';
import { aLane, anActor } from '../../support/lanes.ts';

const { a, tamper, reset } = PANEL_PINS;
const QUESTION = { venue: 0, instrument: 0, epoch: 0, isReduceOnly: false };
const VENUE = 'trading/venues/venue:x';
const HEARERS = ['safety/control', 'safety/kill-switch', VENUE];

async function aWiring(parts: { readonly isLatchBroken?: boolean } = {}) {
  const tested = aLane();
  const heard = await aBranch(tested, {}, HEARERS);
  const { log, lines } = aLog();
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  const latched: string[] = [];
  const synced: string[] = [];
  let tell: (edge: GpioEdge, atNs: number) => void = () => {};
  const backend = {
    ...fakeBackend(HEALTHY_PINS),
    watch(_pins: readonly number[], told: typeof tell) {
      tell = told;
    },
  };
  const latch = {
    cause: () => latched[0] ?? null,
    mark(cause: string) {
      if (parts.isLatchBroken === true) throw new Error('EROFS');
      latched.push(`${cause}, gate ${gate.causes().join()}`);
    },
    set(cause: string) {
      if (parts.isLatchBroken === true) throw new Error('EROFS');
      synced.push(cause);
    },
    clear: () => {},
  };
  const hardware = { backend, pins: PANEL_PINS };
  const { env, lane } = tested;
  const desk = { gate, hardware, isClockReal: true, latch, env, log, venues: [{ name: 'x' }] };
  const wiring = new StopWiring(desk as unknown as DeskParts, lane);
  const told = (path: string): readonly unknown[] => heard[path] ?? [];
  const edge = (pin: number, level: 0 | 1 | null): void => tell({ pin, level }, 5);
  return { ...tested, gate, backend, latched, synced, lines, wiring, told, edge };
}

test('ES04: an edge closes gate and latch in the call that tells it', async () => {
  const { env, gate, latched, synced, told, edge } = await aWiring();
  edge(a, 0);
  assert.ok(gate.isClosedBy('emergency'));
  assert.equal(latched, ['the panel: contact a is open, gate emergency']);
  assert.equal(told(VENUE), [{ kind: 'cancel-all' }], 'what rests is cancelled in that call');
  const { epoch } = gate;
  edge(tamper, null);
  assert.is(gate.epoch, epoch, 'a permit to flatten is not ended by a second contact');
  edge(a, 1);
  edge(reset, 1);
  edge(99, 0);
  await env.settle();
  assert.equal(synced, ['the panel: contact a is open'], 'on the medium a turn later');
  const seen = told('safety/kill-switch');
  assert.equal(seen, [
    { kind: 'edge', signal: 'a', level: 0, atNs: 5 },
    { kind: 'edge', signal: 'tamper', level: null, atNs: 5 },
    { kind: 'edge', signal: 'a', level: 1, atNs: 5 },
    { kind: 'edge', signal: 'reset', level: 1, atNs: 5 },
  ]);
  assert.equal(told('safety/control'), [], 'it is for the stop to tell control');
});

test('a contact that closes and buttons that are pressed stop nothing', async () => {
  const { gate, latched, edge } = await aWiring();
  edge(a, 1);
  edge(reset, 1);
  edge(reset, null);
  assert.equal([gate.isClosed, latched], [false, []]);
});

test('C11 ES30: a check that finds a contact open writes the latch itself', async () => {
  const { env, gate, backend, latched, told } = await aWiring();
  const { epoch } = gate;
  assert.is(gate.check({ ...QUESTION, epoch }), null);
  backend.levels.set(a, 0);
  assert.is(gate.check({ ...QUESTION, epoch }), 'contact-open');
  assert.equal(latched, ['the panel: a contact is open, gate emergency']);
  assert.is(gate.check({ ...QUESTION, epoch: gate.epoch }), 'halted');
  await env.settle();
  assert.equal(told('safety/kill-switch'), [{ kind: 'beat' }]);
});

test('C37 ES21: a request from elsewhere goes to gate, latch, control and the stop', async () => {
  const { env, gate, latched, told, wiring } = await aWiring();
  wiring.trip('signal', 'SIGUSR2', 'signal');
  assert.ok(gate.isClosedBy('emergency'));
  assert.equal(latched, ['signal: SIGUSR2, gate emergency']);
  await env.settle();
  const by = { by: 'signal', reason: 'SIGUSR2' };
  assert.equal(told('safety/control'), [{ kind: 'emergency', ...by }]);
  const trip = { kind: 'trip', cause: 'signal', ...by, modeBefore: 'full-auto' };
  assert.equal(told('safety/kill-switch'), [trip]);
});

test('a latch that cannot be written stops the desk all the same, and is told', async () => {
  const { env, gate, lines, wiring } = await aWiring({ isLatchBroken: true });
  wiring.trip('ann', 'smoke', 'shell');
  assert.ok(gate.isClosedBy('emergency'));
  await env.settle();
  const told = lines.map((line) => line.split(' ').slice(0, 3).join(' '));
  assert.equal(told, ['fatal desk latch-not-marked', 'fatal desk latch-not-written']);
});

/** The stop and control as a reset meets them. */
async function aReset(stop: unknown, control: unknown) {
  const tested = aLane();
  const { lane, env } = tested;
  const told: unknown[] = [];
  const answering = (answer: unknown) =>
    anActor({
      receive(state: null, message: { kind: string; reply?: never }, ctx) {
        if (message.reply === undefined) told.push(message);
        else ctx.send(message.reply, answer as never);
        return state;
      },
    });
  await aBranch(
    tested,
    { 'safety/kill-switch': () => answering(stop), 'safety/control': () => answering(control) },
    [],
  );
  const asked = { by: 'ann', reason: 'well', modeBefore: 'emergency' } as const;
  const outcome = resetDesk(lane, asked);
  await env.settle();
  return { outcome: await outcome, told };
}

test('ES33: a reset asks the stop, then control, and the stop hears how it ended', async () => {
  const ended = { kind: 'reset-ended', by: 'ann', reason: 'well', modeBefore: 'emergency' };
  const done = await aReset(ok(undefined), ok(undefined));
  assert.equal(done, { outcome: ok(undefined), told: [{ ...ended, refusal: null }] });
  const denied = await aReset(err('open: a'), ok(undefined));
  assert.equal(denied, { outcome: err('open: a'), told: [] });
  const cooling = await aReset(ok(undefined), err({ kind: 'cooling', waitMs: 1.2 }));
  const refusal = 'cooling down for 2 ms more';
  assert.equal(cooling, { outcome: err(refusal), told: [{ ...ended, refusal }] });
  const idle = await aReset(ok(undefined), err({ kind: 'not-tripped', waitMs: 0 }));
  assert.equal(idle.outcome, err('the desk is not in emergency'));
});

test.run();
