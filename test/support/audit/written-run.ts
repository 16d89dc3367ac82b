import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { keysFolder } from '../../../src/commands/access/connect.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { readAuditKeys } from '../../../src/storage/audit/drain/audit-keys.ts';
import {
  blockOf,
  EMPTY,
  FRAME_BYTES,
  frameAt,
  frameSize,
  HEADER_BYTES,
  sequenceAt,
} from '../../../src/storage/segment.ts';
import { segmentFirsts, segmentPath } from '../../../src/storage/segment-files.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { livelyConfig } from '../process/lively-config.ts';
import type { Premises } from '../process/premises.ts';
import { until } from '../process/until.ts';
import { must } from '../venue/fixtures.ts';

/** What a desk has left behind, and what somebody else has kept of its log meanwhile. */
export interface WrittenRun {
  /** Data directory; cases work on copies. */
  readonly folder: string;
  /** The log as it was exported while the desk ran, in the shape of a data directory. */
  readonly snapshot: string;
  /** Checkpoints that were carried out of the host: of the snapshot, and the last one. */
  readonly earlyHead: string;
  readonly lastHead: string;
  /** Verifier key, kept elsewhere. */
  readonly key: string;
  /** Heads that the guard has kept, and the file of its verifier key. */
  readonly guardHeads: string;
  readonly witnessKey: string;
  readonly premises: Premises;
}

/** Typed by somebody who did not think. */
export const CANARY = 'canary-7f3a91';

/** A desk that trades for some seconds, is spoken to by a person, and is stopped in order. */
export async function aWrittenRun(premises: Premises): Promise<WrittenRun> {
  const { folder, configFile } = premises;
  writeFileSync(
    configFile,
    livelyConfig((config) => {
      config.journal.segmentMiB = 1;
    }),
  );
  const outside = temporaryFolder();
  const daemon = premises.start();
  const journal = premises.journal();
  await journal.until('a fill', (written) => written.events('order-filled').length > 0);
  await daemon.ask(`mode manual lunch with ann password=${CANARY}`);
  const snapshot = join(outside, 'snapshot');
  const exported = await premises.run('audit', 'export', snapshot);
  if (exported.code !== 0) throw new Error(exported.err);
  const [earlyHead, lastHead] = ['early', 'last'].map((name) => join(outside, name));
  cpSync(join(snapshot, 'audit', 'checkpoint'), earlyHead as string);
  const witnessed = join(folder, 'audit', 'witnessed');
  await until('a head that the guard has signed', () => existsSync(witnessed));
  await daemon.ask('mode full-auto the test goes on');
  await journal.until('more fills', (written) => written.events('order-filled').length > 3);
  const guard = join(premises.guardFolder, readdirSync(premises.guardFolder)[0] as string);
  const seen = Number(readFileSync(earlyHead as string, 'utf8').split('\n')[1]);
  await until('a head that the guard has signed later', () => lastSize(guard) > seen);
  daemon.signal('SIGTERM');
  const ended = await daemon.end();
  if (ended.code !== 0) throw new Error(daemon.story());
  cpSync(join(folder, 'audit', 'checkpoint'), lastHead as string);
  const key = readFileSync(join(keysFolder(folder), 'audit.vkey'), 'utf8').trim();
  return {
    ...{ folder, snapshot, key, premises },
    ...{ guardHeads: join(guard, 'heads.log'), witnessKey: join(guard, 'witness.pub') },
    ...{ earlyHead: earlyHead as string, lastHead: lastHead as string },
  };
}

/** Size of the newest head that a guard has kept. */
function lastSize(guard: string): number {
  const line = readFileSync(join(guard, 'heads.log'), 'utf8').split('\n').at(-2);
  return line === undefined ? 0 : JSON.parse(line).size;
}

/** A copy of the data directory for an attacker to work on. */
export function aCopy({ folder }: WrittenRun): string {
  const copy = join(temporaryFolder(), 'data');
  for (const part of ['audit', 'keys', 'journal/segments']) {
    cpSync(join(folder, part), join(copy, part), { recursive: true });
  }
  return copy;
}

/** The private key of the log, as a thief finds it. */
export function stolenKey(folder: string, name: string) {
  return must(readAuditKeys(nodeFiles, keysFolder(folder), name)).current.signer;
}

/** Where a record stands in its segment. */
interface Frame {
  readonly path: string;
  readonly bytes: Buffer;
  readonly at: number;
  readonly length: number;
}

/** Finds a record in the segments of a data directory. */
export function frameOf(folder: string, sequence: number): Frame {
  const segments = join(folder, 'journal', 'segments');
  const first = segmentFirsts(nodeFiles, segments).findLast((each) => each <= sequence) as number;
  const path = segmentPath(segments, first);
  const bytes = readFileSync(path);
  const block = blockOf(bytes);
  for (let at = HEADER_BYTES; ; ) {
    const length = frameAt(block, at);
    if (length <= EMPTY) throw new Error(`record ${sequence} is not there`);
    if (sequenceAt(block, at) === sequence) return { path, bytes, at, length };
    at += frameSize(length);
  }
}

/** Puts another payload of the same length in the place of a record, with the right checksum. */
export function putPayload({ path, bytes, at, length }: Frame, payload: Uint8Array): void {
  bytes.set(payload, at + FRAME_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(at + 4, at + FRAME_BYTES + length)), at);
  writeFileSync(path, bytes);
}

export function payloadOf({ bytes, at, length }: Frame): Buffer {
  return Buffer.from(bytes.subarray(at + FRAME_BYTES, at + FRAME_BYTES + length));
}

/** Ends the journal before a record, as if it had never been written. */
export function cutFrom({ path, bytes, at }: Frame): void {
  bytes.fill(0, at);
  writeFileSync(path, bytes);
}
