import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Duck, openDuck } from '../../../../src/storage/columns/duck.ts';
import {
  blockOf,
  KIND,
  type MarketRecord,
  recordsOf,
  SIDE,
} from '../../../../src/storage/columns/record.ts';
import {
  type Catalogue,
  EMPTY_CATALOGUE,
  readCatalogue,
  rebuildCatalogue,
} from '../../../../src/storage/columns/sealed/catalogue.ts';
import {
  readSealed,
  recordsSql,
  type SealedFile,
  sha256Of,
} from '../../../../src/storage/columns/sealed/sealed-file.ts';
import { openSealed } from '../../../../src/storage/columns/sealed/sealed-source.ts';
import { Sealer } from '../../../../src/storage/columns/sealed/sealer.ts';
import { walFirsts, walPath } from '../../../../src/storage/columns/wal/wal-files.ts';
import { openWal, type WalWriter } from '../../../../src/storage/columns/wal/wal-writer.ts';
import { temporaryFolder } from '../../temporary.ts';
import { aRecord, DICTIONARY, hastyFiles } from '../records.ts';

const HOUR_US = 3_600_000_000;
const START_US = 480_000 * HOUR_US;

interface Store {
  readonly folder: string;
  readonly writer: WalWriter;
  readonly duck: Duck;
  readonly sealer: Sealer;
  readonly missing: unknown[];
  taken: number;
  restart(): Promise<Store>;
}

async function aStore(folder = temporaryFolder()): Promise<Store> {
  const walFolder = `${folder}/wal`;
  const wal = openWal(hastyFiles, {
    folder: walFolder,
    segmentBytes: 1_000_000,
    dictionary: DICTIONARY,
  });
  assert.ok(wal.ok);
  const duck = await openDuck({ memoryMiB: 256, threads: 1, spillFolder: `${folder}/spill` });
  assert.ok(duck.ok);
  const read = readCatalogue(hastyFiles, `${folder}/sealed`);
  assert.ok(read.ok);
  const missing: unknown[] = [];
  const sealer = new Sealer({
    files: hastyFiles,
    duck: duck.value,
    folder: `${folder}/sealed`,
    walFolder,
    catalogue: read.value,
    takenByOthers: () => store.taken,
    onMissing: (range) => missing.push(range),
    onSealed: () => {},
  });
  await sealer.open();
  const store: Store = {
    folder,
    writer: wal.value.writer,
    duck: duck.value,
    sealer,
    missing,
    taken: Number.POSITIVE_INFINITY,
    async restart() {
      await sealer.close();
      duck.value.close();
      wal.value.writer.close();
      return aStore(folder);
    },
  };
  return store;
}

/** Records of two venues in an hour after the first, one each millisecond. */
function anHour(hour: number, count: number, from: number): MarketRecord[] {
  return Array.from({ length: count }, (_, at) =>
    aRecord({
      tsLocal: START_US + hour * HOUR_US + at * 1_000,
      sequence: from + at,
      instrument: at % 3 === 2 ? 7 : at % 2,
      venue: at % 3 === 2 ? 1 : 0,
    }),
  );
}

async function write({ writer, sealer }: Store, records: readonly MarketRecord[]): Promise<void> {
  writer.add(blockOf(records).words);
  writer.write();
  writer.sync();
  while (await sealer.step(writer.durable)) {}
}

async function count(duck: Duck, sql = 'SELECT count(*) AS n FROM records'): Promise<unknown> {
  return (await duck.rows(sql))[0]?.['n'];
}

test('what is durable can be queried, before and after it is sealed', async () => {
  const store = await aStore();
  assert.is(await count(store.duck), 0);
  await write(store, anHour(0, 30, 1));
  assert.is(await count(store.duck), 30);
  store.writer.roll();
  await write(store, anHour(0, 10, 31));
  await store.sealer.sealAll();
  assert.is(await count(store.duck), 40);
  assert.is(store.sealer.catalogue.sealed, 40);
  assert.is(await count(store.duck, 'SELECT count(DISTINCT position) AS n FROM records'), 40);
});

test('a sealed file is of one venue and hour, sorted, and says what is in it', async () => {
  const store = await aStore();
  await write(store, [
    ...anHour(0, 30, 1),
    aRecord({ kind: KIND.gap, quantity: 12, tsLocal: START_US + 40_000 }),
    ...anHour(1, 9, 31),
  ]);
  await store.sealer.sealAll();
  const { files } = store.sealer.catalogue;
  assert.equal(
    files.map(({ venue, records, lost, first, last }) => [venue, records, lost, first, last]),
    [
      ['binance', 21, 12, 1, 31],
      ['kraken', 10, 0, 3, 30],
      ['binance', 6, 0, 32, 39],
      ['kraken', 3, 0, 34, 40],
    ].map((row, at) =>
      at < 2 ? row : [row[0], row[1], row[2], files[at]?.first, files[at]?.last],
    ),
  );
  const [sealed] = files;
  assert.ok(sealed !== undefined);
  assert.match(sealed.file, /^binance\/2024-10-04\/00-000000000001-000000000031\.parquet$/);
  assert.equal(sealed.gaps, [{ instrument: 0, at: START_US + 40_000, lost: 12 }]);
  const path = `${store.folder}/sealed/${sealed.file}`;
  assert.is(sealed.sha256, sha256Of(hastyFiles, path));
  const header = await readSealed(store.duck, path);
  assert.ok(header.ok);
  assert.is(header.value.metadata.records, 21);
  assert.equal(header.value.dictionary, { ...DICTIONARY, markets: DICTIONARY.markets.slice(0, 2) });
  const order = await store.duck.rows(`SELECT instrument, ts_local FROM read_parquet('${path}')`);
  const keys = order.map((row) => (row['instrument'] as number) * 1e17 + Number(row['ts_local']));
  assert.equal(
    keys,
    [...keys].sort((left, right) => left - right),
  );
});

test('records come back from sealed files in the order in which they came', async () => {
  const store = await aStore();
  const records = [...anHour(0, 50, 1), ...anHour(1, 20, 51)];
  await write(store, records);
  await store.sealer.sealAll();
  const paths = store.sealer.catalogue.files.map(({ file }) => `${store.folder}/sealed/${file}`);
  const back: MarketRecord[] = [];
  for await (const block of store.duck.blocks(recordsSql(paths))) back.push(...recordsOf(block));
  assert.equal(back, records);
});

test('a segment of the log goes when it is sealed and nobody else needs it', async () => {
  const store = await aStore();
  store.taken = 20;
  await write(store, anHour(0, 30, 1));
  store.writer.roll();
  await write(store, anHour(0, 30, 31));
  store.writer.roll();
  await write(store, anHour(0, 3, 61));
  await store.sealer.sealAll();
  const folder = `${store.folder}/wal`;
  assert.equal(walFirsts(hastyFiles, folder), [1, 31, 61]);
  store.taken = 60;
  store.writer.roll();
  await write(store, anHour(0, 3, 64));
  await store.sealer.sealAll();
  assert.equal(walFirsts(hastyFiles, folder), [61, 64]);
});

test('whatever the moment of a crash, each record is in the files once', async () => {
  let store = await aStore();
  await write(store, anHour(0, 30, 1));
  store.writer.roll();
  await write(store, anHour(0, 10, 31));
  // The first segment is sealed, the second one is only in the log.
  await store.sealer.close();
  const stray = `${store.folder}/sealed/binance/2024-10-04/00-stray.parquet`;
  hastyFiles.replace(stray, new Uint8Array(10));
  store = await store.restart();
  assert.is(await count(store.duck), 30);
  await write(store, anHour(0, 5, 41));
  assert.is(await count(store.duck), 45);
  await store.sealer.sealAll();
  assert.is(await count(store.duck), 45);
  assert.is(await count(store.duck, 'SELECT count(DISTINCT position) AS n FROM records'), 45);
  assert.is(hastyFiles.read(stray), null);
});

test('a stall of the sealer holds up nobody and loses nothing', async () => {
  const store = await aStore();
  for (let round = 0; round < 5; round += 1) {
    store.writer.add(blockOf(anHour(0, 100, 1 + round * 100)).words);
    store.writer.write();
    store.writer.sync();
    store.writer.roll();
  }
  assert.is(store.writer.durable, 500);
  while (await store.sealer.step(store.writer.durable)) {}
  assert.is(await count(store.duck), 500);
  assert.is(store.sealer.visible, 501);
  await store.sealer.sealAll();
  assert.is(store.sealer.catalogue.sealed, 500);
});

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

test('what the log has lost is said, and is in the catalogue', async () => {
  let store = await aStore();
  await write(store, anHour(0, 30, 1));
  store.writer.roll();
  await store.sealer.close();
  const path = walPath(`${store.folder}/wal`, 1);
  const bytes = new Uint8Array(hastyFiles.read(path) as Uint8Array);
  bytes[bytes.length - 1] = 0xff;
  hastyFiles.replace(path, bytes);
  store = await store.restart();
  await write(store, anHour(0, 10, 31));
  await store.sealer.sealAll();
  assert.equal(store.missing, store.sealer.catalogue.missing);
  const [range] = store.sealer.catalogue.missing;
  assert.equal([range?.from, range?.to], [1, 30]);
  assert.match(range?.why ?? '', 'no segment has it');
  assert.is(await count(store.duck), 10);
});

test('a catalogue that is lost is made again from the files', async () => {
  const store = await aStore();
  await write(store, [...anHour(0, 30, 1), ...anHour(1, 12, 31)]);
  await store.sealer.sealAll();
  const rebuilt = await rebuildCatalogue(store.duck, hastyFiles, `${store.folder}/sealed`);
  assert.ok(rebuilt.ok);
  assert.equal(rebuilt.value, store.sealer.catalogue);
});

test('a file that is removed is out of the catalogue and off the disk', async () => {
  const store = await aStore();
  await write(store, [...anHour(0, 30, 1), ...anHour(1, 12, 31)]);
  await store.sealer.sealAll();
  const { files } = store.sealer.catalogue;
  await store.sealer.remove(files.slice(0, 2));
  assert.is(await count(store.duck), 12);
  const kept: Catalogue = { ...store.sealer.catalogue };
  assert.equal(kept.files, files.slice(2));
  const read = readCatalogue(hastyFiles, `${store.folder}/sealed`);
  assert.equal(read.ok && read.value, kept);
});

test('a catalogue of another version or none at all is said', () => {
  const folder = temporaryFolder();
  assert.equal(readCatalogue(hastyFiles, folder), { ok: true, value: EMPTY_CATALOGUE });
  hastyFiles.replace(`${folder}/catalogue.json`, Buffer.from('{"version":2}'));
  const other = readCatalogue(hastyFiles, folder);
  assert.match(other.ok ? '' : other.error, 'found version 2, wanted a catalogue of 1');
  hastyFiles.replace(`${folder}/catalogue.json`, Buffer.from('{'));
  const broken = readCatalogue(hastyFiles, folder);
  assert.match(broken.ok ? '' : broken.error, 'found no JSON');
});

test.run();
