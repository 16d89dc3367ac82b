import type { RiskPort } from '../../../src/commands/risk/risk-port.ts';
import { riskReport } from '../../../src/risk/report/risk-report.ts';
import { aReportJob } from '../risk/reports.ts';

const report = riskReport(aReportJob()).outcome;

/** The risk of a book of three markets with a history. */
export const A_RISK: RiskPort = {
  report: () => report,
  live: () => ({
    ...{ valueAtRisk95: 0.01, valueAtRisk99: 0.02, shortfall: 0.025, heat: 0.05 },
    ...{ minutes: 90, isSeeded: true, fitted: 1, shrinkage: 0.2, isDynamic: false, unpriced: null },
    ...{ rung: 'warn', tightest: 'heat', use: 0.85, budgets: [] },
  }),
};
