import { join } from 'node:path';
import { riskReportActor } from '../../../actors/edge/risk-report.ts';
import type { Spawnable } from '../../../actors/runtime/blueprint.ts';
import type { Files } from '../../core/env.ts';
import { nodeTimers } from '../../core/node-env.ts';
import { err, type Result, reasonOf } from '../../core/result.ts';
import type { LimitBook } from '../../risk/breakers/limit-book.ts';
import { concentration } from '../../risk/controls/order-size.ts';
import { valueAtRisk } from '../../risk/controls/portfolio.ts';
import { closingCostOf, defaultPortfolioSettings } from '../../risk/portfolio/settings.ts';
import type { ForecastEvent } from '../../risk/report/forecasts.ts';
import { FORECASTS_MAX, scoredIn } from '../../risk/report/live/forecast-book.ts';
import type { ReportEvent, ReportMemory } from '../../risk/report/live/report-desk.ts';
import { historyIn, type PriceRows } from '../../risk/report/price-history.ts';
import { FORECAST_STREAM } from '../../storage/event-store/event-stream.ts';
import { journalFaultText } from '../../storage/journal/faults.ts';
import type { Journal } from '../../storage/journal/journal.ts';
import type { DeskParts } from '../desk-parts.ts';
import { threadReporter, turnReporter } from './reporters.ts';

/** The prices of the report, in the data directory. */
const HISTORY_FILE = 'risk-history.json';

/** What reports the risk of the desk; null where its configuration does not ask for it. */
export function deskRiskReport(
  parts: DeskParts,
  limits: () => LimitBook,
  record: (event: ReportEvent) => void,
): (() => Spawnable) | null {
  const { config, instruments, venues, env, isClockReal, folder, journal, log } = parts;
  const settings = config.riskReport;
  if (settings === undefined) return null;
  const path = join(folder, HISTORY_FILE);
  const periodMs = settings.periodMinutes * 60_000;
  const labelAt = (venue: string, symbol: string): string =>
    config.strategies.find((each) => each.venue === venue && each.symbol === symbol)?.label ?? '';
  const rowsKept = (): PriceRows | null => {
    const kept = keptRows(env.files, path, periodMs);
    if (kept === null || kept.ok) return kept?.value ?? null;
    log('warn', 'desk', 'risk-history-not-read', { path, why: kept.error });
    return null;
  };
  return () =>
    riskReportActor({
      ...{ instruments, settings, record },
      venues: venues.map(({ name }) => name),
      strategyOf: (index) => {
        const instrument = instruments[index];
        return instrument === undefined ? '' : labelAt(instrument.venue, instrument.symbol);
      },
      limits: () => ({
        concentrationMax: limits().of(concentration).equityFraction,
        correlationMax: limits().of(concentration).correlationMax,
        heatMax: limits().of(valueAtRisk).heatMax,
      }),
      closingCost: () => closingCostOf(parts.config.portfolio ?? defaultPortfolioSettings()),
      reporter: (failed) =>
        isClockReal
          ? threadReporter(nodeTimers, path, failed)
          : turnReporter(env.timers, { files: env.files, path }),
      restore: async (): Promise<ReportMemory> => ({
        rows: rowsKept(),
        scored: scoredIn(await forecastsOf(journal)),
      }),
    });
}

/** Null where nothing was kept yet. */
function keptRows(files: Files, path: string, periodMs: number): Result<PriceRows, string> | null {
  try {
    const bytes = files.read(path);
    return bytes === null ? null : historyIn(Buffer.from(bytes).toString('utf8'), periodMs);
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
}

/** The last forecasts of the journal, each with its outcome, oldest first. */
async function forecastsOf(journal: Journal): Promise<readonly ForecastEvent[]> {
  const settled = await journal.settled();
  if (!settled.ok) throw new Error(`the journal: ${journalFaultText(settled.error)}`);
  const { store } = journal;
  const from = Math.max(1, store.version(FORECAST_STREAM) - 2 * FORECASTS_MAX + 1);
  return [...store.readStream(FORECAST_STREAM, from)].flatMap(({ event }) =>
    event.kind === 'loss-forecast' || event.kind === 'loss-scored' ? [event] : [],
  );
}
