import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  contactReader,
  missingStopNotice,
  OPEN_A,
  OPEN_B,
  OPEN_TAMPER,
} from '../../../hardware/gpio/port.ts';
import { fakeBackend } from '../../support/gpio/backends.ts';

const pins = { a: 17, b: 27, tamper: 5 };

test('ES01: the contacts read 0 when all are closed, else a bit for each that is not', () => {
  const backend = fakeBackend({ 17: 1, 27: 1, 5: 1 });
  const read = contactReader(backend, pins);
  assert.is(read(), 0);
  backend.levels.set(17, 0);
  assert.is(read(), OPEN_A);
  backend.levels.set(27, 0);
  assert.is(read(), OPEN_A | OPEN_B);
  backend.levels.delete(5);
  assert.is(read(), OPEN_A | OPEN_B | OPEN_TAMPER);
});

test('ES01: a backend that is closed reads as all contacts open', () => {
  const backend = fakeBackend({ 17: 1, 27: 1, 5: 1 });
  const read = contactReader(backend, pins);
  backend.close();
  assert.is(read(), OPEN_A | OPEN_B | OPEN_TAMPER);
});

test('ES24: anything but a driver of real pins says that there is no hardware stop', () => {
  assert.is(missingStopNotice('rpio'), null);
  assert.is(missingStopNotice('gpiod-cli'), null);
  for (const kind of ['register-file', 'simulated-panel', null] as const) {
    assert.match(missingStopNotice(kind) as string, /^NO HARDWARE STOP: /);
  }
});

test.run();
