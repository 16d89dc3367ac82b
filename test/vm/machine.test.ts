/**
 * The gpiod driver on a real GPIO character device and the watchdog driver on a real watchdog, in a
 * virtual machine: `npm run test:vm`, some minutes in software emulation. Without a real chip and a
 * real wire no figure of it says anything about time.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type GuestRun, inMachine, missingPackages } from '../support/vm/machine.ts';

const isWanted = process.env['FLYBALL_VM'] === 'all';
const missing = isWanted ? missingPackages() : [];
if (missing.length > 0) {
  process.stdout.write(`\nSKIPPED: no virtual machine without ${missing.join(', ')}\n`);
}
/** What the machine printed is the point of the run. */
async function shown(scenario: string): Promise<GuestRun> {
  const run = await inMachine(scenario);
  process.stdout.write(`\n${run.console.trim()}\nQEMU: ${run.events.join(', ')}\n`);
  return run;
}

const vmTest = isWanted && missing.length === 0 ? test : test.skip;

vmTest('ES01 ES02 ES23 ES25: gpiod on a character device', async () => {
  const { said, console: words } = await shown('gpio');
  const tests = said.filter((fact) => 'selfTest' in fact).map((fact) => fact['selfTest']);
  assert.is(tests.at(-1), 'passed', tests.join('\n'));
  const rest = said.filter((fact) => !('selfTest' in fact));
  const [opened, second, guard, pressed, seen, lost, more] = rest;
  assert.equal(opened, { opened: 'gpiod-cli', healthy: 0 }, words);
  assert.equal(second, { second: true }, 'a line belongs to one process');
  assert.equal(guard, { guard: [0, 2] });
  assert.equal(pressed, { pressed: 1, toldBefore: 0 });
  assert.equal(seen, { seen: ['17=0', '17=1', '27=0', '27=1'] });
  assert.equal(lost, { lost: [null, null, null] });
  assert.is(more, undefined);
});

vmTest('a watchdog that is petted resets nobody, nor one that was disarmed', async () => {
  const { said, events, console: words } = await shown('petted');
  assert.equal(said, [{ petted: 8_000 }, { disarmed: true }], words);
  assert.not(events.includes('WATCHDOG'));
});

vmTest('F39: a process that hangs has its host reset', async () => {
  const { said, events, console: words } = await shown('hung');
  assert.equal(said, [{ hangs: true }], words);
  assert.ok(events.includes('WATCHDOG'), events.join());
});

test.run();
