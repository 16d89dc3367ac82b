/**
 * What risk computes beside the lane, measured against its budgets and its peers.
 *
 *   npm run --silent bench:risk -- [--json] [--check] [--seconds 10]
 */
import { runBench } from '../bench-program.ts';
import { portfolioCases } from './portfolio.ts';
import { riskCases } from './pre-trade.ts';
import { seriesCases } from './series.ts';
import { volatilityCases } from './volatility.ts';

const SECONDS = 10;
const SECONDS_MAX = 600;

await runBench({ seconds: SECONDS, secondsMax: SECONDS_MAX }, async (seconds) => [
  ...(await riskCases(seconds)),
  ...(await portfolioCases(seconds)),
  ...volatilityCases(),
  ...seriesCases(seconds / 2),
]);
