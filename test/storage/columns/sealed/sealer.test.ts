import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Duck } from '../../../../src/storage/columns/duck.ts';
import {
  blockOf,
  KIND,
  type MarketRecord,
  recordsOf,
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
  sha256Of,
} from '../../../../src/storage/columns/sealed/sealed-file.ts';
import { walFirsts, walPath } from '../../../../src/storage/columns/wal/wal-files.ts';
import { anHour, aStore, count, START_US, write } from '../../../support/columns/sealed-store.ts';
import { temporaryFolder } from '../../temporary.ts';
import { aRecord, DICTIONARY, hastyFiles } from '../records.ts';

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

test('a new segment is shown before the sealing of the last one begins', async () => {
  const store = await aStore();
  await write(store, anHour(0, 30, 1));
  store.writer.roll();
  const asked: string[] = [];
  const { run, rows } = Duck.prototype;
  Duck.prototype.run = function (this: Duck, sql) {
    asked.push(sql);
    return run.call(this, sql);
  };
  Duck.prototype.rows = function (this: Duck, sql) {
    asked.push(sql);
    return rows.call(this, sql);
  };
  try {
    await write(store, anHour(0, 10, 31));
    await store.sealer.close();
  } finally {
    Object.assign(Duck.prototype, { run, rows });
  }
  const shown = asked.findIndex((sql) => sql.includes('VIEW records') && sql.includes('live_31'));
  const begun = asked.findIndex((sql) => /min\(position\)[\s\S]*FROM live_1\b/.test(sql));
  assert.ok(shown >= 0 && begun > shown, `shown ${shown}, then sealed from ${begun}`);
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
