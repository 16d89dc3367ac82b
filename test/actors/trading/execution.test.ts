import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import { executionActor } from '../../../actors/trading/execution.ts';
import type { QuotesWanted } from '../../../actors/trading/quotes-wanted.ts';
import { Gate } from '../../../src/control/gate.ts';
import { clientIdsOf } from '../../../src/core/ids.ts';
import { err, ok } from '../../../src/core/result.ts';
import { amountOf, lotsOf } from '../../../src/core/units.ts';
import type { OrderIntent, OrderRecord, OrderStatus } from '../../../src/execution/order.ts';
import { DeskMetrics } from '../../../src/ops/desk-metrics.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLane, aRecorder } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const VENUE = 'trading/venues/venue:binance';

interface Risk {
  answer: 'approves' | 'refuses' | 'crashes';
}

async function anExecution(parts: { readonly hasVenue?: boolean; readonly isReal?: boolean } = {}) {
  const { hasVenue = true, isReal = false } = parts;
  const tested = aLane();
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  const metrics = new DeskMetrics();
  const risk: Risk = { answer: 'approves' };
  const toldToRisk: unknown[] = [];
  const execution = () =>
    executionActor({
      instruments: [anInstrument()],
      gate,
      clientId: clientIdsOf('desk', 1),
      amendingOf: () => ({ changes: 'price-and-size', isQueued: false }),
      metrics,
      isClockReal: isReal,
    });
  const riskSpec = () =>
    aRecorder(toldToRisk, {
      answer(_state, question) {
        if (risk.answer === 'crashes') throw new Error('boom');
        const isGood = risk.answer === 'approves';
        return isGood ? ok(question) : err({ kind: 'position-limit', worst: 2, limit: 1 });
      },
    });
  const actors = { 'trading/risk': riskSpec as never, 'trading/execution': execution };
  const heard = await aBranch(tested, actors, hasVenue ? [VENUE] : []);
  const { lane, env } = tested;
  const want = async (parts: Partial<QuotesWanted> = {}): Promise<void> => {
    const size = { bidTicks: 5_999_000, bidLots: 10, askTicks: 6_001_000, askLots: 10 };
    const decided = { strategy: 'mm', instrument: 0, decidedNs: env.clock.mono(), shownShare: 1 };
    lane.send(address.execution, { kind: 'quotes-wanted', ...size, ...decided, ...parts });
    await env.settle();
  };
  const sent = () => (heard[VENUE] ?? []) as readonly { kind: string; order: OrderIntent }[];
  const placed = () => sent().flatMap(({ kind, order }) => (kind === 'place' ? [order] : []));
  const cancelled = () =>
    (heard[VENUE] ?? []).flatMap((message) => {
      const { kind, clientId } = message as { kind: string; clientId: string };
      return kind === 'cancel' ? [clientId] : [];
    });
  const live = () => {
    const view = lane.view('trading/execution');
    return view.ok ? view.value : null;
  };
  return { ...tested, gate, metrics, risk, toldToRisk, want, placed, cancelled, live };
}

function ended(order: OrderIntent, status: OrderStatus): OrderRecord {
  return {
    order,
    status,
    venueOrderId: '1',
    filledLots: lotsOf(0),
    filledQuote: amountOf(0n),
    isCancelRequested: false,
    amendment: null,
    isWaiting: false,
    isAmendUnknown: false,
    reason: '',
  };
}

test('a quote of which a part is to show leaves as an iceberg', async () => {
  const { want, placed } = await anExecution();
  await want({ shownShare: 0.5 });
  assert.equal(
    placed().map(({ shownLots }) => shownLots),
    [5, 5],
  );
});

test('wanted quotes become approved orders at the venue, each with an id of its own', async () => {
  const { want, placed, live, gate } = await anExecution();
  await want();
  const orders = placed();
  assert.equal(
    orders.map(({ side, ticks, lots, epoch }) => [side, ticks, lots, epoch]),
    [
      ['buy', 5_999_000, 10, gate.epoch],
      ['sell', 6_001_000, 10, gate.epoch],
    ],
  );
  assert.is(new Set(orders.map(({ clientId }) => clientId)).size, 2);
  assert.equal(live(), [{ strategy: 'mm', live: 2 }]);
  await want();
  assert.is(placed().length, 2, 'what is there already is not sent again');
});

test('a quote that moves is cancelled, and its successor leaves in the same turn', async () => {
  const { want, placed, cancelled } = await anExecution();
  await want();
  const [bid] = placed();
  await want({ bidTicks: 5_998_000 });
  assert.equal(cancelled(), [bid?.clientId]);
  assert.is(placed().at(-1)?.ticks, 5_998_000);
});

test('an order that risk refuses does not leave, and is counted by its reason', async () => {
  const { want, placed, risk, metrics } = await anExecution();
  risk.answer = 'refuses';
  await want();
  assert.equal(placed(), []);
  assert.equal([...metrics.refusals], [['position-limit', 2]]);
});

test('while risk is down nothing leaves', async () => {
  const { want, placed, risk, metrics } = await anExecution();
  risk.answer = 'crashes';
  await want();
  assert.equal(placed(), []);
  assert.equal(
    [...metrics.refusals],
    [
      ['risk-crashed', 1],
      ['risk-unavailable', 1],
    ],
  );
});

test('an order that no venue takes is told to risk, so that it counts no longer', async () => {
  const { want, toldToRisk, metrics, live } = await anExecution({ hasVenue: false });
  await want({ askLots: 0 });
  const [told] = toldToRisk as readonly { kind: string }[];
  assert.is(told?.kind, 'order-dropped');
  assert.equal([...metrics.refusals], [['venue-unavailable', 1]]);
  assert.equal(live(), [{ strategy: 'mm', live: 0 }]);
});

for (const [what, close] of [
  ['the gate is closed', (gate: Gate) => gate.close('reconciling')],
  ['the mode forbids it', (gate: Gate) => gate.setMode('manual')],
] as const) {
  test(`while ${what} quotes are taken back and none is made`, async () => {
    const { want, placed, cancelled, gate } = await anExecution();
    await want();
    close(gate);
    await want({ bidTicks: 5_998_000 });
    assert.is(placed().length, 2);
    assert.equal(
      cancelled(),
      placed().map(({ clientId }) => clientId),
    );
  });
}

test('an order that has ended is forgotten, and made again when it is still wanted', async () => {
  const { lane, env, want, placed, live } = await anExecution();
  await want({ askLots: 0 });
  const [bid] = placed() as [OrderIntent];
  const event = { kind: 'order-canceled', clientId: bid.clientId, reason: '' } as const;
  const record = ended(bid, 'canceled');
  lane.send(address.execution, { kind: 'order-updated', record, event, incident: null });
  await env.settle();
  assert.equal(live(), [{ strategy: 'mm', live: 0 }]);
  await want({ askLots: 0 });
  assert.is(placed().length, 2);
});

test('an order that was dropped before it was journaled is forgotten', async () => {
  const { lane, env, want, placed, live } = await anExecution();
  await want({ askLots: 0 });
  lane.send(address.execution, { kind: 'order-dropped', order: placed()[0] as OrderIntent });
  await env.settle();
  assert.equal(live(), [{ strategy: 'mm', live: 0 }]);
});

test('quotes of one strategy, or of all, are taken back when that is asked', async () => {
  const { lane, env, want, placed, cancelled } = await anExecution();
  await want();
  await want({ strategy: 'other', bidTicks: 5_990_000, askTicks: 6_010_000 });
  lane.send(address.execution, { kind: 'withdraw', strategy: 'other' });
  await env.settle();
  const idsOf = (strategy: string) =>
    placed().flatMap((order) => (order.strategy === strategy ? [order.clientId] : []));
  assert.equal(cancelled(), idsOf('other'));
  lane.send(address.execution, { kind: 'withdraw', strategy: 'all' });
  await env.settle();
  assert.equal(cancelled(), [...idsOf('other'), ...idsOf('mm')]);
});

test('news of strategies that it does not know are nothing to it', async () => {
  const { lane, env, want, placed, live } = await anExecution();
  await want({ askLots: 0 });
  const order = { ...(placed()[0] as OrderIntent), strategy: 'nobody' };
  lane.send(address.execution, { kind: 'order-dropped', order });
  lane.send(address.execution, {
    kind: 'order-updated',
    record: ended(order, 'canceled'),
    event: { kind: 'order-canceled', clientId: order.clientId, reason: '' },
    incident: null,
  });
  await env.settle();
  assert.equal(live(), [{ strategy: 'mm', live: 1 }]);
});

test('the time to a decision is measured on a real clock only', async () => {
  const real = await anExecution({ isReal: true });
  await real.want();
  assert.is.not(real.metrics.decision.percentileUs(99), null);
  const virtual = await anExecution();
  await virtual.want();
  assert.is(virtual.metrics.decision.percentileUs(99), null);
});

test.run();
