import { decodeWire, objectIn, WireFault } from '../../../venues/binance/wire.ts';
import { CoinbaseExchange } from './coinbase-exchange.ts';
import { Deribit } from './deribit.ts';
import type { Dialect } from './dialect.ts';
import { KrakenFutures } from './kraken-futures.ts';
import type { Normalised } from './normalised.ts';

/** Venues and versions that we read in recordings and do not trade on. */
export const FOREIGN_DIALECTS = {
  'coinbase-exchange': () => new CoinbaseExchange(),
  'kraken-futures': () => new KrakenFutures(),
  deribit: () => new Deribit(),
} as const satisfies Readonly<Record<string, () => Dialect>>;
export type ForeignVenue = keyof typeof FOREIGN_DIALECTS;

/** Names of frames that are counted apart; beyond that all share one count. */
const NAMES_MAX = 64;
const OTHERS = 'further names';

/**
 * Reads the frames of one recording in their order. No frame makes it throw: what is malformed, and
 * what is known and passed over, is counted by name.
 */
export class ForeignReader {
  /** How often frames of each name have come. */
  readonly names = new Map<string, number>();
  malformed = 0;
  /** Frames before which the venue's own numbers show something missing. */
  gaps = 0;
  /** What the last frame that could be read is called. */
  lastName = '';
  /** What was wrong with the last malformed frame. */
  fault = '';
  readonly #dialect: Dialect;

  constructor(venue: ForeignVenue) {
    this.#dialect = FOREIGN_DIALECTS[venue]();
  }

  /** @param localMs the collector's clock when the frame came, ms since the Unix epoch */
  read(frame: string, localMs: number): readonly Normalised[] {
    const spoken = decodeWire(frame, (value) =>
      this.#dialect.read(objectIn(value, 'frame'), localMs),
    );
    if (spoken instanceof WireFault) {
      this.malformed += 1;
      this.fault = spoken.message;
      return [];
    }
    const { name, messages, isAfterGap = false } = spoken;
    this.lastName = name;
    const counted = this.names.has(name) || this.names.size < NAMES_MAX ? name : OTHERS;
    this.names.set(counted, (this.names.get(counted) ?? 0) + 1);
    if (isAfterGap) this.gaps += 1;
    return messages;
  }
}
