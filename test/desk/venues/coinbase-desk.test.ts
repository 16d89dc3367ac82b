/** A desk that trades at Binance and at Coinbase at once, on virtual time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Config, configSchema } from '../../../src/config/schema.ts';
import { amountText } from '../../../src/core/instrument.ts';
import type { Amount } from '../../../src/core/units.ts';
import type { Account } from '../../../src/simulation/exchange/clearing.ts';
import { atTwoVenues, twoVenues } from '../../support/desk/two-venues.ts';

const NAMES = ['binance', 'coinbase'] as const;

function withCoinbase(): Config {
  const config = twoVenues();
  const [binance] = config.venues;
  const [first] = config.strategies;
  const venue = { ...binance, name: 'coinbase', kind: 'coinbase', symbols: ['BTC-USD'] };
  const strategy = { ...first, label: 'mmc', venue: 'coinbase', symbol: 'BTC-USD' };
  return configSchema.parse({
    ...config,
    venues: [binance, venue],
    strategies: [first, strategy],
    simulation: {
      ...config.simulation,
      balances: { ...config.simulation.balances, USD: '100000' },
    },
  });
}

const held = (account: Account, asset: string): string => {
  const { free = 0n, locked = 0n } = account.balances.get(asset) ?? {};
  return amountText((free + locked) as Amount);
};

test('one desk trades at Binance and Coinbase, and its books agree with both', async () => {
  const accounts: Account[] = [];
  const outcome = await atTwoVenues(async ({ desk, account, sleep, until }) => {
    for (const name of NAMES) {
      accounts.push(account(name));
      await until(`${name} has traded`, () => account(name).trades.size > 0, 240_000);
    }
    assert.ok(desk.orders().length > 0);
    const { markets } = await desk.status();
    assert.equal(
      markets.map(({ venue, symbol }) => `${venue} ${symbol}`),
      ['binance BTCUSDT', 'coinbase BTC-USD'],
      'status shows every market of every venue',
    );
    assert.ok(markets.every(({ bid, ask }) => bid !== null && ask !== null));
    const { store } = desk.parts.journal;
    const agree = (asset: string): boolean => {
      const booked = store.balances('coinbase').get(asset);
      return booked !== undefined && amountText(booked) === held(account('coinbase'), asset);
    };
    await sleep(2_000);
    await desk.parts.journal.settled();
    await until('the books agree', () => agree('BTC') && agree('USD'), 60_000);
  }, withCoinbase());
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.is(outcome.value.status.restarts, 0);
  assert.equal(
    accounts.map(({ open }) => open.size),
    [0, 0],
    'a stop leaves nothing resting',
  );
});

test.run();
