/**
 * Every file of numbers here, by the same adapters as `npm run golden`. Sources: transparency-dev
 * /merkle, commit 417fb0c31475, and C2SP/wycheproof, commit dac1dd4729fd (both Apache-2.0); the
 * others are made by numpy, hashlib, openssl, and a reference model of their own.
 */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ESTOP_TIMES } from '../../../hardware/estop/signals.ts';
import { safetyVectors } from '../../support/safety-vectors.ts';
import { root } from '../../support/shared.ts';
import { judge } from '../run/golden.ts';
import { safetyCorpus } from '../run/safety/corpus.ts';
import type { Vector } from '../run/vector.ts';

const corpus = safetyCorpus(join(root, 'test'));
const folder = join(root, 'test/golden/safety');

/** How many there are, by item: none may get lost. */
const FILES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  estop_waveforms: { waveform: 71 },
  panic_detectors: { kyle_lambda: 6, spread: 10, divergence: 12, staleness: 6, api_errors: 8 },
  audit_tree_vectors: {
    entries: 1,
    keys: 1,
    root: 23,
    inclusion: 62,
    consistency: 98,
    tiles: 2,
    checkpoint: 3,
  },
  rfc6962_proof_vectors: { inclusion: 52, consistency: 59 },
  wycheproof_ed25519_test: { signature: 82 },
  wycheproof_aes_gcm_test: { 'aes-gcm': 45 },
};

for (const [topic, counts] of Object.entries(FILES)) {
  const vectors = corpus({ topic, folder, document: safetyVectors(topic) });
  test(`every vector of ${topic} is there`, () => {
    const found: Record<string, number> = {};
    for (const { item } of vectors) found[item] = (found[item] ?? 0) + 1;
    assert.equal(found, counts);
  });
  for (const vector of vectors) test(nameOf(vector), () => assertOk(vector));
}

function nameOf({ topic, item, name }: Vector): string {
  return `${topic}/${item} ${name} is answered as expected`;
}

function assertOk(vector: Vector): void {
  assert.equal(judge(vector), { verdict: 'ok', detail: '' });
}

test('most of the proofs and many of the signatures are to be refused', () => {
  const judged = (topic: string, key: string, bad: unknown): number =>
    corpus({ topic, folder, document: safetyVectors(topic) }).filter(
      ({ expected }) => (expected as Record<string, unknown>)[key] === bad,
    ).length;
  assert.is(judged('rfc6962_proof_vectors', 'wantErr', true), 47 + 54);
  assert.is(judged('wycheproof_ed25519_test', 'log', false), 31);
  assert.is(judged('wycheproof_aes_gcm_test', 'opened', null), 10 + 1);
});

test('the waveforms were made for the times that the stop has', () => {
  const { _meta } = safetyVectors<{ _meta: { params: unknown } }>('estop_waveforms');
  assert.equal(_meta.params, {
    discrepancy_us: ESTOP_TIMES.discrepancyUs,
    release_stable_us: ESTOP_TIMES.releaseStableUs,
    reset_min_us: ESTOP_TIMES.resetMinUs,
    reset_max_us: ESTOP_TIMES.resetMaxUs,
    cooldown_us: ESTOP_TIMES.cooldownUs,
  });
});

test.run();
