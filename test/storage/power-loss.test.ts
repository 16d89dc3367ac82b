import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../src/core/rng.ts';
import { type LossyFiles, lossyFiles } from '../../src/simulation/disk/lossy-files.ts';
import { EventStore } from '../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../src/storage/event-store/memory-tables.ts';
import { journalFaultText } from '../../src/storage/journal/faults.ts';
import { openJournal } from '../../src/storage/journal/recover.ts';
import { logFaultText } from '../../src/storage/log-fault.ts';
import { openRecordLog, type RecordLog } from '../../src/storage/record-log.ts';
import { readRecords } from '../../src/storage/record-reader.ts';
import { submitted } from './journal/events.ts';
import { manualTime } from './manual-time.ts';

function opened(files: LossyFiles): RecordLog {
  const result = openRecordLog(files, 'log', { segmentBytes: 1024 });
  if (!result.ok) throw new Error(logFaultText(result.error));
  return result.value.log;
}

const life = fc.array(
  fc.record({
    records: fc.integer({ min: 0, max: 25 }),
    length: fc.integer({ min: 1, max: 120 }),
    ending: fc.constantFrom('sync' as const, 'cut' as const, 'close' as const, 'go on' as const),
  }),
  { minLength: 1, maxLength: 25 },
);

test('a loss of power takes nothing that was synced and leaves a log without holes', () => {
  fc.assert(
    fc.property(life, fc.integer(), (steps, seed) => {
      const random = rngOf(seed);
      const files = lossyFiles();
      let log = opened(files);
      /** What was written under each sequence the last time. */
      const written: number[] = [];
      for (const [step, { records, length, ending }] of steps.entries()) {
        for (let at = 0; at < records; at += 1) {
          const sequence = log.append(new Uint8Array(length).fill(step + 1), length);
          assert.is(sequence, log.head);
          written[sequence] = step + 1;
        }
        if (ending === 'go on') continue;
        if (ending !== 'cut') log.sync();
        const { durable, head } = log;
        if (ending === 'sync') continue;
        if (ending === 'close') log.close();
        files.cutPower(random);
        log = opened(files);
        assert.ok(log.head >= durable, `${durable} were durable, ${log.head} are there`);
        assert.ok(log.head <= head);
        let expected = 0;
        for (const { sequence, payload } of readRecords(files, 'log', 1)) {
          expected += 1;
          assert.is(sequence, expected);
          assert.is(payload[0], written[sequence]);
        }
        assert.is(expected, log.head);
      }
    }),
    { numRuns: 400 },
  );
});

test('a loss of power never leaves the store ahead of the log', async () => {
  const steps = fc.array(
    fc.record({ records: fc.integer({ min: 0, max: 40 }), ms: fc.integer({ min: 0, max: 30 }) }),
    { minLength: 1, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.integer(), async (lives, seed) => {
      const random = rngOf(seed);
      const files = lossyFiles();
      const store = new EventStore(memoryTables());
      for (const [life, { records, ms }] of lives.entries()) {
        const time = manualTime();
        const options = { folder: 'journal', boot: life + 1, store, segmentBytes: 2048 };
        const result = await openJournal({ files, ...time }, options);
        if (!result.ok) throw new Error(journalFaultText(result.error));
        const { journal } = result.value;
        assert.is(store.head(), journal.head);
        for (let at = 0; at < records; at += 1) {
          journal.append(submitted({ clientId: `${life}-${at}` }));
          if (random.next() < 0.1) time.advance(ms);
        }
        files.cutPower(random);
      }
      assert.ok(store.rebuild().ok);
      assert.is(store.integrity().get('duplicate-order'), undefined);
    }),
    { numRuns: 100 },
  );
});

test.run();
