import { err, ok, type Result } from '../../core/result.ts';
import { logGamma } from '../../math/gamma.ts';
import type { OutOfRange } from '../value-at-risk/tail-risk.ts';

export type Zone = 'green' | 'yellow' | 'red';

/** Where the cumulative chance of the exceptions leaves green and yellow. */
const YELLOW_FROM = 0.95;
const RED_FROM = 0.9999;

/** Added to the multiplier by exceptions in 250 days at 99 %: MAR99 table 2, and MAR33. */
const BASEL_ADDONS = [0, 0, 0, 0, 0, 0.4, 0.5, 0.65, 0.75, 0.85, 1];
const FRTB_ADDONS = [0, 0, 0, 0, 0, 0.2, 0.26, 0.33, 0.38, 0.42, 0.5];
const BASEL_MULTIPLIER = 3;
const FRTB_MULTIPLIER = 1.5;
/** Days over which each bucket of risk factors can be closed. @see MAR33.12 */
export const LIQUIDITY_DAYS = [10, 20, 40, 60, 120] as const;
const BASE_DAYS = 10;
/** A sum of so many terms still takes no time. */
const OBSERVATIONS_MAX = 100_000;

export interface TrafficLight {
  /** Chance of so many exceptions or fewer if the model is right. */
  readonly cumulative: number;
  readonly zone: Zone;
  readonly baselAddon: number;
  readonly frtbAddon: number;
}

/**
 * The traffic light of a model: green below a cumulative chance of 95 %, red from 99.99 %. Over 250
 * days at 99 % that is up to 4 exceptions and from 10 on. The add-ons are those of that window.
 *
 * @param exceptions a whole number, at least 0
 * @see Basel Committee, MAR99.9 … MAR99.21
 */
export function trafficLight(
  exceptions: number,
  { observations, chance }: { readonly observations: number; readonly chance: number },
): Result<TrafficLight, OutOfRange> {
  const fault =
    wholeFault('exceptions', exceptions, 0) ?? wholeFault('observations', observations, 1);
  if (fault !== null) return err(fault);
  if (!(chance > 0 && chance < 1)) {
    const wanted = 'above 0 and below 1';
    return err({ kind: 'out-of-range', name: 'chance', found: chance, wanted });
  }
  const cumulative = binomialCdf(exceptions, observations, chance);
  const zone = cumulative < YELLOW_FROM ? 'green' : cumulative < RED_FROM ? 'yellow' : 'red';
  return ok({
    cumulative,
    zone,
    baselAddon: addonOf(BASEL_ADDONS, exceptions),
    frtbAddon: addonOf(FRTB_ADDONS, exceptions),
  });
}

/** Ten-day figures at 99 %, in money. Averages are of the last 60 days. */
export interface CapitalInputs {
  readonly valueAtRisk: number;
  readonly valueAtRiskAverage: number;
  readonly stressed: number;
  readonly stressedAverage: number;
  /** In the last 250 days. */
  readonly exceptions: number;
}

export interface CapitalCharge {
  /** 3 and the add-on of the exceptions. */
  readonly multiplier: number;
  /** max(VaR, m · average) + max(stressed VaR, m · its average). */
  readonly capital: number;
  /** 1.5 and its own add-on. */
  readonly frtbMultiplier: number;
}

/**
 * The capital charge of market risk.
 *
 * @see Basel Committee 2011, "Revisions to the Basel II market risk framework", 718(Lxxvi)
 */
export function capitalCharge(inputs: CapitalInputs): Result<CapitalCharge, OutOfRange> {
  const { exceptions, ...amounts } = inputs;
  const fault = wholeFault('exceptions', exceptions, 0) ?? amountsFault(Object.entries(amounts));
  if (fault !== null) return err(fault);
  const { valueAtRisk, valueAtRiskAverage, stressed, stressedAverage } = amounts;
  const multiplier = BASEL_MULTIPLIER + addonOf(BASEL_ADDONS, exceptions);
  return ok({
    multiplier,
    capital:
      Math.max(valueAtRisk, multiplier * valueAtRiskAverage) +
      Math.max(stressed, multiplier * stressedAverage),
    frtbMultiplier: FRTB_MULTIPLIER + addonOf(FRTB_ADDONS, exceptions),
  });
}

/**
 * Expected shortfall over liquidity horizons: √Σ (ES_j √((LH_j − LH_{j−1})/10))², where ES_j is the
 * ten-day figure of the risk factors that take at least LH_j days to close.
 *
 * @param shortfalls up to one a horizon, all at least 0
 * @see Basel Committee, MAR33.4
 */
export function liquidityShortfall(shortfalls: readonly number[]): Result<number, OutOfRange> {
  if (shortfalls.length > LIQUIDITY_DAYS.length) {
    const [found, wanted] = [shortfalls.length, `at most ${LIQUIDITY_DAYS.length}`];
    return err({ kind: 'out-of-range', name: 'shortfalls', found, wanted });
  }
  const fault = amountsFault(shortfalls.map((each, at) => [`shortfalls[${at}]`, each] as const));
  if (fault !== null) return err(fault);
  let [sum, before] = [0, 0];
  shortfalls.forEach((each, at) => {
    const days = LIQUIDITY_DAYS[at] as number;
    sum += (each * each * (days - before)) / BASE_DAYS;
    before = days;
  });
  return ok(Math.sqrt(sum));
}

/** The last one holds for all beyond. */
function addonOf(addons: readonly number[], exceptions: number): number {
  return addons[Math.min(exceptions, addons.length - 1)] as number;
}

/** P(X ≤ k) of n trials, each term from ln Γ so that large n do not overflow. */
function binomialCdf(k: number, n: number, p: number): number {
  let sum = 0;
  for (let x = 0; x <= Math.min(k, n); x += 1) {
    const ways = logGamma(n + 1) - logGamma(x + 1) - logGamma(n - x + 1);
    sum += Math.exp(ways + x * Math.log(p) + (n - x) * Math.log1p(-p));
  }
  return Math.min(1, sum);
}

function wholeFault(name: string, found: number, least: number): OutOfRange | null {
  if (Number.isInteger(found) && found >= least && found <= OBSERVATIONS_MAX) return null;
  const wanted = `a whole number, ${least} … ${OBSERVATIONS_MAX}`;
  return { kind: 'out-of-range', name, found, wanted };
}

function amountsFault(amounts: readonly (readonly [string, number])[]): OutOfRange | null {
  for (const [name, found] of amounts) {
    if (!(found >= 0 && found < Number.POSITIVE_INFINITY)) {
      return { kind: 'out-of-range', name, found, wanted: 'finite, at least 0' };
    }
  }
  return null;
}
