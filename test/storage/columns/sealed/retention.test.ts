import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planRetention, removalText } from '../../../../src/storage/columns/sealed/retention.ts';
import type { SealedFile } from '../../../../src/storage/columns/sealed/sealed-file.ts';
import {
  readSinks,
  takenBySinks,
  writeSink,
} from '../../../../src/storage/columns/sealed/sinks.ts';
import { temporaryFolder } from '../../temporary.ts';
import { DICTIONARY, hastyFiles } from '../records.ts';

const DAY_US = 86_400_000_000;

function aFile(day: number, bytes = 100): SealedFile {
  return {
    schema: 1,
    venue: 'binance',
    records: 10,
    first: day * 10,
    last: day * 10 + 9,
    sequenceMin: 0,
    sequenceMax: 0,
    fromUs: day * DAY_US,
    toUs: day * DAY_US + 1,
    lost: 0,
    gaps: [],
    file: `binance/${day}.parquet`,
    bytes,
    sha256: '',
    dictionary: DICTIONARY,
  };
}

const aSegment = (first: number, isSealed: boolean, bytes = 100) => ({ first, bytes, isSealed });

test('a file goes when all of it is older than is kept, and not before', () => {
  const files = [aFile(1), aFile(2), aFile(3)];
  const plan = planRetention(
    { files, segments: [] },
    { keepDays: 2, budgetBytes: 1e9 },
    4 * DAY_US + 2,
  );
  assert.equal(
    plan,
    [{ kind: 'file', file: files[0], why: 'age' }].concat([
      { kind: 'file', file: files[1] as SealedFile, why: 'age' },
    ]),
  );
  assert.match(removalText(plan[0] as (typeof plan)[0]), 'older than is kept');
});

test('over the budget go sealed segments, then old files, and unsealed segments last', () => {
  const files = [aFile(1), aFile(2)];
  const segments = [aSegment(1, true), aSegment(2, false), aSegment(3, false)];
  const plan = (budgetBytes: number) =>
    planRetention({ files, segments }, { keepDays: 1_000, budgetBytes }, 4 * DAY_US).map(
      (removal) => [
        removal.why,
        removal.kind === 'file' ? removal.file.file : removal.segment.first,
      ],
    );
  assert.equal(plan(500), []);
  assert.equal(plan(499), [['sink', 1]]);
  assert.equal(plan(301), [
    ['sink', 1],
    ['budget', 'binance/1.parquet'],
  ]);
  assert.equal(plan(0), [
    ['sink', 1],
    ['budget', 'binance/1.parquet'],
    ['budget', 'binance/2.parquet'],
    ['unsealed', 2],
  ]);
});

test('what is left after a plan is within the budget, or nothing but the newest segment is', () => {
  const bytes = fc.integer({ min: 1, max: 1_000 });
  fc.assert(
    fc.property(
      fc.array(bytes),
      fc.array(fc.tuple(bytes, fc.boolean()), { minLength: 1 }),
      fc.nat(20_000),
      (fileBytes, segmentBytes, budgetBytes) => {
        const files = fileBytes.map((size, day) => aFile(day, size));
        const segments = segmentBytes.map(([size, isSealed], at) => aSegment(at, isSealed, size));
        const plan = planRetention({ files, segments }, { keepDays: 1e5, budgetBytes }, 0);
        const total = [...files, ...segments].reduce((sum, each) => sum + each.bytes, 0);
        const gone = plan.reduce(
          (sum, each) => sum + (each.kind === 'file' ? each.file.bytes : each.segment.bytes),
          0,
        );
        const newest = segments.at(-1)?.bytes as number;
        assert.ok(total - gone <= Math.max(budgetBytes, newest));
        const last = plan.at(-1);
        if (last === undefined) return;
        const lastBytes = last.kind === 'file' ? last.file.bytes : last.segment.bytes;
        assert.ok(total - gone + lastBytes > budgetBytes, 'nothing goes that need not');
        for (const removal of plan) assert.ok(removalText(removal).length > 0);
      },
    ),
  );
});

test('the slowest sink says what is needed, and one that cannot be read holds all back', () => {
  const folder = `${temporaryFolder()}/sinks`;
  assert.is(takenBySinks(hastyFiles, folder), Number.POSITIVE_INFINITY);
  writeSink(hastyFiles, folder, 'kafka', 200);
  writeSink(hastyFiles, folder, 'clickhouse', 120);
  assert.is(takenBySinks(hastyFiles, folder), 120);
  hastyFiles.replace(`${folder}/broken.json`, Buffer.from('{'));
  hastyFiles.replace(`${folder}/none.json`, Buffer.from('null'));
  assert.equal(
    [...readSinks(hastyFiles, folder)],
    [
      ['broken', 0],
      ['clickhouse', 120],
      ['kafka', 200],
      ['none', 0],
    ],
  );
});

test.run();
