import type { Result } from '../../src/core/result.ts';

/** What a pin shows. A closed contact is 1, so a cut wire and a lost supply read as pressed. */
export type Level = 0 | 1;

/** `register-file` and `simulated-panel` are no hardware: live trading never arms on them. */
export type GpioKind = 'rpio' | 'gpiod-cli' | 'register-file' | 'simulated-panel';

export interface GpioEdge {
  readonly pin: number;
  /** The level after the edge; null when the pin cannot be read any more, which is a stop. */
  readonly level: Level | null;
}

/**
 * Pins of one chip. An object of this kind is only made by a driver whose device answered, and
 * whatever it cannot read it calls `null`, never 0 or 1.
 */
export interface GpioBackend {
  readonly kind: GpioKind;
  /** Whether the driver itself is sound. Wires are the business of `runSelfTest`. */
  selfTest(): Result<void, GpioFault>;
  /** The level now, without waiting for the event loop. Never throws; null is a stop. */
  readSync(pin: number): Level | null;
  /**
   * Tells edges as the event loop sees them, at most one watch a backend. A pulse that was over
   * before it could be read is told as two edges, one that was over before the watch is not told. A
   * backend that dies tells null for each pin once.
   *
   * @throws BrokenInvariant when there is a watch already
   */
  watch(pins: readonly number[], told: (edge: GpioEdge, atNs: number) => void): void;
  /** @throws BrokenInvariant for a pin that was not opened as an output */
  write(pin: number, level: Level): void;
  /** Outputs keep their level, since a lamp that goes out says "failed". Harmless when closed. */
  close(): void;
}

/** What is enough for who only looks: a second process beside the one that owns the chip. */
export type LevelReader = Pick<GpioBackend, 'kind' | 'selfTest' | 'readSync' | 'close'>;

export interface GpioFault {
  readonly kind:
    | 'no-package'
    | 'no-hardware'
    | 'mock'
    | 'unsupported-board'
    | 'init-failed'
    | 'pin-refused'
    | 'held'
    | 'lost'
    | 'bad-register';
  /** What was found, where, and what would be right. */
  readonly detail: string;
}

/** Which pin is which input. */
export interface ContactPins {
  readonly a: number;
  readonly b: number;
  readonly tamper: number;
}

/** Bits of what a contact reader answers; 0 is healthy. */
export const OPEN_A = 1;
export const OPEN_B = 2;
export const OPEN_TAMPER = 4;

/**
 * What the gate reads right before the bytes of an order: a bit for each contact that is open or
 * cannot be read. It allocates nothing.
 */
export function contactReader(
  backend: Pick<GpioBackend, 'readSync'>,
  pins: ContactPins,
): () => number {
  const { a, b, tamper } = pins;
  return () =>
    (backend.readSync(a) === 1 ? 0 : OPEN_A) |
    (backend.readSync(b) === 1 ? 0 : OPEN_B) |
    (backend.readSync(tamper) === 1 ? 0 : OPEN_TAMPER);
}

/** Whether something physical is behind it. */
export function isHardware(kind: GpioKind): boolean {
  return kind === 'rpio' || kind === 'gpiod-cli';
}

/**
 * How long a write may take to reach its pin: every level that the tools of libgpiod hold is a
 * child of its own, which has to start first; a register has it at once.
 */
export function writeLagMs(kind: GpioKind): number {
  return kind === 'gpiod-cli' ? 500 : 0;
}

/** Live trading arms on hardware only: a file that anybody may write is no stop. */
export function mayArmLive(kind: GpioKind | null): boolean {
  return kind !== null && isHardware(kind);
}

/** What the operator is told where nothing physical stops the desk, or null. */
export function missingStopNotice(kind: GpioKind | null): string | null {
  if (mayArmLive(kind)) return null;
  return `NO HARDWARE STOP: ${kind ?? 'no driver'} is no button; live trading does not arm on it`;
}
