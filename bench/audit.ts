import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerifierKey } from '../src/audit/note/keys.ts';
import { nodeClock, nodeEnv, nodeTimers } from '../src/core/node-env.ts';
import { nodeFiles } from '../src/core/node-files.ts';
import { EVIDENCE_NUMBERS } from '../src/execution/proof/evidence.ts';
import { LatencyHistogram } from '../src/ops/latency.ts';
import { auditFaultText } from '../src/storage/audit/drain/audit-fault.ts';
import { openAuditKeys } from '../src/storage/audit/drain/audit-keys.ts';
import { startWorkerAudit } from '../src/storage/audit/drain/worker-audit.ts';
import { verifyDirectory } from '../src/storage/audit/verify-directory.ts';
import { EventEncoder } from '../src/storage/journal/codec.ts';
import { GROUP_COMMIT_RECORDS } from '../src/storage/journal/drain.ts';
import type { JournalEvent } from '../src/storage/journal/event-table.ts';
import { journalFaultText } from '../src/storage/journal/faults.ts';
import type { Journal } from '../src/storage/journal/journal.ts';
import { openJournal, SEGMENT_BYTES } from '../src/storage/journal/recover.ts';
import { logFaultText } from '../src/storage/log-fault.ts';
import { openRecordLog } from '../src/storage/record-log.ts';
import { aFill, anInstrument, anOrder } from '../test/storage/journal/events.ts';
import { type Case, caseOf } from './case.ts';
import { openLoop } from './open-loop.ts';
import { cpuUs, newThreads, type Threads, threads } from './thread-cpu.ts';

/** Events of a busy desk, and those that the log has to sustain. */
const LANE_EVENTS_PER_SECOND = 10_000;
const EVENTS_PER_SECOND = 50_000;
/** More than has to be sustained, so that the figure shows what is: the rest waits for its turn. */
const OFFERED_PER_SECOND = 80_000;
/** Blocks in the order A B B A, so that a machine that changes slowly changes both alike. */
const BLOCKS = 12;
const BUDGET_LANE_US = 5;
const PERCENTILE = 99;
/** A log that is not covered by then has not kept up. */
const CATCH_UP_MS_MAX = 120_000;
const NAME = 'flyball/bench';

/**
 * What the signed log costs the lane, and what it sustains.
 *
 * @param seconds length of each of the measurements
 */
export async function auditCases(seconds: number): Promise<Case[]> {
  const { alone, audited } = await onTheLane(seconds);
  const cost = Math.max(0, audited - alone);
  const peer = { name: 'no audit log', value: alone };
  const plain = { name: 'records and their sync alone', value: plainlyWritten(seconds) };
  const { perSecond, verified, cpu } = await sustained(seconds);
  return [
    caseOf({ name: 'an event on the lane, audited, p99', value: audited, unit: 'µs', peer }),
    caseOf({
      name: 'what the audit adds to it, p99',
      value: cost,
      unit: 'µs',
      target: BUDGET_LANE_US,
    }),
    caseOf({
      name: 'events signed and on the medium',
      value: perSecond,
      unit: 'messages/s',
      target: EVENTS_PER_SECOND,
      peer: plain,
    }),
    ...cpu.map(({ name, us }) => caseOf({ name, value: us, unit: 'µs' })),
    caseOf({ name: 'entries verified afterwards', value: verified, unit: 'count' }),
  ];
}

/** One order's life with its decision on record, five events, again and again. */
function eventOf(at: number): JournalEvent {
  const clientId = `bench-1-mm-${Math.floor(at / 5).toString(36)}`;
  switch (at % 5) {
    case 0:
      return { kind: 'order-submitted', order: anOrder({ clientId }), evidence: EVIDENCE };
    case 1:
      return { kind: 'order-accepted', clientId, venueOrderId: String(at) };
    case 2:
      return { kind: 'order-filled', clientId, fill: aFill({ tradeId: String(at) }) };
    case 3:
      return { kind: 'cancel-submitted', clientId };
    default:
      return { kind: 'order-canceled', clientId, reason: 'canceled' };
  }
}

const EVIDENCE = new Float64Array(EVIDENCE_NUMBERS.length).fill(60_000.25);

interface Record {
  readonly journal: Journal;
  readonly folder: string;
  readonly key: VerifierKey;
  readonly threads: { readonly store: Threads; readonly audit: Threads };
}

async function aRecord(isAudited: boolean): Promise<Record> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-bench-'));
  const net = () => {
    throw new Error('a record needs no network');
  };
  const env = nodeEnv({ webSocket: net, http: net });
  const options = { folder: join(folder, 'journal'), boot: 1, store: 'lmdb', isAudited } as const;
  const before = threads();
  const opened = await openJournal(env, options);
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  const { journal } = opened.value;
  const store = newThreads(before);
  const known = threads();
  const keys = join(folder, 'keys');
  const kept = openAuditKeys(env, keys, NAME);
  if (!kept.ok) throw new Error(kept.error);
  if (isAudited) {
    const shared = journal.words.shared;
    const segments = join(folder, 'journal', 'segments');
    const job = { shared, segments, folder: join(folder, 'audit'), keys };
    const audit = await startWorkerAudit(
      { ...job, name: NAME, mayBegin: true },
      nodeTimers,
      (f) => {
        throw new Error(auditFaultText(f));
      },
    );
    if (!audit.ok) throw new Error(auditFaultText(audit.error));
    journal.followedBy(audit.value);
  }
  const { key } = kept.value.current.signer;
  return { journal, folder, key, threads: { store, audit: newThreads(known) } };
}

/** How long an append holds the lane, without and with an audit log behind the journal. */
async function onTheLane(seconds: number): Promise<{ alone: number; audited: number }> {
  const records = [await aRecord(false), await aRecord(true)];
  const took: number[][] = [[], []];
  for (let block = 0; block < BLOCKS; block += 1) {
    const which = [0, 1, 1, 0][block % 4] as number;
    const { journal } = records[which] as Record;
    const histogram = new LatencyHistogram();
    const offset = block * EVENTS_PER_SECOND * seconds;
    await openLoop({
      perSecond: LANE_EVENTS_PER_SECOND,
      seconds: seconds / BLOCKS,
      deliver(at) {
        const event = eventOf(offset + at);
        const beganNs = nodeClock.mono();
        journal.append(event);
        histogram.record(nodeClock.mono() - beganNs);
      },
    });
    took[which]?.push(histogram.percentileUs(PERCENTILE) as number);
  }
  for (const record of records) await closed(record);
  const [alone, audited] = took.map((each) => each.toSorted((a, b) => a - b)[each.length >> 1]);
  return { alone: alone as number, audited: audited as number };
}

/** What the same disk takes of the same records, synced in the same groups, by one thread. */
function plainlyWritten(seconds: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-bench-'));
  const opened = openRecordLog(nodeFiles, folder, { segmentBytes: SEGMENT_BYTES });
  if (!opened.ok) throw new Error(logFaultText(opened.error));
  const { log } = opened.value;
  const encoder = new EventEncoder();
  const beganNs = nodeClock.mono();
  const endNs = beganNs + seconds * 1e9;
  while (nodeClock.mono() < endNs) {
    for (let at = 0; at < GROUP_COMMIT_RECORDS; at += 1) {
      const length = encoder.encode(eventOf(log.head), 1, nodeClock.mono(), nodeClock.now());
      log.append(encoder.bytes, length);
    }
    log.sync();
  }
  const perSecond = log.head / ((nodeClock.mono() - beganNs) / 1e9);
  log.close();
  rmSync(folder, { recursive: true, force: true });
  return perSecond;
}

interface Sustained {
  readonly perSecond: number;
  readonly verified: number;
  /** Processor time of an event in each thread that has to do with it. */
  readonly cpu: readonly { readonly name: string; readonly us: number }[];
}

/**
 * Offers what must be sustained, waits until all of it is covered and in the store, and verifies
 * the result. The lane sleeps while nothing is due, as it does in a desk.
 */
async function sustained(seconds: number): Promise<Sustained> {
  const before = threads();
  const record = await aRecord(true);
  const { journal, folder, key } = record;
  journal.append({ kind: 'instrument-defined', instrument: anInstrument() });
  const groups = [
    { name: 'CPU of an event, lane, compiler and collector', of: before },
    { name: 'CPU of an event, store', of: record.threads.store },
    { name: 'CPU of an event, signed log', of: record.threads.audit },
  ];
  const used = groups.map(({ of }) => cpuUs(of));
  const beganNs = nodeClock.mono();
  await openLoop({
    perSecond: OFFERED_PER_SECOND,
    seconds,
    pauseMs: 1,
    deliver: (at) => void journal.append(eventOf(at)),
  });
  const { head } = journal;
  while (Math.min(journal.words.audited(head), journal.words.drained(head)) < head) {
    if (nodeClock.mono() - beganNs > (seconds * 1_000 + CATCH_UP_MS_MAX) * 1e6) {
      throw new Error('the audit log has not caught up');
    }
    await new Promise<void>((next) => void nodeTimers.after(1, next));
  }
  const perSecond = head / ((nodeClock.mono() - beganNs) / 1e9);
  const cpu = groups
    .map(({ name, of }, at) => ({ name, us: (cpuUs(of) - (used[at] as number)) / head }))
    .filter(({ us }) => Number.isFinite(us));
  await journal.close();
  const verified = verifyDirectory(
    nodeFiles,
    { log: join(folder, 'audit'), segments: join(folder, 'journal', 'segments') },
    { key, heads: [], witnesses: [], fresh: null, silenceNsMax: null },
  );
  rmSync(folder, { recursive: true, force: true });
  if (!verified.ok) throw new Error(JSON.stringify(verified.error));
  return { perSecond, verified: verified.value.checkpoint.size, cpu };
}

async function closed({ journal, folder }: Record): Promise<void> {
  await journal.close();
  rmSync(folder, { recursive: true, force: true });
}
