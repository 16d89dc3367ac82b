/** `kill -9` of a process that records: no record that it called durable is lost. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../../../src/core/node-files.ts';
import { rngOf } from '../../../../src/core/rng.ts';
import { openMarketStore } from '../../../../src/storage/columns/threads/market-store.ts';
import { storeOptions } from '../../../support/columns/store-options.ts';
import { temporaryFolder } from '../../temporary.ts';

const KILLS = Number(process.env['FLYBALL_KILLS'] ?? 2);
/** From so many kills on, the local time of the records is enough for days to be rewritten. */
const KILLS_OF_DAYS = 15;
const PROGRAM = fileURLToPath(new URL('./store-process.js', import.meta.url));
/** Reports of the process before it is killed, at most. */
const REPORTS_MAX = 150;

/** Runs the process until it has reported so often. @returns the last position it called durable */
function killed(folder: string, reports: number): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let durable = 0;
    let seen = 0;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) {
        const [what, position] = line.split(' ');
        if (what !== 'durable') continue;
        durable = Number(position);
        seen += 1;
        if (seen === reports) child.kill('SIGKILL');
      }
    });
    child.on('close', () => resolve(durable));
  });
}

test(`after ${KILLS} kills in the middle of recording no acknowledged record is lost`, async () => {
  const folder = temporaryFolder();
  const random = rngOf(7);
  let acknowledged = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const durable = await killed(folder, 20 + Math.floor(random.next() * REPORTS_MAX));
    assert.ok(durable > acknowledged, `${durable} is durable after ${acknowledged}`);
    acknowledged = durable;
  }
  const opened = await openMarketStore(storeOptions(folder, { sealsAtEnd: true }));
  assert.ok(opened.ok, JSON.stringify(opened));
  const store = opened.value;
  const { head, lostRecords } = store.recovered;
  assert.ok(head >= acknowledged, `${head} records of ${acknowledged} that were acknowledged`);
  assert.is(lostRecords, 0);
  while (store.visible < head) await new Promise((resolve) => setTimeout(resolve, 10));
  const asked = await store.ask(
    `SELECT count(*) AS n, min(position) AS first, max(position) AS last,
       count(*) FILTER (sequence = position) AS right FROM records`,
  );
  await store.stop();
  const { files } = JSON.parse(
    new TextDecoder().decode(
      nodeFiles.read(join(folder, 'sealed', 'catalogue.json')) as Uint8Array,
    ),
  ) as { files: readonly { file: string }[] };
  const days = files.filter(({ file }) => file.includes('/day-')).length;
  assert.is(days > 0, KILLS >= KILLS_OF_DAYS, `${days} days were rewritten`);
  assert.equal(asked, { ok: true, value: [{ n: head, first: 1, last: head, right: head }] });
});

test.run();
