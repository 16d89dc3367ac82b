/** The thread in which risk reports are made: one after the other, until it is told to end. */
import { parentPort, workerData } from 'node:worker_threads';
import { nodeFiles } from '../../core/node-files.ts';
import { assert } from '../../core/result.ts';
import type { ReportJob } from '../../risk/report/risk-report.ts';
import { answerTo } from './reporters.ts';

export type ReportRequest =
  | { readonly kind: 'report'; readonly job: ReportJob; readonly isKept: boolean }
  | { readonly kind: 'end' };

assert(parentPort !== null, 'this file runs in a thread');
const port = parentPort;
const { path } = workerData as { readonly path: string };
port.on('message', (request: ReportRequest) => {
  if (request.kind === 'end') port.close();
  else port.postMessage(answerTo(request.job, request.isKept ? { files: nodeFiles, path } : null));
});
