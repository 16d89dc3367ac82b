/** Two venues as real processes: a kill of the desk, a start anew, an emergency and a stop. */
import { writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Config } from '../../../src/config/schema.ts';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { livelyConfig } from '../../support/process/lively-config.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';
import type { WrittenJournal } from '../../support/process/written-journal.ts';

const NAMES = ['binance', 'binance-b'] as const;

/** One market at each venue, each with a strategy of its own. */
function twoVenues(config: Config): void {
  const [venue] = config.venues as [Config['venues'][number]];
  const [strategy] = config.strategies as [Config['strategies'][number]];
  config.venues = NAMES.map((name) => ({ ...venue, name, symbols: ['BTCUSDT'] }));
  config.strategies = NAMES.map((name, at) => ({ ...strategy, label: `mm${at}`, venue: name }));
}

const restsAt = async (premises: Premises, name: string): Promise<number> =>
  (await premises.accountAt(name).openOrders()).length;

async function tradesAtBoth(premises: Premises): Promise<void> {
  for (const name of NAMES) {
    const before = (await premises.accountAt(name).truth()).trades.length;
    await until(`a new trade at ${name}`, async () => {
      const { trades } = await premises.accountAt(name).truth();
      return trades.length > before;
    });
  }
}

const nothingRests = (premises: Premises): Promise<unknown> =>
  until('nothing rests at either venue', async () => {
    const resting = await Promise.all(NAMES.map((name) => restsAt(premises, name)));
    return resting.every((count) => count === 0);
  });

/** Every trade of every venue is in the journal, and the balances agree to the last unit. */
async function assertAgreed(premises: Premises, journal: WrittenJournal): Promise<void> {
  for (const name of NAMES) {
    const account = premises.accountAt(name);
    const { trades } = await account.truth();
    const booked = () =>
      journal
        .refresh()
        .events('order-filled')
        .filter(({ clientId }) => journal.store.order(clientId)?.record.order.venue === name)
        .map(({ fill }) => fill.tradeId)
        .sort();
    await until(`every trade of ${name}`, () => booked().length >= trades.length);
    assert.equal(booked(), trades.map(({ id }) => String(id)).sort(), `trades of ${name}`);
    const ours = [...journal.store.balances(name)].map(([asset, amount]) => [asset, `${amount}`]);
    const theirs = Object.entries(await account.balances());
    const held = (rows: readonly (readonly string[])[]) =>
      rows
        .filter(([, amount]) => amount !== '0')
        .map((row) => row.join(' '))
        .sort();
    assert.equal(held(ours as string[][]), held(theirs), `balances at ${name}`);
  }
  assert.equal(journal.events('external-filled'), [], 'every trade is of an order of ours');
}

test(
  'a desk at two venues survives a kill, stops at both in an emergency, and ends in order',
  onPremises(async (premises) => {
    writeFileSync(premises.configFile, livelyConfig(twoVenues));
    await premises.handVenue();
    const journal = premises.journal();
    const first = premises.start();
    await journal.until('a fill', (written) => written.events('order-filled').length > 0);
    await tradesAtBoth(premises);
    await first.kill();
    await nothingRests(premises);

    const second = premises.start();
    await tradesAtBoth(premises);
    assert.is((await second.ask<ControlSummary>('mode')).mode, 'full-auto');
    await second.run('kill');
    await nothingRests(premises);
    assert.is((await second.ask<ControlSummary>('mode')).mode, 'emergency');
    await assertAgreed(premises, journal);

    second.signal('SIGTERM');
    const { code } = await second.end();
    assert.is(code, 0);
    await nothingRests(premises);
  }),
);

test.run();
