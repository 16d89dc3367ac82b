/**
 * The thread of the audit log: it sleeps until the journal has more on the medium, and signs off
 * the lane.
 */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import { nodeClock } from '../../../core/node-env.ts';
import { nodeFiles } from '../../../core/node-files.ts';
import { assert } from '../../../core/result.ts';
import { DrainWords } from '../../journal/drain-words.ts';
import { type AuditDrain, openAuditDrain } from './audit-drain.ts';
import type { AuditJob, AuditNews, AuditOrder } from './worker-audit.ts';

/** Longest sleep; what is durable and the end wake it before, what it is asked does not. */
const IDLE_MS = 100;

assert(parentPort !== null, 'this file runs in a thread');
const say = (news: AuditNews): void => parentPort?.postMessage(news);

const job = workerData as AuditJob;
const words = new DrainWords(job.shared);
const opened = openAuditDrain({ ...job, files: nodeFiles, clock: nodeClock, words });
if (opened.ok) {
  const { drain, recovered } = opened.value;
  say({ kind: 'ready', recovered, size: drain.log.size });
  run(drain);
  drain.close();
} else {
  say({ kind: 'failed', fault: opened.error });
}

/** Carries out what has been asked; the thread sleeps on a word, so nothing arrives by event. */
function obey(drain: AuditDrain): void {
  for (;;) {
    const received = receiveMessageOnPort(parentPort as MessagePort);
    if (received === undefined) return;
    const order = received.message as AuditOrder;
    if (order.kind === 'witnessed') drain.keepWitnessed(order.checkpoint);
    else {
      const proven = drain.prove(order.fromSize);
      if (proven.ok) say({ kind: 'proven', ...proven.value });
      else say({ kind: 'not-proven', reason: proven.error });
    }
  }
}

function run(drain: AuditDrain): void {
  for (;;) {
    const mark = words.durableMark;
    const isLast = words.isAuditEnding;
    const delayMs = drain.turn(isLast);
    if (drain.fault !== null) {
      say({ kind: 'failed', fault: drain.fault });
      return;
    }
    if (delayMs === 0) continue;
    if (isLast) return;
    obey(drain);
    words.sleepUntilDurable(mark, Math.min(delayMs ?? IDLE_MS, IDLE_MS));
  }
}
