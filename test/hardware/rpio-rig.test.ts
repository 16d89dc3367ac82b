/**
 * The real native code of rpio on a plain file in a private /dev; `test/support/gpio/rig.ts` says
 * what such a file cannot show. Timing, pull resistors and kernel interrupts need a real Pi.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inRig, rigAbsence } from '../support/gpio/rig.ts';

const rigTest = rigAbsence === null ? test : test.skip;
const PI_4 = { model: 'Raspberry Pi 4 Model B Rev 1.4', hasGpiomem: true };
const refused = (kind: string, detail: string) => ({ ok: false, error: { kind, detail } });

function said(scenario: string, board = PI_4): readonly unknown[] {
  const run = inRig(scenario, board);
  assert.equal([run.exitCode, run.signal], [0, null], run.stderr);
  return run.said;
}

rigTest('levels are read as they are, outputs are written, a closed backend reads as open', () => {
  assert.equal(said('levels'), [
    { kind: 'rpio', healthy: 0, selfTest: true },
    { functions: [0, 1] },
    { pressed: 2, reset: 0, stranger: null },
    { set: 1 },
    { clear: 1 },
    { second: refused('held', 'rpio is in use in this process; close it first') },
    { closed: 7, selfTest: refused('lost', 'rpio: pin 17 cannot be read') },
    { again: 2 },
    { twice: refused('pin-refused', 'pin 17 is named twice; each pin has one use') },
    { noPin: refused('pin-refused', 'rpio: Pin 99 is not valid when using gpio mapping') },
  ]);
});

rigTest(
  'ES30: a contact that opens between two checks refuses the second, in the same turn',
  () => {
    assert.equal(said('between-checks'), [{ left: [0, 1, 2, 3, 4, 5] }]);
  },
);

rigTest('ES02: edges are told, and so is a pulse that was over before it could be read', () => {
  assert.equal(said('edges'), [
    { seen: ['17=0', '6=1', '27=0', '27=1'], isRising: 1 + (1 << 10) },
    { after: 0 },
  ]);
});

rigTest('ES23: the guard reads the same registers in a process of its own and changes none', () => {
  assert.equal(said('guard'), [{ healthy: '0' }, { b: '2' }, { tamper: '6' }, { untouched: true }]);
});

rigTest('ES25: the self-test passes on whole wires and finds a broken loop and channel', () => {
  const unseen = (check: string, pin: number, found: number, wanted: number) => ({
    ok: false,
    error: { kind: 'not-seen', check, pin, found, wanted, withinMs: 10 },
  });
  assert.equal(said('self-test'), [
    { cut: [], outcome: { ok: true, value: { checks: 12, slowestMs: 0 } } },
    { cut: [22], outcome: unseen('loop', 23, 0, 1) },
    { cut: [25], outcome: unseen('pulse-b', 27, 1, 0) },
  ]);
});

rigTest(
  'ES24: without its device the package is refused time and again, and nothing crashes',
  () => {
    const where = '/dev/gpiomem has to be there and writable (group gpio)';
    const failure = refused('init-failed', `rpio: Could not initialize bcm2835; ${where}`);
    assert.equal(said('failed-init', { ...PI_4, hasGpiomem: false }), [
      { first: failure },
      { second: failure },
    ]);
  },
);

rigTest('the bare package ends the process there, so the refusal is needed', () => {
  const run = inRig('bare-package', { ...PI_4, hasGpiomem: false });
  assert.is(run.signal, 'SIGSEGV');
  assert.equal(run.said, [{ thrown: 'Error: Could not initialize bcm2835' }]);
});

rigTest('ES24: a Pi 5 is refused even where its registers could be mapped', () => {
  const model = 'Raspberry Pi 5 Model B Rev 1.0';
  const wanted = 'wanted a Raspberry Pi up to 4; from 5 on, and elsewhere, use gpiod-cli';
  const detail = `/proc/device-tree/model: found "${model}", ${wanted}`;
  assert.equal(said('board', { model, hasGpiomem: true }), [
    { outcome: refused('unsupported-board', detail) },
  ]);
});

test.run();
