/** Fills a small disk with a store and then with a log, and prints what they said. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { openRecordLog } from '../../../src/storage/record-log.ts';
import { readRecords } from '../../../src/storage/record-reader.ts';
import { lmdbTables, recordsOf } from './stores.ts';

const disk = process.argv[2] as string;
const tick = { kind: 'incident', what: 't', where: 'w', detail: 'd'.repeat(5000) } as const;

const tables = lmdbTables(join(disk, 'store'));
const store = new EventStore(tables);
let fault: unknown = null;
for (let records = 0; fault === null && records < 10_000; records += 1) {
  const applied = store.apply(recordsOf([tick], store.head() + 1));
  if (!applied.ok) fault = applied.error;
}
const head = store.head();
const read = [...store.readAll(0)].length;
await tables.close();
rmSync(join(disk, 'store'), { recursive: true });

const folder = join(disk, 'log');
const opened = openRecordLog(nodeFiles, folder, { segmentBytes: 1_048_576 });
if (!opened.ok) throw new Error(JSON.stringify(opened.error));
const { log } = opened.value;
const payload = new Uint8Array(10_000).fill(7);
for (let records = 0; log.fault === null && records < 10_000; records += 1) {
  log.append(payload, payload.length);
}
const logRead = [...readRecords(nodeFiles, folder, 1)].length;
process.stdout.write(
  JSON.stringify({ fault, head, read, log: log.fault, logHead: log.head, logRead }),
);
