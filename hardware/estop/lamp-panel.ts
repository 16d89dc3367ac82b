import type { GpioBackend, Level } from '../gpio/port.ts';
import { heartbeatAt } from './heartbeat.ts';
import { signalsAt } from './stack-light.ts';
import type { EstopState } from './state.ts';

const LAMPS = ['green', 'yellow', 'red', 'buzzer'] as const;
/** Outputs that show people, and a relay, how the desk is. */
export type LampPins = Readonly<Record<(typeof LAMPS)[number] | 'heartbeat', number>>;

/** What is shown, besides the time. */
export interface Shown {
  /** As the stop last told it; null before it ever did. */
  readonly stop: EstopState | null;
  /** When it told it, microseconds of the monotonic clock. */
  readonly beatUs: number | null;
  /** Whether the gate is closed for an emergency, whatever the stop says. */
  readonly isStopped: boolean;
  /** Manual, semi-automatic, or anything wrong. */
  readonly isDegraded: boolean;
}

/**
 * Drives lamps, buzzer and heartbeat from the latch and the time, and writes what changed. A desk
 * whose gate is closed for an emergency never shows green: after the reset button was pressed it
 * shows a steady red until the command that leaves Emergency.
 */
export class LampPanel {
  readonly #backend: GpioBackend;
  readonly #pins: LampPins;
  readonly #beatUs: number;
  readonly #shown = new Map<number, Level>();

  constructor(backend: GpioBackend, pins: LampPins, beatUs: number) {
    this.#backend = backend;
    this.#pins = pins;
    this.#beatUs = beatUs;
  }

  show({ stop, beatUs, isStopped, isDegraded }: Shown, atUs: number): void {
    const latch = latchOf(stop, isStopped);
    const signals = latch === null ? DARK : signalsAt(latch, isDegraded, atUs);
    for (const lamp of LAMPS) this.#write(this.#pins[lamp], signals[lamp]);
    this.#write(this.#pins.heartbeat, heartbeatAt(beatUs, atUs, this.#beatUs));
  }

  /** Says "failed": nobody is left who knows how the desk is. */
  dark(): void {
    for (const lamp of LAMPS) this.#write(this.#pins[lamp], 0);
    this.#write(this.#pins.heartbeat, 0);
  }

  #write(pin: number, level: Level): void {
    if (this.#shown.get(pin) === level) return;
    this.#shown.set(pin, level);
    this.#backend.write(pin, level);
  }
}

type Latch = Parameters<typeof signalsAt>[0];

const DARK = { green: 0, yellow: 0, red: 0, buzzer: 0 } as const;

/** Null while nobody knows how the stop is, which is shown as failed. */
function latchOf(stop: EstopState | null, isStopped: boolean): Latch | null {
  if (stop === null) return null;
  if (stop.cause !== null || !isStopped) return stop;
  return { ...stop, cause: 'latch', isAcknowledged: true };
}
