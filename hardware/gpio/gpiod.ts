import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../../src/core/env.ts';
import { assert, err, ok, type Result, reasonOf } from '../../src/core/result.ts';
import { EdgeFile } from './edge-file.ts';
import { dialectOf, type GpiodDialect } from './gpiod-dialect.ts';
import { HeldLine } from './held-line.ts';
import type { GpioBackend, GpioEdge, GpioFault, Level } from './port.ts';
import { outputOf, tiedToUs } from './tools.ts';

export interface GpiodOptions {
  /** As the tools name it: `gpiochip0`. */
  readonly chip: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Where the edges of each line are written; a run folder on a tmpfs does best. */
  readonly folder: string;
  /** Where the tools lie; null takes them from the path. */
  readonly toolFolder: string | null;
}

type Outside = Pick<Env, 'clock' | 'timers'>;

/** How long a `gpiomon` is given before it is asked, and asked again, whether it has its line. */
const ARM_MS = 50;
const ARM_TRIES = 10;
/** How often the event loop looks for edges. The gate does not wait for it. */
export const LOOK_MS = 2;

/**
 * The pins of any GPIO chip of Linux through the command-line tools of libgpiod (package `gpiod`),
 * one `gpiomon` for each input and one `gpioset` for each output.
 *
 * Between `gpioget`, which says how a line stands, and `gpiomon`, which has to be the only holder
 * of it, an edge can be missed. So the next input is only taken once the one before is known to be
 * held, and a press that falls into that gap of one channel is seen by the other. Afterwards an
 * edge is as old as the way kernel → gpiomon → file. Any child that ends takes the whole backend
 * with it.
 *
 * @returns in the end: a tool that does not answer within 2 s is an error
 */
export async function openGpiod(
  options: GpiodOptions,
  outside: Outside,
): Promise<Result<GpioBackend, GpioFault>> {
  const { chip, inputs, outputs, toolFolder } = options;
  const tool = (name: string): string => (toolFolder === null ? name : join(toolFolder, name));
  const version = await outputOf(tool('gpiomon'), ['--version'], outside.timers);
  if (!version.ok) return version;
  const dialect = dialectOf(version.value);
  if (!dialect.ok) return dialect;
  const backend = new Gpiod(dialect.value, chip, outside, tool('gpioset'), outputs);
  for (const pin of inputs) {
    const get = () => outputOf(tool('gpioget'), dialect.value.get(chip, pin), outside.timers);
    const shown = await get();
    const started = shown.ok
      ? backend.monitor(pin, shown.value, tool('gpiomon'), options.folder)
      : shown;
    const held = started.ok ? await heldLine(pin, backend, get, outside.timers) : started;
    if (!held.ok) {
      backend.close();
      return held;
    }
  }
  return ok(backend);
}

/** Waits until the kernel refuses the line to others, which proves that `gpiomon` has it. */
async function heldLine(
  pin: number,
  backend: GpioBackend,
  get: () => Promise<Result<string, GpioFault>>,
  timers: Env['timers'],
): Promise<Result<void, GpioFault>> {
  for (let tries = 0; tries < ARM_TRIES; tries += 1) {
    await new Promise<void>((resolve) => timers.after(ARM_MS, resolve));
    const sound = backend.selfTest();
    if (!sound.ok) return sound;
    const shown = await get();
    if (shown.ok) continue;
    return /\bbusy\b/i.test(shown.error.detail) ? ok(undefined) : shown;
  }
  const detail = `gpiomon did not take line ${pin} within ${ARM_TRIES * ARM_MS} ms`;
  return err({ kind: 'init-failed', detail });
}

class Gpiod implements GpioBackend {
  readonly kind = 'gpiod-cli';
  readonly #dialect: GpiodDialect;
  readonly #chip: string;
  readonly #outside: Outside;
  readonly #lines = new Map<number, EdgeFile>();
  readonly #monitors: ChildProcess[] = [];
  readonly #outputs: ReadonlyMap<number, HeldLine>;
  /** Why nothing can be read any more, or null. */
  #lost: string | null = null;
  #isWatched = false;
  #isClosed = false;

  constructor(
    dialect: GpiodDialect,
    chip: string,
    outside: Outside,
    gpioset: string,
    outputs: readonly number[],
  ) {
    this.#dialect = dialect;
    this.#chip = chip;
    this.#outside = outside;
    const held = (pin: number): HeldLine =>
      new HeldLine(
        (level) => tiedToUs(gpioset, dialect.set(chip, pin, level), 'ignore'),
        (why) => this.#lose(`gpioset of line ${pin} ${why}`),
      );
    this.#outputs = new Map(outputs.map((pin) => [pin, held(pin)]));
  }

  /** Follows a line that showed that level a moment ago. */
  monitor(pin: number, shown: string, gpiomon: string, folder: string): Result<void, GpioFault> {
    const level = shown.trim();
    if (level !== '0' && level !== '1') {
      const detail = `gpioget of line ${pin}: found "${level}", wanted 0 or 1`;
      return err({ kind: 'pin-refused', detail });
    }
    try {
      const file = new EdgeFile(join(folder, `edges-${pin}`), level === '1' ? 1 : 0, (line) =>
        this.#dialect.edge(line),
      );
      this.#lines.set(pin, file);
      const child = tiedToUs(gpiomon, this.#dialect.monitor(this.#chip, pin), file.childFd);
      closeSync(file.childFd);
      child.once('error', ({ message }) => this.#lose(`gpiomon of line ${pin}: ${message}`));
      child.once('exit', (code, signal) => {
        this.#lose(`gpiomon of line ${pin} ended with ${code ?? signal}`);
      });
      this.#monitors.push(child);
      return ok(undefined);
    } catch (thrown) {
      return err({ kind: 'init-failed', detail: `line ${pin}: ${reasonOf(thrown)}` });
    }
  }

  selfTest(): Result<void, GpioFault> {
    if (this.#lost !== null) return err({ kind: 'lost', detail: this.#lost });
    for (const [pin, file] of this.#lines) {
      if (file.level() === null) {
        return err({ kind: 'lost', detail: `line ${pin}: its edges make no sense` });
      }
    }
    return ok(undefined);
  }

  readSync(pin: number): Level | null {
    if (this.#lost !== null) return null;
    return this.#lines.get(pin)?.level() ?? null;
  }

  watch(pins: readonly number[], told: (edge: GpioEdge, atNs: number) => void): void {
    assert(!this.#isWatched, 'a backend has one watch');
    this.#isWatched = true;
    const { clock, timers } = this.#outside;
    const live = new Set(pins);
    // What came before belongs to nobody: the pulses of the self-test would stop the desk.
    for (const pin of pins) this.#lines.get(pin)?.edges();
    const look = (): void => {
      const atNs = clock.mono();
      for (const pin of live) {
        for (const level of this.#lines.get(pin)?.edges() ?? []) told({ pin, level }, atNs);
        if (this.readSync(pin) !== null) continue;
        live.delete(pin);
        told({ pin, level: null }, atNs);
      }
      if (!this.#isClosed) timers.after(LOOK_MS, look);
    };
    timers.after(LOOK_MS, look);
  }

  write(pin: number, level: Level): void {
    const line = this.#outputs.get(pin);
    assert(line !== undefined, `line ${pin} is an output`);
    if (this.#lost === null) line.hold(level);
  }

  /** The lines are let go, so outputs fall to whatever the board makes of them. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#lose('it was closed');
    for (const file of this.#lines.values()) file.close();
    this.#lines.clear();
  }

  #lose(why: string): void {
    if (this.#lost !== null) return;
    this.#lost = why;
    for (const child of this.#monitors) child.kill('SIGKILL');
    for (const line of this.#outputs.values()) line.release();
  }
}
