import { mkdtemp, open, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { outputOf } from '../../../hardware/gpio/tools.ts';
import type { Env } from '../../core/env.ts';
import { permissionsOf } from '../../core/node-files.ts';
import { isModule } from '../../core/wasm/cpu-features.ts';

/** The machine as the checks ask it. */
export interface Host {
  readonly env: Pick<Env, 'clock' | 'timers' | 'files' | 'net'>;
  /** As in `20.20.2`. */
  readonly nodeVersion: string;
  readonly processor: {
    readonly model: string;
    readonly architecture: string;
    /** Cores that this process may use. */
    readonly cores: number;
  };
  readonly memoryBytes: number;
  /** Whether the WebAssembly engine takes a module. */
  validate(module: Uint8Array): boolean;
  /** Where a package is. @throws when it is not installed */
  resolve(name: string): string;
  /** Permission bits of a file or folder; null when there is none. */
  modeOf(path: string): number | null;
  /** Writes so many blocks of 4 KiB. @returns nanoseconds of each write with its sync */
  syncTimes(folder: string, count: number): Promise<readonly number[]>;
  isRunning(pid: number): boolean;
  /** What `gpiomon --version` prints; null when there is no such tool. */
  gpiomonVersion(): Promise<string | null>;
}

const BLOCK_BYTES = 4_096;

export function nodeHost(env: Host['env']): Host {
  const { resolve } = createRequire(import.meta.url);
  return {
    env,
    nodeVersion: process.versions.node,
    processor: {
      model: cpus()[0]?.model.trim() || 'unknown',
      architecture: arch(),
      cores: availableParallelism(),
    },
    memoryBytes: totalmem(),
    validate: isModule,
    resolve: (name) => resolve(name),
    modeOf: permissionsOf,
    syncTimes: (folder, count) => syncTimes(env, folder, count),
    isRunning,
    async gpiomonVersion() {
      const printed = await outputOf('gpiomon', ['--version'], env.timers);
      return printed.ok ? printed.value : null;
    },
  };
}

/** Off the event loop, so that a disk that hangs is a check that is late. */
async function syncTimes(
  { clock }: Host['env'],
  folder: string,
  count: number,
): Promise<readonly number[]> {
  const own = await mkdtemp(join(folder, '.doctor-'));
  try {
    const file = await open(join(own, 'blocks'), 'w');
    try {
      const block = new Uint8Array(BLOCK_BYTES);
      const tookNs: number[] = [];
      for (let at = 0; at < count; at += 1) {
        const beganNs = clock.mono();
        await file.write(block, 0, BLOCK_BYTES, at * BLOCK_BYTES);
        await file.datasync();
        tookNs.push(clock.mono() - beganNs);
      }
      return tookNs;
    } finally {
      await file.close();
    }
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** A process of somebody else is there, too. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}
