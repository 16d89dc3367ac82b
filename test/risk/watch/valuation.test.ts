import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountOf } from '../../../src/core/units.ts';
import { equityOf } from '../../../src/risk/watch/valuation.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const btc = anInstrument({ index: 0, venue: 'a', symbol: 'BTCUSDT', base: 'BTC', tick: '1' });
const eth = anInstrument({ index: 1, venue: 'a', symbol: 'ETHUSDT', base: 'ETH', tick: '1' });
const units = (amount: number) => amountOf(BigInt(Math.round(amount * 1e8)));
const funds = (held: Readonly<Record<string, number>>) =>
  new Map([['a', new Map(Object.entries(held).map(([asset, value]) => [asset, units(value)]))]]);
const mids = [50_000, 3_000];
const worth = (held: Readonly<Record<string, number>>, midTicks = mids) =>
  equityOf(funds(held), [btc, eth], ['a', 'b'], (index) => midTicks[index] as number);

test('equity is quote currency and what is held of the markets, at their mids', () => {
  assert.equal(worth({ [btc.quote]: 1_000, BTC: 0.5, ETH: 2 })[0], 32_000);
  assert.equal(worth({ [btc.quote]: 1_000, BTC: -0.01 })[0], 500);
});

test('an asset without a market counts for nothing', () => {
  assert.equal(worth({ [btc.quote]: 1, DOGE: 1e6 })[0], 1);
});

test('nothing is known of a venue that was never booked on, or before a market has a price', () => {
  assert.ok(Number.isNaN(worth({ BTC: 1 })[1]));
  assert.ok(Number.isNaN(worth({})[0]));
  assert.ok(Number.isNaN(worth({ BTC: 1 }, [Number.NaN, 3_000])[0]));
  assert.equal(worth({ ETH: 1 }, [Number.NaN, 3_000])[0], 3_000);
});

test.run();
