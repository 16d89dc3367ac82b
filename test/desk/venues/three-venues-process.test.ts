/**
 * Three venues as real processes: a kill of the desk, a start anew, an emergency and a stop. It
 * takes a minute of a quiet machine: `FLYBALL_VENUES=all FLYBALL_WAIT_MS=90000` runs it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { parseBigDecimal } from '../../../src/core/decimal.ts';
import { onPremises, type Premises } from '../../support/process/premises.ts';
import { until } from '../../support/process/until.ts';
import type { WrittenJournal } from '../../support/process/written-journal.ts';
import { root } from '../../support/shared.ts';

const NAMES = ['binance', 'kraken', 'coinbase'] as const;
const OPEN: ReadonlySet<string> = new Set(['NEW', 'PARTIALLY_FILLED']);

/** What is shipped, with quotes near the mid, which fill, and patience for a shared machine. */
function livelyConfig(): string {
  return readFileSync(join(root, 'config', 'three-venues.yaml'), 'utf8')
    .replace('halfSpreadBps: 2', 'halfSpreadBps: 0.1')
    .replace('volatilityWidening: 1', 'volatilityWidening: 0')
    .replace('silentMs: 1000', 'silentMs: 3000')
    .replace('deadMs: 5000', 'deadMs: 15000');
}

async function tradesEverywhere(premises: Premises): Promise<void> {
  const traded = (name: string) =>
    premises
      .accountAt(name)
      .truth()
      .then(({ trades }) => trades.length);
  const before = await Promise.all(NAMES.map(traded));
  for (const [at, name] of NAMES.entries()) {
    await until(
      `a new trade at ${name}`,
      async () => (await traded(name)) > (before[at] as number),
    );
  }
}

const nothingRests = (premises: Premises): Promise<unknown> =>
  until('nothing rests at any venue', async () => {
    const truths = await Promise.all(NAMES.map((name) => premises.accountAt(name).truth()));
    return truths.every(({ orders }) => orders.every(({ status }) => !OPEN.has(status)));
  });

/** As many trades as each venue has are in the journal, and the balances agree to the last unit. */
async function assertAgreed(premises: Premises, journal: WrittenJournal): Promise<void> {
  for (const name of NAMES) {
    const { trades, balances } = await premises.accountAt(name).truth();
    const booked = () =>
      journal
        .refresh()
        .events('order-filled')
        .filter(({ clientId }) => journal.store.order(clientId)?.record.order.venue === name);
    await until(`every trade of ${name}`, () => booked().length >= trades.length);
    assert.is(booked().length, trades.length, `trades of ${name}`);
    for (const [asset, { free, locked }] of Object.entries(balances)) {
      const theirs = (parseBigDecimal(free, 8) ?? -1n) + (parseBigDecimal(locked, 8) ?? -1n);
      assert.is(journal.store.balances(name).get(asset) ?? 0n, theirs, `${asset} at ${name}`);
    }
  }
  assert.equal(journal.events('external-filled'), [], 'every trade is of an order of ours');
}

test(
  'a desk at three venues stops in order: nothing rests, and each agrees',
  onPremises(async (premises) => {
    writeFileSync(premises.configFile, livelyConfig());
    await premises.handVenue();
    const journal = premises.journal();
    const desk = premises.start();
    await journal.until('a fill', (written) => written.events('order-filled').length > 0);
    desk.signal('SIGTERM');
    assert.is((await desk.end()).code, 0);
    await nothingRests(premises);
    await assertAgreed(premises, journal);
  }),
);

const isAsked = process.env['FLYBALL_VENUES'] === 'all';
if (!isAsked)
  process.stdout.write('SKIPPED without FLYBALL_VENUES=all: three venues as processes\n');

(isAsked ? test : test.skip)(
  'a desk at three venues survives a kill, stops at all in an emergency, and ends',
  onPremises(async (premises) => {
    writeFileSync(premises.configFile, livelyConfig());
    await premises.handVenue();
    const journal = premises.journal();
    const first = premises.start();
    await journal.until('a fill', (written) => written.events('order-filled').length > 0);
    await tradesEverywhere(premises);
    await first.kill();
    await nothingRests(premises);

    const second = premises.start();
    await tradesEverywhere(premises);
    assert.is((await second.ask<ControlSummary>('mode')).mode, 'full-auto');
    await second.run('kill');
    await nothingRests(premises);
    assert.is((await second.ask<ControlSummary>('mode')).mode, 'emergency');
    await assertAgreed(premises, journal);

    second.signal('SIGTERM');
    assert.is((await second.end()).code, 0, 'the stop agrees with each venue');
    await nothingRests(premises);
  }),
);

test.run();
