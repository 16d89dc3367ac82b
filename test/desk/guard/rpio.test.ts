/** `estop measure` on the real native code of rpio, with the long tests of the guard. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REACTIONS, type StopMeasurement } from '../../../src/commands/estop/measure-port.ts';
import { inRig, rigAbsence } from '../../support/gpio/rig.ts';

const isWanted = process.env['FLYBALL_GUARD'] === 'all' && rigAbsence === null;
const longTest = isWanted ? test : test.skip;

longTest('the stop is measured on rpio: each press opens the channels on the wires', () => {
  const run = inRig('measure', { model: 'Raspberry Pi 4 Model B Rev 1.4', hasGpiomem: true });
  const [measured] = run.said as [(StopMeasurement & { fault?: string }) | undefined];
  assert.is(measured?.fault, undefined, run.stderr);
  assert.is(measured?.driver, 'rpio', run.stderr);
  const rows = (measured as StopMeasurement).rows.map(({ load, reaction, count }) => [
    ...[load, reaction, count],
  ]);
  assert.equal(
    rows,
    ['idle', 'blocked'].flatMap((load) => REACTIONS.map((reaction) => [load, reaction, 1])),
  );
});

test.run();
