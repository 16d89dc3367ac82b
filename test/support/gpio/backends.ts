import type { GpioBackend, GpioFault, GpioKind, Level } from '../../../hardware/gpio/port.ts';
import { err, ok } from '../../../src/core/result.ts';

export interface FakeBackend extends GpioBackend {
  /** Levels by pin; what is missing cannot be read. */
  readonly levels: Map<number, Level>;
  /** `pin=level` for each write. */
  readonly written: string[];
}

/**
 * A backend in memory.
 *
 * @param onWrite plays the wires: called after each write
 */
export function fakeBackend(
  levels: Readonly<Record<number, Level>>,
  options: {
    readonly kind?: GpioKind;
    readonly fault?: GpioFault;
    readonly onWrite?: (pin: number, level: Level, levels: Map<number, Level>) => void;
  } = {},
): FakeBackend {
  const held = new Map(Object.entries(levels).map(([pin, level]) => [Number(pin), level]));
  const written: string[] = [];
  return {
    kind: options.kind ?? 'register-file',
    levels: held,
    written,
    selfTest: () => (options.fault === undefined ? ok(undefined) : err(options.fault)),
    readSync: (pin) => held.get(pin) ?? null,
    watch: () => {},
    write(pin, level) {
      held.set(pin, level);
      written.push(`${pin}=${level}`);
      options.onWrite?.(pin, level, held);
    },
    close: () => held.clear(),
  };
}
