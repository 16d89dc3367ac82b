/**
 * What the desk costs, measured against its budgets and against plain nact; see
 * docs/benchmarks.md.
 *
 *   npm run --silent bench -- [--json] [--check] [--seconds 10]
 */
import { aggregationCases } from './aggregation.ts';
import { auditCases } from './audit.ts';
import { runBench } from './bench-program.ts';
import type { Case } from './case.ts';
import { engineCases } from './engine.ts';
import { inspectionCases } from './inspection.ts';
import { kernelCases } from './kernels.ts';
import { riskCases } from './risk/pre-trade.ts';
import { tickToOrderCases } from './tick-to-order.ts';

/** Length of one measurement. All of them together take about four times as long. */
const SECONDS = 10;
const SECONDS_MAX = 600;

const SUITES = [
  ['the actors alone', engineCases],
  ['risk check', riskCases],
  ['markets taken together', aggregationCases],
  ['vector kernels', kernelCases],
  ['frame to order at 50,000 frames a second', tickToOrderCases],
  ['the same lane with somebody who looks', inspectionCases],
  ['the signed log', auditCases],
] as const;

await runBench({ seconds: SECONDS, secondsMax: SECONDS_MAX }, async (seconds) => {
  const cases: Case[] = [];
  for (const [what, run] of SUITES) {
    process.stderr.write(`${what} …\n`);
    cases.push(...(await run(seconds)));
  }
  return cases;
});
