import { type AnyControl, defaultsOf } from './control.ts';
import {
  bookIntegrity,
  clockOffset,
  divergence,
  modelOutput,
  spreadBlowout,
  staleness,
  toxicity,
} from './market.ts';
import { dailyLoss, drawdown, lossVelocity, slippage } from './money.ts';
import { contacts, instrumentRule, priceCollar, reduceOnly, selfTrade } from './order-shape.ts';
import {
  concentration,
  duplicateOrder,
  leverage,
  orderNotional,
  orderRate,
  repeatedExecution,
} from './order-size.ts';
import {
  ackLatency,
  apiErrors,
  deadMan,
  reconciliationDifference,
  rejectRatio,
  strangeFill,
  throttled,
  unknownOrder,
} from './orders-and-venue.ts';
import { valueAtRisk } from './portfolio.ts';
import { auditHealth, crashLoop, eventLoop, killCommand, mismatch, openAlert } from './process.ts';

/** All controls by number: the catalogue of docs/safety.md, one entry each. */
export const CONTROLS: readonly AnyControl[] = [
  orderNotional,
  priceCollar,
  leverage,
  concentration,
  orderRate,
  duplicateOrder,
  repeatedExecution,
  selfTrade,
  instrumentRule,
  reduceOnly,
  contacts,
  staleness,
  bookIntegrity,
  spreadBlowout,
  divergence,
  clockOffset,
  toxicity,
  modelOutput,
  slippage,
  dailyLoss,
  drawdown,
  valueAtRisk,
  lossVelocity,
  unknownOrder,
  reconciliationDifference,
  strangeFill,
  rejectRatio,
  apiErrors,
  throttled,
  deadMan,
  ackLatency,
  eventLoop,
  auditHealth,
  crashLoop,
  mismatch,
  openAlert,
  killCommand,
];

/** The default numbers of every control that has some, by id. */
export function defaultLimits(): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const entries = CONTROLS.filter(({ limits }) => Object.keys(limits).length > 0);
  return Object.fromEntries(entries.map((control) => [control.id, defaultsOf(control)]));
}
