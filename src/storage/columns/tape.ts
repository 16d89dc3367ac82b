import { assert } from '../../core/result.ts';
import type { SlotRing } from '../../core/slot-ring.ts';
import type { Book } from '../../market/book.ts';
import type { Ladder } from '../../market/ladder.ts';
import { LevelChanges } from '../../market/level-changes.ts';
import { FLAG, KIND, putLong, SIDE, WORD } from './record.ts';

/**
 * What is given up when records come faster than they go, from nothing to everything. Whoever
 * trades on the same socket is never made to wait for the recording.
 */
export const RUNGS = ['whole', 'conflated', 'trades-only', 'dropping'] as const;
export type Rung = (typeof RUNGS)[number];

/** Fill of the ring from which a rung holds: the last changes of a level only, then no book. */
export const CONFLATED_FROM = 0.75;
export const TRADES_ONLY_FROM = 0.9;
/** Below this all is recorded again, and books that have a hole begin anew with a snapshot. */
export const WHOLE_BELOW = 0.5;

/** A book whose changes are recorded. */
export interface TapedBook {
  readonly instrument: number;
  readonly book: Book;
  /** The venue's time of the newest change, in milliseconds; 0 when it does not say. */
  readonly eventMs: () => number;
}

/** A trade as feeds tell it; see `TradePrinted`. */
export interface TapedTrade {
  readonly instrument: number;
  readonly ticks: number;
  readonly lots: number;
  readonly takerSide: 'buy' | 'sell';
  readonly tradeId: number;
  readonly venueMs: number;
  readonly receivedNs: number;
}

interface Track {
  /** Its number in the dictionary. */
  readonly venue: number;
  taped: TapedBook | null;
  readonly bids: LevelChanges;
  readonly asks: LevelChanges;
  /** The recorded book has a hole, or has not begun. */
  needsSnapshot: boolean;
  /** Frames whose changes wait for a lower rung. */
  heldFrames: number;
  /** Records that were given up since the last one that says so. */
  lost: number;
}

/** Counters since the tape began. */
export interface TapeCounts {
  records: number;
  /** Changes of levels that were given up for later ones of the same level. */
  conflated: number;
  /** Records that could not be kept; each stream says how many at the next that could. */
  lost: number;
}

/** A snapshot is written where twice its size is free. */
const SNAPSHOT_SPARE = 2;
/** A trade, and the record that says what is missing before it. */
const TRADE_SLOTS = 2;

/**
 * Writes what feeds tell into the ring towards the disk. It runs behind the tick path, in the same
 * turn: it neither waits nor allocates, and what does not fit is given up by the rungs above.
 */
export class MarketTape {
  readonly counts: TapeCounts = { records: 0, conflated: 0, lost: 0 };
  readonly #ring: SlotRing;
  readonly #tracks: Track[];
  #rung: Rung = 'whole';
  #worst = 0;
  /** Wall clock less monotonic clock, in microseconds. */
  #offsetUs = 0;
  #lastUs = 0;
  #tsExchange = 0;
  #sequence = 0;
  /** First word of the last record that was put and not published; −1 when there is none. */
  #lastAt = -1;

  /** @param venues number of the venue in the dictionary, by instrument */
  constructor(ring: SlotRing, venues: readonly number[]) {
    this.#ring = ring;
    this.#tracks = venues.map((venue) => ({
      venue,
      taped: null,
      bids: new LevelChanges(),
      asks: new LevelChanges(),
      needsSnapshot: true,
      heldFrames: 0,
      lost: 0,
    }));
  }

  get rung(): Rung {
    return this.#rung;
  }

  /** Share of the ring that waits for the disk, 0 to 1. */
  get fill(): number {
    return this.#ring.fill / this.#ring.slots;
  }

  /** Sets the local time of records; they never go back. */
  anchor(wallMs: number, monoNs: number): void {
    this.#offsetUs = wallMs * 1_000 - Math.round(monoNs / 1_000);
  }

  /** A feed has begun, with books of its own. */
  follow(taped: TapedBook): void {
    const track = this.#track(taped.instrument);
    track.taped = taped;
    track.needsSnapshot = true;
    taped.book.bids.changes = track.bids;
    taped.book.asks.changes = track.asks;
  }

  /** So many records of an instrument went by while nobody recorded. */
  owe(instrument: number, records: number): void {
    this.#lose(this.#track(instrument), records);
  }

  /** The worst rung since this was asked last. */
  takeWorst(): Rung {
    const worst = RUNGS[this.#worst] as Rung;
    this.#worst = RUNGS.indexOf(this.#rung);
    return worst;
  }

  /** Lets every book begin anew with a snapshot, as at the beginning of an hour. */
  freshen(): void {
    for (const track of this.#tracks) track.needsSnapshot = true;
  }

  /** The book of an instrument is now as its venue has it. */
  onBook(instrument: number, updateId: number, receivedNs: number): void {
    const track = this.#track(instrument);
    const { taped, bids, asks } = track;
    if (taped === null) return;
    const rung = this.#climb();
    const changes = bids.count + asks.count;
    if (rung === 'conflated' && !track.needsSnapshot && !bids.isWhole && !asks.isWhole) {
      // The changes stay in their lists; of each level the last one will be written.
      track.heldFrames += 1;
      return;
    }
    if (rung !== 'whole') {
      this.#loseBook(track, changes);
      return;
    }
    this.#stamp(taped.eventMs() * 1_000, receivedNs, updateId);
    if (track.needsSnapshot || bids.isWhole || asks.isWhole) {
      this.#writeSnapshot(track, taped);
    } else if (changes > 0 && this.#ring.room > changes) {
      this.#writeGap(track, instrument);
      this.#writeChanges(track, instrument, taped.book.bids, bids, SIDE.buy);
      this.#writeChanges(track, instrument, taped.book.asks, asks, SIDE.sell);
      track.heldFrames = 0;
    } else if (changes > 0) {
      this.#loseBook(track, changes);
    }
    this.#endFrame();
  }

  /** The book of an instrument is not to be believed until it begins anew. */
  onLost(instrument: number, receivedNs: number): void {
    const track = this.#track(instrument);
    this.#stamp(0, receivedNs, 0);
    track.needsSnapshot = true;
    if (!this.#put(track, instrument, KIND.clear, SIDE.none, 0, 0)) this.#lose(track, 1);
    this.#endFrame();
  }

  /**
   * A trade was printed. Trades are the last to be given up.
   *
   * @param flags more of them, as of one that was fetched later
   */
  onTrade(trade: TapedTrade, flags = 0): void {
    const track = this.#track(trade.instrument);
    this.#climb();
    this.#stamp(trade.venueMs * 1_000, trade.receivedNs, trade.tradeId);
    const side = trade.takerSide === 'buy' ? SIDE.buy : SIDE.sell;
    if (this.#ring.room < TRADE_SLOTS) this.#lose(track, 1);
    else {
      this.#writeGap(track, trade.instrument);
      this.#put(track, trade.instrument, KIND.trade, side, trade.ticks, trade.lots, flags);
    }
    this.#endFrame();
  }

  #track(instrument: number): Track {
    const track = this.#tracks[instrument];
    assert(track !== undefined, 'an instrument of the desk has a track');
    return track;
  }

  /** Looks how full the ring is; a rung is left only when there is plenty of room again. */
  #climb(): Rung {
    const { fill } = this;
    if (fill < WHOLE_BELOW) this.#rung = 'whole';
    else if (this.#ring.room < TRADE_SLOTS) this.#rung = 'dropping';
    else if (fill >= TRADES_ONLY_FROM && this.#rung !== 'dropping') this.#rung = 'trades-only';
    else if (fill >= CONFLATED_FROM && this.#rung === 'whole') this.#rung = 'conflated';
    this.#worst = Math.max(this.#worst, RUNGS.indexOf(this.#rung));
    return this.#rung;
  }

  #stamp(tsExchange: number, receivedNs: number, sequence: number): void {
    const localUs = this.#offsetUs + Math.round(receivedNs / 1_000);
    this.#lastUs = Math.max(this.#lastUs, localUs);
    this.#tsExchange = tsExchange;
    this.#sequence = sequence;
  }

  #writeChanges(
    track: Track,
    instrument: number,
    ladder: Ladder,
    changes: LevelChanges,
    side: number,
  ): void {
    const { count, ticks, lots } = changes;
    if (track.heldFrames === 0) {
      for (let at = 0; at < count; at += 1) {
        const price = ticks[at] as number;
        this.#put(track, instrument, KIND.depth, side, price, lots[at] as number);
      }
    } else {
      const prices = ticks.subarray(0, count).sort();
      let last = Number.NaN;
      for (const price of prices) {
        if (price === last) this.counts.conflated += 1;
        else
          this.#put(
            track,
            instrument,
            KIND.depth,
            side,
            price,
            ladder.lotsOn(price),
            FLAG.conflated,
          );
        last = price;
      }
    }
    changes.forget();
  }

  /** A book from nothing: an emptying, then all of its levels. */
  #writeSnapshot(track: Track, { instrument, book }: TapedBook): void {
    const levels = book.bids.depth + book.asks.depth;
    if (this.#ring.room < SNAPSHOT_SPARE * levels + 2) {
      this.#loseBook(track, 0);
      return;
    }
    this.#writeGap(track, instrument);
    this.#put(track, instrument, KIND.clear, SIDE.none, 0, 0);
    for (let rank = 0; rank < book.bids.depth; rank += 1) {
      const price = book.bids.ticksAt(rank);
      this.#put(track, instrument, KIND.snapshot, SIDE.buy, price, book.bids.lotsAt(rank));
    }
    for (let rank = 0; rank < book.asks.depth; rank += 1) {
      const price = book.asks.ticksAt(rank);
      this.#put(track, instrument, KIND.snapshot, SIDE.sell, price, book.asks.lotsAt(rank));
    }
    track.bids.forget();
    track.asks.forget();
    track.heldFrames = 0;
    track.needsSnapshot = false;
  }

  /** Says how many records of the instrument are not there. */
  #writeGap(track: Track, instrument: number): void {
    if (track.lost === 0) return;
    const { lost } = track;
    if (this.#put(track, instrument, KIND.gap, SIDE.none, 0, lost)) track.lost = 0;
  }

  /** Gives up what is known of a book; it begins anew with a snapshot. */
  #loseBook(track: Track, changes: number): void {
    this.#lose(track, changes);
    track.needsSnapshot = true;
    track.bids.forget();
    track.asks.forget();
    track.heldFrames = 0;
  }

  #lose(track: Track, records: number): void {
    track.lost += records;
    this.counts.lost += records;
  }

  #endFrame(): void {
    if (this.#lastAt < 0) return;
    this.#ring.words[this.#lastAt + WORD.side] =
      (this.#ring.words[this.#lastAt + WORD.side] as number) | (FLAG.frameEnd << 8);
    this.#lastAt = -1;
    this.#ring.publish();
  }

  /** @returns whether there was room */
  #put(
    track: Track,
    instrument: number,
    kind: number,
    side: number,
    ticks: number,
    lots: number,
    flags = 0,
  ): boolean {
    const at = this.#ring.claim();
    if (at < 0) return false;
    const { words } = this.#ring;
    const isOnGrid = Number.isInteger(ticks) && Number.isInteger(lots);
    const marks = isOnGrid ? flags : flags | FLAG.rounded;
    putLong(words, at + WORD.tsExchange, this.#tsExchange);
    putLong(words, at + WORD.tsLocal, this.#lastUs);
    putLong(words, at + WORD.price, isOnGrid ? ticks : Math.round(ticks));
    putLong(words, at + WORD.quantity, isOnGrid ? lots : Math.round(lots));
    putLong(words, at + WORD.sequence, this.#sequence);
    words[at + WORD.what] = instrument | (track.venue << 16) | (kind << 24);
    words[at + WORD.side] = side | (marks << 8);
    this.#lastAt = at;
    this.counts.records += 1;
    return true;
  }
}
