import * as assert from 'uvu/assert';
import { type Duck, openDuck } from '../../../src/storage/columns/duck.ts';
import { blockOf, type MarketRecord } from '../../../src/storage/columns/record.ts';
import { readCatalogue } from '../../../src/storage/columns/sealed/catalogue.ts';
import { Sealer } from '../../../src/storage/columns/sealed/sealer.ts';
import { openWal, type WalWriter } from '../../../src/storage/columns/wal/wal-writer.ts';
import { aRecord, DICTIONARY, hastyFiles } from '../../storage/columns/records.ts';
import { temporaryFolder } from '../../storage/temporary.ts';

export const HOUR_US = 3_600_000_000;
export const START_US = 480_000 * HOUR_US;

export interface Store {
  readonly folder: string;
  readonly writer: WalWriter;
  readonly duck: Duck;
  readonly sealer: Sealer;
  readonly missing: unknown[];
  taken: number;
  restart(): Promise<Store>;
}

export async function aStore(folder = temporaryFolder()): Promise<Store> {
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
export function anHour(hour: number, count: number, from: number): MarketRecord[] {
  return Array.from({ length: count }, (_, at) =>
    aRecord({
      tsLocal: START_US + hour * HOUR_US + at * 1_000,
      sequence: from + at,
      instrument: at % 3 === 2 ? 7 : at % 2,
      venue: at % 3 === 2 ? 1 : 0,
    }),
  );
}

export async function write(
  { writer, sealer }: Store,
  records: readonly MarketRecord[],
): Promise<void> {
  writer.add(blockOf(records).words);
  writer.write();
  writer.sync();
  while (await sealer.step(writer.durable)) {}
}

export async function count(
  duck: Duck,
  sql = 'SELECT count(*) AS n FROM records',
): Promise<unknown> {
  return (await duck.rows(sql))[0]?.['n'];
}
