import type { SafetyScope } from '../../control/safety-cause.ts';
import { type Instrument, priceAt } from '../../core/instrument.ts';
import { CurrencyRates } from '../../market/consolidated/currency-rates.ts';
import { divergence } from '../controls/market.ts';
import { Divergence, type DivergenceState } from '../panic/divergence.ts';
import type { WatchPort } from './watch-port.ts';

/** What a market shows now. */
export interface MarketMid {
  /** Mid in ticks; 0 when there is no market. */
  readonly midTicks: number;
  /** When it was last heard of, in milliseconds of the monotonic clock; NaN for never. */
  readonly heardMs: number;
}

/** Markets of one asset at different venues. */
interface Group {
  readonly members: readonly Instrument[];
  readonly scopes: readonly SafetyScope[];
  readonly compared: Divergence;
}

/**
 * C15: the markets of one asset at several venues, held against one another in the currency of the
 * first. Dollars and the coins that stand for them are different assets: a market in another
 * currency is compared at the rate of a market between the two that the desk follows, and without
 * such a market it is not compared.
 */
export class DivergenceWatch {
  readonly #port: WatchPort;
  readonly #groups: readonly Group[];
  readonly #rates: CurrencyRates;
  readonly #marketOf: (instrument: number) => MarketMid;

  constructor(
    port: WatchPort,
    instruments: readonly Instrument[],
    marketOf: (instrument: number) => MarketMid,
  ) {
    this.#port = port;
    this.#rates = new CurrencyRates(instruments, (index) => marketOf(index).midTicks);
    this.#marketOf = marketOf;
    this.#groups = groupsOf(instruments);
  }

  /** Several times a second. */
  tick(nowMs: number): void {
    for (const { members, scopes, compared } of this.#groups) {
      const [{ quote: reference }] = members as readonly [Instrument];
      members.forEach((member, at) => {
        const { midTicks, heardMs } = this.#marketOf(member.index);
        const mid = midTicks > 0 ? priceAt(member, midTicks) : Number.NaN;
        compared.onMid(at, mid * this.#rates.rate(member.quote, reference), heardMs);
      });
      const isBlind = compared.stateAt(nowMs) === 'blind';
      const limits = this.#port.limits().of(divergence);
      members.forEach((_, at) => {
        const bps = Math.abs(compared.deviationBps[at] as number);
        const state = isBlind ? 'blind' : stateOf(bps, limits);
        // Nobody trades one venue against another yet, so being blind is no fault.
        const found = divergence.check({ state, worstBps: bps, isArbitrage: false }, limits);
        this.#port.report(divergence, scopes[at] as SafetyScope, found, nowMs);
      });
    }
  }
}

function groupsOf(instruments: readonly Instrument[]): readonly Group[] {
  const byBase = new Map<string, Instrument[]>();
  for (const instrument of instruments) {
    byBase.set(instrument.base, [...(byBase.get(instrument.base) ?? []), instrument]);
  }
  return [...byBase.values()].flatMap((members) => {
    if (new Set(members.map(({ venue }) => venue)).size < 2) return [];
    const scopes = members.map(({ index }) => ({ kind: 'instrument', instrument: index }) as const);
    return [{ members, scopes, compared: new Divergence(members.length) }];
  });
}

/** A market that was not compared deviates by NaN, and is none the worse for it. */
function stateOf(
  bps: number,
  { alertBps, haltBps }: { readonly alertBps: number; readonly haltBps: number },
): DivergenceState {
  if (bps >= haltBps) return 'halt';
  return bps >= alertBps ? 'alert' : 'ok';
}
