/** Hours and days of sealed records: what becomes one file, and the bars that stay. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  KIND,
  type MarketRecord,
  recordsOf,
  SIDE,
} from '../../../../src/storage/columns/record.ts';
import { rebuildCatalogue } from '../../../../src/storage/columns/sealed/catalogue.ts';
import type { SealedFile } from '../../../../src/storage/columns/sealed/sealed-file.ts';
import { openSealed } from '../../../../src/storage/columns/sealed/sealed-source.ts';
import { anHour, aStore, count, START_US, write } from '../../../support/columns/sealed-store.ts';
import { aRecord, hastyFiles } from '../records.ts';

test('the parts of an hour become one file when the hour is over', async () => {
  const store = await aStore();
  const parts = [anHour(0, 30, 1), anHour(0, 30, 31), anHour(1, 30, 61), anHour(1, 30, 91)];
  for (const records of parts) {
    await write(store, records);
    store.writer.roll();
  }
  await store.sealer.sealAll();
  const { files } = store.sealer.catalogue;
  assert.equal(
    files.map(({ venue, records }) => [venue, records]),
    [
      ['binance', 40],
      ['kraken', 20],
      ['binance', 20],
      ['binance', 20],
      ['kraken', 10],
      ['kraken', 10],
    ],
  );
  assert.is(await count(store.duck), 120);
  assert.is(await count(store.duck, 'SELECT count(DISTINCT position) AS n FROM records'), 120);
});

const HOURS_A_WEEK = 168;

/** Hours 0 and 1 in parts, and one more than a week after their day, which rewrites it. */
async function aRewrittenDay() {
  const store = await aStore();
  const append = async (records: readonly MarketRecord[]): Promise<void> => {
    await write(store, records);
    store.writer.roll();
  };
  await append(anHour(0, 30, 1));
  await append(anHour(0, 30, 31));
  await append(anHour(1, 30, 61));
  await store.sealer.sealAll();
  const { file } = store.sealer.catalogue.files[0] as SealedFile;
  const part = { file, bytes: hastyFiles.read(`${store.folder}/sealed/${file}`) as Uint8Array };
  await append(anHour(24 + HOURS_A_WEEK, 3, 91));
  await store.sealer.sealAll();
  return { store, part };
}

test('the hours of a day that is over for a week become one file, sorted', async () => {
  const { store } = await aRewrittenDay();
  const { files } = store.sealer.catalogue;
  assert.equal(
    files.map(({ file, records, first, last }) => [
      file.split('/')[2]?.slice(0, 3),
      records,
      first,
      last,
    ]),
    [
      ['day', 60, 1, 89],
      ['day', 30, 3, 90],
      ['00-', 2, 91, 92],
      ['00-', 1, 93, 93],
    ],
  );
  assert.is(await count(store.duck), 93);
  const path = `${store.folder}/sealed/${files[0]?.file}`;
  const rows = await store.duck.rows(`SELECT instrument, ts_local FROM read_parquet('${path}')`);
  const keys = rows.map((row) => (row['instrument'] as number) * 1e17 + Number(row['ts_local']));
  assert.equal(
    keys,
    [...keys].sort((left, right) => left - right),
  );
  const source = await openSealed(store.duck, hastyFiles, store.folder);
  assert.ok(source.ok);
  const back: number[] = [];
  for await (const block of source.value.blocks) {
    back.push(...recordsOf(block).map(({ sequence }) => sequence));
  }
  assert.equal(
    back,
    Array.from({ length: 93 }, (_, at) => at + 1),
    'days and hours are read in the order in which they came',
  );
});

test('killed anywhere in a rewrite, each record is in the store once', async () => {
  const { store: made, part } = await aRewrittenDay();
  const { catalogue } = made.sealer;
  const sealed = `${made.folder}/sealed`;
  const [day] = catalogue.files as readonly [SealedFile];
  // Before the catalogue names it, the whole is a stray; after it, its parts are.
  const stray = `${sealed}/${day.file.replace('day-', 'day-9')}`;
  for (const path of [stray, `${stray}.draft`, `${sealed}/${part.file}`]) {
    hastyFiles.replace(path, part.bytes);
  }
  const store = await made.restart();
  assert.is(hastyFiles.read(stray), null);
  assert.is(hastyFiles.read(`${stray}.draft`), null);
  assert.is(hastyFiles.read(`${sealed}/${part.file}`), null);
  assert.is(await count(store.duck), 93);
  assert.is(await count(store.duck, 'SELECT count(DISTINCT position) AS n FROM records'), 93);
  // A catalogue that is lost as well knows the whole from its part.
  hastyFiles.replace(`${sealed}/${part.file}`, part.bytes);
  const rebuilt = await rebuildCatalogue(store.duck, hastyFiles, sealed);
  assert.equal(rebuilt.ok && rebuilt.value.files, catalogue.files);
});

test('an hour that is over has bars, which stay when its records go', async () => {
  const store = await aStore();
  const trades = [
    [0, 100, 5, SIDE.buy],
    [400_000, 103, 1, SIDE.sell],
    [900_000, 99, 2, SIDE.buy],
    [61_000_000, 120, 7, SIDE.sell],
  ] as const;
  await write(
    store,
    trades.map(([us, price, quantity, side], at) => {
      const tsLocal = START_US + us;
      return aRecord({ kind: KIND.trade, tsLocal, price, quantity, side, sequence: at });
    }),
  );
  store.writer.roll();
  await write(store, anHour(1, 3, 5));
  await store.sealer.sealAll();
  const bars = (seconds: number) =>
    store.duck.rows(
      `SELECT start - ${START_US} AS start, open, high, low, close, volume, buy_volume, trades
       FROM read_parquet('${store.folder}/bars/*/*/*-${seconds}s.parquet') ORDER BY start`,
    );
  const first = { start: 0, open: 100, high: 103, low: 99, close: 99, volume: 8, buy_volume: 7 };
  const second = {
    open: 120,
    high: 120,
    low: 120,
    close: 120,
    volume: 7,
    buy_volume: 0,
    trades: 1,
  };
  assert.equal(await bars(1), [
    { ...first, trades: 3 },
    { start: 61_000_000, ...second },
  ]);
  assert.equal(await bars(60), [
    { ...first, trades: 3 },
    { start: 60_000_000, ...second },
  ]);
  await store.sealer.remove(store.sealer.catalogue.files);
  assert.is(await count(store.duck), 0);
  assert.is((await bars(60)).length, 2);
});

test.run();
