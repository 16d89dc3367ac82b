/** What the documentation has to say of the stop, since no program can. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../../support/shared.ts';

const page = readFileSync(join(root, 'docs', 'emergency-stop.md'), 'utf8');
/** Line breaks and emphasis mean nothing here. */
const words = page.replaceAll(/[\s*]+/g, ' ');

test('ES36: the hardware list asks for red on yellow, trip-free, direct-opening, two NC', () => {
  const [, list = ''] = words.split('Hardware list');
  for (const asked of ['red on yellow', 'trip-free', 'direct-opening', 'two normally-closed']) {
    assert.ok(list.includes(asked), `the hardware list asks for ${asked}`);
  }
});

test('the page claims a design after the standards, and no compliance', () => {
  assert.match(words, 'designed after IEC 60204-1 9.2 and ISO 13850');
  assert.not.match(words.replace('"compliant" is never claimed', ''), /\bcompl(ies|iant)\b/);
  assert.match(words, 'No order whose check starts after the edge leaves');
});

test.run();
