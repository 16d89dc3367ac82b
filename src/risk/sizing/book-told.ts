import type { Matrix } from '../../math/matrix.ts';
import type { Regime } from '../breakers/settings.ts';
import type { TailFactors } from '../value-at-risk/tail-factors.ts';

/** What risk knows of one market. */
export interface MarketTold {
  /** The last mid that there was; NaN before there was one. */
  readonly midTicks: number;
  /** Realised and not, less fees, in quote currency. */
  readonly profit: number;
  readonly positionLots: number;
  /** Traded by everybody, since risk began to count. */
  readonly tradedLots: number;
  readonly regime: Regime;
}

/** What risk tells when it is asked for its book. */
export interface BookTold {
  readonly kind: 'book-told';
  readonly atNs: number;
  /** NaN where nobody knows it. */
  readonly equity: number;
  /** Of daily returns, as limits are judged by it, and the tail that goes with it. */
  readonly covariance: Matrix;
  readonly tail: TailFactors;
  /** By index of the instrument. */
  readonly markets: readonly MarketTold[];
}
