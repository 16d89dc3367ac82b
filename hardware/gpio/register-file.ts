import type { Env, OpenFile } from '../../src/core/env.ts';
import { assert, err, ok, type Result, reasonOf } from '../../src/core/result.ts';
import type { GpioBackend, GpioEdge, GpioFault, Level } from './port.ts';

/** Registers in a file: pin n is the character n, `0` or `1`; a newline ends it. */
export const REGISTERS = 32;
const ZERO = 0x30;
const ONE = 0x31;
const NEWLINE = 0x0a;
/** How often a watched file is looked at. */
export const WATCH_MS = 2;
/** Looks between two at the file as a whole, which read its path anew. */
const SOUND_EVERY = 5;

type Outside = Pick<Env, 'files' | 'clock' | 'timers'>;

/**
 * A backend whose pins are characters of a file that any process may change in place, so it is
 * seen while this process' event loop is blocked. It keeps no edges: a pulse between two looks of
 * the watch is not seen by it, which is why it is no hardware. A file that was removed or replaced
 * is seen by the watch, and then nothing can be read any more.
 */
export function openRegisterFile(
  kind: 'register-file' | 'simulated-panel',
  path: string,
  outside: Outside,
): Result<GpioBackend, GpioFault> {
  try {
    const backend = new RegisterFile(kind, path, outside);
    const sound = backend.selfTest();
    if (sound.ok) return ok(backend);
    backend.close();
    return sound;
  } catch (thrown) {
    return err(fault('no-hardware', path, reasonOf(thrown)));
  }
}

/** A fresh file, durable on return. @param ones the pins that show 1 */
export function registersOf(ones: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(REGISTERS + 1).fill(ZERO);
  for (const pin of ones) bytes[pin] = ONE;
  bytes[REGISTERS] = NEWLINE;
  return bytes;
}

/** What is wrong with the bytes of a register file, or null. */
export function registerFault(path: string, bytes: Uint8Array | null): GpioFault | null {
  if (bytes === null) return fault('lost', path, 'there is no such file');
  const isWhole = bytes.length === REGISTERS + 1 && bytes[REGISTERS] === NEWLINE;
  const isBinary = bytes.subarray(0, REGISTERS).every((byte) => byte === ZERO || byte === ONE);
  if (isWhole && isBinary) return null;
  const wanted = `${REGISTERS} characters 0 or 1 and a newline`;
  return fault('bad-register', path, `found ${bytes.length} other bytes, wanted ${wanted}`);
}

export const byteOf = (level: Level): number => (level === 1 ? ONE : ZERO);

class RegisterFile implements GpioBackend {
  readonly kind: 'register-file' | 'simulated-panel';
  readonly #path: string;
  readonly #outside: Outside;
  readonly #byte = new Uint8Array(1);
  /** Null once it is closed or lost. */
  #file: OpenFile | null;
  #isWatched = false;

  constructor(kind: RegisterFile['kind'], path: string, outside: Outside) {
    this.kind = kind;
    this.#path = path;
    this.#outside = outside;
    this.#file = outside.files.open(path, 'update');
  }

  /** Whether the file is whole and still the one that lies at its path. */
  selfTest(): Result<void, GpioFault> {
    const file = this.#file;
    if (file === null) return err(fault('lost', this.#path, 'it was closed'));
    try {
      const there = this.#outside.files.read(this.#path);
      const wrong = registerFault(this.#path, there);
      if (wrong !== null) return err(wrong);
      const held = new Uint8Array(REGISTERS + 1);
      file.read(held, 0, held.length, 0);
      const isSame = held.every((byte, at) => byte === there?.[at]);
      return isSame ? ok(undefined) : err(fault('lost', this.#path, 'another file took its place'));
    } catch (thrown) {
      return err(fault('lost', this.#path, reasonOf(thrown)));
    }
  }

  readSync(pin: number): Level | null {
    // A negative position would read wherever the file happens to stand.
    if (!isRegister(pin)) return null;
    const byte = this.#byte;
    try {
      if (this.#file === null || this.#file.read(byte, 0, 1, pin) !== 1) return null;
    } catch {
      return null;
    }
    if (byte[0] === ONE) return 1;
    return byte[0] === ZERO ? 0 : null;
  }

  watch(pins: readonly number[], told: (edge: GpioEdge, atNs: number) => void): void {
    assert(!this.#isWatched, 'a backend has one watch');
    this.#isWatched = true;
    const { clock, timers } = this.#outside;
    const levels = pins.map((pin) => this.readSync(pin));
    let looks = 0;
    const look = (): void => {
      if (this.#file === null) return;
      looks += 1;
      const isDue = looks % SOUND_EVERY === 0;
      // A writer between the two reads of the test would look like another file, so ask twice.
      const isLost = isDue && !this.selfTest().ok && !this.selfTest().ok;
      if (isLost) this.close();
      pins.forEach((pin, at) => {
        const level = this.readSync(pin);
        if (level === levels[at]) return;
        levels[at] = level;
        told({ pin, level }, clock.mono());
      });
      if (!isLost) timers.after(WATCH_MS, look);
    };
    timers.after(WATCH_MS, look);
  }

  write(pin: number, level: Level): void {
    assert(isRegister(pin), `there is a register ${pin}`);
    try {
      this.#file?.write(new Uint8Array([byteOf(level)]), 0, 1, pin);
    } catch {
      // A register that cannot be written is no register: from now on everything reads null.
      this.close();
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }
}

function isRegister(pin: number): boolean {
  return Number.isInteger(pin) && pin >= 0 && pin < REGISTERS;
}

function fault(kind: GpioFault['kind'], path: string, why: string): GpioFault {
  return { kind, detail: `${path}: ${why}` };
}
