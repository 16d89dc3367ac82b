import fc from 'fast-check';
import { MODES } from '../../../src/control/gate.ts';
import { RESET_CLASSES, SEVERITIES } from '../../../src/control/safety-cause.ts';
import { compileInstrument, type Instrument } from '../../../src/core/instrument.ts';
import {
  type Amount,
  amountOf,
  type Lots,
  lotsOf,
  type Millis,
  millisOf,
  type Nanos,
  nanosOf,
  type Ticks,
  ticksOf,
} from '../../../src/core/units.ts';
import type { Fill, OrderIntent, Trigger } from '../../../src/execution/order.ts';
import { EVIDENCE_NUMBERS } from '../../../src/execution/proof/evidence.ts';
import type { BackfillJob } from '../../../src/market/quality/backfill.ts';
import { ALERT_LEVELS } from '../../../src/ops/alerts/alert.ts';
import { RUNGS } from '../../../src/risk/ladders/de-risking.ts';
import { SIZE_RULES } from '../../../src/risk/sizing/sizing-desk.ts';
import type { EventKind, JournalEvent } from '../../../src/storage/journal/event-table.ts';

export function anInstrument(over: Partial<Instrument> & { lot?: string } = {}): Instrument {
  const { lot = '0.001', ...rest } = over;
  const compiled = compileInstrument({
    index: 0,
    venue: 'kraken',
    symbol: 'BTC/USD',
    base: 'BTC',
    quote: 'USD',
    tick: '0.1',
    lot,
    notionalMin: '5',
    ...(rest as object),
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value;
}

export function anOrder(over: Partial<OrderIntent> = {}): OrderIntent {
  return {
    clientId: 'desk-1-mm-1',
    strategy: 'mm',
    venue: 'kraken',
    instrument: 0,
    side: 'buy',
    kind: 'limit',
    timeInForce: 'gtc',
    isPostOnly: true,
    isReduceOnly: false,
    ticks: ticksOf(600_000),
    lots: lotsOf(10),
    epoch: 3,
    decidedNs: nanosOf(1_000_000),
    deadlineNs: nanosOf(2_000_000),
    ...over,
  };
}

export function aFill(over: Partial<Fill> = {}): Fill {
  return {
    tradeId: 't1',
    ticks: ticksOf(600_000),
    lots: lotsOf(4),
    quote: amountOf(24_000_000_000n),
    fee: amountOf(1_000_000n),
    feeAsset: 'USD',
    isMaker: true,
    venueMs: millisOf(1_700_000_000_000),
    ...over,
  };
}

export const submitted = (over: Partial<OrderIntent> = {}): JournalEvent => ({
  kind: 'order-submitted',
  order: anOrder(over),
});

/** Objects as programs make them; fast-check's own have no prototype now and then. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

const name = fc.string({ unit: 'grapheme', maxLength: 20 });
const words = fc.string({ unit: 'grapheme', maxLength: 200 });
const whole = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, 1, -1));
const amount = fc
  .bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n })
  .map((units) => units as Amount);
const ticks = whole as fc.Arbitrary<Ticks>;
const lots = whole as fc.Arbitrary<Lots>;
const side = fc.constantFrom('buy' as const, 'sell' as const);
const mode = fc.constantFrom(...MODES);

const spotFill: fc.Arbitrary<Fill> = record<Omit<Fill, 'realised'>>({
  tradeId: name,
  ticks,
  lots,
  quote: amount,
  fee: amount,
  feeAsset: name,
  isMaker: fc.boolean(),
  venueMs: whole as fc.Arbitrary<Millis>,
});

const marginFill = fc.tuple(spotFill, amount).map(([kept, realised]) => ({ ...kept, realised }));
const fill: fc.Arbitrary<Fill> = fc.oneof(spotFill, marginFill);

const plainOrder: fc.Arbitrary<OrderIntent> = record({
  clientId: name,
  strategy: name,
  venue: name,
  instrument: fc.nat(1023),
  side,
  kind: fc.constantFrom('limit' as const, 'market' as const),
  timeInForce: fc.constantFrom('gtc' as const, 'ioc' as const, 'fok' as const),
  isPostOnly: fc.boolean(),
  isReduceOnly: fc.boolean(),
  ticks,
  lots,
  epoch: whole,
  decidedNs: whole as fc.Arbitrary<Nanos>,
  deadlineNs: whole as fc.Arbitrary<Nanos>,
});

const trigger: fc.Arbitrary<Trigger> = fc.oneof(
  record({
    kind: fc.constantFrom('stop' as const, 'take-profit' as const, 'pair' as const),
    ticks,
  }),
  record({ kind: fc.constant('trailing-stop' as const), ticks, bips: fc.nat() }),
);

const order: fc.Arbitrary<OrderIntent> = fc.oneof(
  plainOrder,
  fc.tuple(plainOrder, trigger).map(([plain, waited]) => ({ ...plain, trigger: waited })),
  fc.tuple(plainOrder, lots).map(([plain, shownLots]) => ({ ...plain, shownLots })),
);

const amendment = record({
  ticks: whole as fc.Arbitrary<Ticks>,
  lots: whole as fc.Arbitrary<Lots>,
  epoch: whole,
  decidedNs: whole as fc.Arbitrary<Nanos>,
  deadlineNs: whole as fc.Arbitrary<Nanos>,
});

const instrument: fc.Arbitrary<Instrument> = record({
  index: fc.nat(1023),
  lot: fc.constantFrom('1', '0.05', '0.00001'),
  base: name,
}).map(anInstrument);

// NaN, which is not equal to itself, and −0 have a test of their own.
const evidence = fc
  .float64Array({
    noNaN: true,
    minLength: EVIDENCE_NUMBERS.length,
    maxLength: EVIDENCE_NUMBERS.length,
  })
  .map((numbers) => numbers.map((number) => number + 0));

const reasoned = { clientId: name, reason: words };

type Shapes = {
  readonly [K in EventKind]: fc.Arbitrary<
    Omit<Extract<JournalEvent, { readonly kind: K }>, 'kind'>
  >;
};

/** One arbitrary for each kind, so that a kind without one does not compile. */
const shapes: Shapes = {
  'order-submitted': fc.oneof(record({ order }), record({ order, evidence })),
  'order-refused': record(reasoned),
  'order-accepted': record({ clientId: name, venueOrderId: name }),
  'order-triggered': record({ clientId: name, venueOrderId: name }),
  'order-rejected': record(reasoned),
  'order-outcome-unknown': record(reasoned),
  'order-filled': record({ clientId: name, fill }),
  'order-canceled': record(reasoned),
  'order-expired': record(reasoned),
  'order-unacked': record(reasoned),
  'order-abandoned': record(reasoned),
  'cancel-submitted': record({ clientId: name }),
  'amend-submitted': fc.oneof(
    record({ clientId: name, amendment }),
    record({ clientId: name, amendment, evidence }),
  ),
  'amend-refused': record(reasoned),
  'amend-accepted': record({
    clientId: name,
    ticks: whole as fc.Arbitrary<Ticks>,
    lots: whole as fc.Arbitrary<Lots>,
  }),
  'amend-rejected': record(reasoned),
  'amend-outcome-unknown': record(reasoned),
  transferred: record({
    venue: name,
    transferId: name,
    asset: name,
    amount,
    reason: fc.constantFrom('opening', 'deposit', 'withdrawal', 'adjustment', 'funding'),
  }),
  'external-filled': record({ venue: name, symbol: name, side, fill }),
  booted: record({ boot: fc.nat(), deskId: name, version: name, wasClean: fc.boolean() }),
  stopped: record({ reason: words }),
  'mode-changed': record({
    from: mode,
    to: mode,
    requested: mode,
    by: name,
    reason: words,
    epoch: fc.nat(),
    machine: words,
    machineVersion: fc.nat(),
  }),
  'severity-changed': record({
    change: fc.constantFrom('raised', 'probed', 'released'),
    cause: name,
    severity: fc.constantFrom(...SEVERITIES),
    reset: fc.constantFrom(...RESET_CLASSES),
    by: name,
    reason: words,
    epoch: fc.nat(),
    kept: words,
  }),
  'command-given': record({ by: name, command: words }),
  'command-refused': record({ by: name, role: name, command: words, reason: words }),
  'mode-requested': record({ statement: words, by: name, key: name, signature: name }),
  'mode-approved': record({
    statement: words,
    requestedBy: name,
    requestKey: name,
    requestSignature: name,
    approvedBy: name,
    approvalKey: name,
    approvalSignature: name,
  }),
  'config-changed': record({ by: name, digest: name, changes: words }),
  'venue-reconciled': record({ venue: name, marks: words }),
  'risk-day-opened': record({ day: fc.nat(), profit: amount }),
  'guard-armed': record({ pid: fc.nat() }),
  'guard-lost': record({ reason: words }),
  'guard-tripped': record({ trip: fc.nat(), cause: words }),
  incident: record({ what: name, where: name, detail: words }),
  estop: record({
    what: name,
    cause: name,
    by: name,
    detail: words,
    monoUs: fc.nat(),
    wallMs: fc.nat().map(millisOf),
    modeBefore: mode,
    modeAfter: mode,
    openOrders: fc.nat(),
  }),
  'instrument-defined': record({ instrument }),
  'strategy-configured': record({ strategy: name, settingsId: fc.nat(), settings: words }),
  'breaker-opened': record({
    control: name,
    scope: name,
    severity: name,
    reset: name,
    measured: name,
    limit: name,
    regime: name,
  }),
  'breaker-probing': record({ control: name, scope: name }),
  'breaker-closed': record({ control: name, scope: name, by: name }),
  'profit-peaked': record({ profit: amount }),
  'market-day-opened': record({ day: fc.nat(), profits: fc.json() }),
  'rung-changed': record({
    control: name,
    from: fc.constantFrom(...RUNGS),
    to: fc.constantFrom(...RUNGS),
    measure: name,
    measured: name,
    limit: name,
    use: name,
  }),
  heartbeat: record({ covered: fc.nat() }),
  'alert-raised': record({
    id: fc.nat(),
    level: fc.constantFrom(...ALERT_LEVELS),
    what: name,
    by: name,
    text: words,
  }),
  'alert-acknowledged': record({ id: fc.nat(), by: name, reason: words }),
  'backfill-queued': record({
    job: record<BackfillJob>({
      id: name,
      venue: name,
      symbol: name,
      fromMs: fc.nat(),
      toMs: fc.nat(),
      fromId: fc.nat(),
      toId: fc.nat(),
      stake: fc.constantFrom('position', 'traded', 'watched'),
      attempts: fc.nat(),
      notBeforeMs: fc.nat(),
    }),
  }),
  'backfill-ended': record({
    id: name,
    outcome: fc.constantFrom('filled', 'given-up', 'no-room'),
  }),
  'market-stood': record({
    venue: name,
    symbol: name,
    standing: fc.constantFrom('trading', 'halted', 'rules-changed'),
    detail: words,
  }),
  'data-gap': record({
    instrument: fc.nat(),
    how: fc.constantFrom('sequence', 'rate'),
    fromMs: fc.nat(),
    toMs: fc.nat(),
    missing: fc.nat(),
  }),
  'quality-scored': record({
    instrument: fc.nat(),
    fromMs: fc.nat(),
    toMs: fc.nat(),
    score: fc.nat(),
    parts: words,
  }),
  'volatility-calibrated': record({
    instrument: fc.nat(),
    turn: fc.nat(),
    verdict: fc.constantFrom('adopted', 'refused'),
    model: name,
    observations: fc.nat(),
    detail: words,
  }),
  'size-set': record({
    instrument: fc.nat(),
    rule: fc.constantFrom(...SIZE_RULES),
    positionLots: fc.maxSafeNat(),
    orderLots: fc.maxSafeNat(),
    detail: words,
  }),
  'volatility-warmed': record({
    instrument: fc.nat(),
    returns: fc.nat(),
    missing: fc.nat(),
    fromMs: fc.nat(),
    toMs: fc.nat(),
  }),
  'correlations-calibrated': record({
    turn: fc.nat(),
    verdict: fc.constantFrom('adopted', 'refused'),
    markets: fc.nat(),
    observations: fc.nat(),
    detail: words,
  }),
  'price-jumped': record({
    instrument: fc.nat(),
    endMs: fc.nat(),
    returnPpm: fc.integer(),
    statisticMilli: fc.nat(),
    thresholdMilli: fc.nat(),
  }),
  'loss-forecast': record({ atMs: fc.nat(), detail: words }),
  'loss-scored': record({ atMs: fc.nat(), detail: words }),
  'audit-key-rotated': record({ newKey: name }),
  'market-data-removed': record({ why: name, what: words }),
};

export const anyEvent: fc.Arbitrary<JournalEvent> = fc.oneof(
  ...(Object.entries(shapes) as [EventKind, fc.Arbitrary<object>][]).map(([kind, shape]) =>
    shape.map((fields) => ({ kind, ...fields }) as JournalEvent),
  ),
);
