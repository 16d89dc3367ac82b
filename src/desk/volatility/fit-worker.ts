/** The thread in which volatility is fitted: one job after the other, until it is told to end. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../../core/result.ts';
import { type CalibrationJob, calibrate } from '../../risk/volatility/live/calibration.ts';

export type FitRequest =
  | { readonly kind: 'fit'; readonly job: CalibrationJob }
  | { readonly kind: 'end' };

assert(parentPort !== null, 'this file runs in a thread');
const port = parentPort;
port.on('message', (request: FitRequest) => {
  if (request.kind === 'end') port.close();
  else port.postMessage(calibrate(request.job));
});
