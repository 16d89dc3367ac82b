import { err, ok, type Result } from '../../core/result.ts';
import { OrderFlowImbalance } from '../../market/microstructure/ofi.ts';
import { Vpin } from '../../market/microstructure/vpin.ts';
import { RegimeMeter } from '../../risk/breakers/regime.ts';
import { defaultBreakerSettings, type Regime } from '../../risk/breakers/settings.ts';
import { SPREAD_LIMITS, SpreadBlowout } from '../../risk/panic/spread-blowout.ts';
import { STALENESS_LIMITS, Staleness } from '../../risk/panic/staleness.ts';
import { FLOW, SPREADS } from '../../risk/watch/market-watch.ts';
import { type MarketTape, quoteAt, ROW } from './market-tape.ts';
import { forwardMoves, type StressInterval, stressIntervals } from './stress.ts';

/** The desk looks at each market once a second. */
const SAMPLE_MS = 1_000;
const SAMPLES_MIN = 2;
/** A day. */
export const SAMPLES_MAX = 86_400;
/** Limits that are not tuned: those within which the others work. */
const { haltMs, hardHaltMs } = STALENESS_LIMITS;
const { mediansMax, runToHalt } = SPREAD_LIMITS;
const REGIME_BOUNDS = defaultBreakerSettings();
const VPIN = { buckets: 20, history: 300, historyMin: 30 };

/**
 * What the detectors measured on a recording, one number a second, as the desk looks at them. A
 * control fires where its number is at or above its limit.
 */
export interface Measures {
  readonly path: string;
  readonly count: number;
  /** C14: robust z of the spread that three samples in a row reached. */
  readonly spreadZ: Float64Array;
  /** C12: age of the last quote in median gaps; 0 where it is too young to count. */
  readonly staleGaps: Float64Array;
  /** C17: rank of VPIN in its own past; 0 while it is not known. */
  readonly vpinQuantile: Float64Array;
  /** C17: |z| of the order flow imbalance; 0 while it is not known. */
  readonly ofiZ: Float64Array;
  readonly regimes: readonly Regime[];
  readonly stress: readonly StressInterval[];
}

/** Runs the detectors over a tape; one that is too short or too long is said to be so. */
export function measuresOf(tape: MarketTape): Result<Measures, string> {
  const { quotes, trades, path } = tape;
  const startMs = quotes[0] ?? 0;
  const count = Math.floor(((quotes[quotes.length - ROW] ?? 0) - startMs) / SAMPLE_MS);
  if (count < SAMPLES_MIN || count > SAMPLES_MAX) {
    return err(`${path}: found quotes of ${count} s, wanted ${SAMPLES_MIN} to ${SAMPLES_MAX}`);
  }
  const second = new Second(tape, count);
  const columns = {
    spreadZ: new Float64Array(count),
    staleGaps: new Float64Array(count),
    vpinQuantile: new Float64Array(count),
    ofiZ: new Float64Array(count),
  };
  const mids = new Float64Array(count);
  const regimes: Regime[] = [];
  let [quote, trade] = [0, 0];
  for (let at = 0; at < count; at += 1) {
    const endMs = startMs + (at + 1) * SAMPLE_MS;
    second.begin();
    for (;;) {
      const quoteMs = quotes[quote] ?? Number.POSITIVE_INFINITY;
      const tradeMs = trades[trade] ?? Number.POSITIVE_INFINITY;
      if (Math.min(quoteMs, tradeMs) > endMs) break;
      if (quoteMs <= tradeMs) {
        second.onQuote(quote);
        quote += ROW;
      } else {
        second.onTrade(trade);
        trade += ROW;
      }
    }
    second.end(endMs);
    columns.spreadZ[at] = second.spreadZ;
    columns.staleGaps[at] = second.staleGaps;
    columns.vpinQuantile[at] = second.vpinQuantile;
    columns.ofiZ[at] = second.ofiZ;
    mids[at] = second.mid;
    regimes.push(second.regime);
  }
  return ok({ path, count, ...columns, regimes, stress: stressIntervals(forwardMoves(mids)) });
}

/** The detectors of one market, and what they say at the end of the present second. */
class Second {
  readonly #tape: MarketTape;
  readonly #spread = new SpreadBlowout(SPREADS);
  readonly #staleness = new Staleness();
  readonly #flow = new OrderFlowImbalance(FLOW);
  readonly #vpin: Vpin;
  readonly #meter = new RegimeMeter();
  readonly #reached = new Float64Array(runToHalt);
  #samples = 0;
  #lastMs = Number.NaN;
  #spreadBps = Number.NaN;
  mid = 0;
  spreadZ = 0;
  staleGaps = 0;
  vpinQuantile = 0;
  ofiZ = 0;
  regime: Regime = 'calm';

  constructor(tape: MarketTape, seconds: number) {
    this.#tape = tape;
    const { trades } = tape;
    let lots = 0;
    for (let at = 0; at < trades.length; at += ROW) lots += trades[at + 2] as number;
    // A bucket is what a second trades on average.
    this.#vpin = new Vpin({ ...VPIN, bucketVolume: Math.max(lots / seconds, 1) });
  }

  begin(): void {
    this.staleGaps = 0;
  }

  onQuote(at: number): void {
    const { quotes } = this.#tape;
    const { ms, bid, bidLots, ask, askLots } = quoteAt(quotes, at);
    this.#age(ms);
    this.#staleness.onUpdate(ms);
    this.#lastMs = ms;
    this.#flow.onQuote(bid, bidLots, ask, askLots);
    this.mid = (bid + ask) / 2;
    this.#spreadBps = ((ask - bid) / this.mid) * 10_000;
  }

  onTrade(at: number): void {
    const { trades } = this.#tape;
    this.#vpin.onTrade(trades[at + 2] as number, trades[at + 3] as number);
  }

  end(atMs: number): void {
    this.#age(atMs);
    this.#spread.onSpread(this.#spreadBps);
    const isWide = this.#spreadBps >= mediansMax * this.#spread.medianBps;
    this.#reached[this.#samples % runToHalt] = isWide
      ? Number.POSITIVE_INFINITY
      : this.#spread.z || 0;
    this.#samples += 1;
    this.spreadZ = Math.max(0, Math.min(...this.#reached));
    this.vpinQuantile = this.#vpin.quantile || 0;
    this.ofiZ = Math.abs(this.#flow.z) || 0;
    this.regime = this.#meter.sample(this.mid, REGIME_BOUNDS);
  }

  /** How old the last quote has become. */
  #age(nowMs: number): void {
    const ageMs = nowMs - this.#lastMs;
    if (!(ageMs > haltMs)) return;
    const gaps = ageMs > hardHaltMs ? Number.POSITIVE_INFINITY : ageMs / this.#gapMs;
    this.staleGaps = Math.max(this.staleGaps, gaps);
  }

  get #gapMs(): number {
    return Math.max(this.#staleness.medianGapMs || 0, 1);
  }
}
