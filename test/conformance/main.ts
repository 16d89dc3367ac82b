/**
 * `npm run conformance [FILE]`: one line for each scenario of FILE, by default the project's copy
 * of the reference; then how many passed and failed. Exits with 0 when all passed, 1 when one did
 * not, 2 when FILE cannot be read.
 */
import { resolve } from 'node:path';
import { nodeTimers } from '../../src/core/node-env.ts';
import type { Millis } from '../../src/core/units.ts';
import { CASES } from './cases.ts';
import { readCatalogue, SUPERVISION_FILE } from './catalogue.ts';
import { closingLine, lineOf, runCases, type Verdict } from './run-cases.ts';

const CASE_LIMIT_MS = 20_000;

function watchProcess(tell: (thrown: unknown) => void): () => void {
  process.on('uncaughtException', tell).on('unhandledRejection', tell);
  return () => process.off('uncaughtException', tell).off('unhandledRejection', tell);
}

const [file] = process.argv.slice(2);
// npm starts scripts in the project's folder; a relative FILE is meant from where people typed it.
const from = process.env['INIT_CWD'] ?? process.cwd();
const read = readCatalogue(file === undefined ? SUPERVISION_FILE : resolve(from, file));
if (!read.ok) {
  process.stderr.write(`${read.error}\n`);
  process.exit(2);
}
const verdicts: Verdict[] = [];
const options = { limitMs: CASE_LIMIT_MS as Millis, after: nodeTimers.after, watchProcess };
for await (const verdict of runCases(read.value, CASES, options)) {
  verdicts.push(verdict);
  process.stdout.write(`${lineOf(verdict)}\n`);
}
process.stdout.write(`\n${closingLine(verdicts)}\n`);
process.exit(verdicts.every(({ outcome }) => outcome === 'passed') ? 0 : 1);
