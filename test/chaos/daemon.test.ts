import { randomInt } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { onPremises } from '../support/process/premises.ts';
import { Storm } from './daemon/storm.ts';
import { verdictOn } from './daemon/verdict.ts';

/** `FLYBALL_SEED` repeats the choices of an earlier run; `npm run chaos` is the long one. */
const SEED = Number(process.env['FLYBALL_SEED'] ?? randomInt(2 ** 32));
const SECONDS = 5;

test(
  'after a storm of kills and faults the desk, its journal and its venue agree',
  onPremises(async (premises) => {
    process.stdout.write(`(FLYBALL_SEED=${SEED}) `);
    const storm = await Storm.gather(premises, { seconds: SECONDS, seed: SEED });
    await storm.rage();
    const findings = await verdictOn(storm, premises);
    const broken = findings.filter(({ state }) => state === 'broken');
    assert.equal(broken, [], `with FLYBALL_SEED=${SEED}`);
  }),
);

test.run();
