/** Every control at its limit and just beyond: exactly at the limit the milder state holds. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PERMISSIONS } from '../../../src/control/gate.ts';
import * as market from '../../../src/risk/controls/market.ts';
import * as money from '../../../src/risk/controls/money.ts';
import * as shape from '../../../src/risk/controls/order-shape.ts';
import * as size from '../../../src/risk/controls/order-size.ts';
import * as venue from '../../../src/risk/controls/orders-and-venue.ts';
import * as portfolio from '../../../src/risk/controls/portfolio.ts';
import { asked, at } from '../../support/trade/controls.ts';

const EPSILON = 1e-9;

const worth = (notional: number, equity = 1_000, dayVolume = Number.NaN) => ({
  notional,
  equity,
  dayVolume,
});
at(size.orderNotional, [
  [worth(20), 'fine'],
  [worth(20 + EPSILON), 'refused'],
  [worth(5, Number.NaN, 1_000), 'fine'],
  [worth(5 + EPSILON, Number.NaN, 1_000), 'refused'],
  [worth(1e9, Number.NaN), 'fine'],
  [worth(1, 0), 'refused'],
  [worth(1, -5), 'refused'],
  [worth(Number.NaN), 'refused'],
]);

const collar = (beyondMidBps: number, parts = {}) => ({
  beyondMidBps,
  isTakingInCalm: false,
  meanFraction: 0,
  before: 0,
  ...parts,
});
at(shape.priceCollar, [
  [collar(50), 'fine'],
  [collar(50 + EPSILON), 'refused'],
  [collar(10, { isTakingInCalm: true }), 'fine'],
  [collar(10 + EPSILON, { isTakingInCalm: true }), 'refused'],
  [collar(0, { meanFraction: 0.05 }), 'fine'],
  [collar(0, { meanFraction: 0.05 + EPSILON }), 'refused'],
  [collar(51, { before: 1 }), 'refused'],
  [collar(51, { before: 2 }), 'paused'],
  [collar(Number.NaN), 'refused'],
]);

at(size.leverage, [
  [{ gross: 3_000, equity: 1_000 }, 'fine'],
  [{ gross: 3_000 + EPSILON * 1e3, equity: 1_000 }, 'refused'],
  [{ gross: 1, equity: 0 }, 'refused'],
  [{ gross: 1e9, equity: Number.NaN }, 'fine'],
]);

const alone = (notional: number, correlation = 0, otherNotional = 0) => ({
  notional,
  equity: 1_000,
  correlation,
  otherNotional,
});
at(size.concentration, [
  [alone(50), 'fine'],
  [alone(50 + EPSILON * 1e3), 'refused'],
  [alone(30, 0.7, 30), 'fine'],
  [alone(30, 0.7 + EPSILON, 30), 'refused'],
  [alone(30, -0.8, 30), 'refused'],
  [alone(30, Number.NaN, 30), 'refused'],
]);

const rate = (parts: object) => ({
  strategyPerSecond: 0,
  deskPerSecond: 0,
  weightFraction: 0,
  refusedPerSecond: 0,
  ...parts,
});
at(size.orderRate, [
  [rate({ strategyPerSecond: 10, deskPerSecond: 50, weightFraction: 0.8 }), 'fine'],
  [rate({ strategyPerSecond: 11 }), 'refused'],
  [rate({ deskPerSecond: 51 }), 'refused'],
  [rate({ weightFraction: 0.8 + EPSILON }), 'refused'],
  [rate({ refusedPerSecond: 100 }), 'fine'],
  [rate({ refusedPerSecond: 101 }), 'paused'],
]);

const again = (sameAgoMs: number, before = 0, isIdReused = false) => ({
  sameAgoMs,
  before,
  isIdReused,
});
at(size.duplicateOrder, [
  [again(Number.POSITIVE_INFINITY), 'fine'],
  [again(500 + EPSILON * 1e3), 'fine'],
  [again(500), 'refused'],
  [again(0, 1), 'refused'],
  [again(0, 2), 'halted'],
  [again(Number.POSITIVE_INFINITY, 0, true), 'refused'],
]);

const child = (filledLots: number, childLots = filledLots) => ({
  parentLots: 100,
  filledLots,
  childLots,
});
at(size.repeatedExecution, [
  [child(100), 'fine'],
  [child(101), 'emergency'],
  [child(0, 101), 'fine'],
  [child(0, 102), 'emergency'],
  [{ parentLots: 0, filledLots: 0, childLots: 0 }, 'emergency'],
]);

test('C07: 212 parents that fill as asked stop nothing, and one that repeats does', () => {
  const parents = Array.from({ length: 212 }, (_, at) => 100 + at);
  for (const lots of parents) {
    for (let filled = 1; filled <= lots; filled += 1) {
      const measured = { parentLots: lots, filledLots: filled, childLots: lots };
      assert.is(asked(size.repeatedExecution, measured), 'fine');
    }
    const repeated = { parentLots: lots, filledLots: lots + 1, childLots: lots };
    assert.is(asked(size.repeatedExecution, repeated), 'emergency');
  }
});

at(shape.selfTrade, [
  [{ ownCrossed: 0 }, 'fine'],
  [{ ownCrossed: 1 }, 'refused'],
]);

const rule = (found: number, isTrading = true) => ({ found, min: 1, max: 12, isTrading });
at(shape.instrumentRule, [
  [rule(1), 'fine'],
  [rule(12), 'fine'],
  [rule(1 - EPSILON), 'refused'],
  [rule(12 + EPSILON), 'refused'],
  [rule(5, false), 'refused'],
  [rule(Number.NaN), 'refused'],
]);

at(shape.reduceOnly, [
  [{ isReduceOnly: true, permissions: PERMISSIONS.manual }, 'fine'],
  [{ isReduceOnly: false, permissions: PERMISSIONS.manual }, 'refused'],
  [{ isReduceOnly: true, permissions: PERMISSIONS.emergency }, 'refused'],
  [{ isReduceOnly: false, permissions: PERMISSIONS.emergency }, 'refused'],
  [{ isReduceOnly: false, permissions: PERMISSIONS['semi-auto'] }, 'fine'],
  [{ isReduceOnly: false, permissions: PERMISSIONS['full-auto'] }, 'fine'],
]);

at(shape.contacts, [
  [{ haltWord: 0, openContacts: 0 }, 'fine'],
  [{ haltWord: 1, openContacts: 0 }, 'refused'],
  [{ haltWord: 0, openContacts: 1 }, 'emergency'],
  [{ haltWord: 1, openContacts: 2 }, 'emergency'],
]);

at(market.staleness, [
  [{ state: 'ok', ageMs: 10 }, 'fine'],
  [{ state: 'warn', ageMs: 300 }, 'warn'],
  [{ state: 'halt', ageMs: 2_001 }, 'paused'],
  [{ state: 'hard-halt', ageMs: 10_001 }, 'paused'],
]);

at(market.bookIntegrity, [
  [{ gaps: 0, badChecksums: 0, crossed: 0 }, 'fine'],
  [{ gaps: 1, badChecksums: 0, crossed: 0 }, 'paused'],
  [{ gaps: 0, badChecksums: 1, crossed: 0 }, 'paused'],
  [{ gaps: 0, badChecksums: 0, crossed: 1 }, 'paused'],
]);

at(market.spreadBlowout, [
  [{ state: 'warming', z: Number.NaN }, 'fine'],
  [{ state: 'ok', z: 7.9 }, 'fine'],
  [{ state: 'blowout', z: 8 }, 'warn'],
  [{ state: 'halt', z: 8 }, 'paused'],
]);

const apart = (state: 'ok' | 'alert' | 'halt' | 'blind', isArbitrage = false) => ({
  state,
  worstBps: 60,
  isArbitrage,
});
at(market.divergence, [
  [apart('ok', true), 'fine'],
  [apart('alert'), 'warn'],
  [apart('halt'), 'paused'],
  [apart('blind'), 'fine'],
  [apart('blind', true), 'paused'],
]);

const clock = (offsetMs: number, monotonicStepMs = 0) => ({ offsetMs, monotonicStepMs });
at(market.clockOffset, [
  [clock(250), 'fine'],
  [clock(-250), 'fine'],
  [clock(251), 'warn'],
  [clock(-1_000), 'warn'],
  [clock(-1_001), 'halted'],
  [clock(0, -1), 'halted'],
  [clock(Number.NaN), 'halted'],
]);

const toxic = (vpinQuantile: number, ofiZ: number, lastedMs = 0) => ({
  vpinQuantile,
  ofiZ,
  lastedMs,
});
at(market.toxicity, [
  [toxic(0.9 - EPSILON, 4 - EPSILON), 'fine'],
  [toxic(0.9, 0), 'reduced'],
  [toxic(0, -4), 'reduced'],
  [toxic(0.9, 0, 5_000), 'reduced'],
  [toxic(0.9, 0, 5_001), 'paused'],
  [toxic(Number.NaN, 0), 'reduced'],
]);

const output = (value: number, stabilityIndex = 0) => ({
  output: value,
  min: -1,
  max: 1,
  stabilityIndex,
});
at(market.modelOutput, [
  [output(-1), 'fine'],
  [output(1, 0.25), 'fine'],
  [output(1 + EPSILON), 'halted'],
  [output(-1 - EPSILON), 'halted'],
  [output(Number.NaN), 'halted'],
  [output(Number.POSITIVE_INFINITY), 'halted'],
  [output(0, 0.25 + EPSILON), 'halted'],
]);

at(money.slippage, [
  [{ state: 'ok', factor: 3 }, 'fine'],
  [{ state: 'excess', factor: 3.1 }, 'warn'],
  [{ state: 'halt', factor: 3.1 }, 'reduced'],
]);

at(money.dailyLoss, [
  [{ lossFraction: 0.02 }, 'fine'],
  [{ lossFraction: 0.02 + EPSILON }, 'warn'],
  [{ lossFraction: 0.03 }, 'warn'],
  [{ lossFraction: 0.03 + EPSILON }, 'reduced'],
  [{ lossFraction: 0.05 }, 'reduced'],
  [{ lossFraction: 0.05 + EPSILON }, 'emergency'],
]);

const down = (fall: number, stage: 'normal' | 'soft' | 'hard' = 'normal') => ({
  ...{ fall, stage },
  calmSinceMs: null,
});
at(money.drawdown, [
  [down(0.1), 'fine'],
  [down(0.1 + EPSILON), 'warn'],
  [down(0.15), 'warn'],
  [down(0.15 + EPSILON), 'reduced'],
  [down(0.2), 'reduced'],
  [down(0.2 + EPSILON), 'emergency'],
  [down(0, 'soft'), 'reduced'],
  [down(0, 'hard'), 'emergency'],
  [down(Number.NaN), 'emergency'],
]);

const risk = (at95: number, at99: number, shortfall: number, heat: number) => ({
  ...{ valueAtRisk95: at95, valueAtRisk: at99 },
  ...{ shortfall, heat },
});
at(portfolio.valueAtRisk, [
  [risk(0, 0, 0, 0), 'fine'],
  [risk(0.015, 0.023, 0.031, 0.19), 'fine'],
  [risk(0.016, 0, 0, 0), 'warn'],
  [risk(0, 0.024, 0, 0), 'warn'],
  [risk(0, 0, 0.032, 0), 'warn'],
  [risk(0, 0, 0, 0.2), 'warn'],
  [risk(0, 0, 0, 0.225 - EPSILON), 'warn'],
  [risk(0, 0, 0, 0.225), 'reduced'],
  [risk(0.02, 0, 0, 0), 'reduced'],
  [risk(0.025 - EPSILON, 0.0375 - EPSILON, 0.05 - EPSILON, 0.3125 - EPSILON), 'reduced'],
  [risk(0, 0.0375 + EPSILON, 0, 0), 'emergency'],
  [risk(0, 0, 0, 1), 'emergency'],
  [risk(Number.NaN, 0, 0, 0), 'reduced'],
  [risk(0.3, Number.NaN, 0, 0), 'emergency'],
  [risk(Number.POSITIVE_INFINITY, 0, 0, 0), 'emergency'],
]);

at(money.lossVelocity, [
  [{ lossFraction: 0.01 }, 'fine'],
  [{ lossFraction: 0.01 + EPSILON }, 'emergency'],
]);

at(venue.unknownOrder, [
  [{ unknownMs: 2_000 }, 'fine'],
  [{ unknownMs: 2_001 }, 'paused'],
]);

const differs = (lots: number, equityFraction: number, sinceLastMs: number) => ({
  lots,
  equityFraction,
  sinceLastMs,
});
at(venue.reconciliationDifference, [
  [differs(1, 0.0005, 0), 'fine'],
  [differs(1.01, 0, Number.POSITIVE_INFINITY), 'warn'],
  [differs(1.01, 0, 30_000), 'warn'],
  [differs(1.01, 0, 29_999), 'halted'],
  [differs(0, 0.0005 + EPSILON, 0), 'halted'],
  [differs(0, Number.NaN, 0), 'fine'],
]);

const filled = (beyondLimitTicks: number, beyondMidBps: number, isOurs = true) => ({
  beyondLimitTicks,
  beyondMidBps,
  isOurs,
});
at(venue.strangeFill, [
  [filled(0, 50), 'fine'],
  [filled(-3, 0), 'fine'],
  [filled(1, 0), 'halted'],
  [filled(0, 51), 'halted'],
  [filled(0, 0, false), 'halted'],
]);

at(venue.rejectRatio, [
  [{ rejects: 10, answers: 50 }, 'fine'],
  [{ rejects: 11, answers: 50 }, 'paused'],
  [{ rejects: 49, answers: 49 }, 'fine'],
]);

const failing = (isOpen: boolean) => ({ isOpen, failingFraction: 0.6 });
at(venue.apiErrors, [
  [failing(false), 'fine'],
  [failing(true), 'halted'],
]);

at(venue.throttled, [
  [{ bans: 0, throttles: 2 }, 'fine'],
  [{ bans: 1, throttles: 0 }, 'paused'],
  [{ bans: 0, throttles: 3 }, 'paused'],
]);

at(venue.deadMan, [
  [{ elapsedFraction: 0.5 }, 'fine'],
  [{ elapsedFraction: 0.5 + EPSILON }, 'paused'],
  [{ elapsedFraction: 0.8 }, 'paused'],
  [{ elapsedFraction: 0.8 + EPSILON }, 'halted'],
]);

const answered = (p99Ms: number, baselineMs: number) => ({ p99Ms, baselineMs });
at(venue.ackLatency, [
  [answered(1_000, 100), 'fine'],
  [answered(1_001, 1_000), 'warn'],
  [answered(400, 40), 'fine'],
  [answered(401, 40), 'warn'],
  [answered(250, 1), 'fine'],
  [answered(251, 1), 'warn'],
]);

test.run();
