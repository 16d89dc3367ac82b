import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type {
  OrderEvent,
  OrderIntent,
  OrderRecord,
  Trigger,
} from '../../../src/execution/order.ts';
import { applyOrderEvent, submitted } from '../../../src/execution/order.ts';
import { OrderWatch } from '../../../src/risk/watch/order-watch.ts';
import { amendEvents, anAmendment } from '../../support/trade/amendments.ts';
import { aPair, aStop, aTrail } from '../../support/trade/natives.ts';
import { aFill, anOrder } from '../../support/trade/orders.ts';
import { aPort } from '../../support/trade/watches.ts';

type Later = Exclude<OrderEvent, { kind: 'order-submitted' }>;

/** One venue with two markets whose mid is at 100 ticks. */
function aVenue() {
  const { port, found } = aPort();
  const venues = ['binance'];
  const watch = new OrderWatch(
    port,
    [{ venue: 'binance' }, { venue: 'binance' }],
    venues,
    () => 100,
  );
  const records = new Map<string, OrderRecord>();
  const submit = (order: OrderIntent, atMs: number): void => {
    const record = submitted(order);
    records.set(order.clientId, record);
    const event = { kind: 'order-submitted', order } as const;
    watch.onOrder({ kind: 'order-updated', record, event, incident: null }, atMs);
  };
  const told = (event: Later, atMs: number): void => {
    const before = records.get(event.clientId) as OrderRecord;
    const { record, incident } = applyOrderEvent(before, event);
    records.set(event.clientId, record);
    watch.onOrder({ kind: 'order-updated', record, event, incident }, atMs);
  };
  const accepted = (clientId: string, atMs: number): void =>
    told({ kind: 'order-accepted', clientId, venueOrderId: '1' }, atMs);
  const rejected = (clientId: string, atMs: number, reason = '-2010 no funds'): void =>
    told({ kind: 'order-rejected', clientId, reason }, atMs);
  return { watch, found, submit, told, accepted, rejected };
}

let issued = 0;
const order = (parts = {}): OrderIntent => {
  issued += 1;
  return anOrder({ clientId: `w${issued}`, ticks: 100, lots: 5, ...parts });
};

test('C24: an order without an answer for more than 2 s blocks its symbol until it has one', () => {
  const { watch, found, submit, accepted } = aVenue();
  const lost = order({ instrument: 1 });
  submit(lost, 0);
  submit(order(), 1_500);
  watch.tick(2_000);
  assert.equal(found, []);
  watch.tick(2_001);
  assert.equal(found, ['C24 instrument:1 paused']);
  accepted(lost.clientId, 2_002);
  found.length = 0;
  watch.tick(2_003);
  assert.equal(found, []);
});

test('C24: an order whose outcome was unknown before a restart is waited for from then on', () => {
  const { watch, found } = aVenue();
  watch.restore({ ...submitted(order()), status: 'unknown' }, 10_000);
  watch.restore({ ...submitted(order()), status: 'open' }, 10_000);
  watch.tick(12_000);
  assert.equal(found, []);
  watch.tick(12_001);
  assert.equal(found, ['C24 instrument:0 paused']);
});

test('C24: orders are followed up to a bound', () => {
  const { watch, found, submit } = aVenue();
  for (let at = 0; at < 4_100; at += 1) submit(order(), 0);
  watch.tick(3_000);
  assert.equal(found, ['C24 instrument:0 paused']);
});

test('C07: an order that fills beyond what it asked for is an emergency', () => {
  const { found, submit, told } = aVenue();
  const one = order();
  submit(one, 0);
  told({ kind: 'order-filled', clientId: one.clientId, fill: aFill({ ticks: 100, lots: 5 }) }, 1);
  assert.equal(found, []);
  told({ kind: 'order-filled', clientId: one.clientId, fill: aFill({ ticks: 100, lots: 1 }) }, 2);
  assert.ok(found.includes('C07 desk emergency'));
});

test('C26: a fill beyond its limit price halts the venue, one that is better does not', () => {
  const { found, submit, told } = aVenue();
  const buy = order();
  const sell = order({ side: 'sell' });
  submit(buy, 0);
  submit(sell, 0);
  told({ kind: 'order-filled', clientId: buy.clientId, fill: aFill({ ticks: 99, lots: 1 }) }, 1);
  told({ kind: 'order-filled', clientId: sell.clientId, fill: aFill({ ticks: 101, lots: 1 }) }, 1);
  assert.equal(found, []);
  told({ kind: 'order-filled', clientId: sell.clientId, fill: aFill({ ticks: 99, lots: 1 }) }, 2);
  assert.equal(found, ['C26 venue:0 halted']);
});

test('C26: a market order is held against the mid', () => {
  const { found, submit, told } = aVenue();
  const market = order({ kind: 'market', ticks: 0 });
  submit(market, 0);
  const filled = (ticks: number): void =>
    told({ kind: 'order-filled', clientId: market.clientId, fill: aFill({ ticks, lots: 1 }) }, 1);
  filled(100);
  assert.equal(found, []);
  filled(101);
  assert.equal(found, ['C26 venue:0 halted']);
});

test('C26: a stop is held against the nearer of the mid and its trigger', () => {
  const after = (trigger: Trigger, ticks: number): readonly string[] => {
    const { found, submit, told } = aVenue();
    const stop = order({ side: 'sell', kind: 'market', ticks: 0, trigger });
    submit(stop, 0);
    told({ kind: 'order-filled', clientId: stop.clientId, fill: aFill({ ticks, lots: 1 }) }, 1);
    return found;
  };
  const halted = ['C26 venue:0 halted'];
  assert.equal(after(aStop(1_000), 99), halted, '1 % below the mid, far below the trigger');
  assert.equal(after(aStop(99), 99), [], 'the mid is heard late');
  assert.equal(after(aStop(99), 98), halted, '101 bps below the trigger');
  assert.equal(after(aTrail(), 100), []);
  assert.equal(after(aTrail(), 99), halted, 'where one that trails has woken nobody knows');
});

test('C26: a fill is held against nothing where there is neither a mid nor a limit', () => {
  const { port, found } = aPort();
  const watch = new OrderWatch(port, [{ venue: 'binance' }], ['binance'], () => 0);
  const market = order({ kind: 'market', ticks: 0 });
  const event = {
    kind: 'order-filled' as const,
    clientId: market.clientId,
    fill: aFill({ ticks: 500, lots: 1 }),
  };
  const { record } = applyOrderEvent(submitted(market), event);
  watch.onOrder({ kind: 'order-updated', record, event, incident: null }, 1);
  assert.equal(found, []);
});

test('C26: a pair is bound by its limit until its stop has woken', () => {
  const { found, submit, told } = aVenue();
  const pair = order({ side: 'sell', ticks: 105, trigger: aPair(95) });
  submit(pair, 0);
  const filled = (tradeId: string, ticks: number): void => {
    const fill = aFill({ tradeId, ticks, lots: 1 });
    told({ kind: 'order-filled', clientId: pair.clientId, fill }, 1);
  };
  filled('1', 105);
  filled('2', 95);
  assert.equal(found, [], 'a fill of the stop is told before the stop has woken');
  filled('3', 94);
  assert.equal(found, ['C26 venue:0 halted']);
});

test('C24: an order that waits for its trigger has been answered', () => {
  const { watch, found, submit, accepted } = aVenue();
  const stop = order({ side: 'sell', kind: 'market', ticks: 0, trigger: aStop(90) });
  submit(stop, 0);
  accepted(stop.clientId, 1);
  watch.tick(60_000);
  assert.equal(found, []);
});

test('C27: a stop that the market has overtaken is no reject to count', () => {
  const { found, submit, rejected } = aVenue();
  for (let at = 0; at < 60; at += 1) {
    const stop = order({ trigger: aStop(90) });
    submit(stop, at);
    rejected(stop.clientId, at, '-2010 Stop price would trigger immediately.');
  }
  assert.equal(found, []);
  for (let at = 0; at < 60; at += 1) {
    const stop = order({ trigger: aStop(90) });
    submit(stop, at);
    rejected(stop.clientId, at);
  }
  assert.ok(found.includes('C27 venue:0 paused'));
});

test('C26: a fill of an order that is not ours halts the venue', () => {
  const { watch, found } = aVenue();
  watch.onForeignFill(0, 5);
  assert.equal(found, ['C26 venue:0 halted']);
});

test('C27: the eleventh reject of fifty answers pauses the venue; then it counts anew', () => {
  const { found, submit, accepted, rejected } = aVenue();
  const answer = (isReject: boolean, atMs: number): void => {
    const one = order();
    submit(one, atMs);
    if (isReject) rejected(one.clientId, atMs);
    else accepted(one.clientId, atMs);
  };
  for (let at = 0; at < 50; at += 1) answer(at % 5 === 0, at);
  assert.equal(found, []);
  answer(false, 50);
  for (let at = 0; at < 2; at += 1) answer(true, 51 + at);
  assert.equal(found, ['C27 venue:0 paused']);
  answer(true, 60);
  assert.is(found.length, 1);
});

test('C27: a post-only order that would have taken is no reject to count', () => {
  const { found, submit, rejected } = aVenue();
  for (let at = 0; at < 60; at += 1) {
    const one = order({ isPostOnly: true });
    submit(one, at);
    rejected(one.clientId, at, '-2010 Order would immediately match and take.');
  }
  assert.equal(found, []);
});

test('C31: answers that are late by p99 turn takers off; nothing new says nothing', () => {
  const { watch, found, submit, accepted } = aVenue();
  const answerAfter = (ms: number, atMs: number): void => {
    const one = order();
    submit(one, atMs);
    accepted(one.clientId, atMs + ms);
  };
  for (let at = 0; at < 19; at += 1) answerAfter(2_000, at);
  watch.sample(3_000);
  assert.equal(found, []);
  answerAfter(2_000, 3_000);
  watch.sample(5_000);
  assert.equal(found, ['C31 venue:0 warn']);
  found.length = 0;
  watch.sample(6_000);
  assert.equal(found, []);
  for (let at = 0; at < 200; at += 1) answerAfter(5, 7_000 + at);
  watch.sample(8_000);
  assert.equal(found, ['C31 venue:0 fine']);
});

test('C26: a fill from before an amendment may be told after it, one beyond both is not', () => {
  const { found, submit, told } = aVenue();
  const buy = order({ lots: 10 });
  const { clientId } = buy;
  const amend = amendEvents(clientId);
  const fill = (ticks: number, tradeId: string): void =>
    told({ kind: 'order-filled', clientId, fill: aFill({ tradeId, ticks, lots: 1 }) }, 5);
  submit(buy, 0);
  for (const ticks of [99, 98]) {
    told(amend.submitted(anAmendment(ticks, 10)), 1);
    told(amend.accepted(ticks, 10), 2);
  }
  fill(100, '1');
  assert.equal(found, []);
  fill(101, '2');
  assert.equal(found, ['C26 venue:0 halted']);
});

test('C07: what an order may become is not too much of it', () => {
  const { found, submit, told } = aVenue();
  const buy = order({ lots: 5 });
  const { clientId } = buy;
  submit(buy, 0);
  told(amendEvents(clientId).submitted(anAmendment(100, 9)), 1);
  told({ kind: 'order-filled', clientId, fill: aFill({ ticks: 100, lots: 9 }) }, 2);
  assert.equal(found, []);
});

test('of amended orders only the latest few thousand are remembered', () => {
  const { found, submit, told } = aVenue();
  const first = order({ lots: 10 });
  for (let count = 0; count <= 4_096; count += 1) {
    const each = count === 0 ? first : order({ lots: 10 });
    const amend = amendEvents(each.clientId);
    submit(each, 0);
    told(amend.submitted(anAmendment(99, 10)), 1);
    told(amend.accepted(99, 10), 2);
  }
  const { clientId } = first;
  told({ kind: 'order-filled', clientId, fill: aFill({ ticks: 100, lots: 1 }) }, 3);
  assert.equal(found, ['C26 venue:0 halted']);
});

test.run();
