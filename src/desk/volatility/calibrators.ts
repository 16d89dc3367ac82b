import { extname } from 'node:path';
import type { Timers } from '../../core/env.ts';
import {
  type CalibrationAnswer,
  type Calibrator,
  calibrate,
} from '../../risk/volatility/live/calibration.ts';
import {
  type CorrelationAnswer,
  calibrateCorrelations,
} from '../../risk/volatility/live/market-correlations.ts';
import { WatchedThread } from '../../storage/watched-thread.ts';
import type { FitRequest } from './fit-worker.ts';

/** Turns number the jobs of both kinds together. */
type FitAnswer = CalibrationAnswer | CorrelationAnswer;

/**
 * Fits in a thread of their own.
 *
 * @param failed is told once why there will be no more answers, unless it was stopped
 */
export function threadCalibrator(timers: Timers, failed: (detail: string) => void): Calibrator {
  const waiting = new Map<number, (answer: FitAnswer) => void>();
  let isOver = false;
  const fail = (detail: string): void => {
    if (isOver) return;
    isOver = true;
    failed(detail);
  };
  const thread = new WatchedThread<FitAnswer>({
    file: new URL(`./fit-worker${extname(import.meta.url)}`, import.meta.url),
    data: null,
    timers,
    onNews: (answer) => {
      waiting.get(answer.turn)?.(answer);
      waiting.delete(answer.turn);
    },
    onThrown: (thrown) => fail(`the thread of the fits: ${String(thrown)}`),
    onExit: (code) => fail(`the thread of the fits has ended with ${code}`),
  });
  return {
    run(job, done) {
      if (isOver) return;
      waiting.set(job.turn, (answer) => {
        if ('instrument' in answer) done(answer);
      });
      thread.tell({ kind: 'fit', job } satisfies FitRequest);
    },
    correlate(job, done) {
      if (isOver) return;
      waiting.set(job.turn, (answer) => {
        if (!('instrument' in answer)) done(answer);
      });
      thread.tell({ kind: 'correlate', job } satisfies FitRequest);
    },
    async stop() {
      isOver = true;
      thread.tell({ kind: 'end' } satisfies FitRequest);
      if (!(await thread.hasEnded())) thread.abandon();
    },
  };
}

/** The same in a later turn of this thread, for a rehearsal, whose order of things is its own. */
export function turnCalibrator(timers: Timers): Calibrator {
  let isOver = false;
  return {
    run(job, done) {
      timers.turn(() => {
        if (!isOver) done(calibrate(job));
      });
    },
    correlate(job, done) {
      timers.turn(() => {
        if (!isOver) done(calibrateCorrelations(job));
      });
    },
    async stop() {
      isOver = true;
    },
  };
}
