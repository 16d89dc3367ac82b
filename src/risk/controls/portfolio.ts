import {
  LADDER_START,
  type LadderPolicy,
  type LadderState,
  ladderPolicy,
  ladderScale,
  ladderStep,
  sizeStep,
} from '../ladders/de-risking.ts';
import { tighter, type Usage } from '../portfolio/loss-limits.ts';
import { type Control, type LimitsOf, limit, type Verdict, verdict, wired } from './control.ts';

/** The control of what the portfolio may lose: C22. */

const portfolioLimits = {
  var95Fraction: limit(0.02, 'of equity, one day at 95 %', { max: 1 }),
  varFraction: limit(0.03, 'of equity, one day at 99 %', { max: 1 }),
  shortfallFraction: limit(0.04, 'of equity, beyond the VaR at 97.5 %', { max: 1 }),
  heatMax: limit(0.25, 'of equity at risk to the stops', { max: 1 }),
  warnUse: limit(0.8, 'of the tightest limit', { max: 1 }),
  scaleUse: limit(0.9, 'of the tightest limit, from which sizes shrink', { max: 1 }),
  flattenUse: limit(1.25, 'of the tightest limit', { min: 1, max: 1_000 }),
  emergencyUse: limit(1.5, 'of the tightest limit', { min: 1, max: 1_000 }),
  scaleLeast: limit(0.25, 'of each size, just below the limit', { max: 1 }),
  recoverShare: limit(0.9, 'of where a rung began, below which it is left', { max: 1 }),
  recoverMs: limit(300_000, 'ms below it, one rung at a time', { max: 86_400_000 }),
};

export type PortfolioLimits = LimitsOf<typeof portfolioLimits>;

/** Fractions of equity. */
export interface PortfolioMeasures {
  readonly valueAtRisk95: number;
  readonly valueAtRisk: number;
  readonly shortfall: number;
  readonly heat: number;
}

export type PortfolioMeasure =
  | 'value-at-risk-95'
  | 'value-at-risk-99'
  | 'expected-shortfall'
  | 'heat';

export const valueAtRisk: Control<PortfolioMeasures, typeof portfolioLimits> = {
  id: 'C22',
  layer: 'risk',
  name: 'VaR, expected shortfall and heat',
  trigger:
    'of VaR95 2 %, VaR99 3 %, shortfall 4 %, heat 0.25: 80 % warns, 90 % scales, 125 % flattens',
  action: 'refuse what increases; smaller sizes; only what reduces; emergency, which flattens',
  scope: 'desk',
  limits: portfolioLimits,
  reset: { warn: '-', reduced: 'A', emergency: '2P' },
  reducedTo: 0,
  coolMs: 60_000,
  source: wired('risk/portfolio: every order, and the ladder once a second'),
  check(measured, limits) {
    const tightest = tightestOf(measured, limits);
    const state = ladderStep(
      LADDER_START,
      { kind: 'use', use: tightest.use, atMs: 0 },
      ladderPolicy(limits),
    );
    return rungVerdict(state, tightest, ladderPolicy(limits));
  },
};

/** The limit that is used most, or that cannot be told. */
export function tightestOf(
  { valueAtRisk95, valueAtRisk: at99, shortfall, heat }: PortfolioMeasures,
  limits: PortfolioLimits,
): Usage<PortfolioMeasure> {
  const into: Usage<PortfolioMeasure> = {
    measure: 'value-at-risk-95',
    measured: 0,
    limit: 0,
    use: Number.NEGATIVE_INFINITY,
  };
  tighter(into, 'value-at-risk-95', valueAtRisk95, limits.var95Fraction);
  tighter(into, 'value-at-risk-99', at99, limits.varFraction);
  tighter(into, 'expected-shortfall', shortfall, limits.shortfallFraction);
  tighter(into, 'heat', heat, limits.heatMax);
  return into;
}

/** What a rung asks for. Flattening is the first part of the emergency stop. */
export function rungVerdict(
  state: LadderState,
  { measured, limit: most }: Usage<PortfolioMeasure>,
  policy: LadderPolicy,
): Verdict | null {
  switch (state.rung) {
    case 'none':
      return null;
    case 'warn':
      return verdict('warn', measured, most);
    case 'scale':
    case 'reduce-only':
      return {
        ...verdict('reduced', measured, most),
        sizeScale: sizeStep(ladderScale(state, policy)),
      };
    default:
      return verdict('emergency', measured, most);
  }
}
