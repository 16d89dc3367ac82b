import { hash } from 'node:crypto';
import { createContext, Script } from 'node:vm';
import { cosign, openCheckpoint, signCheckpoint } from '../../../../src/audit/note/checkpoint.ts';
import {
  type Algorithm,
  parseVerifierKey,
  type Signer,
  signerOf,
  verifierKeyText,
} from '../../../../src/audit/note/keys.ts';
import { leafHash } from '../../../../src/audit/tree/hash.ts';
import { checkConsistency, checkInclusion } from '../../../../src/audit/tree/proof-check.ts';
import { consistencyProof, inclusionProof, rangeRoot } from '../../../../src/audit/tree/proofs.ts';
import {
  partialTiles,
  TILE_HEIGHT,
  TILE_WIDTH,
  tilePath,
} from '../../../../src/audit/tree/tiles.ts';
import { type KeptTree, keptTree } from '../../../support/audit/trees.ts';
import { fromBase64, toBase64 } from '../../../support/safety-vectors.ts';
import { must } from '../../../support/venue/fixtures.ts';
import { type Corpus, EXACT, type Vector } from '../vector.ts';

interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leaf: string;
  readonly proof: readonly string[];
}

interface Consistency {
  readonly size1: number;
  readonly size2: number;
  readonly proof: readonly string[];
}

interface TreeVectors {
  readonly _meta: {
    readonly entry_template: string;
    readonly log_seed_hex: string;
    readonly witness_seed_hex: string;
    readonly log_vkey: string;
    readonly witness_vkey: string;
  };
  readonly entry_0?: string;
  readonly entry_last?: string;
  readonly roots: Readonly<Record<string, string>>;
  readonly inclusion?: readonly Inclusion[];
  readonly consistency?: readonly Consistency[];
  readonly tiles?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly checkpoints?: readonly string[];
}

/** A log of made-up entries: its roots, proofs, tiles and signed heads, ours against theirs. */
export const auditTreeVectors: Corpus = ({ topic, document }) => {
  const vectors = document as TreeVectors;
  const { entry_0, entry_last, inclusion = [], consistency = [], checkpoints = [] } = vectors;
  const log = new MadeUpLog(vectors);
  const vector = (
    item: string,
    name: string,
    expected: unknown,
    answer: () => unknown,
  ): Vector => ({
    topic,
    item,
    name,
    expected,
    tolerance: EXACT,
    answer,
  });
  const ends = { first: entry_0, last: entry_last };
  const keys = { log: vectors._meta.log_vkey, witness: vectors._meta.witness_vkey };
  return [
    vector('entries', 'first and last', ends, () => log.ends()),
    vector('keys', 'log and witness', keys, () => log.keyTexts()),
    ...Object.entries(vectors.roots).map(([size, root]) =>
      vector('root', `size ${size}`, root, () => log.rootAt(Number(size))),
    ),
    ...inclusion.map((one) => {
      const expected = { proof: one.proof, isAccepted: true };
      const name = `${one.index} of ${one.size}`;
      return vector('inclusion', name, expected, () => log.inclusion(one));
    }),
    ...consistency.map((one) => {
      const expected = { proof: one.proof, isAccepted: true };
      const name = `${one.size1} to ${one.size2}`;
      return vector('consistency', name, expected, () => log.consistency(one));
    }),
    ...Object.entries(vectors.tiles ?? {}).map(([size, tiles]) => {
      const expected = { count: Object.keys(tiles).length, tiles };
      return vector('tiles', `size ${size}`, expected, () => log.tiles(Number(size)));
    }),
    ...checkpoints.map((text, at) =>
      vector('checkpoint', String(at), { text, isOfRoot: true }, () => log.signedAnew(text)),
    ),
  ];
};

/** The log that the vectors describe, built by the production code when it is first asked. */
class MadeUpLog {
  readonly #vectors: TreeVectors;
  readonly #count: number;
  #entryAt: ((at: number) => string) | null = null;
  #tree: KeptTree | null = null;

  constructor(vectors: TreeVectors) {
    this.#vectors = vectors;
    this.#count = Math.max(...Object.keys(vectors.roots).map(Number));
  }

  ends(): unknown {
    return { first: this.#entry(0), last: this.#entry(this.#count - 1) };
  }

  keyTexts(): unknown {
    const [log, witness] = [this.#signer('log'), this.#signer('witness')];
    return { log: verifierKeyText(log.key), witness: verifierKeyText(witness.key) };
  }

  rootAt(size: number): string {
    return toBase64(rangeRoot(0, size, this.#kept().nodeAt));
  }

  inclusion({ index, size, leaf, proof }: Inclusion): unknown {
    const ours = inclusionProof(index, size, this.#kept().nodeAt).map(toBase64);
    const { ok: isAccepted } = checkInclusion({
      index,
      size,
      leaf: fromBase64(leaf),
      proof: proof.map(fromBase64),
      root: this.#listedRoot(size),
    });
    return { proof: ours, isAccepted };
  }

  consistency({ size1, size2, proof }: Consistency): unknown {
    const ours = consistencyProof(size1, size2, this.#kept().nodeAt).map(toBase64);
    const { ok: isAccepted } = checkConsistency({
      older: { size: size1, root: this.#listedRoot(size1) },
      newer: { size: size2, root: this.#listedRoot(size2) },
      proof: proof.map(fromBase64),
    });
    return { proof: ours, isAccepted };
  }

  /** Full tiles of each level, then those at the right edge. */
  tiles(size: number): unknown {
    const { nodeAt } = this.#kept();
    const all = partialTiles(size);
    for (let level = 0, hashes = size; hashes >= TILE_WIDTH; level += 1) {
      hashes = Math.floor(hashes / TILE_WIDTH);
      for (let index = 0; index < hashes; index += 1) all.push({ level, index, width: TILE_WIDTH });
    }
    const tiles = all.map((tile) => {
      const first = tile.index * TILE_WIDTH;
      const hashes = Array.from({ length: tile.width }, (_, at) =>
        nodeAt(Number(tile.level) * TILE_HEIGHT, first + at),
      );
      return [tilePath(tile), hash('sha256', Buffer.concat(hashes))] as const;
    });
    return { count: tiles.length, tiles: Object.fromEntries(tiles) };
  }

  /** Opens a checkpoint with the keys of the vectors, and makes it again from what it says. */
  signedAnew(text: string): unknown {
    const { log_vkey, witness_vkey } = this.#vectors._meta;
    const keys = [log_vkey, witness_vkey].map((key) => must(parseVerifierKey(key)));
    const opened = must(openCheckpoint(Buffer.from(text), keys));
    const { origin, size, root, cosignatures } = opened;
    const head = { origin, size, root: fromBase64(this.rootAt(size)) };
    let ours = signCheckpoint(head, [this.#signer('log')]);
    for (const { seconds } of cosignatures) {
      ours = must(cosign(Buffer.from(ours), this.#signer('witness'), seconds));
    }
    return { text: ours, isOfRoot: toBase64(root) === this.#vectors.roots[size] };
  }

  #kept(): KeptTree {
    const leaf = (_: unknown, at: number): Uint8Array => leafHash(Buffer.from(this.#entry(at)));
    this.#tree ??= keptTree(Array.from({ length: this.#count }, leaf));
    return this.#tree;
  }

  #entry(at: number): string {
    this.#entryAt ??= entriesOf(this.#vectors._meta.entry_template);
    return this.#entryAt(at);
  }

  #listedRoot(size: number): Uint8Array {
    const root = this.#vectors.roots[size];
    if (root === undefined) throw new Error(`found no root of size ${size} among those listed`);
    return fromBase64(root);
  }

  #signer(of: Algorithm): Signer {
    const { log_seed_hex, witness_seed_hex, log_vkey, witness_vkey } = this.#vectors._meta;
    const [seed, vkey] = of === 'log' ? [log_seed_hex, log_vkey] : [witness_seed_hex, witness_vkey];
    return signerOf(vkey.split('+')[0] as string, of, Buffer.from(seed, 'hex'));
  }
}

/** An entry takes far less; a template that hangs is a failure and no hang. */
const TEMPLATE_MS_MAX = 1_000;

/** The template is an expression in `i`, and a remark in words after its last brace. */
function entriesOf(template: string): (at: number) => string {
  const expression = template.slice(0, template.lastIndexOf('}') + 1);
  const script = new Script(`JSON.stringify(${expression})`);
  const context = createContext({ i: 0 });
  return (at) => {
    context['i'] = at;
    return script.runInContext(context, { timeout: TEMPLATE_MS_MAX });
  };
}
