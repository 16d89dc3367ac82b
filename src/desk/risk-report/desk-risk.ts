import { address } from '../../../actors/addresses.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import type { RiskPort } from '../../commands/risk/risk-port.ts';
import { err, ok } from '../../core/result.ts';
import type { ReportSummary } from '../../risk/report/live/report-desk.ts';
import type { WatchSummary } from '../../risk/watch/risk-watch.ts';

const REPORT = 'edge/risk-report';

/** The risk of a running desk, from the actors that know. */
export function deskRisk(lane: Lane): RiskPort {
  const view = <T>(path: string): T | null => {
    const found = lane.view(path);
    // An actor that has not started yet has no state to show.
    return found.ok && found.value !== undefined ? (found.value as T) : null;
  };
  return {
    report() {
      const summary = view<ReportSummary>(REPORT);
      if (summary === null) {
        return err('the configuration has no section `riskReport`, or its actor is down');
      }
      return summary.report === null ? err(summary.why) : ok(summary.report);
    },
    live: () => view<Partial<WatchSummary>>(address.risk.path)?.portfolio ?? null,
  };
}
