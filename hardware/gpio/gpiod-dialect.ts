import { err, ok, type Result } from '../../src/core/result.ts';
import type { GpioFault, Level } from './port.ts';

/** The tools of libgpiod 1.x (from 1.5) and 2.x take other options and print other words. */
export interface GpiodDialect {
  readonly major: 1 | 2;
  /** `gpiomon` for both edges of one line, one word a line, each line flushed at once. */
  monitor(chip: string, pin: number): readonly string[];
  /** `gpioget` of one line; prints 0 or 1. */
  get(chip: string, pin: number): readonly string[];
  /** `gpioset` that holds the level until it is killed. */
  set(chip: string, pin: number, level: Level): readonly string[];
  /** The level after an edge that `gpiomon` printed, or null for anything else. */
  edge(line: string): Level | null;
}

/**
 * Read from the help texts of 1.6.3 (Debian 12) and of 2.x. Two letters changed their meaning: -b
 * is line buffering in 1.x and bias in 2.x, and %e numbers edges 0 and 1 in 1.x, 1 and 2 in 2.x.
 * A cut wire has to read 0, hence the pull-down.
 */
const DIALECTS: Readonly<Record<1 | 2, GpiodDialect>> = {
  1: {
    major: 1,
    monitor: (chip, pin) => [
      ...['--line-buffered', '--bias=pull-down', '--format=%e'],
      ...[chip, String(pin)],
    ],
    get: (chip, pin) => ['--bias=pull-down', chip, String(pin)],
    set: (chip, pin, level) => ['--mode=signal', chip, `${pin}=${level}`],
    edge: (line) => edgeIn(line, '1', '0'),
  },
  2: {
    major: 2,
    monitor: (chip, pin) => [
      ...['--edges=both', '--bias=pull-down', '--format=%E'],
      ...[`--chip=${chip}`, String(pin)],
    ],
    get: (chip, pin) => ['--numeric', '--bias=pull-down', `--chip=${chip}`, String(pin)],
    set: (chip, pin, level) => [`--chip=${chip}`, `${pin}=${level}`],
    edge: (line) => edgeIn(line, 'rising', 'falling'),
  },
};

/** @param printed what `gpiomon --version` says, as in `gpiomon (libgpiod) v1.6.3` */
export function dialectOf(printed: string): Result<GpiodDialect, GpioFault> {
  const major = /\bv(\d+)\.\d/.exec(printed)?.[1];
  if (major === '1' || major === '2') return ok(DIALECTS[major === '1' ? 1 : 2]);
  const detail = `gpiomon --version: found "${printed.trim()}", wanted libgpiod v1.5 … v2.x`;
  return err({ kind: 'no-package', detail });
}

function edgeIn(line: string, rising: string, falling: string): Level | null {
  if (line === rising) return 1;
  return line === falling ? 0 : null;
}
