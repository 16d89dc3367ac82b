import type { Rung } from './de-risking.ts';

/** A control stands on another rung of the ladder of de-risking. Journaled. */
export interface RungChanged {
  readonly kind: 'rung-changed';
  /** Id of the control: C21 or C22. */
  readonly control: string;
  readonly from: Rung;
  readonly to: Rung;
  /** What was measured: `drawdown`, `heat`, `value-at-risk-99`. */
  readonly measure: string;
  /** Numbers as texts: some are no numbers at all, and all read anywhere. */
  readonly measured: string;
  readonly limit: string;
  /** How much of the limit that is. */
  readonly use: string;
}
