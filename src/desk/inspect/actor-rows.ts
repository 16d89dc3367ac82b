import type { RtActor } from '../../../actors/runtime/actor.ts';
import type { Hop } from '../../../actors/runtime/inspection/hop-log.ts';
import type { ActorDetail } from '../../../actors/runtime/inspection/inspection.ts';
import { SAMPLE_EVERY, type Tally } from '../../../actors/runtime/inspection/probe.ts';
import type { ActorInfo } from '../../../actors/runtime/place.ts';
import type { ActorView, HopRow, TopRow, TreeRow } from '../../commands/inspect/inspector.ts';

/** Restarts are counted over this time where no supervisor says otherwise. */
const LATELY_MS = 60_000;

/** @param restarts when each path was restarted lately */
export function treeRow(
  actor: RtActor,
  restarts: ReadonlyMap<string, readonly number[]>,
  nowNs: number,
): TreeRow {
  const info = actor.describe();
  const { path, kind, uid, status, mailbox, handled, dropped, lastError, startedNs } = info;
  const sinceNs = nowNs - LATELY_MS * 1e6;
  return {
    path,
    kind,
    uid,
    status,
    ageSeconds: startedNs === null ? null : (nowNs - startedNs) / 1e9,
    restarts: info.restarts,
    recentRestarts: restarts.get(path)?.filter((atNs) => atNs >= sinceNs).length ?? 0,
    mailbox: mailbox.depth,
    capacity: mailbox.capacity,
    highWater: mailbox.highWater,
    handled,
    dropped,
    lastError,
  };
}

/** What an actor did in a window. @param tally undefined when no message of it was sampled */
export function activityRow(
  info: ActorInfo,
  handled: number,
  tally: Tally | undefined,
  windowNs: number,
): TopRow {
  const { path, status, mailbox, restarts, dropped } = info;
  return {
    path,
    status,
    mailbox: mailbox.depth,
    highWater: mailbox.highWater,
    handledPerSecond: windowNs > 0 ? handled / (windowNs / 1e9) : 0,
    meanUs: tally === undefined ? null : tally.sumNs / tally.samples / 1e3,
    maxUs: tally === undefined ? null : tally.maxNs / 1e3,
    cpuFraction: windowNs > 0 ? ((tally?.sumNs ?? 0) * SAMPLE_EVERY) / windowNs : 0,
    restarts,
    dropped,
  };
}

export function actorView(
  row: TreeRow,
  detail: ActorDetail,
  allowed: readonly string[],
  nowNs: number,
): ActorView {
  const { restartBudget: budget } = detail;
  return {
    ...row,
    parent: detail.parent,
    overflow: detail.overflow,
    mailboxOnRestart: detail.mailboxOnRestart,
    stashed: detail.stashed,
    restartBudget:
      budget === null
        ? null
        : `${budget.admitted} of ${budget.intensity} in ${budget.periodMs / 1_000} s`,
    allowed,
    children: detail.children,
    watchers: detail.watchers,
    watching: detail.watching.map(({ path, uid }) => `${path}#${uid}`),
    timers: detail.timers.map(({ key, messageKind, delayMs, isPeriodic, dueNs }) => ({
      key,
      message: messageKind,
      periodMs: isPeriodic ? delayMs : null,
      dueInMs: Math.max(0, (dueNs - nowNs) / 1e6),
    })),
    queued: detail.queued.map(({ kind, isNotice, sender, queuedNs, cause }) => ({
      kind,
      isNotice,
      sender,
      ageMs: queuedNs === 0 ? null : Math.max(0, (nowNs - queuedNs) / 1e6),
      event: cause > 0 ? cause : null,
    })),
  };
}

export function hopRow(hop: Hop): HopRow {
  const { cause, path, kind, sender, atNs, waitedNs, tookNs, outcome } = hop;
  return {
    event: cause,
    atUs: atNs / 1e3,
    path,
    kind,
    sender,
    waitedUs: waitedNs / 1e3,
    tookUs: tookNs / 1e3,
    outcome,
  };
}
