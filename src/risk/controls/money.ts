import { sizeStep } from '../ladders/de-risking.ts';
import {
  type DrawdownState,
  drawdownPolicy,
  drawdownScale,
  drawdownStep,
} from '../ladders/drawdown.ts';
import type { SlippageState } from '../panic/slippage.ts';
import { above, type Control, injected, limit, verdict, wired } from './control.ts';

/** The controls of money that is being lost: C19 to C21 and C23. */

const slippageLimits = {
  excessFactor: limit(3, 'times the half spread and lambda times the size', { max: 1_000 }),
};

export const slippage: Control<
  { readonly state: SlippageState; readonly factor: number },
  typeof slippageLimits
> = {
  id: 'C19',
  layer: 'risk',
  name: 'slippage against Kyle’s lambda',
  trigger: 'above 3 times the half spread and lambda times the size; 3 in 10 minutes',
  action: 'no more taking, half size',
  scope: 'instrument',
  limits: slippageLimits,
  reset: { warn: '-', reduced: 'O' },
  coolMs: 0,
  source: injected('the execution algorithms, which take'),
  check({ state, factor }, { excessFactor }) {
    if (state === 'ok') return null;
    return verdict(state === 'halt' ? 'reduced' : 'warn', factor, excessFactor);
  },
};

const dailyLimits = {
  warnFraction: limit(0.02, 'of the equity at the day’s begin', { max: 1 }),
  noRiskFraction: limit(0.03, 'of the equity at the day’s begin', { max: 1 }),
  flattenFraction: limit(0.05, 'of the equity at the day’s begin', { max: 1 }),
};

export const dailyLoss: Control<{ readonly lossFraction: number }, typeof dailyLimits> = {
  id: 'C20',
  layer: 'risk',
  name: 'daily loss',
  trigger: 'above 2 % warns, 3 % leaves no new risk, 5 % is a stop of category 1',
  action: 'warn; positions may only shrink; emergency, which flattens in category 1',
  scope: 'desk',
  limits: dailyLimits,
  reset: { warn: '-', reduced: 'R', emergency: '2P' },
  reducedTo: 0,
  coolMs: 0,
  source: wired('risk/watch, once a second, from the desk’s own marks and the ledger’s equity'),
  check({ lossFraction }, { warnFraction, noRiskFraction, flattenFraction }) {
    return (
      above('emergency', lossFraction, flattenFraction) ??
      above('reduced', lossFraction, noRiskFraction) ??
      above('warn', lossFraction, warnFraction)
    );
  },
};

const drawdownLimits = {
  targetFraction: limit(0.1, 'of the equity at the peak, which warns', { max: 1 }),
  softFraction: limit(0.15, 'of the equity at the peak', { max: 1 }),
  hardFraction: limit(0.2, 'of the equity at the peak', { max: 1 }),
  softScale: limit(0.5, 'of each size at the soft limit; nothing at the hard one', { max: 1 }),
  recoverShare: limit(0.8, 'of the soft limit, below which it is left', { max: 1 }),
  recoverMs: limit(3_600_000, 'ms below it', { max: 86_400_000 }),
};

export const drawdown: Control<DrawdownState, typeof drawdownLimits> = {
  id: 'C21',
  layer: 'risk',
  name: 'drawdown from the peak',
  trigger: 'above 10 % warns, 15 % soft, 20 % hard',
  action: 'half size, less towards the hard limit; emergency, which flattens in category 1',
  scope: 'desk',
  limits: drawdownLimits,
  reset: { warn: '-', reduced: 'R', emergency: '2P' },
  coolMs: 0,
  source: wired('risk/watch, once a second'),
  check(state, limits) {
    const { fall } = state;
    const policy = drawdownPolicy(limits);
    // The stage that stands, or the one that the fall calls for by itself.
    const { stage } = drawdownStep(state, { kind: 'fall', fall, atMs: 0 }, policy);
    if (stage === 'hard') return verdict('emergency', fall, limits.hardFraction);
    if (stage === 'normal') return above('warn', fall, limits.targetFraction);
    const sizeScale = sizeStep(drawdownScale({ ...state, stage }, policy));
    return { ...verdict('reduced', fall, limits.softFraction), sizeScale };
  },
};

const velocityLimits = {
  lossFraction: limit(0.01, 'of equity lost in the window', { max: 1 }),
  windowMs: limit(60_000, 'ms', { min: 1_000, max: 60_000 }),
};

export const lossVelocity: Control<{ readonly lossFraction: number }, typeof velocityLimits> = {
  id: 'C23',
  layer: 'risk',
  name: 'velocity of the loss',
  trigger: 'more than 1 % of equity lost in 60 s',
  action: 'emergency',
  scope: 'desk',
  limits: velocityLimits,
  reset: { emergency: '2P' },
  coolMs: 0,
  source: wired('risk/watch, once a second'),
  check: (measured, limits) => above('emergency', measured.lossFraction, limits.lossFraction),
};
