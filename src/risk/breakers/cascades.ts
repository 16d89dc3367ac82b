import { isAtLeast, type SafetyScope, type Severity } from '../../control/safety-cause.ts';
import { type Opener, type Verdict, verdict } from '../controls/control.ts';
import { apiErrors } from '../controls/orders-and-venue.ts';
import type { BreakerState } from './breaker.ts';

/** Strategies that are open at once: what they have in common is the desk. */
export const STRATEGIES_TO_CASCADE = 3;
/** A symbol has to be listed by so many venues before it can be open on all of them. */
const LISTED_MIN = 2;
const VENUES_MIN = 2;

/** A breaker as the rules see it. */
export interface Standing {
  readonly control: string;
  readonly scope: SafetyScope;
  readonly severity: Severity;
  readonly state: BreakerState;
}

export interface Cascade {
  readonly control: Opener;
  readonly scope: SafetyScope;
  readonly verdict: Verdict;
}

/** The part of C28 that halts the desk; people look at what their venues have in common. */
const venueCascade: Opener = { ...apiErrors, reset: { halted: 'O' } };

const strategyCascade = cascadeOf('CASCADE-STRATEGY', 'strategies open at once', 'O');
const symbolCascade = cascadeOf('CASCADE-SYMBOL', 'symbol open on every venue', 'A');
const DESK: SafetyScope = { kind: 'desk' };

/**
 * When several open breakers mean something worse than each of them:
 *
 * - two venues, or half of them, halt the desk. A desk with one venue has no such cascade: its
 *   venue is halted, and with it everything, but it may recover by itself;
 * - three strategies halt the desk;
 * - a symbol that is open on every venue which lists it, two at least, is closed on none of them
 *   before it is closed on all.
 */
export class Cascades {
  readonly #instruments: readonly { readonly venue: number; readonly symbol: string }[];
  readonly #venues: number;
  readonly #listed = new Map<string, number>();
  /** Symbols that have cascaded and are not closed everywhere. */
  readonly #symbols = new Set<string>();

  constructor(
    instruments: readonly { readonly venue: number; readonly symbol: string }[],
    venues: number,
  ) {
    this.#instruments = instruments;
    this.#venues = venues;
    for (const { symbol } of instruments) {
      this.#listed.set(symbol, (this.#listed.get(symbol) ?? 0) + 1);
    }
  }

  /** @param all the breakers that are not closed; those of cascades are left out */
  of(all: readonly Standing[], venuesToCascade: number): readonly Cascade[] {
    const own = all.filter(({ control }) => !control.startsWith('CASCADE'));
    const open = own.filter(
      ({ state, severity }) => state === 'open' && isAtLeast(severity, 'paused'),
    );
    const found: Cascade[] = [];
    const venues = countOf(open, ({ scope }) => (scope.kind === 'venue' ? scope.venue : null));
    if (isVenueCascade(venues, this.#venues, venuesToCascade)) {
      const halted = verdict('halted', venues, venuesToCascade);
      found.push({ control: venueCascade, scope: DESK, verdict: halted });
    }
    const strategies = countOf(open, ({ scope }) =>
      scope.kind === 'strategy' ? scope.strategy : null,
    );
    if (strategies >= STRATEGIES_TO_CASCADE) {
      const halted = verdict('halted', strategies, STRATEGIES_TO_CASCADE);
      found.push({ control: strategyCascade, scope: DESK, verdict: halted });
    }
    return [...found, ...this.#ofSymbols(own, open)];
  }

  #ofSymbols(own: readonly Standing[], open: readonly Standing[]): readonly Cascade[] {
    const places = (of: readonly Standing[]): ReadonlySet<number> =>
      new Set(of.flatMap(({ scope }) => (scope.kind === 'instrument' ? [scope.instrument] : [])));
    const [openAt, standingAt] = [places(open), places(own)];
    const found: Cascade[] = [];
    for (const [symbol, listed] of this.#listed) {
      if (listed < LISTED_MIN) continue;
      const at = this.#instruments.flatMap((each, index) =>
        each.symbol === symbol ? [index] : [],
      );
      if (at.every((index) => openAt.has(index))) this.#symbols.add(symbol);
      else if (!at.some((index) => standingAt.has(index))) this.#symbols.delete(symbol);
      if (!this.#symbols.has(symbol)) continue;
      const paused = verdict('paused', listed, listed);
      for (const instrument of at) {
        const scope: SafetyScope = { kind: 'instrument', instrument };
        found.push({ control: symbolCascade, scope, verdict: paused });
      }
    }
    return found;
  }
}

function isVenueCascade(open: number, venues: number, toCascade: number): boolean {
  return venues >= VENUES_MIN && open >= 1 && (open >= toCascade || 2 * open >= venues);
}

function countOf(
  open: readonly Standing[],
  keyOf: (standing: Standing) => string | number | null,
): number {
  const keys = new Set(open.map(keyOf));
  keys.delete(null);
  return keys.size;
}

function cascadeOf(id: string, name: string, reset: 'A' | 'O'): Opener {
  const response = reset === 'O' ? ({ halted: 'O' } as const) : ({ paused: 'A' } as const);
  // What its members know against flattening they say themselves.
  return { id, name, reset: response, letsFlatten: true, coolMs: 0 };
}
