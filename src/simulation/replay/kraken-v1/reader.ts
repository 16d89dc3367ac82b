import { LevelChanges } from '../../../market/level-changes.ts';
import { V1Book } from './book.ts';
import { type V1Frame, v1FrameIn } from './frame.ts';

/** Levels a side when no subscription in the recording says how many. */
const DEPTH = 1_000;
/** `book-1000` */
const CHANNEL = /"channelName":"book-(\d+)"/;

/** A book, and what changed in it since this was asked last. */
export interface FollowedBook {
  readonly book: V1Book;
  readonly bids: LevelChanges;
  readonly asks: LevelChanges;
}

/** Reads frames of Kraken's v1 sockets in their order, and keeps each pair's book verified. */
export class V1Reader {
  readonly #books = new Map<string, FollowedBook>();
  #depth = DEPTH;

  read(text: string): V1Frame {
    const depth = CHANNEL.exec(text)?.[1];
    if (depth !== undefined) this.#depth = Number(depth);
    return v1FrameIn(text);
  }

  bookOf(pair: string): FollowedBook {
    const known = this.#books.get(pair);
    if (known !== undefined) return known;
    const book = new V1Book(this.#depth);
    const followed = { book, bids: new LevelChanges(), asks: new LevelChanges() };
    book.book.bids.changes = followed.bids;
    book.book.asks.changes = followed.asks;
    this.#books.set(pair, followed);
    return followed;
  }
}
