import { assert } from '../../core/result.ts';
import { BREAKERS_VERSION, breakersSection, REGIMES } from '../../risk/breakers/settings.ts';
import { SIGNALS, type Signal, type Thresholds } from './objective.ts';
import type { Found } from './search.ts';

/** Which number of which control a signal is held against. */
const NAMES: Readonly<Record<Signal, readonly [control: string, limit: string]>> = {
  staleGaps: ['C12', 'haltGaps'],
  spreadZ: ['C14', 'zMax'],
  vpinQuantile: ['C17', 'vpinQuantile'],
  ofiZ: ['C17', 'ofiZ'],
};

type Limits = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * What was found as a section of the configuration. Numbers of `limits` hold in every regime that
 * does not say otherwise, so each limit that was tuned in one regime is written in all of them;
 * what tuning has no say in is left to the catalogue.
 */
export function sectionOf(found: Found, data: string, seed: number) {
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
  const section = {
    version: BREAKERS_VERSION,
    tuned: { data, seed, evaluations, objective: Number(objective.toPrecision(6)) },
    limits: limitsIn(thresholds.calm),
    volatile: limitsIn(thresholds.volatile),
    turbulent: limitsIn(thresholds.turbulent),
  };
  assert(breakersSection.safeParse(section).success, 'what was found fits the configuration');
  return section;
}
