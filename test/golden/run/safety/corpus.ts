import { PRESENT_FAULTS } from '../../../../src/simulation/faults/catalogue.ts';
import type { Corpus, Vector, VectorFile } from '../vector.ts';
import { auditTreeVectors } from './audit-tree.ts';
import { checkList, namedTests } from './check-lists.ts';
import { boundaryTests } from './control-boundaries.ts';
import { estopWaveforms } from './estop-waveforms.ts';
import { merkleProofs } from './merkle-proofs.ts';
import { panicDetectors } from './panic-detectors.ts';
import { aesGcmCases, ed25519Cases } from './wycheproof.ts';

/** The files of safety vectors; the README beside them has their schemas. @param tests a folder */
export function safetyCorpus(tests: string): Corpus {
  const named = namedTests(tests);
  // Each fault that the simulation can strike is struck by test/desk/simulate/seeds.test.ts.
  const faults = new Set([...named, ...PRESENT_FAULTS.map(({ id }) => id)]);
  const controls = new Set([...named, ...boundaryTests(tests)]);
  const readers: Readonly<Record<string, Corpus>> = {
    estop_waveforms: estopWaveforms,
    panic_detectors: panicDetectors,
    audit_tree_vectors: auditTreeVectors,
    rfc6962_proof_vectors: merkleProofs,
    wycheproof_ed25519_test: ed25519Cases,
    wycheproof_aes_gcm_test: aesGcmCases,
    estop_requirements: checkList('requirement', named),
    controls_and_halts: checkList('control', controls),
    audit_attacks: checkList('attack', named),
    faults: checkList('fault', faults),
  };
  return (file) => (readers[file.topic] ?? unknownTopic)(file);
}

/** A file that nobody here reads counts once when it seems to hold vectors. */
function unknownTopic({ topic, document }: VectorFile): readonly Vector[] {
  const lists = Object.values(Object(document)).filter(Array.isArray);
  const isList = Array.isArray(document) && document.length > 0;
  if (!isList && lists.every((list) => list.length === 0)) return [];
  return [{ topic, item: '*', name: 'every one', expected: null, tolerance: {}, answer: null }];
}
