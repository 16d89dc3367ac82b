import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CASES } from './cases.ts';
import { readCatalogue, SUPERVISION_FILE } from './catalogue.ts';

const read = readCatalogue(SUPERVISION_FILE);
const scenarios = read.ok ? read.value : [];

for (const { id, scenario = '' } of scenarios) {
  const run = CASES.get(id);
  if (run !== undefined) test(`${id} ${scenario}`, run);
}

test('every scenario of the catalogue has a case, and every case a scenario', () => {
  assert.ok(read.ok, read.ok ? '' : read.error);
  const ids = new Set(scenarios.map(({ id }) => id));
  const missing = [...ids].filter((id) => !CASES.has(id));
  const unknown = [...CASES.keys()].filter((id) => !ids.has(id));
  assert.equal([missing, unknown], [[], []]);
});

test.run();
