import type { AuditEvent } from '../../audit/events.ts';
import type { EstopRecorded } from '../../control/estop-event.ts';
import type { ControlEvent } from '../../control/events.ts';
import { MODES } from '../../control/gate.ts';
import { RESET_CLASSES, SEVERITIES } from '../../control/safety-cause.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import type { Amendment } from '../../execution/amend/amendment.ts';
import type { InstrumentDefined } from '../../execution/definitions.ts';
import type { LedgerEvent } from '../../execution/ledger.ts';
import type { OrderEvent, OrderIntent } from '../../execution/order.ts';
import type { VenueReconciled } from '../../execution/reconciliation.ts';
import type { MarketEvent } from '../../market/market-event.ts';
import { ALERT_LEVELS, type AlertEvent } from '../../ops/alerts/alert.ts';
import type { BreakerEvent } from '../../risk/breakers/events.ts';
import type { MarketDayOpened } from '../../risk/budgets/market-day.ts';
import type { RungChanged } from '../../risk/ladders/rung-changed.ts';
import type { ForecastEvent } from '../../risk/report/forecasts.ts';
import type { RiskDayOpened } from '../../risk/risk-desk.ts';
import { SIZE_RULES, type SizeSet } from '../../risk/sizing/sizing-desk.ts';
import type { VolatilityEvent } from '../../risk/volatility/live/volatility-desk.ts';
import type { StrategyConfigured } from '../../strategies/decision-record.ts';
import type { MarketDataRemoved } from '../columns/sealed/retention.ts';
import { backfillField, instrumentField, stoodField } from './fields/definition-fields.ts';
import { orderField, plainOrder, sideField } from './fields/order-fields.ts';
import { breakerFields, rungFields } from './fields/risk-fields.ts';
import {
  amendmentField,
  amount,
  choice,
  decided,
  document,
  type Field,
  fill,
  flag,
  integer,
  object,
  prose,
  spotFill,
  text,
  transferFields,
} from './fields.ts';

/** Everything that the journal holds. */
export type JournalEvent =
  | OrderEvent
  | LedgerEvent
  | VenueReconciled
  | RiskDayOpened
  | BreakerEvent
  | RungChanged
  | MarketDayOpened
  | ControlEvent
  | AlertEvent
  | EstopRecorded
  | InstrumentDefined
  | StrategyConfigured
  | MarketEvent
  | MarketDataRemoved
  | VolatilityEvent
  | SizeSet
  | ForecastEvent
  | AuditEvent;
export type EventKind = JournalEvent['kind'];
type EventOf<K extends EventKind> = Extract<JournalEvent, { readonly kind: K }>;

interface EventFormat<K extends EventKind> {
  /** Never used for anything else again. */
  readonly code: number;
  /** Counts the layouts of this kind; one that is not listed here is refused. */
  readonly version: number;
  readonly fields: Field<Omit<EventOf<K>, 'kind'>>;
  /** Layouts of versions before, which are read and no longer written. */
  readonly earlier?: Readonly<Record<number, Field<Omit<EventOf<K>, 'kind'>>>>;
}

const whole = integer<number>();
const mode = choice(MODES);

/** An event that says that an order came to something, and why. */
const reasoned = object({ clientId: text, reason: prose });

export const EVENTS: { readonly [K in EventKind]: EventFormat<K> } = {
  'order-submitted': {
    code: 1,
    version: 3,
    fields: decided(object<{ readonly order: OrderIntent }>({ order: orderField })),
    // Before venues kept orders, and at first without the evidence.
    earlier: {
      1: object({ order: plainOrder }),
      2: decided(object<{ readonly order: OrderIntent }>({ order: plainOrder })),
    },
  },
  'order-refused': { code: 2, version: 1, fields: reasoned },
  'order-accepted': {
    code: 3,
    version: 1,
    fields: object({ clientId: text, venueOrderId: text }),
  },
  'order-rejected': { code: 4, version: 1, fields: reasoned },
  'order-outcome-unknown': { code: 5, version: 1, fields: reasoned },
  'order-filled': {
    code: 6,
    version: 2,
    fields: object({ clientId: text, fill }),
    // Before there were margin accounts.
    earlier: { 1: object({ clientId: text, fill: spotFill }) },
  },
  'order-canceled': { code: 7, version: 1, fields: reasoned },
  'order-expired': { code: 8, version: 1, fields: reasoned },
  'order-unacked': { code: 9, version: 1, fields: reasoned },
  'order-abandoned': { code: 10, version: 1, fields: reasoned },
  'cancel-submitted': { code: 11, version: 1, fields: object({ clientId: text }) },
  'amend-submitted': {
    code: 110,
    version: 1,
    fields: decided(
      object<{ readonly clientId: string; readonly amendment: Amendment }>({
        clientId: text,
        amendment: amendmentField,
      }),
    ),
  },
  'amend-refused': { code: 111, version: 1, fields: reasoned },
  'amend-accepted': {
    code: 112,
    version: 1,
    fields: object({ clientId: text, ticks: integer<Ticks>(), lots: integer<Lots>() }),
  },
  'amend-rejected': { code: 113, version: 1, fields: reasoned },
  'amend-outcome-unknown': { code: 114, version: 1, fields: reasoned },
  transferred: {
    code: 20,
    version: 2,
    fields: transferFields(['opening', 'deposit', 'withdrawal', 'adjustment', 'funding']),
    earlier: { 1: transferFields(['opening', 'deposit', 'withdrawal', 'adjustment']) },
  },
  'external-filled': {
    code: 21,
    version: 2,
    fields: object({ venue: text, symbol: text, side: sideField, fill }),
    earlier: { 1: object({ venue: text, symbol: text, side: sideField, fill: spotFill }) },
  },
  'venue-reconciled': {
    code: 22,
    version: 1,
    fields: object({ venue: text, marks: document }),
  },
  'risk-day-opened': {
    code: 23,
    version: 1,
    fields: object({ day: integer<number>(), profit: amount }),
  },
  booted: {
    code: 30,
    version: 1,
    fields: object({ boot: integer<number>(), deskId: text, version: text, wasClean: flag }),
  },
  stopped: { code: 31, version: 1, fields: object({ reason: prose }) },
  'mode-changed': {
    code: 32,
    version: 1,
    fields: object({
      from: mode,
      to: mode,
      requested: mode,
      by: text,
      reason: prose,
      epoch: integer<number>(),
      machine: document,
      machineVersion: integer<number>(),
    }),
  },
  'command-given': { code: 33, version: 1, fields: object({ by: text, command: prose }) },
  'config-changed': {
    code: 34,
    version: 1,
    fields: object({ by: text, digest: text, changes: prose }),
  },
  incident: {
    code: 35,
    version: 1,
    fields: object({ what: text, where: text, detail: prose }),
  },
  'instrument-defined': {
    code: 40,
    version: 1,
    fields: object({ instrument: instrumentField }),
  },
  'command-refused': {
    code: 60,
    version: 1,
    fields: object({ by: text, role: text, command: prose, reason: prose }),
  },
  'mode-requested': {
    code: 61,
    version: 1,
    fields: object({ statement: document, by: text, key: text, signature: text }),
  },
  'mode-approved': {
    code: 62,
    version: 1,
    fields: object({
      statement: document,
      requestedBy: text,
      requestKey: text,
      requestSignature: text,
      approvedBy: text,
      approvalKey: text,
      approvalSignature: text,
    }),
  },
  'strategy-configured': {
    code: 63,
    version: 1,
    fields: object({ strategy: text, settingsId: integer<number>(), settings: document }),
  },
  estop: {
    code: 64,
    version: 1,
    fields: object({
      what: text,
      cause: text,
      by: text,
      detail: prose,
      monoUs: integer(),
      wallMs: integer(),
      modeBefore: mode,
      modeAfter: mode,
      openOrders: integer<number>(),
    }),
  },
  'breaker-opened': { code: 70, version: 1, fields: breakerFields },
  'breaker-probing': { code: 71, version: 1, fields: object({ control: text, scope: text }) },
  'breaker-closed': {
    code: 72,
    version: 1,
    fields: object({ control: text, scope: text, by: text }),
  },
  'profit-peaked': { code: 73, version: 1, fields: object({ profit: amount }) },
  'rung-changed': { code: 123, version: 1, fields: rungFields },
  'market-day-opened': {
    code: 124,
    version: 1,
    fields: object({ day: integer<number>(), profits: document }),
  },
  'guard-armed': { code: 76, version: 1, fields: object({ pid: integer<number>() }) },
  'guard-lost': { code: 77, version: 1, fields: object({ reason: prose }) },
  'guard-tripped': { code: 78, version: 1, fields: object({ trip: whole, cause: prose }) },
  heartbeat: { code: 80, version: 1, fields: object({ covered: integer<number>() }) },
  'audit-key-rotated': { code: 81, version: 1, fields: object({ newKey: text }) },
  'severity-changed': {
    code: 85,
    version: 1,
    fields: object({
      change: choice(['raised', 'probed', 'released']),
      cause: text,
      severity: choice(SEVERITIES),
      reset: choice(RESET_CLASSES),
      by: text,
      reason: prose,
      epoch: integer<number>(),
      kept: document,
    }),
  },
  'alert-raised': {
    code: 90,
    version: 1,
    fields: object({
      id: integer<number>(),
      level: choice(ALERT_LEVELS),
      what: text,
      by: text,
      text: prose,
    }),
  },
  'alert-acknowledged': {
    code: 91,
    version: 1,
    fields: object({ id: integer<number>(), by: text, reason: prose }),
  },
  'data-gap': {
    code: 100,
    version: 1,
    fields: object({
      instrument: whole,
      how: choice(['sequence', 'rate']),
      fromMs: whole,
      toMs: whole,
      missing: whole,
    }),
  },
  'quality-scored': {
    code: 101,
    version: 1,
    fields: object({
      instrument: whole,
      fromMs: whole,
      toMs: whole,
      score: whole,
      parts: document,
    }),
  },
  'backfill-queued': { code: 106, version: 1, fields: object({ job: backfillField }) },
  'backfill-ended': {
    code: 107,
    version: 1,
    fields: object({ id: text, outcome: choice(['filled', 'given-up', 'no-room']) }),
  },
  'market-stood': { code: 108, version: 1, fields: stoodField },
  'volatility-calibrated': {
    code: 120,
    version: 1,
    fields: object({
      ...{ instrument: whole, turn: whole, verdict: choice(['adopted', 'refused']) },
      ...{ model: text, observations: whole, detail: document },
    }),
  },
  'size-set': {
    code: 121,
    version: 1,
    fields: object({
      instrument: whole,
      rule: choice(SIZE_RULES),
      positionLots: whole,
      orderLots: whole,
      detail: document,
    }),
  },
  'volatility-warmed': {
    code: 109,
    version: 1,
    fields: object({
      ...{ instrument: whole, returns: whole },
      ...{ missing: whole, fromMs: whole, toMs: whole },
    }),
  },
  'correlations-calibrated': {
    code: 128,
    version: 1,
    fields: object({
      ...{ turn: whole, verdict: choice(['adopted', 'refused']), markets: whole },
      ...{ observations: whole, detail: document },
    }),
  },
  'price-jumped': {
    code: 127,
    version: 1,
    fields: object({
      ...{ instrument: whole, endMs: whole, returnPpm: whole },
      ...{ statisticMilli: whole, thresholdMilli: whole },
    }),
  },
  'loss-forecast': {
    code: 130,
    version: 1,
    fields: object({ atMs: whole, detail: document }),
  },
  'loss-scored': {
    code: 131,
    version: 1,
    fields: object({ atMs: whole, detail: document }),
  },
  'order-triggered': {
    code: 132,
    version: 1,
    fields: object({ clientId: text, venueOrderId: text }),
  },
  'market-data-removed': { code: 105, version: 1, fields: object({ why: text, what: prose }) },
};
