import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALICE, aVenue, BOB, limitOrder, type Params } from '../../support/venue/client.ts';
import { amount, NEW_YEAR } from '../../support/venue/fixtures.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';

const symbol = 'BTCUSDT';

test('the account shows what is free and what is locked, by asset', () => {
  const { ask } = aVenue();
  ask('POST', 'order', limitOrder(), ALICE);
  const { body } = ask('GET', 'account', {}, ALICE);
  assert.equal(body.balances, [
    { asset: 'BTC', free: '10.00000000', locked: '0.00000000' },
    { asset: 'ETH', free: '0.00000000', locked: '0.00000000' },
    { asset: 'USDT', free: '99500.00000000', locked: '500.00000000' },
  ]);
  const filled = ask('GET', 'account', { omitZeroBalances: true }, ALICE).body.balances;
  assert.equal(
    filled.map((each: { asset: string }) => each.asset),
    ['BTC', 'USDT'],
  );
  assert.is(ask('GET', 'account', { omitZeroBalances: 'maybe' }, ALICE).body.code, -1130);
  assert.equal(
    [body.commissionRates.maker, body.commissionRates.taker, body.canTrade],
    ['0.00010000', '0.00040000', true],
  );
});

test('orders are listed from an id on, within times, or the latest', () => {
  const { ask, time } = aVenue();
  const ids: number[] = [];
  for (let at = 0; at < 4; at += 1) {
    time.runUntil(NEW_YEAR + at * 1_000);
    ids.push(ask('POST', 'order', limitOrder(), ALICE).body.orderId);
  }
  ask('DELETE', 'order', { symbol, orderId: ids[1] ?? 0 }, ALICE);
  const listed = (params: Params = {}): number[] =>
    ask('GET', 'allOrders', { symbol, ...params }, ALICE).body.map(
      (each: { orderId: number }) => each.orderId,
    );
  assert.equal(listed(), ids);
  assert.equal(listed({ limit: 2 }), ids.slice(2));
  assert.equal(listed({ orderId: ids[1] ?? 0, limit: 2 }), ids.slice(1, 3));
  assert.equal(listed({ startTime: NEW_YEAR + 1_000, endTime: NEW_YEAR + 2_000 }), ids.slice(1, 3));
  assert.equal(ask('GET', 'allOrders', { symbol: 'ETHUSDT' }, ALICE).body, []);
  assert.is(ask('GET', 'allOrders', {}, ALICE).body.code, -1102);
});

test('own trades are listed by order, from an id on, within times', () => {
  const { ask, crowd } = aVenue();
  crowd();
  const buy = { symbol, side: 'BUY', type: 'MARKET', quantity: '0.7' };
  const { orderId } = ask('POST', 'order', buy, ALICE).body;
  const sell = { symbol, side: 'SELL', type: 'MARKET', quantity: '0.1' };
  ask('POST', 'order', sell, ALICE);
  const trades = (params: Params = {}) => ask('GET', 'myTrades', { symbol, ...params }, ALICE).body;
  const all = trades();
  assert.is(all.length, 3);
  assert.equal(
    [all[2].isBuyer, all[2].isMaker, all[2].commissionAsset, all[2].commission],
    [false, false, 'USDT', '2.39996000'],
  );
  assert.is(trades({ orderId }).length, 2);
  assert.equal(trades({ fromId: all[1].id, limit: 1 })[0], all[1]);
  assert.equal(trades({ startTime: NEW_YEAR + 1 }), []);
  assert.equal(ask('GET', 'myTrades', { symbol }, BOB).body, []);
  assert.is(ask('GET', 'myTrades', {}, ALICE).body.code, -1102);
});

test('fees are told as fractions, with the discount', () => {
  const discount = { asset: 'BNB', keptPpm: 750_000, prices: new Map([['USDT', amount('600')]]) };
  const { ask } = aVenue({ fees: { makerPpm: -50, takerPpm: 1_000, discount } });
  const { body } = ask('GET', 'account/commission', { symbol }, ALICE);
  assert.equal(body.standardCommission, {
    maker: '-0.00005000',
    taker: '0.00100000',
    buyer: '0.00000000',
    seller: '0.00000000',
  });
  assert.equal(body.discount, {
    enabledForAccount: true,
    enabledForSymbol: true,
    discountAsset: 'BNB',
    discount: '0.75000000',
  });
  const plain = aVenue().ask('GET', 'account/commission', { symbol }, ALICE).body.discount;
  assert.is(plain.enabledForAccount, false);
  assert.is(ask('GET', 'account/commission', {}, ALICE).body.code, -1102);
});

test('a venue whose log is broken answers that the outcome is unknown', () => {
  const records = memoryRecords();
  const { ask } = aVenue({ records });
  records.appendsLeft = 0;
  const placed = ask('POST', 'order', limitOrder(), ALICE);
  assert.equal([placed.status, placed.body.code], [504, -1007]);
  assert.is(ask('GET', 'account', {}, ALICE).body.canTrade, false);
});

test.run();
