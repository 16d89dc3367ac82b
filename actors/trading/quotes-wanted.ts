/** The quotes a strategy wants on one instrument; 0 lots means none on that side. Frozen. */
export interface QuotesWanted {
  readonly kind: 'quotes-wanted';
  readonly strategy: string;
  readonly instrument: number;
  readonly bidTicks: number;
  readonly bidLots: number;
  readonly askTicks: number;
  readonly askLots: number;
  /** What of each quote the book shows at a time, up to 1: all of it. */
  readonly shownShare: number;
  /** When the market event behind it reached this process. */
  readonly decidedNs: number;
}
