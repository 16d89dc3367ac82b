/** The readers of the laws against the bytes that our adapters write. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf } from '../../../src/core/units.ts';
import {
  type LeavingOrder,
  ORDER_READERS,
} from '../../../src/simulation/invariants/leaving-order.ts';
import { futuresOrders } from '../../../src/venues/binance/futures/orders.ts';
import { apiKeyOf } from '../../../src/venues/binance/sign.ts';
import { krakenOrders } from '../../../src/venues/kraken/orders.ts';
import { aCoinbaseDesk, INSTRUMENTS } from '../../support/coinbase/desk.ts';
import { anApproved, aVenue } from '../../support/edge/order-socket.ts';
import { aKraken } from '../../support/kraken/venue.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { aPair, aStop, aTrail } from '../../support/trade/natives.ts';
import type { OrderParts } from '../../support/trade/orders.ts';

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

test('what a venue is to keep of an order is read from its bytes', () => {
  const [pair] = aKraken().pairs;
  const [product] = INSTRUMENTS;
  assert.ok(pair !== undefined && product !== undefined);
  const { isPostOnly: _, ...plain } = { ...order, isPostOnly: false };
  const asked = (parts: OrderParts) => anApproved({ ...plain, ...parts });
  const spot = (parts: OrderParts) =>
    ORDER_READERS.binance(aVenue().orders.place(asked(parts), anInstrument(), 'r', NOW));
  const kraken = (parts: OrderParts) => {
    const orders = krakenOrders({ text: 'token' } as never, 2_000);
    return ORDER_READERS.kraken(orders.place(asked(parts), pair, '1', NOW));
  };
  const coinbase = (parts: OrderParts) =>
    ORDER_READERS.coinbase(aCoinbaseDesk().orders.place(asked(parts), product, 'r', NOW));
  const usdm = (parts: OrderParts) => {
    const orders = futuresOrders(apiKeyOf('key', 'secret'), 2_000);
    return ORDER_READERS['binance-usdm'](orders.place(asked(parts), anInstrument(), 'r', NOW));
  };
  const stop = { kind: 'market', ticks: 0, trigger: aStop(400_000) } as const;
  const behind = { trigger: aStop(510_000) };
  const both = { trigger: aPair(400_000) };
  const trail = { kind: 'market', ticks: 0, trigger: aTrail(100) } as const;
  const begins = { kind: 'market', ticks: 0, trigger: aTrail(100, 600_000) } as const;
  const iceberg = { shownLots: lotsOf(100_000) };
  const shown = (left: LeavingOrder | null) => [left?.clientId, left?.price, left?.trigger];
  assert.equal(shown(spot(stop)), [ID, '', '4000.00']);
  assert.equal(shown(spot(behind)), [ID, '5000.00', '5100.00']);
  assert.equal(shown(spot(both)), [ID, '5000.00', '4000.00']);
  assert.equal(shown(spot({ ...both, side: 'buy' })), [ID, '5000.00', '4000.00']);
  assert.equal(shown(spot(trail)), [ID, '', '']);
  assert.is(spot(iceberg)?.shown, '1.00000');
  assert.equal(shown(usdm(stop)), [ID, '', '4000.00']);
  assert.equal(shown(usdm(begins)), [ID, '', '6000.00']);
  assert.equal(shown(usdm({})), [ID, '5000.00', '']);
  for (const kind of ['binance', 'binance-usdm', 'kraken'] as const) {
    assert.is(ORDER_READERS[kind]({} as never), null);
  }
  assert.equal(shown(kraken(stop)), [ID, '', '40000.0']);
  assert.equal(shown(kraken(trail)), [ID, '', '']);
  assert.is(kraken(iceberg)?.shown, '0.00100000');
  assert.equal(shown(coinbase(behind)), [ID, '5000.00', '5100.00']);
  const bought = [kraken({ side: 'buy' }), coinbase({ side: 'buy' }), spot({ side: 'buy' })];
  assert.equal(
    bought.map((left) => left?.side),
    ['buy', 'buy', 'buy'],
  );
  assert.equal(shown(coinbase(both)), [ID, '5000.00', '4000.00']);
});

test('what places no order is none', () => {
  assert.is(ORDER_READERS.binance('{"method":"order.cancel"}'), null);
  assert.is(ORDER_READERS.kraken('{"method":"cancel_all"}'), null);
  assert.is(ORDER_READERS.coinbase('{"type":"subscribe"}'), null);
  const cancel = { method: 'POST', url: 'http://c/api/v3/brokerage/orders/batch_cancel' } as const;
  assert.is(ORDER_READERS.coinbase({ ...cancel, headers: {}, timeoutMs: 1 }), null);
});

test.run();
