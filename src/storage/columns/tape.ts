import { assert } from '../../core/result.ts';
import type { SlotRing } from '../../core/slot-ring.ts';
import type { Book } from '../../market/book.ts';
import type { MarketFact } from '../../market/fact.ts';
import type { Ladder } from '../../market/ladder.ts';
import { LevelChanges } from '../../market/level-changes.ts';
import type { QuoteUpdated } from '../../market/quote.ts';
import type { TradePrinted } from '../../market/trade.ts';
import { factRecords } from './fact-records.ts';
import { FrameWriter } from './frame-writer.ts';
import { FLAG, KIND, SIDE } from './record.ts';

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

/** A trade as feeds tell it. */
export type TapedTrade = Omit<TradePrinted, 'kind'>;

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
  /** Trades are among them. */
  hasLostTrades: boolean;
}

/** Counters since the tape began. */
export interface TapeCounts {
  records: number;
  /** Changes of levels that were given up for later ones of the same level. */
  conflated: number;
  /** Records that could not be kept; each stream says how many at the next that could. */
  lost: number;
  /** Best prices of tickers that were given up for later ones. */
  tickers: number;
  /** Facts that records have no form for. */
  otherFacts: number;
}

/** A snapshot is written where twice its size is free. */
const SNAPSHOT_SPARE = 2;
/** A trade, and the record that says what is missing before it. */
const TRADE_SLOTS = 2;
/** The best prices of a ticker, or the parts of a fact, and the record of what is missing. */
const TICKER_SLOTS = 3;

/**
 * Writes what feeds tell into the ring towards the disk. It runs behind the tick path, in the same
 * turn: it neither waits nor allocates, and what does not fit is given up by the rungs above.
 */
export class MarketTape {
  readonly counts: TapeCounts = {
    records: 0,
    conflated: 0,
    lost: 0,
    tickers: 0,
    otherFacts: 0,
  };
  readonly #venueNames: readonly string[];
  readonly #ring: SlotRing;
  readonly #tracks: Track[];
  #rung: Rung = 'whole';
  #worst = 0;
  readonly #frames: FrameWriter;

  /**
   * @param venues number of the venue in the dictionary, by instrument
   * @param venueNames their names by that number, for what is told of a whole venue
   */
  constructor(ring: SlotRing, venues: readonly number[], venueNames: readonly string[] = []) {
    this.#ring = ring;
    this.#frames = new FrameWriter(ring);
    this.#venueNames = venueNames;
    this.#tracks = venues.map((venue) => ({
      venue,
      taped: null,
      bids: new LevelChanges(),
      asks: new LevelChanges(),
      needsSnapshot: true,
      heldFrames: 0,
      lost: 0,
      hasLostTrades: false,
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
    this.#frames.anchor(wallMs, monoNs);
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
    this.#frames.stamp(taped.eventMs(), receivedNs, updateId);
    if (track.needsSnapshot || bids.isWhole || asks.isWhole) {
      this.#writeSnapshot(track, taped);
    } else if (changes > 0 && this.#ring.room > changes) {
      this.#writeGap(track, instrument);
      this.#writeChanges(track, instrument, taped.book.bids, bids, SIDE.buy);
      this.#writeChanges(track, instrument, taped.book.asks, asks, SIDE.sell);
      track.heldFrames = 0;
    } else if (track.heldFrames > 0) {
      // More changes were held than there is room for: all levels as they are now say the same.
      this.counts.conflated += changes;
      this.#writeSnapshot(track, taped);
    } else if (changes > 0) {
      this.#loseBook(track, changes);
    }
    this.#frames.end();
  }

  /**
   * The best prices of an instrument are known. They are recorded where they are ahead of the book:
   * a ticker told them. What a fuller ring has no room for is told again by the next one.
   */
  onTouch({
    instrument,
    bidTicks,
    bidLots,
    askTicks,
    askLots,
    updateId,
    receivedNs,
  }: QuoteUpdated) {
    const track = this.#track(instrument);
    const { taped } = track;
    if (taped === null) return;
    const { bids, asks } = taped.book;
    const isOfBook =
      bids.bestTicks === bidTicks &&
      bids.bestLots === bidLots &&
      asks.bestTicks === askTicks &&
      asks.bestLots === askLots;
    if (isOfBook) return;
    if (this.#climb() !== 'whole' || this.#ring.room < TICKER_SLOTS) {
      this.counts.tickers += 1;
      return;
    }
    this.#frames.stamp(taped.eventMs(), receivedNs, updateId);
    this.#writeGap(track, instrument);
    this.#put(track, instrument, KIND.bbo, SIDE.buy, bidTicks, bidLots);
    this.#put(track, instrument, KIND.bbo, SIDE.sell, askTicks, askLots);
    this.#frames.end();
  }

  /** News of a market, or of a venue, which is noted with the first of its markets. */
  onFact(fact: MarketFact, receivedNs: number): void {
    const instrument = 'instrument' in fact ? fact.instrument : this.#firstOf(fact.venue);
    const records = factRecords(fact);
    if (instrument < 0 || records.length === 0) {
      this.counts.otherFacts += 1;
      return;
    }
    const track = this.#track(instrument);
    this.#climb();
    if (this.#ring.room <= records.length) {
      this.#lose(track, records.length);
      return;
    }
    this.#frames.stamp('venueMs' in fact ? fact.venueMs : 0, receivedNs, 0);
    this.#writeGap(track, instrument);
    for (const { kind, side, price, quantity } of records) {
      this.#put(track, instrument, kind, side, price, quantity);
    }
    this.#frames.end();
  }

  /** The book of an instrument is not to be believed until it begins anew. */
  onLost(instrument: number, receivedNs: number): void {
    const track = this.#track(instrument);
    this.#frames.stamp(0, receivedNs, 0);
    track.needsSnapshot = true;
    if (!this.#put(track, instrument, KIND.clear, SIDE.none, 0, 0)) this.#lose(track, 1);
    this.#frames.end();
  }

  /**
   * A trade was printed. Trades are the last to be given up.
   *
   * @param flags more of them, as of one that was fetched later
   */
  onTrade(trade: TapedTrade, flags = 0): void {
    const track = this.#track(trade.instrument);
    const rung = this.#climb();
    this.#frames.stamp(trade.venueMs, trade.receivedNs, trade.tradeId);
    const side = trade.takerSide === 'buy' ? SIDE.buy : SIDE.sell;
    if (this.#ring.room < TRADE_SLOTS) {
      this.#lose(track, 1);
      track.hasLostTrades = true;
    } else {
      // Changes of a book that is given up go on missing: said once, when it is whole again.
      if (rung === 'whole' || track.hasLostTrades) this.#writeGap(track, trade.instrument);
      this.#put(track, trade.instrument, KIND.trade, side, trade.ticks, trade.lots, flags);
    }
    this.#frames.end();
  }

  #track(instrument: number): Track {
    const track = this.#tracks[instrument];
    assert(track !== undefined, 'an instrument of the desk has a track');
    return track;
  }

  /** The first market of a venue; −1 when there is none. */
  #firstOf(venue: string): number {
    const number = this.#venueNames.indexOf(venue);
    return number < 0 ? -1 : this.#tracks.findIndex((track) => track.venue === number);
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
    if (this.#put(track, instrument, KIND.gap, SIDE.none, 0, lost)) {
      track.lost = 0;
      track.hasLostTrades = false;
    }
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
    const what = instrument | (track.venue << 16) | (kind << 24);
    const isPut = this.#frames.put(what, side, ticks, lots, flags);
    if (isPut) this.counts.records += 1;
    return isPut;
  }
}
