import type { Amount } from '../../core/units.ts';

/** What the breakers add to the journal. */
export type BreakerEvent =
  | {
      readonly kind: 'breaker-opened';
      /** Id of the control: `C14`. */
      readonly control: string;
      /** `desk`, `venue:0`, `instrument:3`, `strategy:mm`. */
      readonly scope: string;
      readonly severity: string;
      /** Class of its reset: A, O, R or 2P. */
      readonly reset: string;
      /** Numbers as texts: some are no numbers at all, and all read anywhere. */
      readonly measured: string;
      readonly limit: string;
      /** The regime whose limit it is. */
      readonly regime: string;
    }
  | { readonly kind: 'breaker-probing'; readonly control: string; readonly scope: string }
  | {
      readonly kind: 'breaker-closed';
      readonly control: string;
      readonly scope: string;
      /** The part that closed it, or `people`. */
      readonly by: string;
    }
  /** The highest profit since the desk began, so that a restart forgives no drawdown. */
  | { readonly kind: 'profit-peaked'; readonly profit: Amount };
