/** The controls whose trigger is a panic detector, as a check list of tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { safetyVectors } from '../support/gpio/waveforms.ts';
import { root } from '../support/shared.ts';

interface Control {
  readonly id: string;
  readonly Test: string;
}

const controls = safetyVectors<readonly Control[]>('controls_and_halts');
const detected = controls.filter((control) => control.Test.startsWith('panic_detectors.'));

test('each control that is a panic detector is named by a test', () => {
  const folder = join(root, 'test', 'risk', 'panic');
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const named = new Set(texts.flatMap((text) => text.match(/\bC\d\d(?=: )/g) ?? []));
  assert.equal(
    detected.map(({ id }) => id),
    ['C12', 'C14', 'C15', 'C19', 'C28'],
  );
  assert.equal(
    detected.filter(({ id }) => !named.has(id)),
    [],
  );
});

test('each of them has its numbers', () => {
  const vectors = safetyVectors<Record<string, unknown>>('panic_detectors');
  for (const { Test } of detected) {
    assert.ok(Array.isArray(vectors[Test.replace('panic_detectors.', '')]), Test);
  }
});

test.run();
