import { type GpiodOptions, openGpiod } from '../../hardware/gpio/gpiod.ts';
import { PANEL_PINS } from '../../hardware/gpio/panel.ts';
import {
  type ContactPins,
  contactReader,
  type GpioBackend,
  type GpioFault,
  type LevelReader,
  OPEN_A,
  OPEN_B,
  OPEN_TAMPER,
} from '../../hardware/gpio/port.ts';
import { openRegisterFile } from '../../hardware/gpio/register-file.ts';
import { openRpioLevels } from '../../hardware/rpio.ts';
import type { ContactSource } from '../control/guard/wire.ts';
import type { Env } from '../core/env.ts';
import type { Result } from '../core/result.ts';
import type { Log } from '../ops/log.ts';

/** A source that could not be opened yet counts as pressed after so long, until then as unknown. */
export const OPENING_MS_MAX = 10_000;
/** Between two attempts to open a source that could not be opened, or was lost. */
export const RETRY_MS = 1_000;
/** Looks between two at whether the driver itself is sound. */
const SOUND_EVERY = 50;
/** Every contact: what cannot be read is pressed. */
const ALL_OPEN = OPEN_A | OPEN_B | OPEN_TAMPER;

type Outside = Pick<Env, 'files' | 'clock' | 'timers'>;

/** How the drivers are opened; tests bring their own. */
export interface ContactDrivers {
  readonly rpio: (pins: readonly number[], outside: Outside) => Result<LevelReader, GpioFault>;
  readonly gpiod: (
    options: GpiodOptions,
    outside: Outside,
  ) => Promise<Result<GpioBackend, GpioFault>>;
}

export interface ContactParts {
  readonly env: Outside;
  readonly log: Log;
  /** Where the edges of gpiod's lines are written. */
  readonly runFolder: string;
  readonly drivers?: ContactDrivers;
}

/**
 * The guard's own eyes on the contacts of the desk's stop. Fails closed: a source that was readable
 * and is not any more reads as pressed at once, one that cannot be opened after `OPENING_MS_MAX`.
 * It is opened again and again all the same, for a trip is undone by people and the contacts have
 * to be readable by then.
 */
export class Contacts {
  readonly #parts: ContactParts;
  #source: ContactSource | null = null;
  #reader: LevelReader | null = null;
  #read: (() => number) | null = null;
  /** Whether the source is being opened and its time for that is not over. */
  #isAwaited = false;
  /** Contacts whose opening was told since the last look, though it may be over. */
  #seen = 0;
  #looks = 0;
  /** Of the sources followed so far: an attempt for an earlier one means nothing. */
  #turn = 0;

  constructor(parts: ContactParts) {
    this.#parts = parts;
  }

  /** Reads this source from now on; the same one goes on as it is. */
  follow(source: ContactSource): void {
    if (isSame(source, this.#source)) return;
    this.close();
    this.#source = source;
    this.#isAwaited = true;
    const turn = this.#turn;
    void this.#open(source, turn);
    if (!this.#isAwaited) return;
    this.#parts.env.timers.after(OPENING_MS_MAX, () => {
      if (turn !== this.#turn || !this.#isAwaited) return;
      this.#lost(`${source.driver}: not opened within ${OPENING_MS_MAX} ms`);
    });
  }

  /**
   * One look.
   *
   * @returns a bit for each contact that is open, was open since the last look or cannot be read;
   *   null while nobody knows yet
   */
  look(): number | null {
    if (this.#source === null || this.#isAwaited) return null;
    this.#looks += 1;
    if (this.#looks % SOUND_EVERY === 0) this.#examine();
    const open = (this.#read?.() ?? ALL_OPEN) | this.#seen;
    this.#seen = 0;
    return open;
  }

  /** Reads nothing any more. */
  close(): void {
    this.#turn += 1;
    this.#source = null;
    this.#isAwaited = false;
    this.#release();
  }

  /** A writer between the two reads of a file's test would look like another file: ask twice. */
  #examine(): void {
    const reader = this.#reader;
    if (reader === null) return;
    const first = reader.selfTest();
    const test = first.ok ? first : reader.selfTest();
    if (test.ok) return;
    this.#lost(test.error.detail);
    // Whatever is read has a source.
    this.#retry(this.#source as ContactSource);
  }

  async #open(source: ContactSource, turn: number): Promise<void> {
    const opened = this.#opened(source);
    const outcome = opened instanceof Promise ? await opened : opened;
    if (turn !== this.#turn) {
      if (outcome.ok) outcome.value.close();
      return;
    }
    if (!outcome.ok) {
      this.#parts.log('error', 'guard', 'contacts-not-opened', { ...outcome.error });
      this.#retry(source);
      return;
    }
    this.#reader = outcome.value;
    this.#read = contactReader(outcome.value, pinsOf(source));
    this.#isAwaited = false;
    this.#parts.log('info', 'guard', 'contacts-read', { driver: source.driver });
  }

  #opened(
    source: ContactSource,
  ): Result<LevelReader, GpioFault> | Promise<Result<LevelReader, GpioFault>> {
    const { env, runFolder, drivers = REAL } = this.#parts;
    const { a, b, tamper } = pinsOf(source);
    switch (source.driver) {
      case 'panel':
        // Never made anew here: a fresh panel would show closed contacts.
        return openRegisterFile('simulated-panel', source.file, env);
      case 'rpio':
        return drivers.rpio([a, b, tamper], env);
      default:
        source satisfies { readonly driver: 'gpiod' };
        return this.#watched(
          drivers.gpiod(
            {
              chip: source.chip,
              ...{ inputs: [a, b, tamper], outputs: [], folder: runFolder, toolFolder: null },
            },
            env,
          ),
          source,
        );
    }
  }

  /** The kernel keeps each edge of a line that gpiod holds, so none goes by between two looks. */
  async #watched(
    opening: Promise<Result<GpioBackend, GpioFault>>,
    source: ContactSource,
  ): Promise<Result<LevelReader, GpioFault>> {
    const opened = await opening;
    if (!opened.ok) return opened;
    const { a, b, tamper } = pinsOf(source);
    const bits = new Map([
      [a, OPEN_A],
      [b, OPEN_B],
      [tamper, OPEN_TAMPER],
    ]);
    opened.value.watch([a, b, tamper], ({ pin, level }) => {
      if (level !== 1) this.#seen |= bits.get(pin) as number;
    });
    return opened;
  }

  #retry(source: ContactSource): void {
    const turn = this.#turn;
    this.#parts.env.timers.after(RETRY_MS, () => {
      if (turn === this.#turn) void this.#open(source, turn);
    });
  }

  /** From now on every contact reads as pressed, whatever its time was. */
  #lost(reason: string): void {
    this.#parts.log('fatal', 'guard', 'no-contacts', { reason });
    this.#isAwaited = false;
    this.#release();
  }

  #release(): void {
    this.#reader?.close();
    this.#reader = null;
    this.#read = null;
    this.#seen = 0;
  }
}

const REAL: ContactDrivers = {
  rpio: (pins, outside) => openRpioLevels(pins, outside),
  gpiod: openGpiod,
};

function pinsOf(source: ContactSource): ContactPins {
  return source.driver === 'panel' ? PANEL_PINS : source.pins;
}

function isSame(source: ContactSource, other: ContactSource | null): boolean {
  return JSON.stringify(source) === JSON.stringify(other);
}
