import type { MarketPosition } from '../book.ts';
import type { ForecastEvent, LossForecast, ScoredForecast } from '../forecasts.ts';

/** Forecasts that are kept: 60 days of hours, which the averages of the capital are of. */
export const FORECASTS_MAX = 1_500;

/** What a forecast was made of, to see what came of it. */
export interface ForecastStart {
  readonly positions: readonly MarketPosition[];
  /** Profit of the desk since it began, in quote currency; null where it was not known. */
  readonly profit: number | null;
}

/** The forecasts of the desk and what came of them; written down before they are used. */
export class ForecastBook {
  readonly #periodMs: number;
  readonly #record: (event: ForecastEvent) => void;
  #scored: readonly ScoredForecast[];
  #pending: (ForecastStart & { readonly forecast: LossForecast }) | null = null;
  #unscored = 0;

  /** @param record throws when it cannot be journaled */
  constructor(
    periodMs: number,
    scored: readonly ScoredForecast[],
    record: (event: ForecastEvent) => void,
  ) {
    this.#periodMs = periodMs;
    this.#scored = scored.slice(-FORECASTS_MAX);
    this.#record = record;
  }

  get scored(): readonly ScoredForecast[] {
    return this.#scored;
  }

  /** Forecasts of which nobody could say what came. */
  get unscored(): number {
    return this.#unscored;
  }

  begin(forecast: LossForecast, start: ForecastStart): void {
    if (this.#pending !== null) this.#unscored += 1;
    const { atMs, ...detail } = forecast;
    this.#record({ kind: 'loss-forecast', atMs, detail: JSON.stringify(detail) });
    this.#pending = { ...start, forecast };
  }

  /**
   * Ends the period of the forecast that waits. Where a period was missed, or what was held has no
   * price, nothing is known of it.
   *
   * @param positions in the order of those it was made of
   */
  score(endMs: number, { positions, profit }: ForecastStart): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    const { forecast } = pending;
    const hypothetical = pending.positions.reduce((sum, { quantity, price }, place) => {
      const after = positions[place]?.price ?? Number.NaN;
      return quantity === 0 ? sum : sum + quantity * (price - after);
    }, 0);
    if (endMs - forecast.atMs !== this.#periodMs || !Number.isFinite(hypothetical)) {
      this.#unscored += 1;
      return;
    }
    const isKnown = profit !== null && pending.profit !== null;
    const actual = isKnown ? (pending.profit as number) - profit : null;
    const detail = JSON.stringify({ hypothetical, actual });
    this.#record({ kind: 'loss-scored', atMs: forecast.atMs, detail });
    const scored = { ...forecast, hypothetical, actual };
    this.#scored = [...this.#scored, scored].slice(-FORECASTS_MAX);
  }
}

/**
 * The forecasts with an outcome among events, oldest first. What cannot be read is left out: those
 * were written by another program.
 */
export function scoredIn(events: Iterable<ForecastEvent>): readonly ScoredForecast[] {
  const scored: ScoredForecast[] = [];
  let forecast: LossForecast | null = null;
  for (const event of events) {
    const detail = objectIn(event.detail);
    if (event.kind === 'loss-forecast') {
      forecast = isForecast(detail) ? { ...detail, atMs: event.atMs } : null;
    } else if (forecast !== null && forecast.atMs === event.atMs && isOutcome(detail)) {
      scored.push({ ...forecast, ...detail });
      forecast = null;
    }
  }
  return scored;
}

type Fields = Readonly<Record<string, unknown>>;

function objectIn(text: string): Fields {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? (found as Fields) : {};
  } catch {
    return {};
  }
}

function isForecast(found: Fields): found is Fields & Omit<LossForecast, 'atMs'> {
  const { equity, methods, stressed } = found;
  const areNumbers = (each: unknown): boolean =>
    typeof each === 'object' &&
    each !== null &&
    ['valueAtRisk99', 'valueAtRisk975', 'shortfall975'].every(
      (name) => typeof (each as Fields)[name] === 'number',
    );
  return (
    typeof equity === 'number' &&
    (stressed === null || typeof stressed === 'number') &&
    typeof methods === 'object' &&
    methods !== null &&
    Object.values(methods).every(areNumbers)
  );
}

function isOutcome(
  found: Fields,
): found is Fields & Pick<ScoredForecast, 'hypothetical' | 'actual'> {
  const { hypothetical, actual } = found;
  return typeof hypothetical === 'number' && (actual === null || typeof actual === 'number');
}
