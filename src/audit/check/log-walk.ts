import { type AuditEntry, decodeEntry } from '../entry.ts';
import { chainFault, FIRST_LINK, type Link } from '../entry-chain.ts';
import { KEY_ROTATED, rotatedKey } from '../note/key-rotation.ts';
import type { VerifierKey } from '../note/keys.ts';
import { HASH_BYTES, hashText, isSameHash, leafHash } from '../tree/hash.ts';
import { MerkleRange } from '../tree/merkle-range.ts';
import { TILE_HEIGHT, TILE_WIDTH, type TileAddress, tilePath } from '../tree/tiles.ts';
import type { AuditFinding, FindingKind } from './finding.ts';

/** Somebody's memory of the log: an own older checkpoint, a witness, an anchor. */
export interface TrustedHead {
  readonly size: number;
  readonly root: Uint8Array;
  /** Who remembers. */
  readonly by: string;
}

export interface WalkOptions {
  /** Key of the first entry; pinned outside the host. */
  readonly key: VerifierKey;
  readonly heads: readonly TrustedHead[];
  /** Longest gap between two entries of a boot; null = any. */
  readonly silenceNsMax: bigint | null;
}

/** A finding together with how sure it is of its index. */
type Suspicion = Omit<AuditFinding, 'kind' | 'index'> & { readonly index: number };

/**
 * Goes through the entries of a log from the first one on. It remembers the first thing that is
 * wrong in each of the ways in which something can be; whether an entry or the hash in a tile was
 * changed only the signed root can tell, at the end.
 */
export class LogWalk {
  readonly range = new MerkleRange();
  /** Key that signs checkpoints of the size so far. */
  key: VerifierKey;
  /** First entry that contradicts its neighbours or itself. */
  contradiction: Suspicion | null = null;
  /** First entry or subtree of which a tile says another hash. */
  difference: Suspicion | null = null;
  /** First tile that is missing or says another hash. */
  damage: Suspicion | null = null;
  /** First head that somebody remembers otherwise. */
  fork: Suspicion | null = null;
  silence: Suspicion | null = null;

  readonly #options: WalkOptions;
  readonly #heads: TrustedHead[];
  readonly #tileAt: (address: TileAddress) => Uint8Array | null;
  /** Hashes of the tiles at the right edge, by level. */
  readonly #tiles: MadeTile[] = [];
  #link: Link = FIRST_LINK;
  /** Size up to which somebody remembers the same. */
  #vouched = 0;

  constructor(options: WalkOptions, tileAt: (address: TileAddress) => Uint8Array | null) {
    this.#options = options;
    this.#heads = options.heads.toSorted((left, right) => left.size - right.size);
    this.#tileAt = tileAt;
    this.key = options.key;
    this.#compareHeads();
  }

  /** Entries up to here are as somebody remembers them. */
  get vouched(): number {
    return this.#vouched;
  }

  /** The next entry. */
  entry(bytes: Uint8Array): void {
    const index = this.range.size;
    const hash = leafHash(bytes);
    this.range.append(hash, (level, at, node) => this.#node(level, at, node));
    const decoded = decodeEntry(bytes);
    if (decoded.ok) {
      this.#follow(index, decoded.value);
      this.#link = { entry: decoded.value, hash };
    } else {
      const { where, found, expected } = decoded.error;
      this.#contradict('entry-malformed', index, `${where}: ${found}`, expected);
      this.#link = { entry: null, hash };
    }
    this.#compareHeads();
  }

  /** No further entry: the tiles at the right edge are compared as far as they go. */
  end(): void {
    this.#tiles.forEach((tile, level) => {
      if (tile.hashes.length > 0) this.#compareTile(level, tile);
    });
  }

  /** Path of the bundle that an entry is in. */
  static bundleOf(index: number): string {
    const bundle = Math.floor(index / TILE_WIDTH);
    return tilePath({ level: 'entries', index: bundle, width: TILE_WIDTH });
  }

  #follow(index: number, entry: AuditEntry): void {
    const before = this.#link.entry;
    const fault = chainFault(this.#link, entry);
    if (fault?.kind === 'chain') {
      // Each entry names the one before it: of two that do not fit, that one has been changed.
      const found = `leaf hash ${hashText(this.#link.hash)}`;
      const expected = `${hashText(entry.prev)}, after which entry ${index} was written`;
      this.#contradict('entry-changed', Math.max(0, index - 1), found, expected);
    } else if (fault !== null) {
      this.#contradict(fault.kind, index, fault.found, fault.expected);
    }
    if (entry.type === KEY_ROTATED) this.#rotate(index, entry);
    const { silenceNsMax } = this.#options;
    if (silenceNsMax === null || before === null || entry.boot !== before.boot) return;
    const gapNs = entry.monoNs - before.monoNs;
    if (gapNs <= silenceNsMax || this.silence !== null) return;
    const where = LogWalk.bundleOf(index);
    const found = `nothing for ${gapNs} ns before it`;
    this.silence = { what: 'silent', index, where, found, expected: `at most ${silenceNsMax} ns` };
  }

  #rotate(index: number, entry: AuditEntry): void {
    const next = rotatedKey(this.key, entry);
    if (next.ok) this.key = next.value;
    else this.#contradict('bad-rotation', index, next.error.found, next.error.expected);
  }

  #contradict(what: FindingKind, index: number, found: string, expected: string): void {
    this.contradiction ??= { what, index, where: LogWalk.bundleOf(index), found, expected };
  }

  #compareHeads(): void {
    while (this.#heads[0]?.size === this.range.size) {
      const { size, root, by } = this.#heads.shift() as TrustedHead;
      const found = this.range.root();
      if (isSameHash(found, root)) {
        if (this.fork === null) this.#vouched = size;
        continue;
      }
      this.fork ??= {
        ...{ what: 'forked', index: this.#vouched, where: LogWalk.bundleOf(this.#vouched) },
        found: `root ${hashText(found)} at size ${size}`,
        expected: `root ${hashText(root)}, which ${by} has seen`,
      };
    }
  }

  #node(level: number, index: number, hash: Uint8Array): void {
    if (level % TILE_HEIGHT !== 0) return;
    const tileLevel = level / TILE_HEIGHT;
    const tile = this.#tiles[tileLevel] ?? { index: 0, hashes: [] };
    this.#tiles[tileLevel] = tile;
    tile.hashes.push(hash);
    if ((index + 1) % TILE_WIDTH > 0) return;
    this.#compareTile(tileLevel, tile);
    this.#tiles[tileLevel] = { index: tile.index + 1, hashes: [] };
  }

  #compareTile(level: number, { index, hashes }: MadeTile): void {
    const address = { level, index, width: hashes.length };
    const tile = this.#tileAt(address);
    if (tile !== null && Buffer.compare(tile, Buffer.concat(hashes)) === 0) return;
    const at = tile === null ? 0 : differing(tile, hashes);
    const span = TILE_WIDTH ** level;
    const first = (index * TILE_WIDTH + at) * span;
    const where = tilePath(address);
    const made = `hash ${hashText(hashes[at] as Uint8Array)}`;
    const kept = tile === null ? 'no such tile' : `hash ${hashText(hashIn(tile, at))}`;
    this.damage ??= { what: 'tile-damaged', index: first, where, found: kept, expected: made };
    // What a lower tile has found within this subtree is the same difference, said more exactly.
    if (tile === null || (this.difference !== null && this.difference.index < first + span)) return;
    this.difference = { what: 'entry-changed', index: first, where, found: made, expected: kept };
  }
}

interface MadeTile {
  readonly index: number;
  readonly hashes: Uint8Array[];
}

function hashIn(tile: Uint8Array, at: number): Uint8Array {
  return tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
}

function differing(tile: Uint8Array, hashes: readonly Uint8Array[]): number {
  return hashes.findIndex((hash, at) => !isSameHash(hash, hashIn(tile, at)));
}
