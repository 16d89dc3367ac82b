import { extname } from 'node:path';
import type { Files, Timers } from '../../core/env.ts';
import { reasonOf } from '../../core/result.ts';
import type { Reporter, ReporterAnswer } from '../../risk/report/live/report-desk.ts';
import { historyText } from '../../risk/report/price-history.ts';
import { type ReportJob, riskReport } from '../../risk/report/risk-report.ts';
import { WatchedThread } from '../../storage/watched-thread.ts';
import type { ReportRequest } from './report-worker.ts';

/** Where the prices of a job are kept. */
interface Keeper {
  readonly files: Pick<Files, 'replace'>;
  readonly path: string;
}

/**
 * Reports in a thread of their own, which begins with the first job and writes the history, so that
 * the lane waits for no disk.
 *
 * @param failed is told once why there will be no more answers, unless it was stopped
 */
export function threadReporter(
  timers: Timers,
  path: string,
  failed: (detail: string) => void,
): Reporter {
  const waiting = new Map<number, (answer: ReporterAnswer) => void>();
  let isOver = false;
  let thread: WatchedThread<ReporterAnswer> | null = null;
  const fail = (detail: string): void => {
    if (isOver) return;
    isOver = true;
    failed(detail);
  };
  const open = (): WatchedThread<ReporterAnswer> =>
    new WatchedThread({
      file: new URL(`./report-worker${extname(import.meta.url)}`, import.meta.url),
      data: { path },
      timers,
      onNews: (answer) => {
        waiting.get(answer.turn)?.(answer);
        waiting.delete(answer.turn);
      },
      onThrown: (thrown) => fail(`the thread of the risk reports: ${reasonOf(thrown)}`),
      onExit: (code) => fail(`the thread of the risk reports has ended with ${code}`),
    });
  return {
    run(job, isKept, done) {
      if (isOver) return;
      thread ??= open();
      waiting.set(job.turn, done);
      thread.tell({ kind: 'report', job, isKept } satisfies ReportRequest);
    },
    async stop() {
      isOver = true;
      thread?.tell({ kind: 'end' } satisfies ReportRequest);
      if (thread !== null && !(await thread.hasEnded())) thread.abandon();
    },
  };
}

/** The same in a later turn of this thread, for a rehearsal, whose order of things is its own. */
export function turnReporter(timers: Timers, keeper: Keeper): Reporter {
  let isOver = false;
  return {
    run(job, isKept, done) {
      timers.turn(() => {
        if (!isOver) done(answerTo(job, isKept ? keeper : null));
      });
    },
    async stop() {
      isOver = true;
    },
  };
}

/** Keeps the rows of a job where that is wanted, and makes its report whether or not it can. */
export function answerTo(job: ReportJob, keeper: Keeper | null): ReporterAnswer {
  const saveFault = keeper === null ? null : faultOfKeeping(job, keeper);
  return { ...riskReport(job), saveFault };
}

function faultOfKeeping({ rows }: ReportJob, { files, path }: Keeper): string | null {
  try {
    files.replace(path, Buffer.from(historyText(rows)));
    return null;
  } catch (thrown) {
    return `${path}: ${reasonOf(thrown)}`;
  }
}
