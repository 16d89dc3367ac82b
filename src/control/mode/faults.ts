import type { RequestableMode } from '../modes.ts';

/** What a fault takes from the desk while it stands. */
export interface FaultEffect {
  /** Highest mode that it leaves standing; null takes no mode away, it only bars steps up. */
  readonly ceiling: 'manual' | 'semi-auto' | 'one-below' | null;
  /** Least mode that cannot be climbed to. */
  readonly bars: 'semi-auto' | 'full-auto';
  /** Whether nothing may leave until every venue has been reconciled without it. */
  readonly closesGate: boolean;
  readonly says: string;
}

/**
 * The faults that parts of the desk report to control. A name may have an object behind a colon, as
 * `down:trading/risk` has; the kind before it is what counts.
 */
export const FAULTS = {
  starting: {
    ceiling: 'manual',
    bars: 'semi-auto',
    closesGate: true,
    says: 'the tree of actors is not up',
  },
  down: {
    ceiling: 'manual',
    bars: 'semi-auto',
    closesGate: true,
    says: 'an actor that orders depend on is gone',
  },
  suspended: {
    ceiling: 'manual',
    bars: 'semi-auto',
    closesGate: true,
    says: 'an actor that orders depend on has been suspended',
  },
  journal: {
    ceiling: 'manual',
    bars: 'semi-auto',
    closesGate: true,
    says: 'the journal is slow, over its budget or broken, or the audit log does not keep up',
  },
  venue: {
    ceiling: 'manual',
    bars: 'semi-auto',
    closesGate: true,
    says: 'a venue is not connected, or does not agree with the journal',
  },
  'venue-away': {
    ceiling: null,
    bars: 'semi-auto',
    closesGate: false,
    says: 'one of several venues is not connected; it is paused, and the others go on',
  },
  'self-test': {
    ceiling: 'manual',
    bars: 'semi-auto',
    closesGate: false,
    says: 'the hardware stop has not passed its self-test',
  },
  guard: {
    ceiling: 'manual',
    bars: 'semi-auto',
    closesGate: true,
    says: 'the guard process is not armed',
  },
  'dead-man': {
    ceiling: 'manual',
    bars: 'semi-auto',
    closesGate: false,
    says: "a venue's dead-man switch is not armed",
  },
  breaker: {
    ceiling: 'manual',
    bars: 'semi-auto',
    closesGate: false,
    says: 'the desk as a whole is paused',
  },
  'open-breaker': {
    ceiling: null,
    bars: 'semi-auto',
    closesGate: false,
    says: 'a venue, a market or a strategy is paused',
  },
  'proof-test': {
    ceiling: 'semi-auto',
    bars: 'full-auto',
    closesGate: false,
    says: 'the stop has not been tested by hand for 37 days',
  },
  witness: {
    ceiling: 'semi-auto',
    bars: 'full-auto',
    closesGate: false,
    says: 'nobody outside the data directory has signed the audit log lately',
  },
  alert: {
    ceiling: 'one-below',
    bars: 'semi-auto',
    closesGate: false,
    says: 'nobody has acknowledged a critical alert',
  },
} as const satisfies Readonly<Record<string, FaultEffect>>;
export type FaultKind = keyof typeof FAULTS;

/** A venue without which nothing may leave. */
export function venueFault(venue: string): string {
  return `venue:${venue}`;
}

/** A venue without which the others go on. */
export function awayFault(venue: string): string {
  return `venue-away:${venue}`;
}

/** Whose effect nobody has thought of takes everything. */
const UNKNOWN: FaultEffect = {
  ceiling: 'manual',
  bars: 'semi-auto',
  closesGate: true,
  says: 'a fault of no known kind',
};

/** What a fault does, by its name. */
export function effectOf(fault: string): FaultEffect {
  const kind = fault.split(':', 1)[0] as string;
  return Object.hasOwn(FAULTS, kind) ? FAULTS[kind as FaultKind] : UNKNOWN;
}

const HEIGHT: readonly RequestableMode[] = ['manual', 'semi-auto', 'full-auto'];

export function lowerOf(one: RequestableMode, other: RequestableMode): RequestableMode {
  return HEIGHT.indexOf(one) <= HEIGHT.indexOf(other) ? one : other;
}

/**
 * The mode in which a fault leaves a desk that is in `mode` when it comes; one that stands already
 * has taken its step.
 */
export function modeUnder(fault: string, mode: RequestableMode, isNew: boolean): RequestableMode {
  const { ceiling } = effectOf(fault);
  if (ceiling === null) return mode;
  if (ceiling !== 'one-below') return lowerOf(mode, ceiling);
  return isNew && mode === 'full-auto' ? 'semi-auto' : isNew ? 'manual' : mode;
}

/** Whether one of the faults stands in the way of a step up. */
export function isBarred(faults: readonly string[], to: 'semi-auto' | 'full-auto'): boolean {
  return faults.some((fault) => to === 'full-auto' || effectOf(fault).bars === 'semi-auto');
}

/** Whether one of the faults keeps the gate closed. */
export function isGateClosing(faults: readonly string[]): boolean {
  return faults.some((fault) => effectOf(fault).closesGate);
}
