import type { DivergenceState } from '../panic/divergence.ts';
import { SPREAD_LIMITS, type SpreadState } from '../panic/spread-blowout.ts';
import { STALENESS_LIMITS, type StalenessState } from '../panic/staleness.ts';
import { above, type Control, injected, limit, verdict, wired } from './control.ts';

/** The controls of market data and signals: C12 to C18. */

const stalenessLimits = {
  warnGaps: limit(STALENESS_LIMITS.warnGaps, 'median gaps', { min: 1, max: 1_000 }),
  warnMs: limit(STALENESS_LIMITS.warnMs, 'ms, at least', { max: 60_000 }),
  haltGaps: limit(STALENESS_LIMITS.haltGaps, 'median gaps', { min: 1, max: 1_000 }),
  haltMs: limit(STALENESS_LIMITS.haltMs, 'ms, at least', { max: 60_000 }),
  hardHaltMs: limit(STALENESS_LIMITS.hardHaltMs, 'ms, at most', { max: 60_000 }),
};

export const staleness: Control<
  { readonly state: StalenessState; readonly ageMs: number },
  typeof stalenessLimits
> = {
  id: 'C12',
  layer: 'data',
  name: 'quote staleness',
  trigger: 'older than 3 median gaps warns, than max(10, 2 s) or 10 s pauses',
  action: 'pause the symbol and take its quotes back',
  scope: 'instrument',
  limits: stalenessLimits,
  reset: { warn: '-', paused: 'A' },
  letsFlatten: true,
  coolMs: 5_000,
  source: wired('risk/watch, from every quote'),
  check({ state, ageMs }, { warnMs, haltMs, hardHaltMs }) {
    if (state === 'ok') return null;
    if (state === 'warn') return verdict('warn', ageMs, warnMs);
    return verdict('paused', ageMs, state === 'halt' ? haltMs : hardHaltMs);
  },
};

export const bookIntegrity: Control<
  { readonly gaps: number; readonly badChecksums: number; readonly crossed: number },
  Record<never, never>
> = {
  id: 'C13',
  layer: 'data',
  name: 'sequence gap, checksum, crossed book',
  trigger: 'any',
  action: 'resynchronise; nothing is quoted from that book',
  scope: 'instrument',
  limits: {},
  reset: { paused: 'A' },
  letsFlatten: true,
  coolMs: 0,
  source: wired('market-data/feed, which has no book until a new snapshot, and risk/watch'),
  check: ({ gaps, badChecksums, crossed }) => above('paused', gaps + badChecksums + crossed, 0),
};

const spreadLimits = {
  zMax: limit(SPREAD_LIMITS.zMax, 'robust z of the spread', { min: 1, max: 1_000 }),
  mediansMax: limit(SPREAD_LIMITS.mediansMax, 'median spreads', { min: 1, max: 1_000 }),
  runToHalt: limit(SPREAD_LIMITS.runToHalt, 'in a row', { min: 1, max: 100 }),
};

export const spreadBlowout: Control<
  { readonly state: SpreadState; readonly z: number },
  typeof spreadLimits
> = {
  id: 'C14',
  layer: 'data',
  name: 'spread blow-out',
  trigger: 'robust z from 8 on or 5 median spreads, three in a row',
  action: 'pause the symbol',
  scope: 'instrument',
  limits: spreadLimits,
  reset: { warn: '-', paused: 'A' },
  letsFlatten: true,
  coolMs: 60_000,
  source: wired('risk/watch, from a sample of the spread each second'),
  check({ state, z }, { zMax }) {
    if (state === 'warming' || state === 'ok') return null;
    return verdict(state === 'halt' ? 'paused' : 'warn', z, zMax);
  },
};

const divergenceLimits = {
  alertBps: limit(50, 'bps from the median of the others', { max: 10_000 }),
  haltBps: limit(150, 'bps from the median of the others', { max: 10_000 }),
};

export const divergence: Control<
  {
    readonly state: DivergenceState;
    readonly worstBps: number;
    /** Whether somebody trades one venue against the other: only then is blindness a fault. */
    readonly isArbitrage: boolean;
  },
  typeof divergenceLimits
> = {
  id: 'C15',
  layer: 'data',
  name: 'divergence between venues',
  trigger: '50 bps alert, 150 bps or fewer than two fresh venues pause',
  action: 'pause the pair; no arbitrage while blind',
  scope: 'instrument',
  limits: divergenceLimits,
  reset: { warn: '-', paused: 'O' },
  coolMs: 0,
  source: wired('risk/watch, the mids of one asset at every venue that has it'),
  check({ state, worstBps, isArbitrage }, { alertBps, haltBps }) {
    if (state === 'halt') return verdict('paused', worstBps, haltBps);
    if (state === 'alert') return verdict('warn', worstBps, alertBps);
    return state === 'blind' && isArbitrage ? verdict('paused', worstBps, haltBps) : null;
  },
};

const clockLimits = {
  warnMs: limit(250, 'ms between the clocks', { max: 3_600_000 }),
  haltMs: limit(1_000, 'ms between the clocks', { max: 3_600_000 }),
};

export const clockOffset: Control<
  {
    /** Of the venue against our wall clock, either sign. */
    readonly offsetMs: number;
    /** How far the monotonic clock went back; 0 as it should be. */
    readonly monotonicStepMs: number;
  },
  typeof clockLimits
> = {
  id: 'C16',
  layer: 'data',
  name: 'clock against the venue',
  trigger: 'above 250 ms warns; above 1 s, or a step of the monotonic clock, halts',
  action: 'halt the venue',
  scope: 'venue',
  limits: clockLimits,
  reset: { warn: '-', halted: 'A' },
  coolMs: 1_000,
  source: wired('venues/venue-clock, from probes of the venue’s time'),
  check({ offsetMs, monotonicStepMs }, { warnMs, haltMs }) {
    const off = Math.abs(offsetMs);
    return (
      above('halted', Math.abs(monotonicStepMs), 0) ??
      above('halted', off, haltMs) ??
      above('warn', off, warnMs)
    );
  },
};

const toxicityLimits = {
  vpinQuantile: limit(0.9, 'quantile of VPIN in its own past', { max: 1 }),
  ofiZ: limit(4, 'z of the order flow imbalance', { max: 1_000 }),
  lastsMs: limit(5_000, 'ms after which quotes are pulled', { max: 600_000 }),
};

export const toxicity: Control<
  {
    /** 0 … 1; 0 before it is known. */
    readonly vpinQuantile: number;
    readonly ofiZ: number;
    /** Since when it is toxic without a break; 0 at first sight. */
    readonly lastedMs: number;
  },
  typeof toxicityLimits
> = {
  id: 'C17',
  layer: 'signal',
  name: 'toxicity of the order flow',
  trigger: 'VPIN from its 0.9 quantile on, or OFI from 4 deviations on',
  action: 'shrink quotes, then pull them',
  scope: 'instrument',
  limits: toxicityLimits,
  reset: { reduced: 'A', paused: 'A' },
  letsFlatten: true,
  coolMs: 10_000,
  source: wired(
    'risk/watch, OFI from the sizes of every quote, VPIN from every trade and its taker',
  ),
  check({ vpinQuantile, ofiZ, lastedMs }, limits) {
    const isVpin = !(vpinQuantile < limits.vpinQuantile);
    const isFlow = !(Math.abs(ofiZ) < limits.ofiZ);
    if (!isVpin && !isFlow) return null;
    const response = lastedMs > limits.lastsMs ? 'paused' : 'reduced';
    return isVpin
      ? verdict(response, vpinQuantile, limits.vpinQuantile)
      : verdict(response, Math.abs(ofiZ), limits.ofiZ);
  },
};

const modelLimits = {
  psiMax: limit(0.25, 'population stability index of the inputs', { max: 100 }),
};

export const modelOutput: Control<
  {
    readonly output: number;
    readonly min: number;
    readonly max: number;
    readonly stabilityIndex: number;
  },
  typeof modelLimits
> = {
  id: 'C18',
  layer: 'signal',
  name: 'model output and drift',
  trigger: 'no number, out of range, or PSI above 0.25',
  action: 'strategy off',
  scope: 'strategy',
  limits: modelLimits,
  reset: { halted: 'O' },
  coolMs: 0,
  source: injected('the learning issue, which brings models'),
  check({ output, min, max, stabilityIndex }, { psiMax }) {
    if (!(output >= min)) return verdict('halted', output, min);
    return above('halted', output, max) ?? above('halted', stabilityIndex, psiMax);
  },
};
