import type { Instrument } from '../core/instrument.ts';
import type { Refusal } from './approved-order.ts';
import type { Exposure } from './exposure.ts';
import { marketKey, type RiskLimits, tierAt } from './limits.ts';

/** A refusal for its size, before anybody has worked out what would pass. */
export type SizeRefusal = Extract<
  Refusal,
  { kind: 'order-too-large' | 'position-limit' | 'gross-limit' | 'size-limit' }
>;

/** A hint that nobody has worked out yet. */
const NO_HINT = 0;

/**
 * The limits of an order's size, compiled when they change: by market, by venue, of the desk, and
 * of the tier that its equity has reached. Of several that bind, the least holds. A check adds up
 * one number an instrument and allocates nothing unless it refuses.
 */
export class SizeLimits {
  readonly #instruments: readonly Instrument[];
  readonly #exposures: readonly Exposure[];
  /** Quote currency for one lot at one tick. */
  readonly #unit: Float64Array;
  /** Last known mid in ticks; NaN before there was one. */
  readonly #mids: Float64Array;
  readonly #venueOf: Int32Array;
  readonly #orderMax: Float64Array;
  readonly #positionMax: Float64Array;
  /** By number of the venue here. */
  readonly #venueGross: Float64Array;
  readonly #venues: readonly string[];
  #deskGross = Number.POSITIVE_INFINITY;
  #hasGross = false;
  #limits: RiskLimits;
  #equity = Number.NaN;
  #tier = -1;

  constructor(
    instruments: readonly Instrument[],
    exposures: readonly Exposure[],
    limits: RiskLimits,
  ) {
    this.#instruments = instruments;
    this.#exposures = exposures;
    this.#unit = Float64Array.from(instruments, ({ tickSize, lotSize }) => tickSize * lotSize);
    this.#mids = new Float64Array(instruments.length).fill(Number.NaN);
    this.#venues = [...new Set(instruments.map(({ venue }) => venue))];
    this.#venueOf = Int32Array.from(instruments, ({ venue }) => this.#venues.indexOf(venue));
    this.#orderMax = new Float64Array(instruments.length);
    this.#positionMax = new Float64Array(instruments.length);
    this.#venueGross = new Float64Array(this.#venues.length);
    this.#limits = limits;
    this.#compile();
  }

  adopt(limits: RiskLimits): void {
    this.#limits = limits;
    this.#compile();
  }

  /** @param equity what the desk is worth, in quote currency; NaN where nobody knows */
  setEquity(equity: number): void {
    this.#equity = equity;
    if (this.#tierAt(equity) !== this.#tier) this.#compile();
  }

  /** A market that is lost goes on counting at the mid that it had. */
  onMid(instrument: number, midTicks: number): void {
    if (midTicks > 0) this.#mids[instrument] = midTicks;
  }

  lastMid(instrument: number): number {
    return this.#mids[instrument] as number;
  }

  /** Largest notional of one order and of one position of a market, before any scale. */
  orderMax(instrument: number): number {
    return this.#orderMax[instrument] as number;
  }

  positionMax(instrument: number): number {
    return this.#positionMax[instrument] as number;
  }

  /**
   * @param notional of the order, in quote currency
   * @param worst the market's position with everything open on the side of the order filled
   * @param scale of every limit, 0 … 1
   */
  refuse(instrument: number, notional: number, worst: number, scale: number): SizeRefusal | null {
    const orderLimit = this.orderMax(instrument) * scale;
    if (notional > orderLimit) {
      return { kind: 'order-too-large', notional, limit: orderLimit, largestLots: NO_HINT };
    }
    const limit = this.positionMax(instrument) * scale;
    if (worst > limit) return { kind: 'position-limit', worst, limit, largestLots: NO_HINT };
    return this.#hasGross ? this.#refuseGross(instrument, worst, scale) : null;
  }

  /** A position whose worth was never known is not known to be small. */
  #refuseGross(instrument: number, worst: number, scale: number): SizeRefusal | null {
    const venue = this.#venueOf[instrument] as number;
    let ofVenue = worst;
    let ofDesk = worst;
    for (let other = 0; other < this.#exposures.length; other += 1) {
      if (other === instrument) continue;
      const lots = (this.#exposures[other] as Exposure).worstLots;
      if (lots === 0) continue;
      const worth = lots * (this.#mids[other] as number) * (this.#unit[other] as number);
      ofDesk += worth;
      if (this.#venueOf[other] === venue) ofVenue += worth;
    }
    const venueLimit = (this.#venueGross[venue] as number) * scale;
    if (!(ofVenue <= venueLimit)) {
      const scope = this.#venues[venue] as string;
      return {
        kind: 'gross-limit',
        scope,
        gross: ofVenue,
        limit: venueLimit,
        largestLots: NO_HINT,
      };
    }
    const deskLimit = this.#deskGross * scale;
    if (ofDesk <= deskLimit) return null;
    return {
      kind: 'gross-limit',
      scope: 'desk',
      gross: ofDesk,
      limit: deskLimit,
      largestLots: NO_HINT,
    };
  }

  #tierAt(equity: number): number {
    const { tiers } = this.#limits;
    return tiers === undefined ? -1 : tierAt(tiers, equity);
  }

  #compile(): void {
    const limits = this.#limits;
    this.#tier = this.#tierAt(this.#equity);
    const tier = limits.tiers?.[this.#tier];
    this.#instruments.forEach(({ venue, symbol }, at) => {
      const own = limits.symbols?.[marketKey(venue, symbol)];
      this.#orderMax[at] = least(
        limits.maxOrderNotional,
        tier?.maxOrderNotional,
        own?.maxOrderNotional,
      );
      this.#positionMax[at] = least(
        limits.maxPositionNotional,
        tier?.maxPositionNotional,
        own?.maxPositionNotional,
      );
    });
    this.#venues.forEach((venue, at) => {
      this.#venueGross[at] = least(limits.venues?.[venue]?.maxGrossNotional);
    });
    this.#deskGross = least(limits.maxGrossNotional, tier?.maxGrossNotional);
    this.#hasGross = Number.isFinite(Math.min(this.#deskGross, ...this.#venueGross));
  }
}

function least(...limits: readonly (number | undefined)[]): number {
  return limits.reduce<number>(
    (sofar, limit) => Math.min(sofar, limit ?? sofar),
    Number.POSITIVE_INFINITY,
  );
}
