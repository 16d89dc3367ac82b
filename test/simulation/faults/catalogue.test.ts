import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ABSENT_FAULTS, FAULTS, PRESENT_FAULTS } from '../../../src/simulation/faults/catalogue.ts';

/** The catalogue of the project, F01 to F44. */
const CATALOGUE = Array.from({ length: 44 }, (_, at) => `F${String(at + 1).padStart(2, '0')}`);

test('every fault of the catalogue is there or is said to be absent, once', () => {
  const ids = FAULTS.map(({ id }) => id);
  assert.is(new Set(ids).size, ids.length, 'no id is used twice');
  assert.equal(
    CATALOGUE.filter((id) => !ids.includes(id)),
    [],
  );
  const strange = ids.filter((id) => !CATALOGUE.includes(id) && !/^A\d\d$/.test(id));
  assert.equal(strange, [], 'an additional fault is called A and two digits');
});

test('what is absent says what is missing, and is not among what can be drawn', () => {
  for (const { id, absent } of ABSENT_FAULTS) assert.ok(absent.length > 20, id);
  const present = new Set(PRESENT_FAULTS.map(({ id }) => id));
  assert.is(present.size + ABSENT_FAULTS.length, FAULTS.length);
});

test('the page of the simulation names every fault', () => {
  const page = readFileSync('docs/simulation.md', 'utf8');
  assert.equal(
    FAULTS.filter(({ id }) => !page.includes(`| ${id} |`)).map(({ id }) => id),
    [],
  );
});

test.run();
