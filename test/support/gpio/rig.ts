/**
 * A private /dev with a plain file as /dev/gpiomem, so that the real native code of rpio runs
 * without a Raspberry Pi and without privileges. The host's /dev is untouched: everything happens
 * in a user and mount namespace of the child.
 *
 * A plain file has no register behaviour; `registers.ts` emulates what is needed of it. Its limits:
 * EDS does not clear itself when rpio writes it back, so whoever is told an edge clears it; edges
 * exist only where the emulation sees both levels; the pull resistors, the drive and the timing of
 * the chip are not there at all.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rpioPresence } from '../../../hardware/rpio.ts';
import { root } from '../shared.ts';

export const GPIOMEM_BYTES = 16_777_216;
const RIG_MS_MAX = 60_000;
const NODES = 'null zero full random urandom tty';

const PREPARE = `set -e
mount -t tmpfs tmpfs "$RIG_DEV"
for node in ${NODES}; do
  [ -e "/dev/$node" ] || continue
  : > "$RIG_DEV/$node"
  mount --bind "/dev/$node" "$RIG_DEV/$node"
done
mkdir "$RIG_DEV/shm"
ln -s /proc/self/fd "$RIG_DEV/fd"
ln -s /proc/self/fd/0 "$RIG_DEV/stdin"
ln -s /proc/self/fd/1 "$RIG_DEV/stdout"
ln -s /proc/self/fd/2 "$RIG_DEV/stderr"
[ -z "$RIG_GPIOMEM" ] || truncate -s ${GPIOMEM_BYTES} "$RIG_DEV/gpiomem"
mount --rbind "$RIG_DEV" /dev
exec "$@"`;

/** Why there can be no rig here, or null. Printed, so that a skip is seen. */
export const rigAbsence = findAbsence();

function findAbsence(): string | null {
  const probe = spawnSync('unshare', ['-Ur', '-m', 'true'], { timeout: RIG_MS_MAX });
  const isOff = probe.status !== 0;
  const why = isOff ? 'user namespaces are off here' : rpioPresence();
  if (why !== null) process.stdout.write(`\nSKIPPED: the native rpio code is not run: ${why}\n`);
  return why;
}

export interface RigRun {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** One parsed JSON line each. */
  readonly said: readonly unknown[];
  readonly stderr: string;
}

/** Runs one scenario of `rig-scenarios.ts` on a board of that model. */
export function inRig(scenario: string, board: { model: string; hasGpiomem: boolean }): RigRun {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-rig-'));
  try {
    const support = join(root, 'dist', 'test', 'support', 'gpio');
    const program = [
      ...['--enable-source-maps', '--import', join(support, 'rig-model.js')],
      ...[join(support, 'rig-scenarios.js'), scenario],
    ];
    const child = spawnSync(
      'unshare',
      ['-Ur', '-m', 'sh', '-c', PREPARE, 'sh', process.execPath, ...program],
      {
        encoding: 'utf8',
        timeout: RIG_MS_MAX,
        env: {
          ...process.env,
          RIG_DEV: folder,
          RIG_MODEL: board.model,
          RIG_GPIOMEM: board.hasGpiomem ? 'yes' : '',
        },
      },
    );
    const lines = child.stdout.split('\n').filter((line) => line.startsWith('{'));
    return {
      exitCode: child.status,
      signal: child.signal,
      said: lines.map((line) => JSON.parse(line)),
      stderr: child.stderr,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
