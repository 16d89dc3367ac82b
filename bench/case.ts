import { PERCENTILES } from './open-loop.ts';

/** One figure of the benchmark, as `--json` prints it. */
export interface Case {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  /** The same work done by somebody else, or nothing done at all. */
  readonly peer: Peer | null;
  /** How many times better than the peer: above 1 is better, whichever way the unit points. */
  readonly ratio: number | null;
  /** The budget: at least this for a rate, at most this for everything else. */
  readonly target: number | null;
  /** Null where there is no budget, or where this machine cannot tell. */
  readonly met: boolean | null;
}

export interface Peer {
  readonly name: string;
  readonly value: number;
}

/** `×` is one figure over another, less is better. */
export type Unit = 'messages/s' | 'times' | 'µs' | '×' | 'MiB' | 'MB/h' | 'count';

/** Of these more is better. */
const RATES: ReadonlySet<Unit> = new Set<Unit>(['messages/s', 'times']);

export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  readonly peer?: Peer;
  readonly target?: number;
  /** Whether the machine is quiet enough for the budget to be judged. */
  readonly isJudged?: boolean;
}

export function caseOf(measured: Measured): Case {
  const { name, value, unit, peer = null, target = null, isJudged = true } = measured;
  const isRate = RATES.has(unit);
  const isMet = target === null || (isRate ? value >= target : value <= target);
  return {
    name,
    value,
    unit,
    peer,
    ratio: peer === null ? null : isRate ? value / peer.value : peer.value / value,
    target,
    met: target === null || !isJudged ? null : isMet,
  };
}

/**
 * One case for each percentile of a distribution in microseconds.
 *
 * @param values 50th, 99th and 99.9th percentile
 * @param more.targets budgets of the same
 */
export function quantileCases(
  name: string,
  values: readonly number[],
  more: {
    readonly targets: readonly (number | null)[];
    readonly idle?: readonly number[];
    readonly isJudged?: boolean;
  },
): Case[] {
  return PERCENTILES.map((percentile, at) => {
    const target = more.targets[at] ?? null;
    const idle = more.idle?.[at];
    return caseOf({
      name: `${name}, p${percentile}`,
      value: values[at] as number,
      unit: 'µs',
      ...(idle === undefined ? {} : { peer: { name: 'idle loop', value: idle } }),
      ...(target === null ? {} : { target }),
      isJudged: more.isJudged ?? true,
    });
  });
}

/** Prints the cases; when it is asked to check, the exit code says whether a budget is missed. */
export function report(
  cases: readonly Case[],
  how: { readonly json: boolean; readonly check: boolean },
): void {
  process.stdout.write(how.json ? `${JSON.stringify({ cases }, null, 2)}\n` : tableOf(cases));
  const missed = cases.filter(({ met }) => met === false);
  for (const { name } of missed) process.stderr.write(`missed: ${name}\n`);
  process.exitCode = how.check && missed.length > 0 ? 1 : 0;
}

const HEADINGS = ['', 'value', 'unit', 'peer', 'ratio', 'target', 'met'];

/** The cases as text in columns, the names to the left and everything else to the right. */
function tableOf(cases: readonly Case[]): string {
  const rows = [HEADINGS, ...cases.map(rowOf)];
  const widths = HEADINGS.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((text, at) => {
        const width = widths[at] as number;
        return at === 0 ? text.padEnd(width) : text.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return `${rows.map(lineOf).join('\n')}\n`;
}

function rowOf({ name, value, unit, peer, ratio, target, met }: Case): string[] {
  const sign = RATES.has(unit) ? '≥' : '≤';
  return [
    name,
    numberText(value),
    unit,
    peer === null ? '' : `${numberText(peer.value)} ${peer.name}`,
    ratio === null ? '' : `${ratio.toPrecision(2)}×`,
    target === null ? '' : `${sign} ${numberText(target)}`,
    met === null ? '' : met ? 'yes' : 'NO',
  ];
}

function numberText(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 });
}
