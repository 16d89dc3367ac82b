/** The readers of the laws against the bytes that our adapters write. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ticksOf } from '../../../src/core/units.ts';
import { ORDER_READERS } from '../../../src/simulation/invariants/leaving-order.ts';
import { krakenOrders } from '../../../src/venues/kraken/orders.ts';
import { aCoinbaseDesk, INSTRUMENTS } from '../../support/coinbase/desk.ts';
import { anApproved, aVenue } from '../../support/edge/order-socket.ts';
import { aKraken } from '../../support/kraken/venue.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const NOW = 1_767_225_600_000;
const ID = 'abcdefgh-1-momentum-7';
const order = anApproved({ clientId: ID, side: 'sell', ticks: 500_000, lots: 1_000_000 });

test('an order of every venue is read from its bytes, whatever hides its id', () => {
  const [pair] = aKraken().pairs;
  const [product] = INSTRUMENTS;
  assert.ok(pair !== undefined && product !== undefined);
  const binance = aVenue().orders.place(order, anInstrument(), 'r', NOW);
  const kraken = krakenOrders({ text: 'token' } as never, 2_000).place(order, pair, '1', NOW);
  const coinbase = aCoinbaseDesk().orders.place(order, product, 'r', NOW);
  const read = [
    ORDER_READERS.binance(binance),
    ORDER_READERS['binance-usdm'](binance),
    ORDER_READERS.kraken(kraken),
    ORDER_READERS.coinbase(coinbase),
  ];
  assert.equal(
    read.map((each) => [each?.clientId, each?.side]),
    read.map(() => [ID, 'sell']),
  );
  assert.equal(
    read.slice(2).map((each) => [each?.quantity, each?.price]),
    [
      ['0.01000000', '50000.0'],
      ['0.01000000', '5000.00'],
    ],
  );
});

test('a pair at Binance is read as the one order that it is', () => {
  for (const [side, away] of [
    ['sell', -10_000],
    ['buy', 10_000],
  ] as const) {
    const trigger = { kind: 'pair', ticks: ticksOf(500_000 + away) } as const;
    const pair = anApproved({ clientId: ID, side, ticks: 500_000, lots: 1_000, trigger });
    const sent = aVenue().orders.place(pair, anInstrument(), 'r', NOW);
    const read = { clientId: ID, side, quantity: '0.01000', price: '5000.00' };
    assert.equal(ORDER_READERS.binance(sent), read);
  }
});

test('what places no order is none', () => {
  assert.is(ORDER_READERS.binance('{"method":"order.cancel"}'), null);
  assert.is(ORDER_READERS.kraken('{"method":"cancel_all"}'), null);
  assert.is(ORDER_READERS.coinbase('{"type":"subscribe"}'), null);
  const cancel = { method: 'POST', url: 'http://c/api/v3/brokerage/orders/batch_cancel' } as const;
  assert.is(ORDER_READERS.coinbase({ ...cancel, headers: {}, timeoutMs: 1 }), null);
});

test.run();
