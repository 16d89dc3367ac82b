import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../../../src/core/node-files.ts';
import { MarketTape } from '../../../../src/storage/columns/tape.ts';
import {
  type MarketStore,
  type MarketStoreOptions,
  openMarketStore,
} from '../../../../src/storage/columns/threads/market-store.ts';
import { lockFile } from '../../../../src/storage/directory-lock.ts';
import { gathered, storeOptions } from '../../../support/columns/store-options.ts';
import { temporaryFolder } from '../../temporary.ts';

async function aStore(folder: string, changes: Partial<MarketStoreOptions> = {}) {
  const opened = await openMarketStore(storeOptions(folder, changes));
  assert.ok(opened.ok, JSON.stringify(opened));
  return opened.value;
}

function print(store: MarketStore, count: number): void {
  const tape = new MarketTape(store.ring, [0]);
  const trade = { instrument: 0, ticks: 100, lots: 1, takerSide: 'buy' as const, venueMs: 1 };
  for (let tradeId = 1; tradeId <= count; tradeId += 1) {
    tape.onTrade({ ...trade, tradeId, receivedNs: tradeId * 1_000 });
  }
  assert.is(tape.counts.lost, 0);
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('records become durable, then visible, and sealed at the end', async () => {
  const folder = temporaryFolder();
  const { events, onEvent } = gathered();
  const store = await aStore(folder, { onEvent, sealsAtEnd: true });
  print(store, 10_000);
  await until(() => store.durable === 10_000);
  await until(() => store.visible === 10_000);
  const asked = await store.ask('SELECT count(*) AS n FROM records');
  assert.equal(asked, { ok: true, value: [{ n: 10_000 }] });
  const wrong = await store.ask('SELECT nothing FROM nowhere');
  assert.ok(!wrong.ok && wrong.error.includes('nowhere'));
  await store.stop();
  const sealed = events.findLast(({ kind }) => kind === 'sealed');
  assert.ok(sealed?.kind === 'sealed');
  assert.is(sealed.totals.records, 10_000);
  assert.is(sealed.totals.sealed, 10_000);
  assert.is(store.fault, null);
});

test('what was not sealed is there again at the next start', async () => {
  const folder = temporaryFolder();
  const first = await aStore(folder);
  print(first, 500);
  await until(() => first.durable === 500);
  await first.stop();
  const second = await aStore(folder);
  assert.is(second.recovered.head, 500);
  await until(() => second.visible === 500);
  print(second, 10);
  await until(() => second.visible === 510);
  await second.stop();
});

const ROUND = 40_000;
/** Five seconds with `npm run test:market-kills`. */
const STALL_MS = Number(process.env['FLYBALL_STALL_MS'] ?? 1_500);
const STALL_MS_MAX = 60_000;

test(`columns at rest for ${STALL_MS} ms hold up nobody and lose nothing`, async () => {
  const store = await aStore(temporaryFolder());
  // What is visible proves that the columns follow, and so that only the stall stops them.
  print(store, 1_000);
  await until(() => store.visible === 1_000);
  let printed = 1_000;
  let behind = 0;
  // Where a disk takes longer than they rest, nothing is seen of that, and they rest for longer.
  for (let stallMs = STALL_MS; behind < ROUND; stallMs *= 2) {
    assert.ok(stallMs < STALL_MS_MAX, 'what was durable was visible though they stood still');
    store.stall(stallMs);
    const asked = await store.ask('SELECT 1 AS one');
    assert.ok(asked.ok, 'the wish to stall came first');
    for (let round = 0; round < 5; round += 1) {
      print(store, ROUND);
      printed += ROUND;
      await until(() => store.durable === printed);
      behind = Math.max(behind, store.durable - store.visible);
    }
  }
  await until(() => store.visible === printed);
  const counted = await store.ask(
    'SELECT count(*) AS n, count(DISTINCT position) AS d FROM records',
  );
  assert.equal(counted, { ok: true, value: [{ n: printed, d: printed }] });
  assert.is(store.fault, null);
  await store.stop();
});

test('a store that somebody holds is refused, and one is free again after a stop', async () => {
  const folder = temporaryFolder();
  const first = await aStore(folder, { lock: lockFile });
  const second = await openMarketStore(storeOptions(folder, { lock: lockFile }));
  assert.ok(!second.ok && second.error.includes('is held by process'));
  await first.stop();
  const third = await aStore(folder, { lock: lockFile });
  await third.stop();
});

test('a log that cannot be opened is said', async () => {
  const folder = temporaryFolder();
  nodeFiles.replace(`${folder}/wal`, new Uint8Array(1));
  const opened = await openMarketStore(storeOptions(folder));
  assert.ok(!opened.ok);
  assert.match(opened.error, /^log: .*opening the market log failed/);
});

test('what is past its age goes, and is said', async () => {
  const folder = temporaryFolder();
  const first = await aStore(folder, { sealsAtEnd: true });
  print(first, 100);
  await until(() => first.visible === 100);
  await first.stop();
  const dry = gathered();
  const retention = { keepDays: 1, budgetBytes: 1e12 };
  const second = await aStore(folder, { retention, isDryRun: true, onEvent: dry.onEvent });
  await until(() => dry.events.some(({ kind }) => kind === 'would-remove'));
  await second.stop();
  const { events, onEvent } = gathered();
  const third = await aStore(folder, { retention, onEvent });
  await until(() => events.some(({ kind }) => kind === 'removed'));
  const [removed] = events.filter(({ kind }) => kind === 'removed');
  assert.ok(removed?.kind === 'removed');
  assert.match(removed.text, /^binance\/1970-01-01\/00-.*: 100 records, .* older than is kept$/);
  await until(() => third.totals.files === 0);
  await third.stop();
});

test.run();
