import type { SafetyScope } from '../../control/safety-cause.ts';
import { LiveVpin } from '../../market/microstructure/live-vpin.ts';
import { OrderFlowImbalance } from '../../market/microstructure/ofi.ts';
import { RegimeMeter } from '../breakers/regime.ts';
import type { BreakerSettings, Regime } from '../breakers/settings.ts';
import { bookIntegrity, spreadBlowout, staleness, toxicity } from '../controls/market.ts';
import { SpreadBlowout } from '../panic/spread-blowout.ts';
import { Staleness } from '../panic/staleness.ts';
import type { WatchPort } from './watch-port.ts';

/** Spreads, one a second, that the last one is held against, and those needed to judge. */
export const SPREADS = { window: 300, samplesMin: 60 };
/** Mids, one a second, of the mean that C02 holds a price against. */
const MIDS = 300;
const MIDS_MIN = 30;
const NO_LIMITS = {};
/** A book is one of these, or a message of it was missed: it comes to the same. */
const UNSOUND: readonly string[] = ['crossed', 'locked', 'negative'];
/** Quotes that one imbalance sums, and imbalances that it is held against. */
export const FLOW = { window: 100, history: 256, historyMin: 64 };

/** C12 to C14, C17 and the regime of one market. A quote costs a few hundred nanoseconds. */
export class MarketWatch {
  readonly #port: WatchPort;
  readonly #scope: SafetyScope;
  readonly #staleness = new Staleness();
  readonly #spread = new SpreadBlowout(SPREADS);
  readonly #flow = new OrderFlowImbalance(FLOW);
  readonly #vpin = new LiveVpin();
  readonly #meter = new RegimeMeter();
  readonly #mids = new Float64Array(MIDS);
  #midCount = 0;
  #midSum = 0;
  #bid = 0;
  #ask = 0;
  #isHeard = false;
  #toxicSinceMs = Number.NaN;
  /** Traded by everybody since this began. */
  tradedLots = 0;

  constructor(port: WatchPort, instrument: number) {
    this.#port = port;
    this.#scope = { kind: 'instrument', instrument };
  }

  get regime(): Regime {
    return this.#meter.regime;
  }

  /** Mid in ticks; 0 when there is no market. */
  get midTicks(): number {
    return (this.#bid + this.#ask) / 2;
  }

  /** How long ago it was last heard of, in milliseconds; infinite before the first time. */
  ageMs(nowMs: number): number {
    return this.#isHeard ? this.#staleness.ageMs(nowMs) : Number.POSITIVE_INFINITY;
  }

  /** Mean of the mid over five minutes, in ticks; NaN before it is known. */
  get meanTicks(): number {
    if (this.#midCount < MIDS_MIN) return Number.NaN;
    return this.#midSum / Math.min(this.#midCount, MIDS);
  }

  /** Sizes in lots; a market with one side is none. */
  onQuote(bid: number, bidLots: number, ask: number, askLots: number, atMs: number): void {
    this.#isHeard = true;
    this.#staleness.onUpdate(atMs);
    const isMarket = bid > 0 && ask > bid;
    this.#bid = isMarket ? bid : 0;
    this.#ask = isMarket ? ask : 0;
    if (isMarket) this.#flow.onQuote(bid, bidLots, ask, askLots);
    else this.#flow.onQuoteLost();
  }

  onTrade(lots: number, isBought: boolean, atMs: number): void {
    this.tradedLots += lots;
    this.#vpin.onTrade(lots, isBought, atMs);
  }

  /**
   * @param reason as the feed words it: `gap`, `checksum`, `crossed`, or how the line was lost; and
   *   `locked` and `negative` of a quote that no venue can have meant
   */
  onQuoteLost(reason: string, nowMs: number): void {
    const gaps = reason === 'gap' ? 1 : 0;
    const badChecksums = reason === 'checksum' ? 1 : 0;
    const crossed = UNSOUND.includes(reason) ? 1 : 0;
    const found = bookIntegrity.check({ gaps, badChecksums, crossed }, NO_LIMITS);
    if (found !== null) this.#report(bookIntegrity, found, nowMs);
    this.#bid = 0;
    this.#ask = 0;
    this.#flow.onQuoteLost();
  }

  /** Several times a second. A market that was never heard of is refused for that already. */
  tick(nowMs: number): void {
    if (!this.#isHeard) return;
    const limits = this.#port.limits().of(staleness, this.regime);
    const state = this.#staleness.stateAt(nowMs, limits);
    const ageMs = this.#staleness.ageMs(nowMs);
    this.#report(staleness, staleness.check({ state, ageMs }, limits), nowMs);
  }

  /** Once a second. */
  sample(nowMs: number, settings: BreakerSettings): void {
    const mid = (this.#bid + this.#ask) / 2;
    const regime = this.#meter.sample(mid, settings);
    if (mid > 0) {
      this.#remember(mid);
      const limits = this.#port.limits().of(spreadBlowout, regime);
      const state = this.#spread.onSpread(((this.#ask - this.#bid) / mid) * 10_000, limits);
      this.#report(spreadBlowout, spreadBlowout.check({ state, z: this.#spread.z }, limits), nowMs);
    }
    this.#judgeFlow(nowMs, regime);
  }

  #judgeFlow(nowMs: number, regime: Regime): void {
    const limits = this.#port.limits().of(toxicity, regime);
    // Before enough was seen there is no z and no rank, and nothing to shrink quotes for.
    const ofiZ = Number.isNaN(this.#flow.z) ? 0 : this.#flow.z;
    const vpinQuantile = Number.isNaN(this.#vpin.quantile) ? 0 : this.#vpin.quantile;
    const lastedMs = Number.isNaN(this.#toxicSinceMs) ? 0 : nowMs - this.#toxicSinceMs;
    const found = toxicity.check({ vpinQuantile, ofiZ, lastedMs }, limits);
    if (found === null) this.#toxicSinceMs = Number.NaN;
    else if (Number.isNaN(this.#toxicSinceMs)) this.#toxicSinceMs = nowMs;
    this.#report(toxicity, found, nowMs);
  }

  #report(
    control: Parameters<WatchPort['report']>[0],
    verdict: Parameters<WatchPort['report']>[2],
    nowMs: number,
  ): void {
    this.#port.report(control, this.#scope, verdict, nowMs, this.regime);
  }

  #remember(mid: number): void {
    const at = this.#midCount % MIDS;
    this.#midSum += mid - (this.#mids[at] as number);
    this.#mids[at] = mid;
    this.#midCount += 1;
  }
}
