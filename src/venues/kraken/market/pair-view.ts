import type { Book } from '../../../market/book.ts';
import { MarketView } from '../../market/market-view.ts';
import type { KrakenInstrument } from '../pair.ts';
import { type ChecksumScale, scaleOf } from './checksum.ts';
import type { PairRules } from './rare-frame.ts';

/** What keeps the book of a pair in step with its frames. */
export interface PairSync {
  readonly isLive: boolean;
  reset(): void;
  rescale(scale: ChecksumScale): void;
}

/** Book and best prices of one pair, whatever its book is kept by. */
export class PairView<Sync extends PairSync> extends MarketView {
  readonly sync: Sync;
  readonly pair: KrakenInstrument;
  /** The grid as the venue states it by now. */
  rules: Pick<PairRules, 'priceDecimals' | 'quantityDecimals'>;
  /** Whether the venue has halted all trading, or the pair's. */
  isVenueHalted = false;
  isPairHalted = false;
  /** Why orders of the rules that the desk knows are wrong by now; empty while they are right. */
  rulesChange = '';
  /** Frames since a snapshot was asked for; −1 when none is owed. */
  waited = 0;

  constructor(pair: KrakenInstrument, syncOf: (book: Book, scale: ChecksumScale) => Sync) {
    super(pair);
    this.pair = pair;
    this.rules = { priceDecimals: pair.pairDecimals, quantityDecimals: pair.lotDecimals };
    this.sync = syncOf(this.book, scaleOf(pair));
  }

  get isLive(): boolean {
    return this.sync.isLive && !this.isHalted && this.rulesChange === '';
  }

  override get barredBy(): string {
    return this.isHalted ? '' : this.rulesChange;
  }

  get isHalted(): boolean {
    return this.isVenueHalted || this.isPairHalted;
  }

  override get isSynced(): boolean {
    return this.sync.isLive;
  }

  /** The venue numbers no updates, so they are counted. */
  takeBook(): void {
    this.takeBest(this.updateId + 1);
  }

  /** Forgets the book; the numbers go on, so that none is used twice. */
  forget(): void {
    this.sync.reset();
    this.takeTouch(this.updateId, 0, 0, 0, 0);
  }

  /** @returns whether the venue's decimals have changed; the book is empty then */
  takeRules({ priceDecimals, quantityDecimals }: PairRules): boolean {
    const { rules, pair } = this;
    if (rules.priceDecimals === priceDecimals && rules.quantityDecimals === quantityDecimals) {
      return false;
    }
    this.rules = { priceDecimals, quantityDecimals };
    this.forget();
    this.sync.rescale(
      scaleOf({ ...pair, pairDecimals: priceDecimals, lotDecimals: quantityDecimals }),
    );
    return true;
  }
}
