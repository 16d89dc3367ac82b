/** Every file of numbers here, by the same adapters as `npm run golden -- quant`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../../support/shared.ts';
import { judge } from '../run/golden.ts';
import { quantVectors } from '../run/quant.ts';

const folder = join(root, 'test/golden/quant');

/** How many there are, by file: none may get lost. */
const FILES: Readonly<Record<string, number>> = {
  bayes_opt: 2,
  benford: 3,
  change_point: 4,
  cointegration: 5,
  covariance: 2,
  garch: 14,
  garch_dcc: 2,
  indicators: 2,
  jump: 2,
  kalman: 5,
  kelly: 9,
  kyle: 4,
  merton76: 1,
  microprice: 2,
  hurst: 2,
  nash: 3,
  ofi: 1,
  ou: 1,
  queue: 1,
  regulatory: 3,
  spread_decomposition: 6,
  stress: 2,
  unit_root: 4,
  var_es: 5,
  vpin: 2,
};

for (const [topic, count] of Object.entries(FILES)) {
  const document = JSON.parse(readFileSync(join(folder, `${topic}.json`), 'utf8'));
  const vectors = quantVectors({ topic, folder, document });
  test(`every vector of ${topic} is there`, () => assert.is(vectors.length, count));
  for (const vector of vectors) {
    test(`${topic}/${vector.item} ${vector.name} is answered as expected`, () => {
      assert.equal(judge(vector), { verdict: 'ok', detail: '' });
    });
  }
}

test.run();
