import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { INVARIANTS, type InvariantId } from '../../../src/simulation/invariants/verdicts.ts';
import { Mutant } from '../../support/simulate/mutant.ts';
import { MUTATIONS } from '../../support/simulate/mutations.ts';

/** All by `npm run test:mutations`; a few that are found at once in every run. */
const isWhole = process.env['FLYBALL_MUTATIONS'] === 'all';
const QUICK: readonly InvariantId[] = ['I1', 'I2', 'journaled'];

const test = suite('mutations');
let mutant: Mutant;
test.before(() => {
  mutant = new Mutant();
});
test.after(() => mutant.remove());

test('there is a bug for each law', () => {
  const broken = new Set(MUTATIONS.map(({ invariant }) => invariant));
  assert.equal([...broken].sort(), Object.keys(INVARIANTS).sort());
});

for (const mutation of MUTATIONS) {
  const { invariant, what } = mutation;
  if (!isWhole && !QUICK.includes(invariant)) continue;
  test(`the simulation finds within 200 seeds that ${what}`, async () => {
    const report = await mutant.find(mutation);
    assert.ok(report !== null, `${invariant} was seen to be broken`);
    process.stdout.write(`${invariant}: seed ${report?.seed}, ${what}\n`);
  });
}

test.run();
