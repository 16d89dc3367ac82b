/**
 * What risk computes beside the lane, measured against its budgets and its peers.
 *
 *   npm run --silent bench:risk -- [--json] [--check]
 */
import { parseArgs } from 'node:util';
import { report } from '../case.ts';
import { riskCases } from '../risk-check.ts';
import { portfolioCases } from './portfolio.ts';
import { seriesCases } from './series.ts';
import { volatilityCases } from './volatility.ts';

const SECONDS = 10;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});
const cases = [
  ...(await riskCases(SECONDS)),
  ...(await portfolioCases(SECONDS)),
  ...volatilityCases(),
  ...seriesCases(SECONDS / 2),
];
report(cases, values);
