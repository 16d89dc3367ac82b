import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountOf } from '../../src/core/units.ts';
import {
  type Balances,
  balanceDifferences,
  feeInQuote,
  post,
  postingsOf,
  transfersOf,
} from '../../src/execution/ledger.ts';
import { law } from '../support/law.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { aFill } from '../support/trade/orders.ts';

const instrument = anInstrument();
const buying = { side: 'buy', base: 'BTC', quote: 'USDT' } as const;
const selling = { ...buying, side: 'sell' } as const;

test('buying moves base in and quote out, selling the other way', () => {
  const fill = aFill({ quote: 2_400n });
  assert.equal(postingsOf(buying, amountOf(40n), fill), [
    { asset: 'BTC', amount: 40n },
    { asset: 'USDT', amount: -2_400n },
  ]);
  assert.equal(postingsOf(selling, amountOf(40n), fill), [
    { asset: 'BTC', amount: -40n },
    { asset: 'USDT', amount: 2_400n },
  ]);
});

test('on a margin account a fill moves the position, and its profit the wallet', () => {
  const fill = aFill({ quote: 2_400n, realised: amountOf(-7n), fee: 3n });
  assert.equal(postingsOf(selling, amountOf(40n), fill), [
    { asset: 'BTC', amount: -40n },
    { asset: 'USDT', amount: -7n },
    { asset: 'USDT', amount: -3n },
  ]);
});

test('a fee leaves whatever asset it was taken in, a rebate comes in', () => {
  const paid = postingsOf(buying, amountOf(40n), aFill({ fee: 3n, feeAsset: 'BNB' }));
  assert.equal(paid[2], { asset: 'BNB', amount: -3n });
  const rebate = postingsOf(buying, amountOf(40n), aFill({ fee: -3n }));
  assert.equal(rebate[2], { asset: 'USDT', amount: 3n });
});

test('a fee is worth itself in quote, its price in base, and unknown in a third asset', () => {
  const ticks = 6_000_050;
  const fee = 1_000n;
  assert.is(feeInQuote(instrument, aFill({ ticks, fee, feeAsset: 'USDT' })), 1_000n);
  assert.is(feeInQuote(instrument, aFill({ ticks, fee, feeAsset: 'BTC' })), 60_000_500n);
  assert.is(feeInQuote(instrument, aFill({ ticks, fee, feeAsset: 'BNB' })), null);
  const free = aFill({ ticks, fee: 0n, feeAsset: 'BNB' });
  assert.is(feeInQuote(instrument, free), 0n);
});

test('a fee in base below a unit of quote is rounded down', () => {
  const penny = anInstrument({ tick: '0.00000001', quote: 'BTC', base: 'DOGE' });
  const fill = aFill({ ticks: 3, fee: 99_999_999n, feeAsset: 'DOGE' });
  assert.is(feeInQuote(penny, fill), 2n);
});

const asset = fc.constantFrom('BTC', 'USDT', 'BNB');
const amount = fc.bigInt({ min: -1000n, max: 1000n }).map(amountOf);
const postings = fc.array(fc.record({ asset, amount }, { noNullPrototype: true }));

test('balances are the sum of their postings, and posting changes no older balances', () => {
  law(
    fc.property(fc.array(postings, { maxLength: 6 }), (days) => {
      let balances: Balances = new Map();
      const before = days.map((day) => {
        const kept = [balances, new Map(balances)] as const;
        balances = post(balances, day);
        return kept;
      });
      for (const [then, copy] of before) assert.equal(then, copy);
      const sum = (of: string): bigint =>
        days.flat().reduce((total, part) => total + (part.asset === of ? part.amount : 0n), 0n);
      for (const of of ['BTC', 'USDT', 'BNB']) assert.is(balances.get(of) ?? 0n, sum(of));
    }),
  );
});

test('differences are what has to be posted to make two sets of balances equal', () => {
  law(
    fc.property(postings, postings, (mine, theirs) => {
      const [ours, venues] = [post(new Map(), mine), post(new Map(), theirs)];
      const differences = balanceDifferences(ours, venues);
      const repairs = transfersOf('v', differences, 'adjustment', 0);
      assert.equal(balanceDifferences(post(ours, repairs), venues), []);
      assert.ok(differences.every((one) => one.ours !== one.venues));
      const names = differences.map((one) => one.asset);
      assert.equal(names, [...new Set(names)].sort());
    }),
  );
});

test('a difference is booked as a transfer with an id of its reason, asset and moment', () => {
  const differences = [
    { asset: 'BTC', ours: amountOf(5n), venues: amountOf(3n) },
    { asset: 'USDT', ours: amountOf(0n), venues: amountOf(7n) },
  ];
  const transfer = { kind: 'transferred', venue: 'v', reason: 'opening' };
  assert.equal(transfersOf('v', differences, 'opening', 12), [
    { ...transfer, transferId: 'opening:BTC:12', asset: 'BTC', amount: -2n },
    { ...transfer, transferId: 'opening:USDT:12', asset: 'USDT', amount: 7n },
  ]);
});

test('an absent asset is a balance of zero', () => {
  assert.equal(balanceDifferences(new Map(), new Map([['BTC', amountOf(0n)]])), []);
  assert.equal(balanceDifferences(new Map([['BTC', amountOf(1n)]]), new Map()), [
    { asset: 'BTC', ours: 1n, venues: 0n },
  ]);
});

test.run();
