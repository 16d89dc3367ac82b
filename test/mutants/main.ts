/**
 * `npm run test:mutants`: breaks the compiled code that safety rests on, one place at a time, and
 * demands that its tests notice. Exit 1 when one survives, or is stale.
 *
 *   npm run test:mutants -- [part of a file or of what a mutant is] [--json]
 */
import { parseArgs } from 'node:util';
import { table } from '../../src/commands/terminal.ts';
import { root } from '../support/shared.ts';
import { CONTROL_DESK } from './lists/control-desk.ts';
import { DRAFT, MACHINE, STATE } from './lists/estop.ts';
import { FLATTENING, PERMIT, SLICE } from './lists/flatten.ts';
import { GATE } from './lists/gate.ts';
import {
  BUDGETS,
  DE_RISKING,
  DRAWDOWN,
  LADDER,
  MONEY_WATCH,
  PORTFOLIO_GATE,
  PORTFOLIO_WORDS,
  SIZE_HINT,
} from './lists/ladders.ts';
import { LATCH } from './lists/latch.ts';
import { MODES, RESTORE } from './lists/modes.ts';
import { NATIVE_RULES, ORDER_RATES, ORDER_STATE, WAKING, WAKING_FOUND } from './lists/native.ts';
import { KEEPER, STOP_TERMS } from './lists/protection.ts';
import { EXPOSURE, LIMITS, LOOSENING, PRE_TRADE, SIZES } from './lists/risk.ts';
import { KERNEL, RAISED } from './lists/severity.ts';
import { SIZE_ALLOCATION, SIZE_BOARD, SIZE_EDGE, SIZE_GATE, SIZING_DESK } from './lists/sizing.ts';
import type { MutantFile } from './mutant.ts';
import { MutantRun, type Verdict } from './run-mutants.ts';

const ALL: readonly MutantFile[] = [
  GATE,
  MODES,
  RESTORE,
  CONTROL_DESK,
  DRAFT,
  MACHINE,
  STATE,
  LATCH,
  KERNEL,
  RAISED,
  PERMIT,
  SLICE,
  FLATTENING,
  PRE_TRADE,
  NATIVE_RULES,
  ORDER_RATES,
  ORDER_STATE,
  WAKING,
  WAKING_FOUND,
  KEEPER,
  STOP_TERMS,
  SIZES,
  EXPOSURE,
  LOOSENING,
  LIMITS,
  SIZE_GATE,
  SIZE_BOARD,
  SIZE_EDGE,
  SIZE_ALLOCATION,
  SIZING_DESK,
  PORTFOLIO_GATE,
  PORTFOLIO_WORDS,
  SIZE_HINT,
  LADDER,
  DE_RISKING,
  DRAWDOWN,
  MONEY_WATCH,
  BUDGETS,
];

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const part = positionals[0] ?? '';
const chosen = ALL.map((each) => ({
  ...each,
  mutants: each.mutants.filter(({ what }) => each.file.includes(part) || what.includes(part)),
})).filter(({ mutants }) => mutants.length > 0);

const run = new MutantRun(root);
const verdicts: Verdict[] = [];
const unsound: string[] = [];
try {
  for (const each of chosen) {
    const fault = run.soundness(each);
    if (fault !== null) unsound.push(fault);
    else {
      for (const mutant of each.mutants) {
        verdicts.push(run.judge(each, mutant));
        if (process.stderr.isTTY) process.stderr.write('.');
      }
    }
  }
} finally {
  run.remove();
}

const counted = (wanted: Verdict['verdict']): number =>
  verdicts.filter(({ verdict }) => verdict === wanted).length;
const totals = {
  mutants: verdicts.length,
  killed: counted('killed'),
  survived: counted('survived'),
  stale: counted('stale'),
};
if (values.json)
  process.stdout.write(`${JSON.stringify({ verdicts, unsound, totals }, null, 2)}\n`);
else {
  const rows = verdicts.map(({ verdict, file, what, by }) => [verdict, file, what, by]);
  process.stdout.write(`${table(['verdict', 'file', 'mutant', 'noticed by'], rows)}\n`);
  for (const fault of unsound) process.stdout.write(`${fault}\n`);
  const { mutants, killed, survived, stale } = totals;
  process.stdout.write(
    `${mutants} mutants: ${killed} killed, ${survived} survived, ${stale} stale\n`,
  );
}
const isSound = unsound.length === 0 && totals.mutants > 0;
process.exitCode = isSound && totals.killed === totals.mutants ? 0 : 1;
