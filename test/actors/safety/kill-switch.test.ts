/** The three actors of the stop on one lane: what they tell control and one another. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import type { Reply } from '../../../actors/runtime/ref.ts';
import { indicatorActor } from '../../../actors/safety/indicator.ts';
import { killSwitchActor } from '../../../actors/safety/kill-switch.ts';
import { ROUND_MS, watchdogActor } from '../../../actors/safety/watchdog.ts';
import { PANEL_PINS } from '../../../hardware/gpio/panel.ts';
import type { GpioKind } from '../../../hardware/gpio/port.ts';
import type { EstopRecorded } from '../../../src/control/estop-event.ts';
import { Gate } from '../../../src/control/gate.ts';
import { latchAt } from '../../../src/control/latch.ts';
import { ok, type Result } from '../../../src/core/result.ts';
import { lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { HEALTHY_PINS } from '../../support/estop/kill-switches.ts';
import { fakeBackend } from '../../support/gpio/backends.ts';
import { aLane } from '../../support/lanes.ts';

const { a, b, tamper, loop, red, green, heartbeat } = PANEL_PINS;
const BEAT_MS = 10;
const REQUIRED = ['safety/control', 'trading/risk'];

interface Parts {
  readonly kind?: GpioKind;
  readonly startFault?: string | null;
}

async function aStop({ kind = 'simulated-panel', startFault = null }: Parts = {}) {
  const tested = aLane();
  const { lane, env } = tested;
  const { log, lines } = aLog();
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  const files = lossyFiles(512);
  const latch = latchAt(files, '/latch');
  const backend = fakeBackend({ ...HEALTHY_PINS, [loop]: 0 }, { kind });
  const journal: EstopRecorded[] = [];
  const trips: string[] = [];
  const hung = new Set<string>();
  let pets = 0;
  let handled = 0;
  const spec = {
    ...{ backend, pins: PANEL_PINS, lamps: PANEL_PINS, gate, latch, env, log, startFault },
    wiring: { contacts: PANEL_PINS, loop: { out: loop, in: loop }, pulses: null },
    faultLatch: latchAt(files, '/fault'),
    proof: { lastMs: null },
    beatMs: BEAT_MS,
    openOrders: () => 0,
    journal: (event: EstopRecorded) => void journal.push(event),
  };
  const signs = () =>
    REQUIRED.map((path) => {
      if (!hung.has(path)) handled += 1;
      return { path, status: 'running', mailbox: 1, handled: hung.has(path) ? 0 : handled };
    });
  const trip = (reason: string): void => {
    trips.push(reason);
    gate.close('emergency');
  };
  const heard = await aBranch(
    tested,
    {
      'safety/kill-switch': () => killSwitchActor(spec),
      'safety/watchdog': () =>
        watchdogActor({
          ...{ beatMs: BEAT_MS, trip, required: REQUIRED, signs, log },
          pets: {
            pet() {
              pets += 1;
            },
          },
        }),
      'safety/indicator': () => indicatorActor({ ...spec, refreshMs: 50 }),
    },
    ['safety/control'],
  );
  const ask = <R>(make: (reply: Reply<R>) => unknown): Promise<R> => {
    const answer = lane.ask(address.killSwitch, make as never, 1_000) as Promise<R>;
    return env.settle().then(() => answer);
  };
  return {
    ...{ ...tested, gate, latch, backend, journal, lines, trips, hung, ask },
    control: heard['safety/control'] as readonly { readonly kind: string }[],
    pets: () => pets,
    told: () => journal.map(({ what }) => what),
    kinds: () => (heard['safety/control'] as { kind: string }[]).map(({ kind: told }) => told),
  };
}

test('a healthy stop beats, the lamps are green, and the host is petted', async () => {
  const { env, backend, gate, kinds, told, trips, pets } = await aStop();
  await env.advance(2_000);
  assert.equal([gate.isClosed, trips, told()], [false, [], ['self-test:passed']]);
  assert.equal(kinds(), ['cleared']);
  assert.equal([backend.levels.get(green), backend.levels.get(red)], [1, 0]);
  const beats = backend.written.filter((each) => each.startsWith(`${heartbeat}=`)).length;
  assert.ok(beats >= 35 && beats <= 41, `10 Hz is 40 changes in 2 s, found ${beats}`);
  assert.is(pets(), 2_000 / ROUND_MS);
});

test('ES02 ES27: a pressed button is told to control at the next beat', async () => {
  const { env, backend, gate, control, latch } = await aStop();
  backend.levels.set(a, 0);
  backend.levels.set(b, 0);
  await env.advance(BEAT_MS);
  assert.ok(gate.isClosedBy('emergency'));
  assert.is(latch.cause(), 'the panel: channel a is open');
  const stop = { kind: 'emergency', by: 'the panel', reason: 'channel a is open' };
  assert.equal(control.slice(1), [stop]);
  await env.advance(60);
  assert.is(backend.levels.get(green), 0);
});

test('ES23: a stop that has missed three beats trips, told by the watchdog', async () => {
  const { env, lane, trips, lines, backend } = await aStop();
  await env.advance(100);
  lane.suspend('safety/kill-switch');
  await env.advance(20);
  assert.equal(trips, []);
  await env.advance(20);
  assert.equal(trips, ['the stop has missed three beats']);
  await env.advance(2_000);
  assert.is(trips.length, 1);
  assert.is(backend.levels.get(heartbeat), 0, 'the relay outside drops');
  assert.ok(lines.some((line) => /not-petted .*gate/.test(line)));
  lane.resume('safety/kill-switch');
  await env.advance(100);
  const view = lane.view('safety/watchdog');
  assert.equal(view.ok && view.value, { isBeatLost: false, missing: 'gate' });
});

test('ES23: an event loop that stood still is no lost beat', async () => {
  const { env, trips, gate } = await aStop();
  await env.advance(100);
  env.stall(5_000);
  await env.advance(100);
  assert.equal([trips, gate.isClosed], [[], false]);
});

test('F39: nobody is petted while somebody hangs, and who it is is told once', async () => {
  const { env, hung, pets, lines } = await aStop();
  await env.advance(ROUND_MS);
  hung.add('trading/risk');
  await env.advance(ROUND_MS);
  const before = pets();
  await env.advance(4 * ROUND_MS);
  assert.is(pets(), before);
  const told = lines.filter((line) => line.includes('not-petted'));
  assert.equal([told.length, told[0]?.includes('trading/risk')], [1, true]);
  hung.clear();
  await env.advance(ROUND_MS);
  assert.is(pets(), before + 1);
});

test('a crash of the stop brings it back from its latch and its pins', async () => {
  const { env, lane, backend, gate, told } = await aStop();
  backend.levels.set(tamper, 0);
  await env.advance(BEAT_MS);
  backend.levels.set(tamper, 1);
  lane.inject('safety/kill-switch', new Error('a bug'));
  await env.advance(100);
  const view = lane.view('safety/kill-switch') as { readonly value: { stop: { cause: string } } };
  assert.is(view.value.stop.cause, 'latch');
  assert.ok(gate.isClosedBy('emergency'));
  assert.equal(told(), ['self-test:passed', 'trip:tamper', 'self-test:passed']);
});

test('ES25: a self-test that failed keeps the desk in Manual until it passes', async () => {
  const { env, control, told, lines } = await aStop({ startFault: 'the loop is cut' });
  assert.equal(control, [{ kind: 'fault', fault: 'self-test', reason: 'the loop is cut' }]);
  await env.advance(10_100);
  assert.equal(told(), ['self-test:failed', 'self-test:passed']);
  assert.equal(control.slice(1), [{ kind: 'cleared', fault: 'self-test' }]);
  assert.ok(lines.some((line) => line.startsWith('error safety/kill-switch self-test')));
});

test('ES26: a real button that nobody has proven keeps the desk from Full-Auto', async () => {
  const { env, control, lines, backend, ask, journal } = await aStop({ kind: 'rpio' });
  await env.advance(BEAT_MS);
  const barred = { kind: 'fault', fault: 'proof-test' };
  const faults = control.filter(({ kind }) => kind === 'fault');
  assert.equal(faults, [{ ...barred, reason: 'nobody has proven the button of late' }]);
  assert.ok(lines.some((line) => line.startsWith('warn safety/kill-switch proof-test')));
  const prove = (reply: Reply<Result<void, string>>) => ({
    ...{ kind: 'prove', by: 'ann', reason: 'monthly', reply },
  });
  assert.not((await ask(prove)).ok);
  backend.levels.set(a, 0);
  await env.advance(BEAT_MS);
  assert.equal(await ask(prove), ok(undefined));
  assert.equal(control.at(-1), { kind: 'cleared', fault: 'proof-test' });
  const proofs = journal.filter(({ what }) => what.startsWith('proof:'));
  assert.equal(
    proofs.map(({ what, by }) => [what, by]),
    [
      ['proof:refused', 'ann'],
      ['proof:passed', 'ann'],
    ],
  );
});

test('what people and drivers say reaches the stop', async () => {
  const { env, lane, ask, told, gate } = await aStop();
  lane.send(address.killSwitch, { kind: 'edge', signal: 'tamper', level: 0, atNs: 0 });
  await env.settle();
  assert.ok(await ask((reply) => ({ kind: 'acknowledge', by: 'ann', reply })));
  const asked = { kind: 'permit-reset', by: 'ann', reason: 'please' };
  const permitted = await ask<Result<void, string>>((reply) => ({ ...asked, reply }));
  assert.not(permitted.ok);
  gate.close('emergency');
  lane.send(address.killSwitch, {
    ...{ kind: 'trip', cause: 'signal', by: 'signal', reason: 'SIGUSR2', modeBefore: 'manual' },
  });
  const ended = { by: 'ann', reason: 'please', modeBefore: 'emergency', refusal: 'no' } as const;
  lane.send(address.killSwitch, { kind: 'reset-ended', ...ended });
  await env.settle();
  assert.equal(told().slice(1), [
    'trip:tamper',
    'acknowledged',
    'reset:denied:unstable',
    'also:signal',
    'reset:denied:control',
  ]);
});

test('where nobody watches from outside there is no round, and lamps end dark', async () => {
  const tested = aLane();
  const { lane, env } = tested;
  const { log } = aLog();
  const backend = fakeBackend({});
  await lane.spawn(
    watchdogActor({
      ...{ beatMs: 10, trip: () => {}, pets: null, required: ['x'], signs: () => [], log },
    }),
    'watchdog',
  );
  await lane.spawn(
    indicatorActor({
      ...{ backend, lamps: PANEL_PINS, gate: new Gate(), beatMs: 10, refreshMs: 50 },
    }),
    'indicator',
  );
  lane.send(address.watchdog, { kind: 'beat' });
  await env.advance(ROUND_MS);
  assert.equal(lane.view('watchdog'), ok({ isBeatLost: true, missing: '' }));
  lane.stop('indicator');
  await env.settle();
  assert.equal(
    [green, red, heartbeat].map((pin) => backend.levels.get(pin)),
    [0, 0, 0],
  );
});

test.run();
