import { SIGNALS, type Signal, type Thresholds } from './objective.ts';
import { REGIMES } from './regime-meter.ts';
import type { Found } from './search.ts';

/** Layout of the section `breakers`. */
const VERSION = 1;

/** Which number of which control a signal is held against. */
const NAMES: Readonly<Record<Signal, readonly [control: string, limit: string]>> = {
  staleGaps: ['C12', 'haltGaps'],
  spreadZ: ['C14', 'zMax'],
  vpinQuantile: ['C17', 'vpinQuantile'],
  ofiZ: ['C17', 'ofiZ'],
};

export type Limits = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Section `breakers` of the configuration, as far as tuning has a say in it. */
export interface BreakersSection {
  readonly version: typeof VERSION;
  readonly tuned: {
    readonly data: string;
    readonly seed: number;
    readonly evaluations: number;
    readonly objective: number;
  };
  readonly limits: Limits;
  readonly volatile: Limits;
  readonly turbulent: Limits;
}

/**
 * What was found as a section of the configuration. Numbers of `limits` hold in every regime that
 * does not say otherwise, so each limit that was tuned in one regime is written in all of them.
 */
export function sectionOf(found: Found, data: string, seed: number): BreakersSection {
  const { thresholds, tuned, evaluations, objective } = found;
  const signals = SIGNALS.filter((signal) =>
    REGIMES.some((regime) => tuned[regime].includes(signal)),
  );
  const limitsIn = (own: Thresholds): Limits => {
    const limits: Record<string, Record<string, number>> = {};
    for (const signal of signals) {
      const [control, name] = NAMES[signal];
      limits[control] = { ...limits[control], [name]: own[signal] };
    }
    return limits;
  };
  return {
    version: VERSION,
    tuned: { data, seed, evaluations, objective: Number(objective.toPrecision(6)) },
    limits: limitsIn(thresholds.calm),
    volatile: limitsIn(thresholds.volatile),
    turbulent: limitsIn(thresholds.turbulent),
  };
}
