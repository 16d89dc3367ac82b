import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import type { OrderIntent } from '../../../src/execution/order.ts';
import type { Report, VenueOrder } from '../../../src/execution/report.ts';
import { aManager, recordsOf } from '../../support/trade/managers.ts';
import { aPair, aStop } from '../../support/trade/natives.ts';
import { aFill, anOrder } from '../../support/trade/orders.ts';

const clientId = 'desk-1-mm-1';
const stop = anOrder({ side: 'sell', kind: 'market', ticks: 0, trigger: aStop() });
const pair = anOrder({ side: 'sell', ticks: 6_100_000, trigger: aPair() });

const accepted = (venueOrderId = '77'): Report => ({ kind: 'accepted', clientId, venueOrderId });
const triggered = (venueOrderId = '99'): Report => ({ kind: 'triggered', clientId, venueOrderId });
const filled = (tradeId: string, venueOrderId: string): Report => ({
  ...{ kind: 'filled', clientId, venueOrderId, symbol: 'BTCUSDT', side: 'sell' },
  fill: aFill({ tradeId }),
});

function heard(order: OrderIntent, ...reports: readonly Report[]) {
  const tested = aManager();
  tested.manager.submit(order);
  for (const report of reports) tested.manager.onReport(report);
  const kinds = () => tested.journal.map(({ kind }) => kind).slice(1);
  return { ...tested, kinds, record: () => tested.manager.recordOf(clientId) };
}

test('a waking is booked once, and both ids name the order from then on', () => {
  const { kinds, manager, record } = heard(stop, accepted(), triggered(), triggered(), accepted());
  assert.equal(kinds(), ['order-accepted', 'order-triggered']);
  assert.equal([record()?.venueOrderId, record()?.isWaiting], ['99', false]);
  assert.equal(
    [manager.table.clientIdOf('77'), manager.table.clientIdOf('99')],
    [clientId, clientId],
  );
});

test('a waking that overtakes its acknowledgement brings it along', () => {
  const { kinds, record } = heard(stop, triggered(), accepted());
  assert.equal(kinds(), ['order-accepted', 'order-triggered']);
  assert.is(record()?.venueOrderId, '99');
});

test('fills of both limbs of a pair are fills of the one order', () => {
  const { kinds, manager, record } = heard(
    ...([pair, accepted('1'), accepted('2'), filled('1', '1'), filled('2', '2')] as const),
  );
  assert.equal(kinds(), ['order-accepted', 'order-filled', 'order-filled']);
  assert.equal([record()?.filledLots, record()?.venueOrderId], [80, '1']);
  assert.equal(
    [manager.table.clientIdOf('1'), manager.table.clientIdOf('2')],
    [clientId, clientId],
  );
});

test('what wakes is of an order that waits: nothing else is news', () => {
  assert.equal(heard(anOrder(), triggered()).kinds(), []);
  const { manager, journal } = aManager();
  manager.onReport(triggered());
  assert.equal(journal, []);
});

test('of one order so many ids are known and no more', () => {
  const fills = Array.from({ length: 20 }, (_, at) => filled(`${at}`, `v${at}`));
  const { manager } = heard(stop, accepted('v'), ...fills);
  assert.is(manager.table.clientIdOf('v6'), clientId);
  assert.is(manager.table.clientIdOf('v7'), undefined);
});

const found = (parts: Partial<VenueOrder> = {}): VenueOrder => ({
  ...{ clientId, venueOrderId: '77', symbol: 'BTCUSDT', side: 'sell', kind: 'limit' },
  ...{ ticks: ticksOf(6_100_000), lots: lotsOf(100), filledLots: lotsOf(0), state: 'open' },
  ...parts,
});

test('an order that the journal lost is taken over with all that the venue keeps of it', () => {
  const { manager, journal } = aManager();
  manager.adopt(found({ trigger: aPair(), isWaiting: true, shownLots: lotsOf(10) }));
  const record = recordsOf(journal).get(clientId);
  assert.equal([record?.order.trigger, record?.order.shownLots], [aPair(), 10]);
  assert.is(record?.isWaiting, true);
});

test('a pair that is found as the market order that it has become has no other terms', () => {
  const { manager, record, kinds } = heard(pair, accepted(), triggered());
  const asked = record();
  if (asked === undefined) throw new Error('no record');
  const market = found({ kind: 'market', ticks: ticksOf(0), lots: lotsOf(60) });
  assert.ok(manager.learnTerms(asked, market, true));
  assert.equal(kinds(), ['order-accepted', 'order-triggered']);
});

test.run();
