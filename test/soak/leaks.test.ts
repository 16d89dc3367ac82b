/** Rings, actors, threads and memories of kernels give back what they held; see also the soaks. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Mailbox } from '../../actors/runtime/mail/mailbox.ts';
import { nodeClock, nodeTimers } from '../../src/core/node-env.ts';
import { nodeFiles } from '../../src/core/node-files.ts';
import { Book } from '../../src/market/book.ts';
import { OrderFlowImbalance } from '../../src/market/microstructure/ofi.ts';
import { Vpin } from '../../src/market/microstructure/vpin.ts';
import { kernelsOn } from '../../src/math/kernels/vector-kernels.ts';
import { openJournal } from '../../src/storage/journal/recover.ts';
import { DepthSync } from '../../src/venues/binance/depth-sync.ts';
import { LevelList } from '../../src/venues/binance/level-list.ts';
import { LIMIT_BYTES } from '../storage/event-store/stores.ts';
import { temporaryFolder } from '../storage/temporary.ts';
import { aLane, anActor } from '../support/lanes.ts';
import { collect, heldOf } from '../support/soak/collected.ts';

const MESSAGES = 100;
const HEAP_BYTES = 262_144;
const LIVES = 5;

type Message = { readonly key: number };

/** Objects that only what is told of them holds. */
function told(count: number, tell: (message: Message) => void): WeakRef<object>[] {
  return Array.from({ length: count }, (_, at) => {
    const message = { key: at % 10 };
    tell(message);
    return new WeakRef(message);
  });
}

test('a mailbox holds what is queued, and nothing that was taken from it', async () => {
  const mailbox = new Mailbox({ capacity: 128 });
  const refs = told(MESSAGES, (message) => void mailbox.push(message, 0, ''));
  assert.is(await heldOf(refs), MESSAGES);
  for (let at = 0; at < MESSAGES - 1; at += 1) mailbox.take();
  assert.is(await heldOf(refs), 1);
  mailbox.take();
  assert.is(await heldOf(refs), 0);
  assert.is(mailbox.size, 0);
});

test('a mailbox that conflates holds the last message of a key alone', async () => {
  const keyOf = ({ key }: Message): number => key;
  const mailbox = new Mailbox({ capacity: 16, overflow: 'conflate', keyOf });
  const refs = told(MESSAGES, (message) => void mailbox.push(message, 0, ''));
  assert.is(await heldOf(refs), 10);
  while (mailbox.size > 0) mailbox.take();
  assert.is(await heldOf(refs), 0);
});

test('an actor that ended leaves neither its state nor its messages behind', async () => {
  const { lane, env } = aLane();
  const refs: WeakRef<object>[] = [];
  const live = async (name: string): Promise<void> => {
    const spec = anActor<object, Message>({
      start() {
        const state = { rows: new Array(1_000).fill(0) };
        refs.push(new WeakRef(state));
        return state;
      },
    });
    const ref = await lane.spawn(spec, name);
    refs.push(...told(MESSAGES, (message) => void lane.send(ref, message)));
    await env.settle();
    const stopped = lane.stop(name);
    await env.settle();
    await stopped;
  };
  for (let at = 0; at < LIVES; at += 1) await live(`a${at}`);
  assert.is(refs.length, LIVES * (MESSAGES + 1));
  assert.is(await heldOf(refs), 0);
  assert.equal(lane.describe(), []);
});

test('diffs that wait for a snapshot are given back when it has come', async () => {
  const sync = new DepthSync(new Book(), 'spot');
  const empty = { bids: new LevelList(), asks: new LevelList() };
  const buffered = (id: number): WeakRef<object> => {
    const [bids, copy] = [new LevelList(), new LevelList()];
    // What is kept is the copy that the list makes of itself.
    bids.copy = () => copy;
    sync.onDiff({ firstId: id, finalId: id, previousId: id - 1, bids, asks: empty.asks });
    return new WeakRef(copy);
  };
  const refs = Array.from({ length: MESSAGES }, (_, at) => buffered(at + 1));
  assert.is(await heldOf(refs), MESSAGES);
  assert.is(sync.onSnapshot({ finalId: 50, ...empty }), 'live');
  assert.is(await heldOf(refs), 0);
});

test('a thread that drained a journal ends with it, and its files are closed', async () => {
  const folder = temporaryFolder();
  const live = async (name: string): Promise<void> => {
    const opened = await openJournal(
      { files: nodeFiles, clock: nodeClock, timers: nodeTimers },
      {
        ...{ folder: join(folder, name), boot: 1, store: 'lmdb' },
        ...{ segmentBytes: 65_536, storeBytesMax: LIMIT_BYTES },
      },
    );
    assert.ok(opened.ok);
    await opened.value.journal.close();
  };
  const held = (): number[] =>
    ['task', 'fd'].map((what) => readdirSync(`/proc/self/${what}`).length);
  // The first one starts what the process has once, such as the threads of its pool.
  await live('first');
  await collect();
  const [threads, files] = held() as [number, number];
  for (let at = 0; at < LIVES; at += 1) await live(`journal-${at}`);
  await collect();
  const [threadsAfter, filesAfter] = held() as [number, number];
  assert.ok(threadsAfter <= threads, `${threads} threads became ${threadsAfter}`);
  assert.ok(filesAfter <= files, `${files} files became ${filesAfter}`);
});

test('kernels that nobody has any more give their memory back', async () => {
  const refs = (['simd', 'scalar', 'js'] as const).flatMap((rung) =>
    Array.from({ length: 20 }, () => new WeakRef(kernelsOn(rung, 1_024).memory)),
  );
  assert.is(await heldOf(refs), 0);
});

test('a million quotes and trades leave toxicity measures as large as they were', async () => {
  const flow = new OrderFlowImbalance({ window: 50, history: 256, historyMin: 20 });
  const vpin = new Vpin({ bucketVolume: 100, buckets: 50, history: 256, historyMin: 20 });
  const feed = (events: number): void => {
    for (let at = 0; at < events; at += 1) {
      flow.onQuote(100 + (at % 7), 10 + (at % 11), 108 + (at % 5), 10 + (at % 13));
      vpin.onTrade(1 + (at % 17), at % 2);
    }
  };
  feed(100_000);
  await collect();
  const before = process.memoryUsage().heapUsed;
  feed(1_000_000);
  await collect();
  assert.ok(process.memoryUsage().heapUsed - before < HEAP_BYTES);
});

test.run();
