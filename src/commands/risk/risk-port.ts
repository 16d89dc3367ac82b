import type { Result } from '../../core/result.ts';
import type { PortfolioSummary } from '../../risk/portfolio/portfolio-watch.ts';
import type { RiskReport } from '../../risk/report/risk-report.ts';

/** The risk of the desk, as people ask for it. */
export interface RiskPort {
  /** The last report; one sentence when there is none. */
  report(): Result<RiskReport, string>;
  /** What the controls hold orders to, now; null while nobody measures it. */
  live(): PortfolioSummary | null;
}
