import { z } from 'zod';
import { type Instrument, notionalAt } from '../core/instrument.ts';
import { SHOWN_SHARE_MIN, shownLotsOf } from '../execution/native/iceberg.ts';
import { weightedMid } from '../market/microstructure/microprice.ts';
import { fadingMean, keptAfter } from '../math/statistics/fading.ts';
import { NOT_HELD, type SizeHeld } from './size-held.ts';

/** One entry of kind `market-making` in section `strategies` of the configuration. */
export const marketMakingSection = z
  .strictObject({
    kind: z.literal('market-making'),
    halfSpreadBps: z
      .number()
      .positive()
      .max(1000)
      .describe('distance of each quote from the fair price, fees included, in basis points'),
    volatilityWidening: z
      .number()
      .nonnegative()
      .max(100)
      .describe('basis points added per basis point of one-second volatility'),
    skewBps: z
      .number()
      .nonnegative()
      .max(1000)
      .describe('shift of both quotes at full inventory, against it, in basis points'),
    requoteBps: z
      .number()
      .nonnegative()
      .max(1000)
      .describe('quotes closer than this to where they should be stay in their queue'),
    smoothingSeconds: z
      .number()
      .nonnegative()
      .max(60)
      .describe('half-life with which the fair price follows the microprice; 0 follows at once'),
    quoteNotional: z.number().positive().describe('size of each quote in quote currency'),
    shownShare: z
      .number()
      .min(SHOWN_SHARE_MIN)
      .max(1)
      .optional()
      .describe('part of each quote that the book shows at a time; 1, so all of it, unless told'),
    maxInventoryNotional: z
      .number()
      .positive()
      .describe('inventory at which the side that adds to it is no longer quoted'),
  })
  .describe('quotes both sides around the microprice with inventory skew');

export type MarketMakingSettings = z.infer<typeof marketMakingSection>;

/** Half-life of the volatility estimate. */
const VOLATILITY_HALF_LIFE_S = 30;

/** Best prices in ticks and sizes in lots, as the feed tells them. */
export interface TopOfBook {
  readonly bidTicks: number;
  readonly bidLots: number;
  readonly askTicks: number;
  readonly askLots: number;
  /** Monotonic time of arrival. */
  readonly receivedNs: number;
}

/** Quotes of one side that may live at once: the one that is wanted, and the one it replaces. */
const LIVE_PER_SIDE = 2;

/**
 * Two-sided quoting of one instrument. Pure but for its own memory: the last quotes and a running
 * volatility. After `decide` the four desired fields hold the decision; 0 lots means no quote.
 *
 * fair = weighted mid, own resting size left out, smoothed over time
 * reservation = fair × (1 − skew × inventory / maxInventory)
 * bid, ask = reservation ∓ halfSpread, rounded outward, never through the touch
 *
 * @see Avellaneda and Stoikov 2008 for the reservation price; here the skew is linear in inventory
 */
export class MarketMaking {
  bidTicks = 0;
  bidLots = 0;
  askTicks = 0;
  askLots = 0;
  readonly #instrument: Instrument;
  #settings: MarketMakingSettings;
  #fair = 0;
  #fairNs = 0;
  #lastMid = 0;
  #lastNs = 0;
  /** Variance of the log mid per second. */
  #variance = 0;

  constructor(instrument: Instrument, settings: MarketMakingSettings) {
    this.#instrument = instrument;
    this.#settings = settings;
  }

  adopt(settings: MarketMakingSettings): void {
    this.#settings = settings;
  }

  /** What of each quote the book shows at a time. */
  get shownShare(): number {
    return this.#settings.shownShare ?? 1;
  }

  /** One-second volatility as a fraction. */
  get volatility(): number {
    return Math.sqrt(this.#variance);
  }

  /** Withdraws both quotes: there is no market to quote from. */
  withdraw(): void {
    this.bidLots = 0;
    this.askLots = 0;
    this.#lastMid = 0;
    this.#fair = 0;
  }

  /** Writes its memory, nine numbers, so that the next decision can be made again from them. */
  save(into: Float64Array, at: number): void {
    into[at] = this.bidTicks;
    into[at + 1] = this.bidLots;
    into[at + 2] = this.askTicks;
    into[at + 3] = this.askLots;
    into[at + 4] = this.#fair;
    into[at + 5] = this.#fairNs;
    into[at + 6] = this.#lastMid;
    into[at + 7] = this.#lastNs;
    into[at + 8] = this.#variance;
  }

  /** Takes over a memory that was saved. */
  restore(from: Float64Array, at: number): void {
    this.bidTicks = from[at] as number;
    this.bidLots = from[at + 1] as number;
    this.askTicks = from[at + 2] as number;
    this.askLots = from[at + 3] as number;
    this.#fair = from[at + 4] as number;
    this.#fairNs = from[at + 5] as number;
    this.#lastMid = from[at + 6] as number;
    this.#lastNs = from[at + 7] as number;
    this.#variance = from[at + 8] as number;
  }

  /** The smoothed fair price in ticks; 0 before the first decision. */
  get fair(): number {
    return this.#fair;
  }

  /**
   * @param inventoryLots signed position of this instrument
   * @param size what the position and each quote are held to; a size of nothing quotes only what
   *   reduces
   */
  decide(top: TopOfBook, inventoryLots: number, size: Readonly<SizeHeld> = NOT_HELD): void {
    const { bidTicks, askTicks } = top;
    if (!(bidTicks > 0 && askTicks > bidTicks)) {
      this.withdraw();
      return;
    }
    const mid = (bidTicks + askTicks) / 2;
    this.#observe(mid, top.receivedNs);
    const settings = this.#settings;
    const fair = this.#follow(
      weightedMid(
        bidTicks,
        othersLots(top.bidLots, bidTicks, this.bidTicks, this.#shownOf(this.bidLots)),
        askTicks,
        othersLots(top.askLots, askTicks, this.askTicks, this.#shownOf(this.askLots)),
      ),
      top.receivedNs,
    );
    const lot = notionalAt(this.#instrument, mid, 1);
    const inventoryMax = Math.min(settings.maxInventoryNotional / lot, size.positionLots);
    // Without any room all of an inventory is too much, and none is none.
    const held = inventoryLots === 0 ? 0 : inventoryLots / inventoryMax;
    const fill = Math.max(-1, Math.min(1, held));
    const reservation = fair * (1 - (settings.skewBps / 10_000) * fill);
    const widening = settings.volatilityWidening * this.volatility * 10_000;
    const half = (reservation * (settings.halfSpreadBps + widening)) / 10_000;
    const lots = Math.floor(settings.quoteNotional / lot);
    const near = (reservation * settings.requoteBps) / 10_000;
    const bid = Math.min(Math.floor(reservation - half), Math.ceil(askTicks) - 1);
    const ask = Math.max(Math.ceil(reservation + half), Math.floor(bidTicks) + 1);
    // A quote that stays must meet neither the touch nor where our other quote goes.
    const isBidKept =
      Math.abs(bid - this.bidTicks) <= near && this.bidTicks < Math.min(askTicks, ask);
    const isAskKept =
      Math.abs(ask - this.askTicks) <= near && this.askTicks > Math.max(bidTicks, bid);
    this.bidTicks = isBidKept ? this.bidTicks : bid;
    this.askTicks = isAskKept ? this.askTicks : ask;
    this.bidLots = fill < 1 && this.bidTicks > 0 ? this.#sized(lots, inventoryLots, size, lot) : 0;
    this.askLots = fill > -1 ? this.#sized(lots, -inventoryLots, size, lot) : 0;
  }

  /**
   * What of a wish keeps to the size, with room for the quote that it may replace; 0 for less than
   * the venue takes.
   *
   * @param towards the position, positive in the direction of the quote
   */
  #sized(lots: number, towards: number, size: Readonly<SizeHeld>, lot: number): number {
    const reducing = Math.max(0, -towards);
    const room = Math.max(reducing, Math.floor((size.positionLots - towards) / LIVE_PER_SIDE));
    const sized = Math.min(lots, room, Math.max(reducing, size.orderLots));
    if (sized === lots) return lots;
    const { lotsMin, notionalMin } = this.#instrument;
    return sized < lotsMin || sized * lot < Number(notionalMin) / 1e8 ? 0 : sized;
  }

  /** What others see of a quote of ours. */
  #shownOf(lots: number): number {
    return shownLotsOf(lots, this.shownShare, this.#instrument) ?? lots;
  }

  /** The fair price, drawn towards the microprice of this moment. */
  #follow(microprice: number, nowNs: number): number {
    const seconds = (nowNs - this.#fairNs) / 1e9;
    const halfLife = this.#settings.smoothingSeconds;
    const keeps = this.#fair > 0 && halfLife > 0 ? keptAfter(seconds, halfLife) : 0;
    this.#fair = fadingMean(this.#fair, microprice, keeps);
    this.#fairNs = nowNs;
    return this.#fair;
  }

  /** Exponentially weighted variance of log returns per second, over irregular steps. */
  #observe(mid: number, nowNs: number): void {
    const seconds = (nowNs - this.#lastNs) / 1e9;
    if (this.#lastMid > 0 && seconds > 0) {
      const step = Math.log(mid / this.#lastMid);
      const keeps = keptAfter(seconds, VOLATILITY_HALF_LIFE_S);
      this.#variance = fadingMean(this.#variance, (step * step) / seconds, keeps);
    }
    if (this.#lastMid === 0 || seconds > 0) {
      this.#lastMid = mid;
      this.#lastNs = nowNs;
    }
  }
}

/** Size at the touch that is not ours, at least one lot, so that our quote does not move us. */
function othersLots(lots: number, ticks: number, ownTicks: number, ownLots: number): number {
  return ticks === ownTicks ? Math.max(1, lots - ownLots) : lots;
}
