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
  /** The budget: at least this for a rate, at most this for a time. */
  readonly target: number | null;
  /** Null where there is no budget, or where this machine cannot tell. */
  readonly met: boolean | null;
}

export interface Peer {
  readonly name: string;
  readonly value: number;
}

/** `×` is one figure over another, less is better. */
export type Unit = 'messages/s' | 'µs' | '×';

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
  const isRate = unit === 'messages/s';
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

const HEADINGS = ['', 'value', 'unit', 'peer', 'ratio', 'target', 'met'];

/** The cases as text in columns, the names to the left and everything else to the right. */
export function tableOf(cases: readonly Case[]): string {
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
  const sign = unit === 'messages/s' ? '≥' : '≤';
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
