import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { GpioEdge } from '../../hardware/gpio/port.ts';
import { openRpio, openRpioLevels, type RpioLibrary, rpioPresence } from '../../hardware/rpio.ts';
import { manualEnv } from '../support/manual-env.ts';

type Resolve = NonNullable<Parameters<typeof rpioPresence>[0]>;

/** Answers as Node does for a package that is there, or throws what it says. */
const resolver = (thrown: Error | null, asked: string[] = []): Resolve =>
  Object.assign(
    (name: string) => {
      asked.push(name);
      if (thrown !== null) throw thrown;
      return `/modules/${name}`;
    },
    { paths: () => null },
  );

test('a package whose native part is built is there', () => {
  const asked: string[] = [];
  assert.is(rpioPresence(resolver(null, asked)), null);
  assert.equal(asked, ['rpio/build/Release/rpio.node']);
});

test('a package that is not there is said in one sentence', () => {
  const thrown = new Error("Cannot find module 'rpio'\nRequire stack:\n- here");
  assert.is(
    rpioPresence(resolver(thrown)),
    "NO HARDWARE STOP: the optional package rpio is not built here (Cannot find module 'rpio')",
  );
});

test('this machine answers one or the other', () => {
  const presence = rpioPresence();
  assert.ok(presence === null || presence.startsWith('NO HARDWARE STOP'));
});

const PI_4 = 'Raspberry Pi 4 Model B Rev 1.4';

/** What openRpio takes of the outside, on a board of that model; null is no Pi at all. */
function board(model: string | null) {
  const read = () => (model === null ? null : new TextEncoder().encode(`${model}\0`));
  return { clock: manualEnv().clock, files: { read } as never };
}

interface FakeRpio extends RpioLibrary {
  readonly calls: string[];
  readonly polled: Map<number, () => void>;
  level: number;
}

/** Stands for the package; the rig has the real one. */
function fakeRpio(over: Partial<RpioLibrary> = {}): FakeRpio {
  const calls: string[] = [];
  const polled = new Map<number, () => void>();
  const library: FakeRpio = {
    calls,
    polled,
    level: 1,
    init: (options) => void calls.push(`init ${JSON.stringify(options)}`),
    open: (...words) => void calls.push(`open ${words.join(' ')}`),
    read: () => library.level,
    write: (...words) => void calls.push(`write ${words.join(' ')}`),
    poll(pin, seen) {
      if (seen === null) polled.delete(pin);
      else polled.set(pin, () => seen(pin));
    },
    on: () => {},
    removeListener: () => {},
    ...over,
  };
  return library;
}

const PINS = { inputs: [17], outputs: [22] };

function backendOn(library: FakeRpio) {
  const outcome = openRpio(PINS, board(PI_4), () => library);
  if (!outcome.ok) throw new Error(outcome.error.detail);
  return outcome.value;
}

function refusal(library: RpioLibrary | (() => RpioLibrary), pins = PINS): string {
  const load = typeof library === 'function' ? library : () => library;
  const outcome = openRpio(pins, board(PI_4), load);
  return outcome.ok ? 'opened' : `${outcome.error.kind}: ${outcome.error.detail}`;
}

test('it is opened on GPIO numbers, without mock, without closing at exit, with pull-downs', () => {
  const library = fakeRpio();
  const backend = backendOn(library);
  assert.equal(library.calls, [
    'init {"gpiomem":true,"mapping":"gpio","mock":false,"close_on_exit":false}',
    'open 17 0 1',
    'open 22 1 0',
  ]);
  backend.write(22, 1);
  assert.is(library.calls.at(-1), 'write 22 1');
  assert.throws(() => backend.write(17, 1), /pin 17 is an output/);
  assert.is(backend.selfTest().ok, true);
});

test('a second process reads levels, and writes to no register', () => {
  const library = fakeRpio();
  const opened = openRpioLevels([17, 27], board(PI_4), () => library);
  assert.ok(opened.ok);
  const { value } = opened;
  assert.equal(library.calls.length, 1, 'mapped, and no pin opened');
  assert.equal([value.readSync(17), value.readSync(22), value.selfTest().ok], [1, null, true]);
  const held = openRpioLevels([17], board(PI_4), () => library);
  assert.equal(held.ok ? 'opened' : held.error.kind, 'held');
  value.close();
  assert.is(value.readSync(17), null);
  assert.is(library.calls.length, 1);
  const none = openRpioLevels([17], board(null), () => library);
  assert.equal(none.ok ? 'opened' : none.error.kind, 'no-hardware');
});

test('ES24: without a board of the list the package is not even loaded', () => {
  const load = (): never => {
    throw new Error('loaded');
  };
  const kindOn = (model: string | null) => {
    const outcome = openRpio(PINS, board(model), load);
    return outcome.ok ? 'opened' : outcome.error.kind;
  };
  assert.is(kindOn(null), 'no-hardware');
  for (const model of [
    'Raspberry Pi 5 Model B Rev 1.0',
    'Raspberry Pi 500 Rev 1.0',
    'Raspberry Pi Compute Module 5 Rev 1.0',
    'Raspberry Pi 6 Model B',
    'Orange Pi Zero',
    'A Raspberry Pi 4 Model B',
    '',
  ]) {
    assert.is(kindOn(model), 'unsupported-board', model);
  }
  for (const model of [
    'Raspberry Pi Model B Rev 2',
    'Raspberry Pi Model A Plus Rev 1.1',
    'Raspberry Pi 2 Model B Rev 1.1',
    'Raspberry Pi 3 Model B Plus Rev 1.3',
    PI_4,
    'Raspberry Pi 400 Rev 1.0',
    'Raspberry Pi Zero W Rev 1.1',
    'Raspberry Pi Zero 2 W Rev 1.0',
    'Raspberry Pi Compute Module Rev 1.0',
    'Raspberry Pi Compute Module 3 Plus Rev 1.0',
    'Raspberry Pi Compute Module 4 Rev 1.1',
    'Raspberry Pi Compute Module 4S Rev 1.0',
  ]) {
    assert.is(kindOn(model), 'no-package', model);
  }
});

test('ES24: a package that warns of its mock is never opened, also when asked again', () => {
  let warn: ((text: string) => void) | undefined;
  const library = fakeRpio({
    on: (_, told) => {
      warn = told;
    },
    init: () => warn?.('running in raspi-3 mock mode'),
  });
  for (let time = 0; time < 2; time += 1) {
    assert.match(refusal(library), /^mock: rpio is not on hardware: running in raspi-3 mock mode/);
  }
});

test('a package that cannot be loaded, an init that throws and a refused pin are told', () => {
  const thrower = (text: string) => (): never => {
    throw new Error(text);
  };
  assert.match(refusal(thrower('not self-registered')), /^no-package: .*not self-registered/);
  const noInit = fakeRpio({ init: thrower('Could not initialize bcm2835') });
  assert.match(refusal(noInit), /^init-failed: .*bcm2835; \/dev\/gpiomem has to be there/);
  const used = fakeRpio({ open: thrower('GPIO17 is currently in use by /sys/class/gpio') });
  assert.match(refusal(used), /^pin-refused: .*in use by/);
  const twice = { inputs: [17, 27, 17], outputs: [] };
  assert.match(refusal(fakeRpio(), twice), /^pin-refused: pin 17 is named twice/);
});

test('the package has one user at a time and is initialised once', () => {
  const library = fakeRpio();
  const backend = backendOn(library);
  assert.match(refusal(library), /^held: /);
  backend.close();
  backendOn(library).close();
  assert.is(library.calls.filter((call) => call.startsWith('init')).length, 1);
});

test('ES01: what is neither 0 nor 1, a throw, a stranger and a closed backend read null', () => {
  const library = fakeRpio();
  const backend = backendOn(library);
  assert.equal([backend.readSync(17), backend.readSync(22), backend.readSync(4)], [1, null, null]);
  library.level = 255;
  assert.is(backend.readSync(17), null);
  assert.is(backend.selfTest().ok, false);
  library.read = () => {
    throw new Error('gone');
  };
  assert.is(backend.readSync(17), null);
  backend.close();
  backend.write(22, 1);
  assert.is(backend.readSync(17), null);
  assert.throws(() => backend.watch([17], () => {}), /closed backend/);
});

test('ES02: an edge that left the level as it was is told as a pulse', () => {
  const library = fakeRpio();
  const backend = backendOn(library);
  const told: GpioEdge[] = [];
  backend.watch([17], (edge) => told.push(edge));
  assert.throws(() => backend.watch([17], () => {}), /one watch/);
  const edge = (level: number): (number | null)[] => {
    library.level = level;
    library.polled.get(17)?.();
    return told.splice(0).map((one) => one.level);
  };
  assert.equal(edge(1), [0, 1]);
  assert.equal(edge(0), [0]);
  assert.equal(edge(0), [1, 0]);
  assert.equal(edge(1), [1]);
  assert.equal(edge(7), [null]);
  assert.equal(edge(7), [null]);
  backend.close();
  assert.is(library.polled.size, 0);
});

test.run();
