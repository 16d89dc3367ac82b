import type { GpioBackend, Level } from '../gpio/port.ts';
import { onLevels, onTrip } from './machine.ts';
import type { Levels } from './signals.ts';
import type { EstopState, EstopStep } from './state.ts';

/** Which pin is which signal of the stop. */
export type EstopPins = Readonly<Record<keyof Levels, number>>;

/**
 * The levels of all signals now. A contact that cannot be read is open. A button or a key that
 * cannot be read is left out, so that its loss is never taken for letting go, which would reset.
 */
export function readLevels(
  backend: GpioBackend,
  pins: EstopPins,
): { readonly levels: Partial<Levels>; readonly isLost: boolean } {
  const of = (signal: keyof Levels): Level | null => backend.readSync(pins[signal]);
  const [a, b, tamper, reset, service] = [
    of('a'),
    of('b'),
    of('tamper'),
    of('reset'),
    of('service'),
  ];
  return {
    levels: {
      ...{ a: a ?? 0, b: b ?? 0, tamper: tamper ?? 0 },
      ...(reset === null ? {} : { reset }),
      ...(service === null ? {} : { service }),
    },
    isLost: [a, b, tamper, reset, service].includes(null),
  };
}

/**
 * Takes one look at the pins. What cannot be read trips for the cause `backend`, beside the
 * contacts that are open by it.
 */
export function onSample(
  state: EstopState,
  atUs: number,
  backend: GpioBackend,
  pins: EstopPins,
): EstopStep {
  const { levels, isLost } = readLevels(backend, pins);
  const lost = isLost ? onTrip(state, atUs, 'backend') : { state, events: [] };
  const step = onLevels(lost.state, atUs, levels);
  return { state: step.state, events: [...lost.events, ...step.events] };
}
