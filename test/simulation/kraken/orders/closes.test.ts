/** Conditional closes: what an order has traded is placed on the other side. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, ticksOf } from '../../../../src/core/units.ts';
import type { MarketState } from '../../../../src/simulation/exchange/market-state.ts';
import { aKrakenClient, type Json } from '../../../support/kraken/client.ts';

const BUY = { pair: 'XBTUSD', type: 'buy', ordertype: 'limit', volume: '0.02', price: '50000.0' };
const CLOSE = { 'close[ordertype]': 'limit', 'close[price]': '52000.0' };

function aMarket() {
  const client = aKrakenClient();
  const { venue, time, ask } = client;
  const market = venue.exchange.markets.get('BTC/USD') as MarketState;
  return {
    ...client,
    sell(lots: number): void {
      venue.exchange.crowdTake(market, 'sell', lotsOf(lots), null);
      time.runUntil(time.clock.now());
    },
    offer(ticks: number, lots: number): void {
      venue.exchange.crowdRest(market, 'sell', ticksOf(ticks), lotsOf(lots));
    },
    /** Side, size, price and what it closes of each order that is open. */
    open: (): readonly unknown[] =>
      Object.values(ask('OpenOrders').result.open).map(({ refid, vol, descr }: Json) => [
        ...[descr.type, vol, descr.price],
        refid,
      ]),
  };
}

test('each fill is followed by an order on the other side, that says what it closes', () => {
  const { ask, sell, open } = aMarket();
  const placed = ask('AddOrder', { ...BUY, ...CLOSE });
  assert.is(placed.result.descr.close, 'close position @ limit 52000.0');
  const [txid] = placed.result.txid;
  assert.is(ask('QueryOrders', { txid }).result[txid].descr.close, placed.result.descr.close);
  sell(500_000);
  sell(1_500_000);
  assert.equal(open(), [
    ['sell', '0.00500000', '52000.0', txid],
    ['sell', '0.01500000', '52000.0', txid],
  ]);
  assert.is(ask('QueryOrders', { txid }).result[txid].descr.close, '', 'nothing more will follow');
});

test('what trades as the order is placed is followed too, counted from its price', () => {
  const { time, ask, offer, open } = aMarket();
  offer(499_000, 2_000_000);
  ask('AddOrder', { ...BUY, 'close[ordertype]': 'limit', 'close[price]': '+2%' });
  time.runUntil(time.clock.now());
  assert.equal(
    open().map((order) => (order as string[]).slice(0, 3)),
    [['sell', '0.02000000', '51000.0']],
  );
});

test('an order that ends without a trade takes its close with it', () => {
  const { ask, sell, open } = aMarket();
  const [txid] = ask('AddOrder', { ...BUY, ...CLOSE }).result.txid;
  ask('CancelOrder', { txid });
  ask('AddOrder', BUY);
  sell(2_000_000);
  assert.equal(open(), []);
});

test('a close that is too small, or has no price, is not placed', () => {
  const { ask, sell, open } = aMarket();
  ask('AddOrder', { ...BUY, 'close[ordertype]': 'limit', 'close[price]': '-100%' });
  ask('AddOrder', { ...BUY, ...CLOSE });
  sell(2_000_000);
  sell(500);
  assert.equal(
    open().map((order) => (order as string[])[0]),
    ['buy'],
  );
});

test('a close that would work at once is refused with its order', () => {
  const { ask, open } = aMarket();
  const refused = ask('AddOrder', { ...BUY, 'close[ordertype]': 'market' });
  assert.equal(refused.error, ['EGeneral:Invalid arguments:close[ordertype]']);
  assert.equal(open(), []);
});

test.run();
