import type { Files, OpenFile } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import type { Millis } from '../../core/units.ts';

/**
 * The guard's own latch: a file that is only ever appended to, a line a trip and a line a reset.
 * Whatever cannot be read counts as tripped.
 */
export interface LatchLog {
  /** The last trip, and its cause while it stands. */
  readonly trip: number;
  readonly cause: string | null;
  /**
   * In the hands of the kernel on return, so a kill right after keeps it; on the medium after
   * `sync`. @throws the system's error
   */
  append(line: LatchLine, now: Millis): void;
  /** @throws the system's error */
  sync(): void;
  close(): void;
}

export type LatchLine =
  | { readonly kind: 'trip'; readonly trip: number; readonly cause: string }
  | { readonly kind: 'reset'; readonly trip: number };

const UNREADABLE = 'a latch file of the guard that cannot be read';
/** Trips of many years; a larger file is not ours. */
const BYTES_MAX = 16 * 1024 * 1024;

/** Opens the latch and makes it when there is none; one sentence says why it cannot be had. */
export function openLatchLog(files: Files, path: string): Result<LatchLog, string> {
  try {
    if (files.read(path) === null) files.replace(path, new Uint8Array());
    return ok(latchOf(files.open(path, 'update')));
  } catch (thrown) {
    return err(`${path}: ${reasonOf(thrown)}`);
  }
}

function latchOf(file: OpenFile): LatchLog {
  let length = file.size();
  const state = standing(file, length);
  return {
    trip: state.trip,
    cause: state.cause,
    append(line, now) {
      const at = new Date(now).toISOString();
      // The newline in front closes a line that a crash has torn.
      const bytes = new TextEncoder().encode(`\n${JSON.stringify({ ...line, at })}\n`);
      file.write(bytes, 0, bytes.length, length);
      length += bytes.length;
    },
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

/** Where the lines leave it. A torn or strange line is a trip that nobody can deny. */
function standing(file: OpenFile, length: number): { trip: number; cause: string | null } {
  if (length > BYTES_MAX) return { trip: 1, cause: UNREADABLE };
  const bytes = new Uint8Array(length);
  file.read(bytes, 0, length, 0);
  let trip = 0;
  let cause: string | null = null;
  for (const text of new TextDecoder().decode(bytes).split('\n')) {
    if (text === '') continue;
    const line = lineIn(text);
    trip = Math.max(trip, line?.trip ?? trip + 1);
    if (line === null) cause = UNREADABLE;
    else if (line.kind === 'trip') cause = line.cause;
    else if (line.trip === trip) cause = null;
  }
  return { trip, cause };
}

function lineIn(text: string): LatchLine | null {
  try {
    const line = JSON.parse(text) as Partial<{ kind: string; trip: number; cause: string }>;
    const { kind, trip, cause } = line;
    if (!Number.isSafeInteger(trip) || (trip as number) < 1) return null;
    if (kind === 'reset') return { kind, trip: trip as number };
    if (kind === 'trip' && typeof cause === 'string') return { kind, trip: trip as number, cause };
    return null;
  } catch {
    return null;
  }
}
