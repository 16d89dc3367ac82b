import { ok, type Result } from '../../../core/result.ts';
import { type JumpShape, jumpShape } from '../../jumps/jump-overlay.ts';
import { jumpTests } from '../../jumps/jump-tests.ts';
import { type FitFault, fitVolatility, type VolatilityFit } from '../fit.ts';
import type { VolatilityModel, VolatilityParameters } from '../model.ts';
import { JUMP_SIGNIFICANCE, jumpWindow } from './jump-watch.ts';
import type { CorrelationAnswer, CorrelationJob } from './market-correlations.ts';
import { DAY_MS, factorAt, type IntradayProfile, profileOf } from './seasonality.ts';

/** What a fit is made of. It crosses threads, so that it is plain numbers. */
export interface CalibrationJob {
  readonly instrument: number;
  /** Counts the jobs of an instrument: an answer to an older one is too late. */
  readonly turn: number;
  readonly model: VolatilityModel;
  readonly bucketMs: number;
  readonly periodMs: number;
  /** Log returns, oldest first; NaN where one is missing. */
  readonly returns: Float64Array;
  /** Wall clock at the end of each. */
  readonly endsMs: Float64Array;
}

export interface Calibration {
  readonly profile: IntradayProfile;
  readonly parameters: VolatilityParameters;
  /** Of returns without their season. */
  readonly next: number;
  readonly persistence: number;
  readonly isStationary: boolean;
  readonly logLikelihood: number;
  readonly observations: number;
  readonly robustErrors: VolatilityFit['errors']['robust'];
  readonly held: VolatilityFit['held'];
  /** Jumps among those returns; null where none was found, or too few returns to look. */
  readonly jumps: JumpShape | null;
}

export interface CalibrationAnswer {
  readonly instrument: number;
  readonly turn: number;
  readonly outcome: Result<Calibration, CalibrationFault>;
}

/** `no-answer`: whoever fits did not say anything in time. */
export type CalibrationFault = FitFault | { readonly kind: 'no-answer'; readonly waitedMs: number };

/** Carries out jobs, in a thread or, in a rehearsal, in a later turn of this one. */
export interface Calibrator {
  /** `done` is called once for each job, or never after `stop`. */
  readonly run: (job: CalibrationJob, done: (answer: CalibrationAnswer) => void) => void;
  /** The same for the correlations of all markets. */
  readonly correlate: (job: CorrelationJob, done: (answer: CorrelationAnswer) => void) => void;
  readonly stop: () => Promise<void>;
}

/** Takes the season out of the returns and fits what is left. Milliseconds: never on the lane. */
export function calibrate(job: CalibrationJob): CalibrationAnswer {
  const { instrument, turn, model, bucketMs, periodMs, returns, endsMs } = job;
  const profile = profileOf(returns, endsMs, bucketMs);
  const plain: number[] = [];
  returns.forEach((value, at) => {
    if (!Number.isNaN(value)) plain.push(value / factorAt(profile, endsMs[at] as number));
  });
  const fit = fitVolatility(plain, model);
  if (!fit.ok) return { instrument, turn, outcome: fit };
  const jumps = jumpsOf(plain, periodMs);
  return { instrument, turn, outcome: ok({ ...summaryOf(fit.value, profile), jumps }) };
}

function jumpsOf(plain: readonly number[], periodMs: number): JumpShape | null {
  const window = jumpWindow(periodMs);
  const found = jumpTests(plain, { window, significance: JUMP_SIGNIFICANCE });
  return found.ok ? jumpShape(plain, found.value.jumps, DAY_MS / periodMs) : null;
}

/** What is written down of a calibration, so that its history can be read. */
export interface VolatilityCalibrated {
  readonly kind: 'volatility-calibrated';
  readonly instrument: number;
  readonly turn: number;
  /** `refused`: what was there before goes on. */
  readonly verdict: 'adopted' | 'refused';
  readonly model: string;
  readonly observations: number;
  /** The calibration or the fault, as JSON. */
  readonly detail: string;
}

export function calibratedEvent(
  { instrument, turn, outcome }: CalibrationAnswer,
  model: VolatilityModel,
): VolatilityCalibrated {
  const told = {
    kind: 'volatility-calibrated',
    instrument,
    turn,
    model: modelText(model),
  } as const;
  if (!outcome.ok) {
    return { ...told, verdict: 'refused', observations: 0, detail: JSON.stringify(outcome.error) };
  }
  const { profile, observations, ...rest } = outcome.value;
  const factors = Array.from(profile.factors, (factor) => Math.round(factor * 1e4) / 1e4);
  const detail = JSON.stringify({ ...rest, bucketMs: profile.bucketMs, factors });
  return { ...told, verdict: 'adopted', observations, detail };
}

/** Such as `gjr-t`, or `garch-t4` where ν is fixed. */
function modelText({ variance, innovations }: VolatilityModel): string {
  if (innovations.kind === 'normal') return `${variance}-normal`;
  return `${variance}-t${innovations.nu ?? ''}`;
}

function summaryOf(fit: VolatilityFit, profile: IntradayProfile): Omit<Calibration, 'jumps'> {
  const { parameters, persistence, isStationary, logLikelihood, observations, held } = fit;
  return {
    profile,
    parameters,
    next: fit.variances[observations] as number,
    persistence,
    isStationary,
    logLikelihood,
    observations,
    robustErrors: fit.errors.robust,
    held,
  };
}
