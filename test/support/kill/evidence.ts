import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FLATTENING, strategyOfClientId } from '../../../src/core/ids.ts';

/** What the desk and the venue wrote down, each for itself, on one monotonic clock. */
export interface Evidence {
  /** The last check of each order, in the order in which they began. */
  readonly checks: readonly {
    readonly atNs: bigint;
    readonly refusal: string | null;
    readonly clientId: string;
  }[];
  /** When the gate of the desk was closed by an emergency; null before. */
  readonly closedNs: bigint | null;
  /** When everything was first asked to be cancelled after that; null when it was not. */
  readonly cancelledNs: bigint | null;
  /** What the venue took and what of it ended, by client id. */
  readonly accepted: ReadonlyMap<string, bigint>;
  readonly ended: ReadonlyMap<string, bigint>;
  /** What came over the sockets of orders, as the venue has read it. */
  readonly frames: readonly {
    readonly atNs: bigint;
    readonly what: 'opened' | 'placed' | 'cancelled' | 'closed';
    readonly socket: string;
    /** Of an order that was placed; empty otherwise. */
    readonly clientId: string;
  }[];
}

/**
 * Reads what there is so far.
 *
 * @param checkFiles path without the number of the process that is behind it
 */
export function readEvidence(checkFiles: string, stampsFile: string): Evidence {
  const lines = linesOf(checkFiles);
  const checks = lines
    .filter(([, what]) => what === 'check')
    .map(([atNs, , refusal, clientId]) => ({
      atNs,
      refusal: refusal === 'null' ? null : (refusal as string),
      clientId: clientId as string,
    }));
  const closedNs = lines.find(([, what, cause]) => what === 'closed' && cause === 'emergency')?.[0];
  const cancelledNs = lines.find(
    ([atNs, what]) => what === 'cancel-all' && closedNs !== undefined && atNs >= closedNs,
  )?.[0];
  const accepted = new Map<string, bigint>();
  const ended = new Map<string, bigint>();
  const frames: Evidence['frames'][number][] = [];
  for (const [atNs, what, word, clientId = ''] of linesIn(stampsFile)) {
    if (what === 'accepted') accepted.set(word as string, atNs);
    else if (what === 'ended') ended.set(word as string, atNs);
    else frames.push({ atNs, what: what as 'placed', socket: word as string, clientId });
  }
  return {
    frames,
    checks,
    closedNs: closedNs ?? null,
    cancelledNs: cancelledNs ?? null,
    accepted,
    ended,
  };
}

/** Orders that the venue took although their check began after the edge. There must be none. */
export function tooLate({ checks, accepted }: Evidence, edgeNs: bigint): string[] {
  return checks
    .filter(({ atNs, clientId }) => atNs > edgeNs && accepted.has(clientId))
    .filter(({ clientId }) => !isSlice(clientId))
    .map(({ clientId }) => clientId);
}

/**
 * Orders whose bytes came to the venue although their check began after the edge, taken or not.
 * There must be none.
 */
export function leftTooLate({ checks, frames }: Evidence, edgeNs: bigint): string[] {
  const checkedNs = new Map(checks.map(({ clientId, atNs }) => [clientId, atNs]));
  return frames
    .filter(({ what, clientId }) => what === 'placed' && !isSlice(clientId))
    .filter(({ clientId }) => (checkedNs.get(clientId) ?? edgeNs) > edgeNs)
    .map(({ clientId }) => clientId);
}

/** Sockets of orders that were open at a moment. */
export function socketsAt({ frames }: Evidence, momentNs: bigint): string[] {
  const of = (what: 'opened' | 'closed'): string[] =>
    frames.filter((each) => each.what === what && each.atNs <= momentNs).map((each) => each.socket);
  const closed = of('closed');
  return of('opened').filter((socket) => !closed.includes(socket));
}

/** Orders of which the venue knows and the desk did not check, or refused. There must be none. */
export function unchecked({ checks, accepted }: Evidence): string[] {
  const passed = new Set(
    checks.filter(({ refusal }) => refusal === null).map(({ clientId }) => clientId),
  );
  return [...accepted.keys()].filter((clientId) => !passed.has(clientId));
}

/** Orders that the venue took and that have not ended. */
export function resting({ accepted, ended }: Evidence): string[] {
  return [...accepted.keys()].filter((clientId) => !ended.has(clientId));
}

/** Orders that rested at the venue at a moment. */
export function restingAt({ accepted, ended }: Evidence, momentNs: bigint): string[] {
  return [...accepted]
    .filter(([clientId, atNs]) => atNs <= momentNs && (ended.get(clientId) ?? momentNs) >= momentNs)
    .map(([clientId]) => clientId);
}

/** Orders that were checked in the second before a moment. */
export function ordersBefore({ checks }: Evidence, momentNs: bigint): number {
  return checks.filter(({ atNs }) => atNs <= momentNs && atNs > momentNs - 1_000_000_000n).length;
}

export function isSlice(clientId: string): boolean {
  return strategyOfClientId(clientId) === FLATTENING;
}

type Line = readonly [atNs: bigint, ...words: string[]];

/** Of every process, oldest first. */
function linesOf(files: string): Line[] {
  const folder = dirname(files);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(files)}.`))
    .flatMap((name) => linesIn(join(folder, name)))
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

/** Whole lines alone: the last one may be about to be written. */
function linesIn(file: string): Line[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [atNs, ...words] = line.split(' ');
      return [BigInt(atNs as string), ...words];
    });
}
