import type { DiskSpace, HttpReply, NetFault } from '../../../src/core/env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { ok, type Result } from '../../../src/core/result.ts';
import type { Host } from '../../../src/desk/doctor/host.ts';
import { manualEnv } from '../../support/manual-env.ts';

const GIB = 1024 ** 3;
const MS = 1e6;

/** What a machine of the tests has: files and folders by path. */
export interface Machine {
  readonly files: Readonly<Record<string, string>>;
  readonly modes: Readonly<Record<string, number>>;
  /** What the venue answers to a ping. */
  readonly ping: Result<HttpReply, NetFault>;
  readonly asked: string[];
  readonly space: DiskSpace;
}

export const PONG: Machine['ping'] = ok({ status: 403, headers: {}, body: '{}' });

const ROOMY: DiskSpace = { freeBytes: 90 * GIB, totalBytes: 100 * GIB };

export const LIMITS = 'Max open files            20000                20000                files\n';

/** A machine on which all is well but what a test says; its clock runs 100 ns a reading. */
export function aHost(parts: Partial<Host> = {}, machine: Partial<Machine> = {}): Host {
  const { files = {}, modes = {}, ping = PONG, asked = [], space = ROOMY } = machine;
  const known: Readonly<Record<string, string>> = { '/proc/self/limits': LIMITS, ...files };
  const env = manualEnv();
  let reads = 0;
  const clock = {
    now: env.clock.now,
    mono: () => {
      reads += 1;
      return (env.clock.mono() + 100 * reads) as ReturnType<typeof env.clock.mono>;
    },
  };
  return {
    env: {
      clock,
      timers: env.timers,
      files: {
        ...nodeFiles,
        space: () => space,
        read: (path) => (path in known ? Buffer.from(known[path] as string) : null),
        list: (folder) =>
          Object.keys(known)
            .filter((path) => path.startsWith(`${folder}/`))
            .map((path) => path.slice(folder.length + 1))
            .filter((name) => !name.includes('/')),
      },
      net: {
        webSocket() {
          throw new Error('a doctor opens no stream');
        },
        http({ url }, done) {
          asked.push(url);
          done(ping);
        },
      },
    },
    nodeVersion: '20.20.2',
    processor: { model: 'Test 1', architecture: 'x64', cores: 4 },
    memoryBytes: 8 * GIB,
    validate: () => true,
    resolve: (name) => `/modules/${name}`,
    modeOf: (path) => modes[path] ?? (path === '/' ? 0o755 : null),
    syncTimes: async (_, count) => Array(count).fill(MS),
    isRunning: () => true,
    gpiomonVersion: async () => null,
    ...parts,
  };
}
