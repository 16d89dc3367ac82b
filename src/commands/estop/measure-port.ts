/** What is measured, from the edge on the panel. */
export const REACTIONS = ['gate closed', 'cancel sent', 'nothing rests', 'flat'] as const;
export type Reaction = (typeof REACTIONS)[number];
/** `blocked`: the event loop stands still 20 of every 25 ms. */
export const LOADS = ['idle', 'blocked'] as const;
export type Load = (typeof LOADS)[number];

export interface MeasuredReaction {
  readonly load: Load;
  readonly reaction: Reaction;
  /** Presses that had something to react to. */
  readonly count: number;
  /** Null when nothing was measured. */
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  readonly maxUs: number | null;
  /** Every one of them in microseconds, the shortest first. */
  readonly samplesUs: readonly number[];
}

export interface StopMeasurement {
  readonly driver: string;
  readonly presses: number;
  readonly rows: readonly MeasuredReaction[];
}

/** Nobody needs more to see a p99. */
export const PRESSES_MAX = 1_000;
