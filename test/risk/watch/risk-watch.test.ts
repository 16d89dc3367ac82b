import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PERMISSIONS } from '../../../src/control/gate.ts';
import type { Instrument } from '../../../src/core/instrument.ts';
import { amountOf, nanosOf } from '../../../src/core/units.ts';
import { submitted } from '../../../src/execution/order.ts';
import type { BreakerEvent } from '../../../src/risk/breakers/events.ts';
import { type BreakerSettings, breakersSection } from '../../../src/risk/breakers/settings.ts';
import type { MarketDayOpened } from '../../../src/risk/budgets/market-day.ts';
import type { RungChanged } from '../../../src/risk/ladders/rung-changed.ts';
import { type PortfolioSettings, portfolioSection } from '../../../src/risk/portfolio/settings.ts';
import { PreTradeCheck } from '../../../src/risk/pre-trade.ts';
import type { RiskState } from '../../../src/risk/risk-desk.ts';
import { type LoopFigures, RiskWatch } from '../../../src/risk/watch/risk-watch.ts';
import { aKernel } from '../../support/control/kernels.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { someLimits } from '../../support/trade/limits.ts';
import { aFill, anOrder } from '../../support/trade/orders.ts';

const MS = 1e6;
const btc = anInstrument({ tick: '1', lot: '1', notionalMin: '1' });
const eth = anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH', tick: '1', lot: '1' });
const EMPTY: RiskState = { positions: new Map(), openOrders: [], day: null };

/** A watch over two markets at 100 ticks of 1, on a desk that has 10,000. */
function aWatch(
  parts: {
    readonly state?: Partial<RiskState>;
    readonly settings?: Partial<BreakerSettings>;
    readonly loop?: () => LoopFigures;
    readonly other?: Instrument;
    readonly portfolio?: PortfolioSettings;
  } = {},
) {
  const instruments = [btc, parts.other ?? eth];
  const tested = aKernel();
  const limits = someLimits({ maxOrderNotional: 1e6, maxPositionNotional: 1e6, staleBookMs: 1e6 });
  const check = new PreTradeCheck(instruments, limits, 0);
  const journal: (BreakerEvent | RungChanged | MarketDayOpened)[] = [];
  const warnings: string[] = [];
  const watch = new RiskWatch(
    {
      instruments,
      venues: [...new Set(instruments.map(({ venue }) => venue))],
      kernel: tested.kernel,
      settings: () => breakersSection.parse(parts.settings ?? {}),
      check,
      state: { ...EMPTY, ...parts.state },
      record: (event) => void journal.push(event),
      warned: (control) => void warnings.push(control),
      loop: parts.loop ?? null,
      ...(parts.portfolio === undefined
        ? {}
        : { portfolio: () => parts.portfolio as PortfolioSettings }),
    },
    0,
  );
  let updateId = 0;
  const quote = (instrument: number, bidTicks: number, askTicks: number, atMs: number): void => {
    updateId += 1;
    const receivedNs = atMs * MS;
    check.onQuote(instrument, bidTicks, askTicks, receivedNs);
    const sizes = { bidLots: 1, askLots: 1, updateId, receivedNs };
    watch.onQuote({ kind: 'quote-updated', instrument, bidTicks, askTicks, ...sizes });
  };
  const funds = (held: Readonly<Record<string, number>>): void => {
    const units = Object.entries(held).map(
      ([asset, amount]) => [asset, amountOf(BigInt(amount) * 100_000_000n)] as const,
    );
    watch.on({ kind: 'funds-told', funds: new Map([[btc.venue, new Map(units)]]) }, 0);
  };
  const tick = (atMs: number): void => watch.on({ kind: 'watch' }, atMs);
  for (const instrument of [0, 1]) quote(instrument, 99, 101, 0);
  return { ...tested, watch, check, journal, warnings, quote, funds, tick };
}

let issued = 0;
function ask({ check }: ReturnType<typeof aWatch>, parts = {}, atMs = 0) {
  issued += 1;
  const order = anOrder({ clientId: `r${issued}`, ticks: 100, lots: 1, ...parts });
  const permissions = PERMISSIONS['full-auto'];
  const moment = { nowNs: atMs * MS, mode: 'full-auto', permissions };
  return check.check(
    { ...order, decidedNs: nanosOf(issued) },
    { ...moment, riskScale: 1, isStrategyPaused: false },
  );
}

test('C01: the pre-trade check knows the equity that the ledger has told', () => {
  const tested = aWatch();
  assert.ok(ask(tested, { lots: 50 }).ok);
  tested.funds({ USDT: 12_500 });
  const refused = ask(tested, { lots: 3 });
  assert.equal(refused.ok ? null : refused.error, {
    kind: 'control',
    control: 'C01',
    name: 'equity-share',
    measured: 0.024,
    limit: 0.02,
    largestLots: 2,
  });
});

test('C03: what is open on the other markets of the venue counts as leverage', () => {
  const tested = aWatch({ settings: { limits: { C01: { equityFraction: 1 }, C04: BIG } } });
  tested.funds({ USDT: 100 });
  assert.ok(ask(tested, { instrument: 1, lots: 1 }).ok);
  tested.check.exposure(1).position = -3;
  const refused = ask(tested, { lots: 1 });
  assert.is(!refused.ok && refused.error.kind === 'control' && refused.error.name, 'leverage');
});
const BIG = { equityFraction: 100 };

test('C12: a market that falls silent is paused in the gate, and comes back by itself', () => {
  const { gate, quote, tick, journal } = aWatch();
  for (let atMs = 0; atMs <= 5_000; atMs += 250) {
    quote(1, 99, 101, atMs);
    tick(atMs);
  }
  assert.equal([gate.instrumentPauses(0), gate.instrumentPauses(1)], [['soft-breaker'], []]);
  for (let atMs = 5_000; atMs <= 16_000; atMs += 250) {
    for (const instrument of [0, 1]) quote(instrument, 99, 101, atMs);
    tick(atMs);
  }
  assert.equal(gate.instrumentPauses(0), []);
  const kinds = journal.map(({ kind }) => kind).filter((kind) => kind.startsWith('breaker'));
  assert.equal(kinds, ['breaker-opened', 'breaker-probing', 'breaker-closed']);
});

test('C23: a crash of the mid against the position is an emergency', () => {
  const { check, funds, tick, quote, emergencies } = aWatch();
  funds({ USDT: 10_000 });
  tick(0);
  check.profit.setUnrealised(0, -99);
  quote(0, 99, 101, 1_000);
  tick(1_000);
  assert.equal(emergencies, []);
  check.profit.setUnrealised(0, -103);
  tick(2_000);
  assert.is(emergencies.length, 1);
  assert.match(emergencies[0] ?? '', 'C23: velocity of the loss: found 0.01');
});

test('C21: the peak that the journal has is where a drawdown begins', () => {
  const { watch, tick, funds, emergencies } = aWatch({
    state: { peak: amountOf(3_000n * 100_000_000n) },
  });
  funds({ USDT: 10_000 });
  tick(0);
  assert.is(emergencies.length, 1);
  assert.is(watch.summary().peak, 3_000);
});

test('C24: an order that was submitted before a restart blocks its symbol after 2 s', () => {
  const { tick, gate, quote } = aWatch({ state: { openOrders: [submitted(anOrder())] } });
  // A market that is heard of, so that nobody pauses it for its silence.
  const until = (fromMs: number, toMs: number): void => {
    for (let atMs = fromMs; atMs <= toMs; atMs += 250) {
      quote(0, 99, 101, atMs);
      tick(atMs);
    }
  };
  until(0, 2_000);
  assert.equal(gate.instrumentPauses(0), []);
  until(2_250, 3_000);
  assert.equal(gate.instrumentPauses(0), ['breaker']);
});

test('C26: a fill that is not ours halts the venue, a deposit does not', () => {
  const { watch, gate } = aWatch();
  const where = { venue: btc.venue, symbol: btc.symbol };
  const moved = {
    transferId: '1',
    asset: 'USDT',
    amount: amountOf(1n),
    reason: 'deposit',
  } as const;
  watch.onLedgerEvent({ kind: 'transferred', venue: btc.venue, ...moved }, 0);
  assert.equal(gate.venuePauses(0), []);
  const foreign = { kind: 'external-filled', ...where, side: 'buy', fill: aFill() } as const;
  watch.onLedgerEvent(foreign, 0);
  assert.equal(gate.venuePauses(0), ['breaker']);
});

test('C25: a difference is measured in lots of its market and of the equity', () => {
  const { watch, funds, gate } = aWatch();
  funds({ USDT: 10_000 });
  const differed = (asset: string, units: number, atMs: number): void =>
    watch.on({ kind: 'balances-differed', venue: 0, differences: [{ asset, units }] }, atMs);
  for (const atMs of [0, 1_000]) differed('BTC', 1e8, atMs);
  assert.equal(gate.venuePauses(0), ['breaker']);
  const other = aWatch();
  other.funds({ USDT: 10_000 });
  for (const atMs of [0, 1_000]) {
    other.watch.on(
      { kind: 'balances-differed', venue: 0, differences: [{ asset: 'USDT', units: 6e8 }] },
      atMs,
    );
  }
  assert.equal(other.gate.venuePauses(0), ['breaker']);
});

test('C31: late answers refuse what takes at that venue, and nothing else', () => {
  const tested = aWatch();
  for (let at = 0; at < 30; at += 1) {
    const order = anOrder({ clientId: `late${at}` });
    const record = submitted(order);
    const submittedEvent = { kind: 'order-submitted', order } as const;
    const shared = { kind: 'order-updated', incident: null } as const;
    tested.watch.onOrder({ ...shared, record, event: submittedEvent }, 0);
    const accepted = {
      kind: 'order-accepted',
      clientId: order.clientId,
      venueOrderId: '1',
    } as const;
    tested.watch.onOrder(
      { ...shared, record: { ...record, status: 'open' }, event: accepted },
      1_500,
    );
  }
  tested.tick(2_000);
  const refused = ask(tested, {}, 2_000);
  assert.is(!refused.ok && refused.error.kind === 'control' && refused.error.name, 'takers-off');
  assert.ok(ask(tested, { isPostOnly: true, ticks: 99 }, 2_000).ok);
});

test('C32: a loop that stands still pauses the desk, or stops it', () => {
  const figures = { delayP99Ms: 0, delayMaxMs: 0, heapFraction: 0 };
  const { watch, tick, gate, emergencies, funds } = aWatch({ loop: () => figures });
  funds({ USDT: 10_000 });
  tick(0);
  assert.equal(watch.summary().blind, []);
  assert.is(gate.isClosed, false);
  figures.delayP99Ms = 51;
  tick(1_000);
  assert.equal(gate.causes(), ['soft-breaker'], 'an emergency may still flatten');
  figures.delayMaxMs = 251;
  tick(2_000);
  assert.is(emergencies.length, 1);
});

test('new numbers are in force from the next look on', () => {
  const { watch, tick, quote, gate } = aWatch();
  watch.on(
    {
      kind: 'adopt-breakers',
      settings: breakersSection.parse({ limits: { C12: { haltMs: 60_000, hardHaltMs: 60_000 } } }),
    },
    0,
  );
  quote(0, 99, 101, 0);
  tick(30_000);
  assert.equal(gate.instrumentPauses(0), []);
  assert.is(watch.summary().limits['C12']?.['haltMs'], 60_000);
});

test('it says what it is blind for', () => {
  const { watch, tick, funds } = aWatch();
  tick(0);
  assert.equal(watch.summary().blind, [
    'C01 C03 C04 C20 C21 C22 C23: no valuation is known',
    'C32: not measured under a virtual clock',
  ]);
  assert.is(watch.summary().equity, null);
  funds({ USDT: 5 });
  tick(1_000);
  assert.equal([watch.summary().blind.length, watch.summary().equity], [1, 5]);
});

test('what is held is worth its last price while its market has one side', () => {
  const { watch, tick, quote, funds } = aWatch();
  quote(0, 99, 101, 0);
  funds({ USDT: 50, BTC: 1 });
  assert.is(watch.summary().equity, 150);
  quote(0, 0, 90, 1_000);
  funds({ USDT: 50, BTC: 1 });
  tick(1_000);
  assert.is(watch.summary().equity, 150, 'nobody is blind because the bids are gone');
  assert.not.ok(watch.summary().blind.join().includes('C21'));
});

test('an account in which nothing was ever booked hides nothing of the others', () => {
  const other = anInstrument({ index: 1, venue: 'elsewhere', tick: '1', lot: '1' });
  const { watch, funds, tick } = aWatch({ other });
  tick(0);
  assert.is(watch.summary().equity, null);
  funds({ USDT: 70 });
  tick(1_000);
  assert.is(watch.summary().equity, 70);
});

test('an account that holds nothing at all makes nobody rich', () => {
  const { watch } = aWatch();
  watch.on({ kind: 'funds-told', funds: new Map() }, 0);
  assert.is(watch.summary().equity, null);
});

test('C26: the fill of a market order is judged by the mid of its market', () => {
  const { watch, gate, quote } = aWatch();
  quote(0, 99, 101, 0);
  const order = anOrder({ kind: 'market', ticks: 0, lots: 2 });
  const fillAt = (ticks: number): void => {
    const fill = aFill({ ticks, lots: 1 });
    const record = { ...submitted(order), status: 'partially-filled' as const };
    const event = { kind: 'order-filled', clientId: order.clientId, fill } as const;
    watch.onOrder({ kind: 'order-updated', record, event, incident: null }, 0);
  };
  fillAt(100);
  assert.equal(gate.venuePauses(0), []);
  fillAt(150);
  assert.equal(gate.venuePauses(0), ['breaker']);
});

test('a budget of a strategy that trades no market binds nobody', () => {
  const portfolio = portfolioSection.parse({
    budgets: { strategies: { mm: { valueAtRiskFraction: 1e-6 } } },
  });
  const tested = aWatch({ portfolio });
  tested.funds({ USDT: 10_000 });
  tested.tick(1_000);
  const [row] = tested.watch.summary().portfolio.budgets;
  assert.equal([row?.scope, row?.valueAtRisk], ['strategy:mm', 0]);
  assert.ok(ask(tested, { isPostOnly: true, ticks: 99 }, 1_000).ok);
});

test('a warning of a control is told', () => {
  const { tick, warnings } = aWatch();
  tick(1_000);
  assert.equal(warnings, ['C12', 'C12']);
});

test('an order that never left is no reason to refuse the next, and a lost book no spread', () => {
  const tested = aWatch();
  const first = ask(tested, { isPostOnly: true, ticks: 99 });
  assert.ok(first.ok);
  if (first.ok) tested.watch.onDropped(first.value.clientId);
  assert.ok(ask(tested, { isPostOnly: true, ticks: 99 }).ok);
  tested.watch.onQuoteLost({ kind: 'quote-lost', instrument: 0, reason: 'disconnected' }, 0);
  tested.tick(1_000);
});

test('C15: two venues that show one asset at two prices are both told apart', () => {
  const other = anInstrument({ index: 1, venue: 'elsewhere', tick: '1', lot: '1' });
  const { watch, tick, quote } = aWatch({ other });
  quote(0, 9_999, 10_001, 100);
  quote(1, 11_999, 12_001, 100);
  for (let atMs = 250; atMs <= 5_000; atMs += 250) tick(atMs);
  const open = watch.summary().breakers.filter(({ control }) => control === 'C15');
  assert.is(open.length, 2);
});

test.run();
