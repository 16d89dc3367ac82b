/** What a strategy is held to, in lots; the largest position counts either way. */
export interface SizeHeld {
  positionLots: number;
  orderLots: number;
}

/** No size was worked out, and nothing holds the strategy but its own settings. */
export const NOT_HELD: Readonly<SizeHeld> = {
  positionLots: Number.MAX_SAFE_INTEGER,
  orderLots: Number.MAX_SAFE_INTEGER,
};
