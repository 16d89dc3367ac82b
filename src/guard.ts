import { type GuardFrame, guardSocket } from './control/guard/wire.ts';
import type { Env } from './core/env.ts';
import { nodeEnv, nodeTimers } from './core/node-env.ts';
import { err, ok, type Result } from './core/result.ts';
import { openGuardProcess } from './guard/open-guard-process.ts';
import { PeerSocket } from './guard/peer-socket.ts';
import { noticeService } from './guard/service-notice.ts';
import { logTo } from './ops/log.ts';
import { deskIdIn } from './storage/data-directory.ts';
import { lockFaultText, lockFile } from './storage/directory-lock.ts';
import { nodeNet } from './venues/net.ts';

/**
 * Composition root of the guard: a process and event loop of its own that watches the daemon of a
 * data directory and the contacts of its stop, and can cancel and ask, but not trade.
 */

export interface GuardOptions {
  readonly dataDirectory: string;
  /** Latch, heads and keys of guards, a folder for each desk; never inside the data directory. */
  readonly guardDirectory: string;
  /** Whether a desk has started this guard, which then ends when nobody needs it. */
  readonly isSpawned: boolean;
  /** Where systemd listens, when it runs this guard. */
  readonly notifySocket: string | undefined;
}

export interface GuardFailure {
  /** Whether another guard watches this directory already. */
  readonly isHeld: boolean;
  readonly sentence: string;
}

const FOLDER_MODE = 0o700;
/** Contacts are read, and the daemon's silence is measured, this often. */
const TICK_MS = 2;
/** Until a desk has made the data directory, it is looked for this often. */
const LOOK_MS = 100;

/** Runs until it is told to stop, or nobody needs it. One guard to a data directory. */
export async function runGuard(options: GuardOptions): Promise<Result<void, GuardFailure>> {
  const stopped = stopSignal();
  const env = nodeEnv(nodeNet(nodeTimers));
  const log = logTo('stdout', 'info');
  const { dataDirectory: folder, isSpawned, notifySocket } = options;
  const service = noticeService(isSpawned ? undefined : notifySocket, env.timers, log);
  const deskId = await Promise.race([stopped.then(() => null), deskIdOf(env, folder)]);
  if (deskId === null) {
    await service.end();
    return ok(undefined);
  }
  const own = `${options.guardDirectory}/${deskId}`;
  env.files.ensureFolder(own, FOLDER_MODE);
  const held = lock(folder, own);
  if (!held.ok) return held;

  let end: (reason: string) => void = () => {};
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  let send: (frame: GuardFrame) => void = () => {};
  const opened = openGuardProcess({
    ...{ env, log, folder, own, deskId },
    pid: process.pid,
    tickMs: TICK_MS,
    send: (frame) => send(frame),
    signal: (pid, name) => void process.kill(pid, name),
    isSpawned,
    onEnd: end,
  });
  if (!opened.ok) return err({ isHeld: false, sentence: opened.error });
  const guard = opened.value;
  const socket = new PeerSocket({
    frame: (frame) => guard.heard(frame),
    closed: () => guard.connectionClosed(),
    fault: (detail) => log('error', 'guard', 'connection-fault', { detail }),
  });
  send = (frame) => socket.send(frame);
  const listening = await socket.listen(guardSocket(folder));
  if (!listening.ok) return err({ isHeld: false, sentence: listening.error });
  log('info', 'guard', 'listening', { folder, deskId, pid: process.pid });
  const reason = await Promise.race([ended, stopped]);
  log('info', 'guard', 'ending', { reason });
  guard.stop();
  socket.close();
  await service.end();
  return ok(undefined);
}

/** Resolves when there is a data directory, which a guard of the system may be ahead of. */
async function deskIdOf(env: Env, folder: string): Promise<string> {
  for (;;) {
    const deskId = deskIdIn(env.files, folder);
    if (deskId !== null) return deskId;
    await new Promise<void>((resolve) => void env.timers.after(LOOK_MS, resolve));
  }
}

/** The locks are given back by the end of the process. */
function lock(folder: string, own: string): Result<void, GuardFailure> {
  // The second one finds the guard of a copy of this data directory.
  for (const path of [`${folder}/run/guard.lock`, `${own}/lock`]) {
    const held = lockFile(path);
    if (held.ok) continue;
    const isHeld = held.error.kind === 'directory-held';
    return err({ isHeld, sentence: lockFaultText(held.error) });
  }
  return ok(undefined);
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve(signal));
    }
  });
}
