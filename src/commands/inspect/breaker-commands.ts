import type { BreakerRow } from '../../risk/breakers/board.ts';
import { CONTROLS } from '../../risk/controls/catalogue.ts';
import type { WatchSummary } from '../../risk/watch/risk-watch.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { pairs, table } from '../terminal.ts';
import { inspectCommand } from './inspect-command.ts';

const RISK = 'trading/risk';

/** One control as it stands: what is open of it, who measures it, and its numbers in force. */
export interface ControlRow {
  readonly id: string;
  readonly name: string;
  readonly trigger: string;
  readonly action: string;
  /** `ok`, or the states of its breakers that are not closed. */
  readonly state: string;
  /** Where it is measured, or `injected: source comes with …`. */
  readonly source: string;
  /** Those that section `breakers` sets. */
  readonly limits: Readonly<Record<string, number>>;
  /** What sets the others, by their name. */
  readonly setElsewhere: Readonly<Record<string, string>>;
}

export interface BreakerReport {
  readonly equity: number | null;
  readonly peak: number | null;
  readonly drawdown: WatchSummary['drawdown'];
  readonly portfolio: WatchSummary['portfolio'];
  readonly regimes: readonly string[];
  readonly blind: readonly string[];
  readonly breakers: readonly BreakerRow[];
  readonly controls: readonly ControlRow[];
}

const breakers = inspectCommand({
  name: 'breakers',
  usage: '',
  summary: 'circuit breakers and the 37 controls: what is open, who measures, numbers in force',
  examples: ['breakers', 'breakers --json'],
  run(desk) {
    const state = desk.actorState(RISK) as Partial<WatchSummary> | null;
    if (state?.breakers === undefined) {
      return failed(EXIT.failed, `breakers: ${RISK} is down; \`actors\` says why`);
    }
    return done(reportOf(state as WatchSummary));
  },
  show(data) {
    const report = data as BreakerReport;
    const { equity, drawdown, portfolio, regimes, blind, breakers: rows } = report;
    return [
      pairs([
        ['equity', equity === null ? null : equity.toFixed(2)],
        ['drawdown', `${percent(drawdown.fall)} from the peak, ${drawdown.stage}`],
        ['portfolio', portfolioLine(portfolio)],
        ['regimes', regimes.join(', ')],
        ['blind', blind.join('; ') || 'none'],
      ]),
      table(
        ['breaker', 'scope', 'state', 'severity', 'reset', 'found', 'limit', 'waits'],
        rows.map((row) => [
          row.control,
          row.scope,
          row.state,
          row.severity,
          row.reset,
          number(row.measured),
          number(row.limit),
          row.waitMs > 0 ? `${Math.ceil(row.waitMs / 1_000)} s` : null,
        ]),
      ),
      table(
        ['control', 'name', 'state', 'source', 'limits set by'],
        report.controls.map((row) => [
          row.id,
          row.name,
          row.state,
          row.source,
          [...new Set(Object.values(row.setElsewhere))].join(', ') || null,
        ]),
      ),
    ].join('\n\n');
  },
});

export const BREAKER_COMMANDS: readonly DaemonCommand[] = [breakers];

function reportOf(summary: WatchSummary) {
  const { equity, peak, drawdown, portfolio, regimes, blind, breakers: rows, limits } = summary;
  const controls = CONTROLS.map((control): ControlRow => {
    const { id, name, trigger, action, source } = control;
    const elsewhere = Object.entries(control.limits).flatMap(([key, { setBy }]) =>
      setBy === null ? [] : [[key, setBy]],
    );
    const setElsewhere = Object.fromEntries(elsewhere) as ControlRow['setElsewhere'];
    const own = Object.entries(limits[id] ?? {}).filter(([key]) => !(key in setElsewhere));
    const states = rows.filter(({ control, state }) => control === id && state !== 'closed');
    return {
      id,
      name,
      trigger,
      action,
      state: states.map(({ scope, state }) => `${state} at ${scope}`).join(', ') || 'ok',
      source:
        source.kind === 'wired' ? source.where : `injected: source comes with ${source.until}`,
      limits: Object.fromEntries(own),
      setElsewhere,
    };
  });
  const stands = { equity, peak, drawdown, portfolio, regimes, blind };
  return { ...stands, breakers: rows, controls } satisfies BreakerReport;
}

/** The limit that is used most and the rung of the ladder that follows from it. */
function portfolioLine({ tightest, use, rung, unpriced }: WatchSummary['portfolio']): string {
  const used = use === null ? 'not measured' : `${tightest} at ${percent(use)} of its limit`;
  return `${used}, de-risking ${rung}${unpriced === null ? '' : `; no price of ${unpriced}`}`;
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

/** Null where a breaker was taken over from before a restart, and its number was not. */
function number(value: number | null): string | null {
  return value === null || Number.isNaN(value) ? null : String(Number(value.toPrecision(4)));
}
