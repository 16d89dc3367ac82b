import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COLUMNS, type Duck, openDuck } from '../../../src/storage/columns/duck.ts';
import {
  blockOf,
  type MarketRecord,
  type RecordBlock,
  recordsOf,
} from '../../../src/storage/columns/record.ts';
import { temporaryFolder } from '../temporary.ts';
import { anyRecord, someRecords } from './records.ts';

const SELECT = `SELECT ${COLUMNS.join(', ')} FROM t ORDER BY position`;

async function withDuck(use: (duck: Duck) => Promise<void>): Promise<void> {
  const spillFolder = `${temporaryFolder()}/spill`;
  const opened = await openDuck({ memoryMiB: 256, threads: 1, spillFolder });
  assert.ok(opened.ok, JSON.stringify(opened));
  await use(opened.value);
  opened.value.close();
}

async function all(blocks: AsyncIterable<RecordBlock>): Promise<MarketRecord[]> {
  const records: MarketRecord[] = [];
  for await (const block of blocks) records.push(...recordsOf(block));
  return records;
}

for (const isPlain of [false, true]) {
  const way = isPlain ? 'the documented interface' : 'the memory of the vectors';

  test(`records come out of a table as they went in, through ${way}`, () =>
    withDuck(async (duck) => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyRecord, { maxLength: 20 }), async (records) => {
          const appender = await duck.createTable('t', isPlain);
          appender.append(blockOf(records), 1);
          appender.flush();
          assert.equal(await all(duck.blocks(SELECT, isPlain)), records);
          appender.close();
          await duck.run('DROP TABLE t');
        }),
        { numRuns: 15 },
      );
    }));
}

test('blocks longer than a chunk keep their order and their positions', () =>
  withDuck(async (duck) => {
    const records = someRecords(5_000);
    const appender = await duck.createTable('t');
    appender.append(blockOf(records), 11);
    appender.flush();
    appender.close();
    assert.equal(await all(duck.blocks(SELECT)), records);
    const [row] = await duck.rows('SELECT min(position) AS a, max(position) AS b FROM t');
    assert.equal(row, { a: 11, b: 5_010 });
  }));

test('a table that was not flushed shows nothing, and a fork sees what the first one flushed', () =>
  withDuck(async (duck) => {
    const appender = await duck.createTable('t');
    const other = await duck.fork();
    appender.append(blockOf(someRecords(3)), 1);
    assert.equal(await other.rows('SELECT count(*) AS n FROM t'), [{ n: 0 }]);
    appender.flush();
    assert.equal(await other.rows('SELECT count(*) AS n FROM t'), [{ n: 3 }]);
    appender.close();
    other.close();
  }));

test('an engine that cannot be opened says why', async () => {
  const opened = await openDuck({ memoryMiB: 64, threads: 0, spillFolder: '/nowhere' });
  assert.is(opened.ok, false);
  assert.is(opened.ok ? '' : opened.error.kind, 'columns');
});

test.run();
