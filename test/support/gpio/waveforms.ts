import { onLevels, onTime, startEstop } from '../../../hardware/estop/machine.ts';
import {
  ESTOP_TIMES,
  type EstopTimes,
  HEALTHY,
  type Levels,
} from '../../../hardware/estop/signals.ts';
import type { EstopEvent, EstopState } from '../../../hardware/estop/state.ts';
import type { Level } from '../../../hardware/gpio/port.ts';

export type Edge = readonly [atUs: number, signal: keyof Levels, level: Level];

export interface Waveform {
  readonly name: string;
  readonly init: Partial<Levels>;
  readonly events: readonly Edge[];
  readonly end: number;
  readonly expect: readonly (readonly [atUs: number, name: string])[];
  readonly final: { readonly tripped: boolean; readonly fault: boolean };
}

/** Plays edges from time 0 to the end. @returns what was told and the last state */
export function play(
  wave: Pick<Waveform, 'init' | 'events' | 'end'>,
  times: EstopTimes = ESTOP_TIMES,
): {
  readonly told: [atUs: number, name: string][];
  readonly state: EstopState;
} {
  const start = { atUs: 0, isLatched: false, isFaulted: false };
  let { state, events } = startEstop({ ...start, levels: { ...HEALTHY, ...wave.init } }, times);
  const told: EstopEvent[] = [...events];
  for (const [atUs, signal, level] of inOrder(wave.events)) {
    ({ state, events } = onLevels(state, atUs, { [signal]: level }, times));
    told.push(...events);
  }
  ({ state, events } = onTime(state, wave.end, times));
  told.push(...events);
  return { told: told.map(({ atUs, name }) => [atUs, name]), state };
}

const RANK = ['a', 'b', 'tamper', 'service', 'reset'];

/** At one instant the signals come in the order of the definition. */
function inOrder(edges: readonly Edge[]): Edge[] {
  return [...edges].sort(
    ([leftUs, left], [rightUs, right]) =>
      leftUs - rightUs || RANK.indexOf(left) - RANK.indexOf(right),
  );
}
