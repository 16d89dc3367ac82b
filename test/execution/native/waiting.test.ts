import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import { mayAmend } from '../../../src/execution/amend/amending.ts';
import { worstTicks } from '../../../src/execution/amend/amendment.ts';
import { isMarketNow, isWorking } from '../../../src/execution/native/waking.ts';
import { applyOrderEvent, openLots, submitted } from '../../../src/execution/order.ts';
import { law } from '../../support/law.ts';
import { accepted, aPair, aStop, triggered } from '../../support/trade/natives.ts';
import {
  aFill,
  anOrder,
  aRecord,
  type FillParts,
  type LaterEvent,
} from '../../support/trade/orders.ts';

const { clientId } = anOrder();
/** A sale of 100 lots at the market once the price has come down to 5,900,000. */
const stop = anOrder({ side: 'sell', kind: 'market', ticks: 0, trigger: aStop() });
/** A sale at 6,100,000, or at the market once the price has come down to 5,900,000. */
const pair = anOrder({ side: 'sell', ticks: 6_100_000, trigger: aPair() });

const filled = (parts: FillParts = {}): LaterEvent => ({
  ...{ kind: 'order-filled', clientId, fill: aFill(parts) },
});
const rejected: LaterEvent = { kind: 'order-unacked', clientId, reason: 'not known' };
const canceled: LaterEvent = { kind: 'order-canceled', clientId, reason: 'asked' };

test('an order with a trigger waits from its submission, all its lots open', () => {
  const record = aRecord(stop, accepted());
  assert.equal([record.status, record.isWaiting, openLots(record)], ['open', true, 100]);
  assert.is(isWorking(record), false);
  assert.is(submitted(anOrder()).isWaiting, false);
});

test('its waking gives it the id that it has from then on', () => {
  const record = aRecord(stop, accepted('77'), triggered('99'));
  assert.equal([record.status, record.isWaiting, record.venueOrderId], ['open', false, '99']);
  assert.ok(isWorking(record));
});

test('an acceptance that is told late gives a woken order its first id not back', () => {
  const record = aRecord(stop, accepted('77'), triggered('99'), accepted('77'));
  assert.equal([record.venueOrderId, record.isWaiting], ['99', false]);
});

test('a waking that is told before the acceptance is the acceptance', () => {
  const record = aRecord(stop, triggered('99'));
  assert.equal([record.status, record.isWaiting, record.venueOrderId], ['open', false, '99']);
});

test('OM-03: a fill wakes an order whose waking was not told yet', () => {
  const record = aRecord(stop, accepted(), filled());
  assert.equal(
    [record.status, record.isWaiting, openLots(record)],
    ['partially-filled', false, 60],
  );
});

test('a fill of a pair at its target or better leaves its stop waiting', () => {
  const record = aRecord(pair, accepted(), filled({ ticks: 6_100_000 }));
  assert.equal([record.isWaiting, isMarketNow(record)], [true, false]);
  assert.is(aRecord(pair, filled({ ticks: 6_100_001 })).isWaiting, true);
});

test('a fill of a pair that its target would not have made shows that the stop has woken', () => {
  const record = aRecord(pair, accepted(), filled({ ticks: 6_099_999 }));
  assert.equal([record.isWaiting, isMarketNow(record)], [false, true]);
  const purchase = anOrder({ ticks: 5_900_000, trigger: aPair(6_100_000) });
  assert.is(aRecord(purchase, filled({ ticks: 5_900_000 })).isWaiting, true);
  assert.is(aRecord(purchase, filled({ ticks: 5_900_001 })).isWaiting, false);
});

test('a pair works at its limit while it waits and at any price once it has woken', () => {
  const waiting = aRecord(pair, accepted());
  assert.equal([isWorking(waiting), worstTicks(waiting)], [true, 6_100_000]);
  const woken = aRecord(pair, accepted(), triggered());
  assert.equal([isWorking(woken), worstTicks(woken)], [true, 0]);
});

test('an order without a trigger does not wake', () => {
  const before = aRecord(anOrder(), accepted());
  assert.is(applyOrderEvent(before, triggered('99')).record, before);
});

test('what has ended stays ended, and what was thought never to have lived is alive', () => {
  const ended = aRecord(stop, accepted(), canceled);
  assert.is(applyOrderEvent(ended, triggered('99')).record, ended);
  const risen = applyOrderEvent(aRecord(stop, rejected), triggered('99'));
  assert.equal([risen.record.status, risen.record.isWaiting], ['open', false]);
  assert.is(risen.incident, 'alive-after-end');
});

test('neither a trigger nor an iceberg can be amended', () => {
  const terms = { ticks: ticksOf(5_000_000), lots: lotsOf(90) };
  const how = { changes: 'price-and-size', isQueued: false } as const;
  assert.ok(mayAmend(aRecord(anOrder(), accepted()), terms, how));
  assert.not.ok(mayAmend(aRecord(pair, accepted()), terms, how));
  const iceberg = anOrder({ shownLots: lotsOf(10) });
  assert.not.ok(mayAmend(aRecord(iceberg, accepted()), terms, how));
});

test('whatever order the news of an order comes in, it has woken and has filled as much', () => {
  const order = fc.constantFrom(stop, pair);
  const news = [
    accepted('77'),
    triggered('99'),
    filled({ tradeId: '1', lots: 30 }),
    filled({ tradeId: '2', lots: 20 }),
  ];
  const told = fc.shuffledSubarray(news, { minLength: news.length });
  const newsComes = fc.property(order, told, (of, events) => {
    const record = aRecord(of, ...events);
    assert.equal([record.isWaiting, record.status], [false, 'partially-filled']);
    assert.equal([record.filledLots, record.venueOrderId], [50, '99']);
  });
  law(newsComes);
});

test.run();
