import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, findCommand } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import { type CalibrationJob, calibrate } from '../../../src/risk/volatility/live/calibration.ts';
import { aTestDesk } from '../../support/edge/command-world.ts';
import { aVolatilityDesk, returnsOf } from '../../support/risk/volatility-desk.ts';

const asked = (state: unknown) =>
  runDaemonCommand(aTestDesk({ actorState: () => state }), ['volatility'], {
    user: 'ann',
    role: 'viewer',
  });

test('volatility shows every market and its last calibrations, adopted and refused', async () => {
  const { desk, jobs, begin, follow } = aVolatilityDesk();
  begin();
  follow(returnsOf(150, 1));
  desk.onAnswer(calibrate(jobs[0] as CalibrationJob));
  follow(returnsOf(70, 2));
  const second = jobs[1] as CalibrationJob;
  desk.onAnswer(calibrate({ ...second, returns: new Float64Array(200) }));
  const outcome = await asked(desk.summary());
  assert.is(outcome.exitCode, EXIT.done);
  const found = findCommand(DAEMON_COMMANDS, ['volatility']);
  const text = found?.command.show(outcome.data) ?? '';
  assert.match(text, /^v S0 +\d+\.\d % +1 +\d+ +-?\d+\.\d\d +0$/m);
  assert.match(text, /^2023-11-14T22:.*v S0 +adopted +150 +\{"parameters"/m);
  assert.match(text, /^2023-11-14T22:.*v S0 +refused +0 +\{"kind"/m);
});

test('no more calibrations are kept than anybody looks at', () => {
  const { desk, jobs, begin, follow } = aVolatilityDesk();
  begin();
  follow(returnsOf(150, 1));
  for (let fit = 0; fit < 40; fit += 1) {
    desk.onAnswer(calibrate(jobs[fit] as CalibrationJob));
    follow(returnsOf(61, fit));
  }
  assert.is(desk.summary().history.length, 32);
});

test('a desk that follows none says how to ask for it', async () => {
  const outcome = await asked(null);
  assert.is(outcome.exitCode, EXIT.failed);
});

test.run();
