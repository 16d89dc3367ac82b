import type { Result } from '../../core/result.ts';
import type { EntryProof } from '../../storage/audit/prove.ts';

/**
 * What people may look at in a running desk. Everything is bounded, read between two messages, and
 * plain data; nothing of it changes what the desk does, but for the two that write a file.
 */
export interface Inspector {
  tree(): Promise<readonly TreeRow[]>;
  /** Looks for `windowMs` and tells what the actors did meanwhile. */
  top(windowMs: number): Promise<readonly TopRow[]>;
  has(path: string): boolean;
  /** Null when nobody holds the path. */
  detail(path: string): ActorView | null;
  /** @param jsonPath which part of the state: `$.exposures[0].position`; null for all of it */
  state(path: string, jsonPath: string | null): Result<unknown, string>;
  /** @returns the number of the trace */
  trace(path: string, kind: string | null, limits: TraceLimits): Result<number, string>;
  /** The records since the last time; null for a trace that is over and fetched, or never was. */
  fetchTrace(id: number): TraceBatch | null;
  endTrace(id: number): void;
  /** The way of one event through the actors; empty when it is not known any more. */
  hops(event: number): readonly HopRow[];
  /** Numbers of the events that traces have caught, oldest first. */
  caughtEvents(): readonly number[];
  /** Events of the actors behind number `since`, the latest `max` of them. */
  events(since: number, max: number): FeedBatch<EventRow>;
  deadLetters(since: number, max: number): FeedBatch<DeadLetterRow>;
  /** @returns how many orders are asked back */
  cancelAll(by: string): number;
  auditTail(count: number): Promise<Result<readonly AuditRow[], string>>;
  auditVerify(): Promise<Result<AuditReport, string>>;
  auditProve(sequence: number): Result<EntryProof, string>;
  health(): Promise<HealthReport>;
  lag(windowMs: number): Promise<LagReport>;
  heap(): HeapReport;
  /** @returns the file; one sentence when it may not be written now */
  heapSnapshot(): Result<string, string>;
  cpuProfile(durationMs: number): Promise<Result<string, string>>;
}

export interface TreeRow {
  readonly path: string;
  readonly kind: string;
  readonly uid: number;
  readonly status: string;
  /** Since it has started; null while it has not. */
  readonly ageSeconds: number | null;
  readonly restarts: number;
  /** Restarts within the period of its supervisor, as far as the event feed reaches back. */
  readonly recentRestarts: number;
  readonly mailbox: number;
  readonly capacity: number;
  readonly highWater: number;
  readonly handled: number;
  readonly dropped: number;
  readonly lastError: string | null;
}

export interface TopRow {
  readonly path: string;
  readonly status: string;
  readonly mailbox: number;
  readonly highWater: number;
  readonly handledPerSecond: number;
  /** Time in handlers, calls to others included; null when no message was sampled. */
  readonly meanUs: number | null;
  readonly maxUs: number | null;
  /** The share of the window that was spent in handlers, estimated from the samples. */
  readonly cpuFraction: number;
  readonly restarts: number;
  readonly dropped: number;
}

export interface ActorView extends TreeRow {
  readonly parent: string;
  readonly overflow: string;
  /** What a successor gets of the mailbox; null when nobody restarts it. */
  readonly mailboxOnRestart: string | null;
  readonly stashed: number;
  /** `2 of 5 in 60 s` of a supervisor. */
  readonly restartBudget: string | null;
  /** What an operator may do with it. */
  readonly allowed: readonly string[];
  readonly children: readonly string[];
  readonly watchers: readonly string[];
  readonly watching: readonly string[];
  readonly timers: readonly TimerRow[];
  readonly queued: readonly QueuedRow[];
}

export interface TimerRow {
  readonly key: string;
  readonly message: string;
  readonly periodMs: number | null;
  readonly dueInMs: number;
}

export interface QueuedRow {
  /** What the message is called; a tick or the news of a death is a notice. */
  readonly kind: string;
  readonly isNotice: boolean;
  readonly sender: string;
  /** Null when it is not known. */
  readonly ageMs: number | null;
  readonly event: number | null;
}

export interface TraceLimits {
  readonly records: number;
  readonly perSecond: number;
  readonly durationMs: number;
}

export interface TraceBatch {
  readonly records: readonly HopRow[];
  /** Messages that the rate left out so far. */
  readonly skipped: number;
  readonly isOver: boolean;
}

export interface HopRow {
  /** The number that all messages of one event carry. */
  readonly event: number;
  readonly atUs: number;
  readonly path: string;
  readonly kind: string;
  readonly sender: string;
  readonly waitedUs: number;
  readonly tookUs: number;
  readonly outcome: string;
}

/** A piece of a feed, and the number to ask from next time. */
export interface FeedBatch<Row> {
  readonly rows: readonly Row[];
  readonly next: number;
}

export interface EventRow {
  readonly n: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly what: string;
  readonly path: string;
  readonly uid: number;
  readonly detail: string;
}

export interface DeadLetterRow {
  readonly n: number;
  readonly at: string;
  readonly path: string;
  readonly kind: string;
  readonly sender: string;
  readonly reason: string;
}

export interface AuditRow {
  readonly sequence: number;
  readonly at: string;
  readonly boot: number;
  readonly kind: string;
  /** The rest of the event as JSON, cut. */
  readonly detail: string;
}

export interface AuditReport {
  readonly from: number;
  readonly to: number;
  readonly records: number;
  readonly segments: number;
  /** False when time ran out before the end. */
  readonly isWhole: boolean;
  /** SHA-256 over the records that were read, each with its sequence. */
  readonly hash: string;
}

export interface HealthReport {
  readonly isHealthy: boolean;
  /** What is wrong, one sentence each. */
  readonly complaints: readonly string[];
  readonly mode: string;
  readonly gate: readonly string[];
  readonly actors: number;
  readonly suspended: readonly string[];
  readonly restarts: number;
  readonly deadLetters: number;
  readonly journalSequence: number;
  readonly journalBehind: number;
}

export interface LagReport {
  readonly windowMs: number;
  /** Share of the window in which the event loop was busy. */
  readonly utilisation: number;
  readonly delayMeanMs: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

export interface HeapReport {
  readonly usedBytes: number;
  readonly totalBytes: number;
  readonly limitBytes: number;
  readonly externalBytes: number;
  readonly residentBytes: number;
}
