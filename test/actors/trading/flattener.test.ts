import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import { executionActor } from '../../../actors/trading/execution.ts';
import { Gate } from '../../../src/control/gate.ts';
import type { FlattenPermit } from '../../../src/control/stop/flatten-permit.ts';
import { clientIdsOf } from '../../../src/core/ids.ts';
import { err, ok } from '../../../src/core/result.ts';
import { lotsOf } from '../../../src/core/units.ts';
import type { Situation } from '../../../src/execution/flatten/flattening.ts';
import type { OrderIntent, OrderRecord } from '../../../src/execution/order.ts';
import { DeskMetrics } from '../../../src/ops/desk-metrics.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLane, aRecorder } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { aRecord } from '../../support/trade/orders.ts';

const VENUE = 'trading/venues/venue:binance';
const CONTROL = 'safety/control';
const MS = 1e6;

/** Execution between a risk whose position a test sets, a venue and a control that listen. */
async function aFlattener() {
  const tested = aLane();
  const { lane, env } = tested;
  const world = { position: 500, openLots: 0, isRiskThere: true, approves: true };
  const risk = () =>
    aRecorder([], {
      answer(_state, question): unknown {
        if (!world.isRiskThere) throw new Error('boom');
        if (question !== 'situation') {
          if (!world.approves) return err({ kind: 'mode', mode: 'emergency' });
          world.openLots = (question as OrderIntent).lots;
          return ok(question);
        }
        const { position, openLots } = world;
        const situation: Situation = {
          terms: { sliceNotional: 180, bandBps: 100, staleMs: 1e9 },
          exposed: [{ position, openLots, bidTicks: 5_999_000, askTicks: 6_001_000, quotedNs: 0 }],
        };
        return situation;
      },
    });
  const execution = () =>
    executionActor({
      instruments: [anInstrument()],
      gate: new Gate(),
      clientId: clientIdsOf('desk', 1),
      amendingOf: () => ({ changes: 'price-and-size', isQueued: false }),
      metrics: new DeskMetrics(),
      isClockReal: false,
    });
  const actors = { 'trading/risk': risk as never, 'trading/execution': execution };
  const heard = await aBranch(tested, actors, [VENUE, CONTROL]);
  const placed = () =>
    ((heard[VENUE] ?? []) as readonly { kind: string; order: OrderIntent }[]).map(
      ({ order }) => order,
    );
  const permit = async (epoch = 7, ms = 1_000): Promise<void> => {
    const given = { epoch, deadlineNs: env.clock.mono() + ms * MS } as FlattenPermit;
    lane.send(address.execution, { kind: 'flatten', permit: given });
    await env.settle();
  };
  /** The venue fills so much of the last order and ends it. */
  const ended = async (filled: number): Promise<void> => {
    const order = placed().at(-1) as OrderIntent;
    world.position -= filled;
    world.openLots = 0;
    const end = { kind: 'order-expired', clientId: order.clientId, reason: '' } as const;
    const record: OrderRecord = { ...aRecord(order, end), filledLots: lotsOf(filled) };
    lane.send(address.execution, { kind: 'order-updated', record, event: end, incident: null });
    await env.settle();
  };
  return { ...tested, world, placed, permit, ended, reports: () => heard[CONTROL] ?? [] };
}

test('ES17: it sells in slices of the permit until it is flat, and says so once', async () => {
  const { placed, permit, ended, reports, world, env } = await aFlattener();
  await permit();
  for (let slice = 1; world.position > 0; slice += 1) {
    assert.is(placed().length, slice);
    const { strategy, isReduceOnly, timeInForce, epoch, lots } = placed().at(-1) as OrderIntent;
    assert.equal([strategy, isReduceOnly, timeInForce, epoch], ['flatten', true, 'ioc', 7]);
    await ended(lots);
  }
  assert.equal(reports(), [{ kind: 'flattened', left: '' }]);
  await env.advance(1_000);
  assert.is(reports().length, 1, 'and rests');
});

test('an order that brings nothing is followed by another, until the time is over', async () => {
  const { placed, permit, ended, reports, env } = await aFlattener();
  await permit();
  await ended(0);
  await env.advance(250);
  assert.is(placed().length, 2);
  assert.ok((placed()[1]?.ticks ?? 0) < (placed()[0]?.ticks ?? 0));
  await env.advance(800);
  assert.equal(reports(), [{ kind: 'flattened', left: 'BTCUSDT 0.00500 (open-orders)' }]);
});

test('what risk refuses, or the venue drops, is tried again', async () => {
  const { lane, placed, permit, world, env } = await aFlattener();
  world.approves = false;
  await permit();
  assert.equal(placed(), []);
  world.approves = true;
  await env.advance(250);
  assert.is(placed().length, 1);
  await env.advance(250);
  assert.is(placed().length, 1, 'one at a time');
  world.openLots = 0;
  lane.send(address.execution, { kind: 'order-dropped', order: placed()[0] as OrderIntent });
  await env.advance(250);
  assert.is(placed().length, 2);
});

test('while risk is down nothing is sent and nothing is concluded', async () => {
  const { placed, permit, world, env, reports } = await aFlattener();
  world.isRiskThere = false;
  await permit();
  await env.advance(100);
  assert.equal([placed(), reports()], [[], []]);
  world.isRiskThere = true;
  await env.advance(100);
  assert.is(placed().length, 1);
});

test('a newer permit goes on where the older one was, in its own epoch', async () => {
  const { placed, permit, ended } = await aFlattener();
  await permit(7);
  await permit(9);
  await ended(lotsOf(10));
  assert.is(placed().at(-1)?.epoch, 9);
});

test('what is told to cease ceases, and tells what is left', async () => {
  const { lane, placed, permit, reports, env } = await aFlattener();
  lane.send(address.execution, { kind: 'cease' });
  lane.send(address.execution, { kind: 'flatten-step' });
  await env.settle();
  const left = { kind: 'flattened', left: 'BTCUSDT 0.00500 (out of time)' };
  assert.equal([placed(), reports()], [[], [left]], 'what the permit never came for');
  await permit();
  const sent = placed().length;
  lane.send(address.execution, { kind: 'cease' });
  await env.advance(300);
  const onItsWay = { kind: 'flattened', left: 'BTCUSDT 0.00500 (open-orders)' };
  assert.equal(reports(), [left, onItsWay]);
  lane.send(address.execution, { kind: 'order-dropped', order: placed()[0] as OrderIntent });
  await env.advance(300);
  assert.is(placed().length, sent, 'late news of an order starts nothing');
});

test('what could not be found out is not called flat', async () => {
  const { lane, permit, reports, world, env } = await aFlattener();
  world.isRiskThere = false;
  await permit(7, 100);
  await env.advance(100);
  const left = { kind: 'flattened', left: 'what there is could not be found out' };
  assert.equal(reports(), [left]);
  lane.send(address.execution, { kind: 'cease' });
  await env.settle();
  assert.equal(reports(), [left, left]);
});

test.run();
