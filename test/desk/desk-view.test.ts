import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountOf, lotsOf, ticksOf } from '../../src/core/units.ts';
import { marketRow, orderRow, positionRow } from '../../src/desk/desk-view.ts';
import { submitted } from '../../src/execution/order.ts';
import { FLAT } from '../../src/execution/positions.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { aStop } from '../support/trade/natives.ts';
import { anOrder } from '../support/trade/orders.ts';

const instrument = anInstrument();

test('a position shows quantity, average entry, mark and what it came to', () => {
  const position = {
    lots: lotsOf(-1_000),
    cost: amountOf(600_00000000n),
    realised: amountOf(-1_50000000n),
    fees: amountOf(5n),
  };
  const holding = { instrument: 0, position, unrealised: amountOf(25n) };
  const touch = { bid: ticksOf(5_990_000), ask: ticksOf(5_990_100) };
  assert.equal(positionRow(instrument, holding, touch), {
    symbol: 'BTCUSDT',
    quantity: '-0.01000',
    entry: '60000.00',
    mark: '59900.00',
    realised: '-1.50000000',
    unrealised: '0.00000025',
    fees: '0.00000005',
  });
});

test('a market shows its touch and our position, and what is not known as such', () => {
  const holding = { instrument: 0, position: { ...FLAT, lots: lotsOf(100) }, unrealised: null };
  const touch = { bid: ticksOf(5_990_000), ask: ticksOf(5_990_100) };
  const market = { venue: 'binance', symbol: 'BTCUSDT' };
  assert.equal(marketRow(instrument, holding, touch), {
    ...market,
    ...{ bid: '59900.00', ask: '59901.00', position: '0.00100' },
  });
  const unknown = { bid: null, ask: null, position: '-' };
  assert.equal(marketRow(instrument, undefined, null), { ...market, ...unknown });
});

test('a flat position has no entry, and without a market there is no mark', () => {
  const row = positionRow(instrument, { instrument: 0, position: FLAT, unrealised: null }, null);
  assert.equal([row.entry, row.mark, row.unrealised], [null, null, null]);
});

test('an order shows its price, or that it takes any, and whether a cancel is on its way', () => {
  const record = { ...submitted(anOrder()), filledLots: lotsOf(40) };
  assert.equal(orderRow(instrument, record), {
    clientId: 'desk-1-mm-1',
    symbol: 'BTCUSDT',
    side: 'buy',
    kind: 'limit',
    price: '60000.00',
    quantity: '0.00100',
    filled: '0.00040',
    status: 'submitted',
  });
  assert.is(orderRow(instrument, submitted(anOrder({ kind: 'market' }))).price, 'market');
  const leaving = { ...record, isCancelRequested: true };
  assert.is(orderRow(instrument, leaving).status, 'submitted, cancel sent');
});

test('an order that the venue keeps shows what it waits for, and for how long it does', () => {
  const stop = submitted(anOrder({ kind: 'market', ticks: 0, trigger: aStop() }));
  const row = orderRow(instrument, { ...stop, status: 'open' });
  assert.equal([row.kind, row.price, row.status], ['stop at 59000.00', 'market', 'open, waiting']);
  const woken = orderRow(instrument, { ...stop, status: 'open', isWaiting: false });
  assert.is(woken.status, 'open');
  assert.is(orderRow(instrument, { ...stop, status: 'canceled' }).status, 'canceled');
});

test.run();
