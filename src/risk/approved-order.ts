import type { AmendIntent } from '../execution/amend/amendment.ts';
import type { NotKept } from '../execution/native/native-orders.ts';
import type { OrderIntent } from '../execution/order.ts';

declare const approved: unique symbol;

/** An order that has passed the pre-trade check. Venues take nothing else; only risk makes one. */
export type ApprovedOrder = OrderIntent & { readonly [approved]: true };

/** Other terms for a resting order that have passed the same check; only risk makes them. */
export type ApprovedAmendment = AmendIntent & { readonly [approved]: true };

/** What an order that the venue is to keep must be like. */
export type NativeRule =
  /** Ticks of the trigger, and what the venue takes. */
  | 'trigger'
  /** Ticks of the trigger, on the side of the mid where it would wake at once. */
  | 'trigger-side'
  /** How far the trigger is from the mid, in basis points. */
  | 'trigger-band'
  /** The distance that a trailing stop keeps, in basis points. */
  | 'trail'
  /** How far the limit is from the trigger, that of a pair from the mid, in basis points. */
  | 'limit-band'
  /** Ticks of the target of a pair, on the side of the mid where it would trade at once. */
  | 'target-side'
  /** What wakes takes; that the target of a pair rests goes without saying. */
  | 'post-only'
  /** What a trigger makes a limit order of rests then. An iceberg rests, and has no trigger. */
  | 'rests'
  | 'shown-lots';

/** A limit in quote currency, and the largest order that every limit of size would let pass. */
interface SizeLimit {
  readonly limit: number;
  /** In lots; 0 when the least that the venue takes is too much, too. */
  readonly largestLots: number;
}

/** Why the pre-trade check said no, with the numbers that led to it. */
export type Refusal =
  | { readonly kind: 'mode'; readonly mode: string }
  | { readonly kind: 'strategy-paused'; readonly strategy: string }
  | { readonly kind: 'stale-intent'; readonly lateMs: number }
  | { readonly kind: 'unknown-instrument'; readonly instrument: number }
  /** There is nothing to amend, as far as risk knows. */
  | { readonly kind: 'unknown-order'; readonly clientId: string }
  | { readonly kind: 'no-market'; readonly instrument: string }
  | { readonly kind: 'stale-book'; readonly ageMs: number; readonly limitMs: number }
  | {
      readonly kind: 'instrument-rule';
      readonly rule: 'price' | 'quantity' | 'notional';
      readonly found: number;
      readonly limit: number;
    }
  /** What of risk is too old to decide on. */
  | {
      readonly kind: 'stale-risk';
      readonly word: string;
      readonly ageMs: number;
      readonly limitMs: number;
    }
  /** A strategy, a market or a venue has used its budget up; as fractions of equity. */
  | {
      readonly kind: 'risk-budget';
      /** `strategy:mm`, `symbol:binance:BTCUSDT`, `venue:binance`. */
      readonly scope: string;
      readonly what: 'value-at-risk' | 'daily-loss';
      readonly measured: number;
      readonly limit: number;
    }
  /** Something is held in a market that never had a price, so that nobody knows what it risks. */
  | { readonly kind: 'unpriced'; readonly instrument: string }
  /** The venue keeps no such order. */
  | ({ readonly kind: 'not-kept' } & NotKept)
  | {
      readonly kind: 'native-rule';
      readonly rule: NativeRule;
      readonly found: number;
      readonly limit: number;
    }
  /** It would wait for its trigger and not shrink what is held: nobody asks the gate then. */
  | { readonly kind: 'entry-by-trigger'; readonly position: number; readonly lots: number }
  | { readonly kind: 'price-band'; readonly offBps: number; readonly limitBps: number }
  | ({ readonly kind: 'order-too-large'; readonly notional: number } & SizeLimit)
  | ({ readonly kind: 'position-limit'; readonly worst: number } & SizeLimit)
  /** Everything at a venue, or of the desk, taken together. */
  | ({ readonly kind: 'gross-limit'; readonly scope: string; readonly gross: number } & SizeLimit)
  /** Beyond what has been worked out for the market, in lots. */
  | {
      readonly kind: 'size-limit';
      readonly of: 'order' | 'position';
      readonly lots: number;
      readonly limitLots: number;
      /** Largest order that would pass, as of a `SizeLimit`. */
      readonly largestLots: number;
    }
  | { readonly kind: 'not-reducing'; readonly position: number; readonly lots: number }
  | { readonly kind: 'daily-loss'; readonly loss: number; readonly limit: number }
  | { readonly kind: 'self-trade'; readonly against: string }
  | { readonly kind: 'order-rate'; readonly scope: 'desk' | 'strategy' }
  /** One of the numbered controls, with what it found. */
  | {
      readonly kind: 'control';
      readonly control: string;
      readonly name: 'duplicate' | 'price-collar' | 'takers-off';
      readonly measured: number;
      readonly limit: number;
    }
  /** One of those of size, and the largest order that it would let pass. */
  | {
      readonly kind: 'control';
      readonly control: string;
      readonly name:
        | 'equity-share'
        | 'leverage'
        | 'concentration'
        | 'value-at-risk'
        | 'expected-shortfall'
        | 'heat';
      readonly measured: number;
      readonly limit: number;
      readonly largestLots: number;
    };

/** What a refusal is counted under. */
export function refusalName(refusal: Refusal): string {
  return refusal.kind === 'control' ? refusal.name : refusal.kind;
}
