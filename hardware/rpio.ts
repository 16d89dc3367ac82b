import { createRequire } from 'node:module';
import type { Env, Files } from '../src/core/env.ts';
import { assert, err, ok, type Result, reasonOf } from '../src/core/result.ts';
import type { GpioBackend, GpioEdge, GpioFault, Level, LevelReader } from './gpio/port.ts';

/** Where rpio's native part lies once it has been built. */
const NATIVE = 'rpio/build/Release/rpio.node';

/**
 * Whether the optional GPIO package is there, without loading it: on anything but a Raspberry Pi it
 * would silently turn into a mock.
 *
 * @returns null when it is installed, else one sentence for the operator
 */
export function rpioPresence(
  resolve: (name: string) => string = createRequire(import.meta.url).resolve,
): string | null {
  try {
    resolve(NATIVE);
    return null;
  } catch (thrown) {
    const why = reasonOf(thrown).split('\n')[0];
    return `NO HARDWARE STOP: the optional package rpio is not built here (${why})`;
  }
}

/** What is used of rpio 2.4.2. */
export interface RpioLibrary {
  init(options: {
    readonly gpiomem: boolean;
    readonly mapping: 'gpio';
    readonly mock: false;
    readonly close_on_exit: boolean;
  }): void;
  open(pin: number, mode: number, initial: number): void;
  read(pin: number): number;
  write(pin: number, level: number): void;
  /** Null ends the polling of a pin. */
  poll(pin: number, seen: ((pin: number) => void) | null, edges?: number): void;
  on(event: 'warn', told: (warning: string) => void): unknown;
  removeListener(event: 'warn', told: (warning: string) => void): unknown;
}

/** GPIO numbers, not places on the header. */
export interface RpioPins {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

const INPUT = 0;
const OUTPUT = 1;
const PULL_DOWN = 1;
const POLL_BOTH = 3;

/**
 * The pins of a Raspberry Pi up to 4 through rpio. Three traps of the package are closed here:
 * elsewhere it turns into a mock whose contacts never open, so a warning is a failure and a board
 * has to be on our own list; after a failed `init` any read ends the process by a segmentation
 * fault, and so it does after `exit`, so the only way to a read is an object made after a
 * successful `init`, and `exit` is never called; on a Pi 5 it finds no registers or wrong ones.
 *
 * The package is one per process and knows one thread. Edges need `dtoverlay=gpio-no-irq`, else
 * the kernel handles the same interrupts and may lock up.
 */
export function openRpio(
  pins: RpioPins,
  outside: Pick<Env, 'files' | 'clock'>,
  load: () => RpioLibrary = loadRpio,
): Result<GpioBackend, GpioFault> {
  const opened = mapped(outside.files, load, (library) => openPins(library, pins));
  return opened.ok ? ok(new Rpio(opened.value, pins, outside.clock)) : opened;
}

/**
 * The levels of pins that another process has set up, and nothing else: this one writes to no
 * register, since selecting a pin's function and clearing an edge are changes of words that all
 * pins share, and two processes at that undo one another's. Before anybody has set the pins up
 * they are inputs, as the board resets them, with the board's own pull.
 */
export function openRpioLevels(
  pins: readonly number[],
  outside: Pick<Env, 'files' | 'clock'>,
  load: () => RpioLibrary = loadRpio,
): Result<LevelReader, GpioFault> {
  const opened = mapped(outside.files, load, () => null);
  if (!opened.ok) return opened;
  return ok(new Rpio(opened.value, { inputs: pins, outputs: [] }, outside.clock));
}

/** The package with its registers mapped, held by nobody else in this process. */
function mapped(
  files: Pick<Files, 'read'>,
  load: () => RpioLibrary,
  prepare: (library: RpioLibrary) => GpioFault | null,
): Result<RpioLibrary, GpioFault> {
  try {
    const fault = rpioBoardFault(files);
    if (fault !== null) return err(fault);
    const library = load();
    if (users.get(library) === true) {
      return err({ kind: 'held', detail: 'rpio is in use in this process; close it first' });
    }
    const failure = initialise(library) ?? prepare(library);
    if (failure !== null) return err(failure);
    users.set(library, true);
    return ok(library);
  } catch (thrown) {
    return err({ kind: 'no-package', detail: `rpio cannot be loaded: ${reasonOf(thrown)}` });
  }
}

/** Why rpio may not be loaded on this board, or null. It only reads the name of the board. */
export function rpioBoardFault(files: Pick<Files, 'read'>): GpioFault | null {
  return boardFault(modelOf(files.read(MODEL)));
}

function loadRpio(): RpioLibrary {
  return createRequire(import.meta.url)('rpio');
}

const MODEL = '/proc/device-tree/model';
/** Boards whose registers lie where rpio expects them; a board that is not known is refused. */
const BOARDS = /^Raspberry Pi (Model [AB]|[234] Model|400|Zero|Compute Module (Rev|[34]S?))\b/;

function modelOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder().decode(bytes).replace(/\0+$/, '');
}

function boardFault(model: string | null): GpioFault | null {
  if (model === null) {
    return { kind: 'no-hardware', detail: `${MODEL} is absent: this is no Raspberry Pi` };
  }
  if (BOARDS.test(model)) return null;
  const wanted = 'wanted a Raspberry Pi up to 4; from 5 on, and elsewhere, use gpiod-cli';
  return { kind: 'unsupported-board', detail: `${MODEL}: found "${model}", ${wanted}` };
}

/** Libraries whose `init` has succeeded, and whether a backend holds them now. */
const users = new WeakMap<RpioLibrary, boolean>();

function initialise(library: RpioLibrary): GpioFault | null {
  if (users.has(library)) return null;
  let warning: string | null = null;
  const onWarning = (text: string): void => {
    warning = text;
  };
  library.on('warn', onWarning);
  try {
    // `mock` is named because the package remembers an earlier fall into it.
    library.init({ gpiomem: true, mapping: 'gpio', mock: false, close_on_exit: false });
  } catch (thrown) {
    const where = '/dev/gpiomem has to be there and writable (group gpio)';
    return { kind: 'init-failed', detail: `rpio: ${reasonOf(thrown)}; ${where}` };
  } finally {
    library.removeListener('warn', onWarning);
  }
  if (warning !== null) return { kind: 'mock', detail: `rpio is not on hardware: ${warning}` };
  users.set(library, false);
  return null;
}

function openPins(library: RpioLibrary, { inputs, outputs }: RpioPins): GpioFault | null {
  const all = [...inputs, ...outputs];
  const twice = all.find((pin, at) => all.indexOf(pin) !== at);
  if (twice !== undefined) {
    return { kind: 'pin-refused', detail: `pin ${twice} is named twice; each pin has one use` };
  }
  try {
    // A cut wire has to read 0, hence the pull-down; outputs begin at 0, "failed".
    for (const pin of inputs) library.open(pin, INPUT, PULL_DOWN);
    for (const pin of outputs) library.open(pin, OUTPUT, 0);
    return null;
  } catch (thrown) {
    return { kind: 'pin-refused', detail: `rpio: ${reasonOf(thrown)}` };
  }
}

class Rpio implements GpioBackend {
  readonly kind = 'rpio';
  /** Null once it is closed. */
  #library: RpioLibrary | null;
  readonly #inputs: ReadonlySet<number>;
  readonly #outputs: ReadonlySet<number>;
  readonly #clock: Env['clock'];
  #watched: readonly number[] = [];

  constructor(library: RpioLibrary, pins: RpioPins, clock: Env['clock']) {
    this.#library = library;
    this.#inputs = new Set(pins.inputs);
    this.#outputs = new Set(pins.outputs);
    this.#clock = clock;
  }

  selfTest(): Result<void, GpioFault> {
    for (const pin of this.#inputs) {
      if (this.readSync(pin) === null) {
        return err({ kind: 'lost', detail: `rpio: pin ${pin} cannot be read` });
      }
    }
    return ok(undefined);
  }

  readSync(pin: number): Level | null {
    if (this.#library === null || !this.#inputs.has(pin)) return null;
    try {
      const level = this.#library.read(pin);
      return level === 0 || level === 1 ? level : null;
    } catch {
      return null;
    }
  }

  /**
   * The chip latches edges and rpio asks for them every millisecond, without direction or time. An
   * edge after which the level is what it was before is a pulse, and is told as two edges.
   */
  watch(pins: readonly number[], told: (edge: GpioEdge, atNs: number) => void): void {
    const library = this.#library;
    assert(library !== null, 'a closed backend is not watched');
    assert(this.#watched.length === 0, 'a backend has one watch');
    this.#watched = pins;
    for (const pin of pins) {
      let before: Level | null = null;
      const seen = (): void => {
        const level = this.readSync(pin);
        const atNs = this.#clock.mono();
        if (level === before && level !== null) told({ pin, level: level === 1 ? 0 : 1 }, atNs);
        before = level;
        told({ pin, level }, atNs);
      };
      library.poll(pin, seen, POLL_BOTH);
      // Read after the chip is armed: an edge in between is told as a pulse, never lost.
      before = this.readSync(pin);
    }
  }

  write(pin: number, level: Level): void {
    assert(this.#outputs.has(pin), `pin ${pin} is an output`);
    this.#library?.write(pin, level);
  }

  /** The registers stay mapped: unmapping them is what makes a later read fatal. */
  close(): void {
    const library = this.#library;
    if (library === null) return;
    this.#library = null;
    for (const pin of this.#watched) library.poll(pin, null);
    users.set(library, false);
  }
}
