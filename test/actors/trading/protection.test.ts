import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import { protectionActor } from '../../../actors/trading/protection.ts';
import type { ControlEvent } from '../../../src/control/events.ts';
import { Gate } from '../../../src/control/gate.ts';
import { clientIdsOf } from '../../../src/core/ids.ts';
import { err, ok } from '../../../src/core/result.ts';
import { amountOf, lotsOf } from '../../../src/core/units.ts';
import type { OrderIntent, OrderRecord } from '../../../src/execution/order.ts';
import { DeskMetrics } from '../../../src/ops/desk-metrics.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLane, aRecorder } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { aRecord, type LaterEvent } from '../../support/trade/orders.ts';

const VENUE = 'trading/venues/venue:binance';
const PORTFOLIO = 'trading/portfolio';
/** What 100 lots cost at tick 6,000,000. */
const COST = amountOf(6_000_000_000n);

async function aProtection(orders: readonly OrderRecord[] = []) {
  const told: ControlEvent[] = [];
  const tested = aLane();
  const { lane, env } = tested;
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  const risk = { approves: true };
  const riskSpec = () =>
    aRecorder([], {
      answer: (_state, question) =>
        risk.approves ? ok(question) : err({ kind: 'not-reducing', position: 0, lots: 1 }),
    });
  const protection = () =>
    protectionActor({
      gate,
      clientId: clientIdsOf('desk', 1),
      venueOf: () => 0,
      markets: [{ instrument: anInstrument(), stopBps: 200 }],
      restore: async () => orders,
      journal: (event) => void told.push(event),
      metrics: new DeskMetrics(),
      isClockReal: false,
    });
  const actors = { 'trading/risk': riskSpec as never, 'trading/protection': protection };
  const heard = await aBranch(tested, actors, [VENUE, PORTFOLIO]);
  const sent = (kind: string) =>
    ((heard[VENUE] ?? []) as { kind: string; order: OrderIntent; clientId: string }[]).filter(
      (message) => message.kind === kind,
    );
  return {
    ...{ heard, gate, risk, told },
    placed: () => sent('place').map(({ order }) => order),
    cancelled: () => sent('cancel').map(({ clientId }) => clientId),
    async hold(lots: number, instrument = 0): Promise<void> {
      const cost = (COST * BigInt(Math.abs(lots))) / 100n;
      const position = { instrument, lots: lotsOf(lots), cost: amountOf(cost) };
      lane.send(address.protection, { kind: 'position-changed', ...position });
      await env.settle();
    },
    async after(ms: number): Promise<void> {
      for (let spent = 0; spent < ms; spent += 250) await env.advance(250);
    },
    async tell(record: OrderRecord, event: LaterEvent): Promise<void> {
      lane.send(address.protection, { kind: 'order-updated', record, event, incident: null });
      await env.settle();
    },
    async drop(kind: 'order-dropped' | 'amend-dropped', order: OrderIntent): Promise<void> {
      lane.send(address.protection, { kind, order });
      await env.settle();
    },
    view() {
      const view = lane.view('trading/protection');
      return view.ok ? (view.value as { protection: string; live: number }[])[0] : undefined;
    },
  };
}

const acceptedOf = ({ clientId }: OrderIntent): LaterEvent => ({
  kind: 'order-accepted',
  clientId,
  venueOrderId: '7',
});

test('it asks for the position, and keeps one stop for it', async () => {
  const { heard, hold, after, placed, tell, view } = await aProtection();
  const asked = heard[PORTFOLIO] as { kind: string }[];
  assert.equal(
    asked.map(({ kind }) => kind),
    ['tell-position'],
  );
  await after(1_000);
  assert.is(placed().length, 0);
  await hold(100);
  await hold(50, 1);
  await after(250);
  const [order] = placed() as [OrderIntent];
  assert.is(order.lots, 100);
  assert.equal(order.trigger, { kind: 'stop', ticks: 5_880_000 });
  assert.is(view()?.protection, 'naked');
  const accepted = acceptedOf(order);
  await tell(aRecord(order, accepted), accepted);
  await tell(aRecord({ ...order, instrument: 1 }, accepted), accepted);
  await after(60_000);
  assert.is(placed().length, 1);
  assert.equal(view(), { venue: 'binance', symbol: 'BTCUSDT', protection: 'protected', live: 1 });
});

test('a stop for more than is held is taken back', async () => {
  const { hold, after, placed, tell, cancelled } = await aProtection();
  await hold(100);
  await after(250);
  const [order] = placed() as [OrderIntent];
  const accepted = acceptedOf(order);
  await tell(aRecord(order, accepted), accepted);
  await hold(40);
  await after(250);
  assert.equal(cancelled(), [order.clientId]);
  assert.is(placed().length, 1);
});

test('a stop from before a restart is adopted', async () => {
  const first = await aProtection();
  await first.hold(100);
  await first.after(250);
  const [order] = first.placed() as [OrderIntent];
  const stop = aRecord(order, acceptedOf(order));
  const elsewhere = aRecord({ ...order, clientId: 'desk-1-protect-2', instrument: 1 });
  const { hold, after, placed, view } = await aProtection([stop, elsewhere]);
  await hold(100);
  await after(10_000);
  assert.is(placed().length, 0);
  assert.is(view()?.protection, 'protected');
});

test('what risk refuses, and what never left, is tried again', async () => {
  const { hold, after, placed, risk, drop } = await aProtection();
  risk.approves = false;
  await hold(100);
  await after(250);
  assert.is(placed().length, 0);
  risk.approves = true;
  await after(2_000);
  assert.is(placed().length, 1);
  const [order] = placed() as [OrderIntent];
  await drop('amend-dropped', order);
  await drop('order-dropped', { ...order, instrument: 1 });
  await after(60_000);
  assert.is(placed().length, 1);
  await drop('order-dropped', order);
  await after(8_000);
  assert.is(placed().length, 2);
});

test('it does nothing while the gate is closed, the mode forbids it or a pause is on', async () => {
  const { gate, hold, after, placed } = await aProtection();
  await hold(100);
  const obstacles: readonly (readonly [() => void, () => void])[] = [
    [() => gate.close('stopping'), () => gate.open('stopping')],
    [() => gate.setMode('emergency'), () => gate.setMode('manual')],
    [() => gate.pauseVenue(0, 'disconnected'), () => gate.resumeVenue(0, 'disconnected')],
    [() => gate.pauseInstrument(0, 'disconnected'), () => gate.resumeInstrument(0, 'disconnected')],
  ];
  for (const [begin, end] of obstacles) {
    begin();
    await after(1_000);
    assert.is(placed().length, 0);
    end();
  }
  await after(250);
  assert.is(placed().length, 1, 'also in manual');
});

test('a position that stays without a stop is told of, once', async () => {
  const { hold, after, risk, told } = await aProtection();
  risk.approves = false;
  await hold(100);
  await after(10_000);
  assert.equal(told, []);
  await after(60_000);
  assert.equal(told, [
    {
      kind: 'incident',
      what: 'naked-position',
      where: 'trading/protection',
      detail: 'binance BTCUSDT: no stop at the venue for 10 s',
    },
  ]);
});

test.run();
