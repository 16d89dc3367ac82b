import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountText } from '../../../src/core/instrument.ts';
import type { Amount } from '../../../src/core/units.ts';
import { atTwoVenues, threeVenues } from '../../support/desk/two-venues.ts';

const NAMES = ['binance', 'kraken', 'coinbase'] as const;

test('one desk trades at Binance, Kraken and Coinbase at once, and agrees with each', async () => {
  const outcome = await atTwoVenues(async ({ desk, account, sleep, until, log }) => {
    try {
      for (const name of NAMES) {
        await until(`${name} has traded`, () => account(name).trades.size > 0, 240_000);
      }
    } catch (thrown) {
      process.stdout.write(`${log.slice(-40).join('\n')}\n`);
      throw thrown;
    }
    await sleep(2_000);
    const { journal } = desk.parts;
    await journal.settled();
    for (const name of NAMES) {
      const booked = journal.store.balances(name);
      for (const [asset, { free, locked }] of account(name).balances) {
        const theirs = amountText((free + locked) as Amount);
        assert.is(amountText((booked.get(asset) ?? 0n) as Amount), theirs, `${asset} at ${name}`);
      }
    }
    assert.is((await desk.positions()).length, 3);
  }, threeVenues());
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.is(outcome.value.status.restarts, 0);
});

test.run();
