/** Writes events until it is killed, and prints the sequence of each once it is acknowledged. */
import { writeSync } from 'node:fs';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { journalFaultText } from '../../../src/storage/journal/faults.ts';
import { openJournal } from '../../../src/storage/journal/recover.ts';
import { LIMIT_BYTES } from '../event-store/stores.ts';
import { eventNumber, KILL_SEGMENT_BYTES } from './killed-events.ts';

const [folder, boot] = process.argv.slice(2);
const env = { files: nodeFiles, clock: nodeClock, timers: nodeTimers };
const opened = await openJournal(env, {
  folder: folder as string,
  boot: Number(boot),
  store: 'lmdb',
  segmentBytes: KILL_SEGMENT_BYTES,
  storeBytesMax: LIMIT_BYTES,
  keepSegments: 1,
});
if (!opened.ok) throw new Error(journalFaultText(opened.error));
const { journal } = opened.value;
for (;;) {
  const event = eventNumber(journal.head + 1);
  const isDurable = journal.head % 97 === 0;
  const sequence = isDurable ? journal.appendDurable(event) : journal.append(event);
  if (sequence < 0) throw new Error(journalFaultText(journal.fault as never));
  writeSync(1, `${sequence}\n`);
}
