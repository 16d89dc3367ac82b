import type { Book } from '../../market/book.ts';
import type { LevelList } from './level-list.ts';

/** Spot diffs follow each other by `U`, futures diffs by `pu`. */
export type DepthRule = 'spot' | 'futures';

/** Diffs kept while the snapshot is on its way: 100 s of spot diffs. */
export const DIFFS_BUFFERED_MAX = 1024;

export interface DepthDiff {
  readonly firstId: number;
  readonly finalId: number;
  readonly previousId: number;
  readonly bids: LevelList;
  readonly asks: LevelList;
}

export interface DepthSnapshot {
  readonly finalId: number;
  readonly bids: LevelList;
  readonly asks: LevelList;
}

/**
 * What a diff did: `applied` to a live book, `buffered` until the snapshot comes, `ignored` as
 * older than the book, or it showed a `gap` or left the book `crossed`. After the last two the
 * book is not live and a new snapshot is needed.
 */
export type DiffOutcome = 'applied' | 'buffered' | 'ignored' | 'gap' | 'crossed';

/** `stale`: the snapshot is older than the first diff that was kept; fetch another. */
export type SnapshotOutcome = 'live' | 'stale' | 'gap' | 'crossed';

/**
 * Keeps one book in step with a snapshot and a stream of diffs. A book that is not live must not
 * be priced from.
 *
 * @see Binance spot API, "How to manage a local order book correctly"; the same page of USD-M
 */
export class DepthSync {
  readonly book: Book;
  readonly #rule: DepthRule;
  readonly #onApplied: (finalId: number) => void;
  #isLive = false;
  #lastId = 0;
  #isFirst = false;
  #buffer: DepthDiff[] = [];

  /** @param onApplied called after each diff that changed the live book, replayed ones included */
  constructor(book: Book, rule: DepthRule, onApplied: (finalId: number) => void = () => {}) {
    this.book = book;
    this.#rule = rule;
    this.#onApplied = onApplied;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Update id of the book; 0 before the first snapshot. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Forgets everything, as after a disconnection. */
  reset(): void {
    this.#isLive = false;
    this.#lastId = 0;
    this.#buffer = [];
    this.book.clear();
  }

  onDiff(diff: DepthDiff): DiffOutcome {
    if (!this.#isLive) {
      if (this.#buffer.length === DIFFS_BUFFERED_MAX) this.#buffer.shift();
      this.#buffer.push(keep(diff));
      return 'buffered';
    }
    const outcome = this.#follow(diff);
    // The diff behind the gap is the first that the next snapshot has to reach.
    if (outcome === 'gap') this.#buffer.push(keep(diff));
    return outcome;
  }

  onSnapshot(snapshot: DepthSnapshot): SnapshotOutcome {
    const oldest = this.#buffer[0];
    if (oldest !== undefined && this.#isBefore(snapshot.finalId, oldest)) return 'stale';
    const kept = this.#buffer;
    this.reset();
    fill(this.book, snapshot);
    this.#lastId = snapshot.finalId;
    this.#isLive = true;
    this.#isFirst = true;
    if (this.book.isCrossed) return this.#lose('crossed');
    for (const diff of kept) {
      const outcome = this.#follow(diff);
      if (outcome === 'gap' || outcome === 'crossed') return outcome;
    }
    return 'live';
  }

  /** Whether diffs are missing between a snapshot and the first diff that was kept. */
  #isBefore(snapshotId: number, { firstId, previousId }: DepthDiff): boolean {
    return this.#rule === 'spot' ? snapshotId + 1 < firstId : snapshotId < previousId;
  }

  #follow(diff: DepthDiff): DiffOutcome {
    const verdict = this.#rule === 'spot' ? this.#judgeSpot(diff) : this.#judgeFutures(diff);
    if (verdict === 'ignored') return verdict;
    if (verdict === 'gap') return this.#lose('gap');
    fill(this.book, diff);
    this.#lastId = diff.finalId;
    this.#isFirst = false;
    if (this.book.isCrossed) return this.#lose('crossed');
    this.#onApplied(diff.finalId);
    return 'applied';
  }

  #judgeSpot(diff: DepthDiff): 'applied' | 'ignored' | 'gap' {
    if (diff.finalId <= this.#lastId) return 'ignored';
    return diff.firstId <= this.#lastId + 1 ? 'applied' : 'gap';
  }

  /**
   * The venue's page wants the first diff to have U <= lastUpdateId <= u. Its ids count the changes
   * of all markets, so a snapshot of a quiet one lies between `pu` and `U`, where nothing of this
   * market changed: what must not be missing is what is behind `pu`.
   */
  #judgeFutures(diff: DepthDiff): 'applied' | 'ignored' | 'gap' {
    if (this.#isFirst) {
      if (diff.finalId < this.#lastId) return 'ignored';
      return diff.previousId <= this.#lastId ? 'applied' : 'gap';
    }
    if (diff.finalId <= this.#lastId) return 'ignored';
    return diff.previousId === this.#lastId ? 'applied' : 'gap';
  }

  #lose<Why extends 'gap' | 'crossed'>(why: Why): Why {
    this.reset();
    return why;
  }
}

/** A copy of the levels, since the decoder's lists are overwritten by the next frame. */
function keep(diff: DepthDiff): DepthDiff {
  const { firstId, finalId, previousId } = diff;
  return { firstId, finalId, previousId, bids: diff.bids.copy(), asks: diff.asks.copy() };
}

function fill(book: Book, levels: { readonly bids: LevelList; readonly asks: LevelList }): void {
  levels.bids.writeTo(book.bids);
  levels.asks.writeTo(book.asks);
}
