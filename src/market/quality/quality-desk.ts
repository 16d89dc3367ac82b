import type { SafetyKernel } from '../../control/safety-kernel.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { QuoteMessage } from '../quote.ts';
import type { TradePrinted } from '../trade.ts';
import type { QualityEvent, SequenceGap, TradesBackfilled } from './events.ts';
import { MarketQuality, type MarketQualitySummary } from './market-quality.ts';
import type { QualityScore } from './score.ts';
import type { QualitySettings } from './settings.ts';

const HOUR_MS = 3_600_000;
const JUDGE_MS = 60_000;
/** How long a market has to be good again before it is traded. */
const COOL_MS = 120_000;
/** Name of the cause under which trading in a market is paused. */
export const QUALITY_CONTROL = 'QUALITY';

export interface QualityDeskOptions {
  readonly instruments: readonly Instrument[];
  readonly settings: QualitySettings;
  readonly kernel: Pick<SafetyKernel, 'raise' | 'release' | 'summary'>;
  /** Who raises and may release, as the kernel knows it. */
  readonly owner: string;
  /** @throws when it cannot be journaled */
  readonly record: (event: QualityEvent) => void;
  /** Told of every run of numbers that was passed over. */
  readonly onGap: (gap: SequenceGap) => void;
}

/**
 * Scores the data of every market by the hour, and pauses those whose running score is below the
 * least that the configuration takes. It judges a market once it has been watched for long enough,
 * so that a start is not a fault; C12 and C13 act at once on what cannot wait.
 */
export class QualityDesk {
  readonly #options: QualityDeskOptions;
  readonly #markets: readonly MarketQuality[];
  readonly #paused = new Set<number>();
  #hourWallMs: number;
  #hourMonoMs: number;
  #judgedMs: number;
  #nowMs: number;

  /** @param monoMs, wallMs both clocks now */
  constructor(options: QualityDeskOptions, monoMs: number, wallMs: number) {
    this.#options = options;
    this.#markets = options.instruments.map(
      ({ index }) => new MarketQuality(index, options.settings, options.record, options.onGap),
    );
    this.#hourWallMs = wallMs;
    this.#hourMonoMs = monoMs;
    this.#judgedMs = monoMs;
    this.#nowMs = monoMs;
    // What an incarnation before this one has paused is this one's to release.
    for (const { control, scope } of options.kernel.summary().causes) {
      if (control === QUALITY_CONTROL && scope.kind === 'instrument') {
        this.#paused.add(scope.instrument);
      }
    }
  }

  onQuote(message: QuoteMessage, monoMs: number): void {
    const market = this.#markets[message.instrument];
    if (message.kind === 'quote-updated') market?.onQuote(message, monoMs);
    else market?.onQuoteLost(message.reason, monoMs);
  }

  onTrade(trade: TradePrinted, wallMs: number): void {
    this.#markets[trade.instrument]?.onTrade(trade, wallMs);
  }

  onBackfilled({ instrument, fromId, toId }: TradesBackfilled): void {
    this.#markets[instrument]?.onBackfilled(fromId, toId);
  }

  /** Several times a second. */
  tick(monoMs: number, wallMs: number): void {
    this.#nowMs = monoMs;
    for (const market of this.#markets) market.tick(monoMs, wallMs);
    const isHourOver = Math.floor(wallMs / HOUR_MS) > Math.floor(this.#hourWallMs / HOUR_MS);
    if (isHourOver || monoMs - this.#judgedMs >= JUDGE_MS) this.#judge(monoMs);
    if (isHourOver) this.#endHour(monoMs, wallMs);
  }

  /** By the symbol and venue of each market. */
  summary(): Readonly<Record<string, MarketQualitySummary>> {
    const wantedMs = this.#nowMs - this.#hourMonoMs;
    return Object.fromEntries(
      this.#options.instruments.map(({ venue, symbol }, at) => {
        const market = this.#markets[at] as MarketQuality;
        return [`${venue} ${symbol}`, market.summary(this.#nowMs, wantedMs)];
      }),
    );
  }

  #judge(monoMs: number): void {
    this.#judgedMs = monoMs;
    const wantedMs = monoMs - this.#hourMonoMs;
    if (wantedMs < this.#options.settings.judgedAfterSeconds * 1_000) return;
    this.#markets.forEach((market, instrument) => {
      this.#gate(instrument, market.score(monoMs, wantedMs), monoMs);
    });
  }

  #gate(instrument: number, { score }: QualityScore, monoMs: number): void {
    const { kernel, owner, settings } = this.#options;
    const scope = { kind: 'instrument', instrument } as const;
    if (score !== null && score < settings.scoreMin) {
      this.#paused.add(instrument);
      const least = settings.scoreMin;
      const reason = `data score ${score.toFixed(1)} is below quality.scoreMin ${least}`;
      kernel.raise({
        ...{ control: QUALITY_CONTROL, scope, severity: 'paused', reset: 'A', owner, reason },
        ...{ nowMs: monoMs, coolMs: COOL_MS, letsFlatten: true },
      });
      return;
    }
    if (!this.#paused.has(instrument)) return;
    const id = `${QUALITY_CONTROL}@instrument:${instrument}`;
    const by = { kind: 'owner', name: owner, reason: 'the data are good again' } as const;
    if (kernel.release(id, by, monoMs).ok) this.#paused.delete(instrument);
  }

  #endHour(monoMs: number, wallMs: number): void {
    const wantedMs = monoMs - this.#hourMonoMs;
    this.#markets.forEach((market, instrument) => {
      const { score, parts } = market.score(monoMs, wantedMs);
      if (score !== null) {
        this.#options.record({
          ...{ kind: 'quality-scored', instrument, score: Math.round(score * 100) },
          ...{ fromMs: Math.round(this.#hourWallMs), toMs: Math.round(wallMs) },
          parts: JSON.stringify({ ...parts, digits: market.digits }),
        });
      }
      market.nextHour();
    });
    this.#hourWallMs = wallMs;
    this.#hourMonoMs = monoMs;
  }
}
