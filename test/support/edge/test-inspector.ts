import type {
  ActorView,
  HealthReport,
  HopRow,
  Inspector,
  TopRow,
  TreeRow,
} from '../../../src/commands/inspect/inspector.ts';
import { err, ok } from '../../../src/core/result.ts';

const AT = '2026-01-01T00:00:00.000Z';

export const TREE_ROW: TreeRow = {
  path: 'trading/risk',
  kind: 'risk',
  uid: 5,
  status: 'running',
  ageSeconds: 125.4,
  restarts: 4,
  recentRestarts: 1,
  mailbox: 0,
  capacity: 8192,
  highWater: 12,
  handled: 99,
  dropped: 0,
  lastError: null,
};

export const VIEW: ActorView = {
  ...TREE_ROW,
  parent: 'trading',
  overflow: 'reject',
  mailboxOnRestart: 'discard',
  stashed: 0,
  restartBudget: null,
  allowed: ['restart', 'stop', 'kill'],
  children: [],
  watchers: ['trading/execution'],
  watching: [],
  timers: [{ key: 'evaluate', message: 'evaluate', periodMs: 250, dueInMs: 12.4 }],
  queued: [
    { kind: 'quote', isNotice: false, sender: 'market-data/feed:binance', ageMs: 1.25, event: 7 },
    { kind: 'tick', isNotice: true, sender: '', ageMs: null, event: null },
  ],
};

export const HOP: HopRow = {
  event: 7,
  atUs: 1_000,
  path: 'trading/risk',
  kind: 'quote',
  sender: 'market-data/feed:binance',
  waitedUs: 2.5,
  tookUs: 10.25,
  outcome: 'handled',
};

export const GOOD_HEALTH: HealthReport = {
  isHealthy: true,
  complaints: [],
  mode: 'full-auto',
  gate: [],
  actors: 12,
  suspended: [],
  restarts: 0,
  deadLetters: 0,
  journalSequence: 1234,
  journalBehind: 0,
};

export function topRow(path: string, parts: Partial<TopRow> = {}): TopRow {
  return {
    path,
    status: 'running',
    mailbox: 0,
    highWater: 1,
    handledPerSecond: 10,
    meanUs: null,
    maxUs: null,
    cpuFraction: 0,
    restarts: 0,
    dropped: 0,
    ...parts,
  };
}

/** An inspector that answers the same always; the fetches of its trace are in the parts' hands. */
export function aTestInspector(parts: Partial<Inspector> = {}): Inspector {
  return {
    tree: async () => [TREE_ROW],
    top: async () => [
      topRow('a', { mailbox: 3, cpuFraction: 0.001, maxUs: 5, meanUs: 2 }),
      topRow('b', { mailbox: 1, cpuFraction: 0.5, restarts: 2 }),
      topRow('c', { dropped: 4 }),
    ],
    has: (path) => path === VIEW.path,
    detail: (path) => (path === VIEW.path ? VIEW : null),
    state: (_path, jsonPath) => (jsonPath === '$.none' ? err('$ has no none') : ok({ loss: 5 })),
    trace: () => ok(1),
    fetchTrace: (id) => (id === 1 ? { records: [HOP], skipped: 2, isOver: true } : null),
    endTrace: () => {},
    hops: (event) => (event === HOP.event ? [HOP, { ...HOP, atUs: 1_012.5 }] : []),
    caughtEvents: () => [7],
    events: (since) => ({
      rows:
        since > 0
          ? []
          : [{ n: 1, at: AT, what: 'started', path: 'trading/risk', uid: 5, detail: '' }],
      next: 1,
    }),
    deadLetters: () => ({
      rows: [{ n: 3, at: AT, path: 'nobody', kind: 'tick', sender: '', reason: 'unknown' }],
      next: 3,
    }),
    cancelAll: () => 2,
    auditTail: async (count) =>
      ok([{ sequence: count, at: AT, boot: 1, kind: 'booted', detail: '{}' }]),
    auditProve: (sequence) =>
      ok({
        ...{ sequence, index: sequence - 1, size: 9, root: 'r=', leafHash: 'l=', proof: ['p='] },
        ...{ checkpoint: 'head\n', entry: '{}' },
      }),
    auditVerify: async () =>
      ok({ from: 1, to: 9, records: 9, segments: 1, isWhole: true, hash: 'ab' }),
    health: async () => GOOD_HEALTH,
    lag: async (windowMs) => ({
      windowMs,
      utilisation: 0.125,
      delayMeanMs: 0.1,
      delayP99Ms: 1,
      delayMaxMs: 2,
    }),
    heap: () => ({
      usedBytes: 1_048_576,
      totalBytes: 2_097_152,
      limitBytes: 4_194_304,
      externalBytes: 0,
      residentBytes: 3_145_728,
    }),
    heapSnapshot: () => ok('/data/heap-1.heapsnapshot'),
    cpuProfile: async () => ok('/data/cpu-1.cpuprofile'),
    ...parts,
  };
}
