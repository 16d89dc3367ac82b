/** The thread in which volatility is fitted: one job after the other, until it is told to end. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../../core/result.ts';
import { type CalibrationJob, calibrate } from '../../risk/volatility/live/calibration.ts';
import {
  type CorrelationJob,
  calibrateCorrelations,
} from '../../risk/volatility/live/market-correlations.ts';

export type FitRequest =
  | { readonly kind: 'fit'; readonly job: CalibrationJob }
  | { readonly kind: 'correlate'; readonly job: CorrelationJob }
  | { readonly kind: 'end' };

assert(parentPort !== null, 'this file runs in a thread');
const port = parentPort;
port.on('message', (request: FitRequest) => {
  if (request.kind === 'end') port.close();
  else if (request.kind === 'fit') port.postMessage(calibrate(request.job));
  else port.postMessage(calibrateCorrelations(request.job));
});
