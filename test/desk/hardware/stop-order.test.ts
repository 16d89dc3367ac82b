/** In which order a stop does what it does, before any actor has been asked. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import type { GpioEdge } from '../../../hardware/gpio/port.ts';
import { Gate } from '../../../src/control/gate.ts';
import { STOP_AT_ONCE } from '../../../src/control/stop/flatten-permit.ts';
import type { DeskParts } from '../../../src/desk/desk-parts.ts';
import { StopWiring } from '../../../src/desk/hardware/stop-wiring.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { fakeBackend } from '../../support/gpio/backends.ts';
import { aLane, aRecorder } from '../../support/lanes.ts';

const PINS = { a: 0, b: 1, tamper: 2, reset: 3, service: 4 };

/** A stop whose doings are noted in order, on a lane with somebody at each address. */
async function aStop(markFault: Error | null = null) {
  const tested = aLane();
  const { lane, env } = tested;
  const done: string[] = [];
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  const { log, lines } = aLog();
  let edge: (edge: GpioEdge, atNs: number) => void = () => {};
  const backend = {
    ...fakeBackend({ 0: 1, 1: 1, 2: 1 }),
    watch: (_pins: readonly number[], told: typeof edge) => {
      edge = told;
    },
  };
  const venue = aRecorder<unknown>([], {
    receive(state, message) {
      done.push(`venue ${(message as { kind: string }).kind}, ${gate.causes()}`);
      return state;
    },
  });
  const heard = await aBranch(tested, { 'trading/venues/venue:binance': () => venue as never }, [
    'safety/control',
    'safety/kill-switch',
  ]);
  const latch = {
    cause: () => null,
    mark(cause: string) {
      if (markFault !== null) throw markFault;
      done.push(`mark ${cause}`);
    },
    set: (cause: string) => void done.push(`sync ${cause}`),
    clear: () => {},
  };
  const hardware = { backend, pins: PINS };
  const venues = [{ name: 'binance' }];
  const parts = { gate, latch, env, log, hardware, venues, isClockReal: true };
  const stop = new StopWiring(parts as unknown as DeskParts, lane);
  return {
    ...tested,
    heard,
    gate,
    backend,
    done,
    stop,
    lines,
    press: (level: 0 | 1) => edge({ pin: 0, level }, 1),
  };
}

test('ES04 ES16: gate, mark and cancels are done as a trip returns, the disk follows', async () => {
  const { stop, done, env } = await aStop();
  stop.trip('ann', 'enough', 'shell');
  assert.equal(done, ['mark ann: enough', 'venue cancel-all, emergency']);
  await env.settle();
  assert.equal(done.slice(2), ['sync ann: enough']);
});

test('ES19: whoever trips may say that nothing is to be flattened', async () => {
  const { stop, env, heard } = await aStop();
  stop.trip('supervision', 'gave up', 'software', STOP_AT_ONCE);
  stop.trip('ann', 'enough', 'shell');
  await env.settle();
  const emergency = { kind: 'emergency', by: 'supervision', reason: 'gave up' };
  const configured = { kind: 'emergency', by: 'ann', reason: 'enough' };
  assert.equal(heard['safety/control'], [{ ...emergency, stop: STOP_AT_ONCE }, configured]);
});

test('an edge cancels once, however a contact flickers', async () => {
  const { press, done, env } = await aStop();
  for (const level of [0, 1, 0, 1, 0] as const) press(level);
  await env.settle();
  const cause = 'the panel: contact a is open';
  assert.equal(done, [`mark ${cause}`, 'venue cancel-all, emergency', `sync ${cause}`]);
});

test('C11: an order that finds a contact open has all cancelled in the same turn', async () => {
  const { gate, backend, done, env, lane } = await aStop();
  backend.levels.set(PINS.b, 0);
  const question = { venue: 0, instrument: 0, epoch: gate.epoch, isReduceOnly: false };
  assert.is(gate.check(question), 'contact-open');
  assert.equal(done, ['mark the panel: a contact is open', 'venue cancel-all, emergency']);
  await env.settle();
  assert.is(done.length, 3);
  assert.ok(lane.send(address.control, { kind: 'evaluate' }));
});

test('a mark that cannot be written stops neither the cancels nor the latch', async () => {
  const { stop, done, env, lines } = await aStop(new Error('ENOSPC'));
  stop.trip('ann', 'enough', 'shell');
  await env.settle();
  assert.equal(done, ['venue cancel-all, emergency', 'sync ann: enough']);
  assert.match(lines.join(), 'latch-not-marked {"reason":"ENOSPC"}');
});

test.run();
