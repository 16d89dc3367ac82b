import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recorderActor } from '../../../actors/market-data/recorder.ts';
import type { ControlEvent } from '../../../src/control/events.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { SlotRing } from '../../../src/core/slot-ring.ts';
import { Book } from '../../../src/market/book.ts';
import {
  blankRecord,
  KIND,
  type MarketRecord,
  RECORD_WORDS,
  readRecord,
  SIDE,
  WORD,
} from '../../../src/storage/columns/record.ts';
import type { MarketDataRemoved } from '../../../src/storage/columns/sealed/retention.ts';
import { MarketTape, type TapeCounts } from '../../../src/storage/columns/tape.ts';
import { TapeRelay } from '../../../src/storage/columns/tape-relay.ts';
import type {
  MarketStoreEvent,
  OpenStore,
} from '../../../src/storage/columns/threads/market-store.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aLane } from '../../support/lanes.ts';

const RECORDER = 'market-data/recorder';
const SLOTS = 64;

/** A store without threads: what is recorded stays in its ring. */
function aStore(lostRecords = 0, slots = SLOTS) {
  const shared = new SharedArrayBuffer(SlotRing.bytesFor(slots, RECORD_WORDS));
  const seen = { rolls: 0, stops: 0 };
  const store: OpenStore = {
    ring: new SlotRing(shared, slots, RECORD_WORDS),
    recovered: { head: 4, tornBytes: 0, lostRecords },
    durable: 7,
    visible: 6,
    totals: { files: 1, records: 3, bytes: 40, sealed: 3 },
    roll() {
      seen.rolls += 1;
    },
    async stop() {
      seen.stops += 1;
    },
  };
  const reader = new SlotRing(shared, slots, RECORD_WORDS);
  const kinds = (): number[] => {
    const found: number[] = [];
    for (let run = reader.run(SLOTS); run > 0; run = reader.run(SLOTS)) {
      for (let at = 0; at < run; at += 1) {
        const what = reader.words[reader.front + at * RECORD_WORDS + WORD.what] as number;
        found.push(what >>> 24);
      }
      reader.take(run);
    }
    return found;
  };
  /** Takes records out as a disk does, so many at a time. */
  const written = (most: number): MarketRecord[] => {
    const records: MarketRecord[] = [];
    for (let run = reader.run(most); run > 0; run = reader.run(most - records.length)) {
      for (let at = 0; at < run; at += 1) {
        const place = reader.front + at * RECORD_WORDS;
        records.push(readRecord(reader.words, place, blankRecord()));
      }
      reader.take(run);
    }
    return records;
  };
  return { store, seen, kinds, written };
}

type Outcome = Result<OpenStore, string>;

async function aRecorder(outcomes: readonly (Outcome | Promise<Outcome>)[]) {
  const tested = aLane();
  const { log, lines } = aLog();
  const relay = new TapeRelay();
  const journaled: (MarketDataRemoved | ControlEvent)[] = [];
  const tellers: ((event: MarketStoreEvent) => void)[] = [];
  const spec = () =>
    recorderActor({
      open(onEvent) {
        tellers.push(onEvent);
        const outcome = outcomes[Math.min(tellers.length, outcomes.length) - 1];
        return Promise.resolve(outcome as Outcome);
      },
      relay,
      venues: [0],
      venueNames: ['simulated'],
      journal: (event) => void journaled.push(event),
      log,
    });
  await aBranch(tested, { [RECORDER]: spec }, []);
  const book = new Book();
  relay.follow({ instrument: { index: 0 }, book, eventMs: 5 });
  const tell = async (event: MarketStoreEvent): Promise<void> => {
    tellers.at(-1)?.(event);
    await tested.env.settle();
  };
  const view = () => {
    const seen = tested.lane.view(RECORDER);
    return seen.ok ? (seen.value as Readonly<Record<string, unknown>>) : null;
  };
  return { ...tested, relay, book, journaled, lines, tellers, tell, view };
}

const quote = (updateId: number) => ({
  kind: 'quote-updated' as const,
  instrument: 0,
  bidTicks: 10,
  bidLots: 1,
  askTicks: 0,
  askLots: 0,
  updateId,
  receivedNs: 0,
});

const trade = (tradeId: number) => ({
  instrument: 0,
  ticks: 1,
  lots: 1,
  takerSide: 'buy' as const,
  tradeId,
  venueMs: 1,
  receivedNs: 0,
});

test('what feeds tell is recorded once the store is open, and its figures are shown', async () => {
  const { store, kinds } = aStore();
  const { relay, book, view } = await aRecorder([ok(store)]);
  book.bids.set(10, 1);
  relay.onQuote(quote(1), 0);
  relay.onTrade(trade(2));
  relay.onQuote({ kind: 'quote-lost', instrument: 0, reason: 'gap' }, 0);
  assert.equal(kinds(), [KIND.clear, KIND.snapshot, KIND.trade, KIND.clear]);
  assert.equal(view(), {
    rung: 'whole',
    fill: 0,
    recorded: { records: 4, conflated: 0, lost: 0, tickers: 0, otherFacts: 0 },
    durable: 7,
    visible: 6,
    sealed: store.totals,
  });
});

test('tickers ahead of a book and facts are recorded beside it', async () => {
  const { store, kinds } = aStore();
  const { relay, book } = await aRecorder([ok(store)]);
  book.bids.set(10, 1);
  relay.onQuote({ ...quote(1), bidTicks: 11 }, 0);
  relay.onFact({ kind: 'venue-announced', venue: 'simulated', status: 'maintenance' }, 0);
  assert.equal(kinds(), [KIND.clear, KIND.snapshot, KIND.bbo, KIND.bbo, KIND.status]);
});

test('records that a medium has lost are told to people', async () => {
  const { journaled } = await aRecorder([ok(aStore(12).store)]);
  assert.equal(journaled, [
    {
      kind: 'incident',
      what: 'market-data-lost',
      where: RECORDER,
      detail: '12 records that were acknowledged',
    },
  ]);
});

test('a store that cannot be opened is tried again, and feeds go on meanwhile', async () => {
  const { store, kinds } = aStore();
  const { env, relay, book, tellers } = await aRecorder([err('no disk'), ok(store)]);
  await env.advance(60_000);
  assert.is(tellers.length, 2);
  book.bids.set(10, 1);
  relay.onQuote(quote(1), 0);
  assert.equal(kinds(), [KIND.clear, KIND.snapshot]);
});

test('a store that fails is given back and opened again; what went by is said', async () => {
  const first = aStore();
  const second = aStore();
  const { env, relay, tell, tellers } = await aRecorder([ok(first.store), ok(second.store)]);
  await tell({ kind: 'failed', by: 'log', detail: 'no space' });
  assert.is(first.seen.stops, 1);
  await env.advance(60_000);
  assert.is(tellers.length, 2);
  relay.onTrade(trade(3));
  assert.equal(second.kinds(), [KIND.trade]);
});

test('what went by while nobody recorded is said once somebody does, and not before', () => {
  const [first, second] = [aStore(), aStore()];
  const relay = new TapeRelay();
  relay.onTrade(trade(1));
  relay.attach(new MarketTape(first.store.ring, [0]));
  relay.onTrade(trade(2));
  assert.equal(first.kinds(), [KIND.trade]);
  relay.detach();
  assert.is(relay.counts, null);
  relay.onQuote(quote(1), 0);
  relay.onTrade(trade(3));
  relay.onTrade(trade(4));
  relay.attach(new MarketTape(second.store.ring, [0]));
  relay.onTrade(trade(5));
  assert.equal(second.kinds(), [KIND.gap, KIND.trade]);
  assert.is(relay.counts?.lost, 2);
});

test('what goes is journaled, and people are told when the disk is the reason', async () => {
  const { tell, journaled } = await aRecorder([ok(aStore().store)]);
  await tell({ kind: 'removed', text: 'a.parquet', why: 'age' });
  await tell({ kind: 'would-remove', text: 'b.parquet', why: 'age' });
  await tell({ kind: 'removed', text: 'c.parquet', why: 'budget' });
  await tell({ kind: 'missing', missing: { from: 3, to: 9, why: 'no segment has it' } });
  assert.equal(
    journaled.map((event) =>
      event.kind === 'incident'
        ? [event.what, event.detail]
        : event.kind === 'market-data-removed'
          ? [event.why, event.what]
          : [],
    ),
    [
      ['age', 'a.parquet'],
      ['dry-run', 'b.parquet'],
      ['budget', 'c.parquet'],
      ['market-data-over-budget', 'c.parquet'],
      ['market-data-missing', 'records 3 to 9: no segment has it'],
    ],
  );
});

test('a feed at many times its rate degrades by the ladder and says so', async () => {
  const { store, kinds } = aStore();
  const { env, relay, journaled, view } = await aRecorder([ok(store)]);
  for (let id = 0; id < 60; id += 1) relay.onTrade(trade(id));
  await env.advance(1_000);
  assert.is(view()?.['rung'], 'trades-only');
  for (let id = 0; id < 20; id += 1) relay.onTrade(trade(id));
  await env.advance(1_000);
  kinds();
  relay.onTrade(trade(99));
  // The second in which it was still dropping, and then one in which it was not.
  await env.advance(2_000);
  assert.equal(
    journaled.map((event) => (event.kind === 'incident' ? event.detail.split(',')[0] : '')),
    ['from whole to trades-only', 'from trades-only to dropping', 'from dropping to whole'],
  );
});

test('every hour begins with a segment and a snapshot of its own', async () => {
  const { store, seen, kinds } = aStore();
  const { env, relay, book } = await aRecorder([ok(store)]);
  book.bids.set(10, 1);
  relay.onQuote(quote(1), 0);
  kinds();
  await env.advance(3_600_000);
  assert.is(seen.rolls, 1);
  relay.onQuote(quote(2), 0);
  assert.equal(kinds(), [KIND.clear, KIND.snapshot]);
});

test('a recorder that stops gives its store back and is told nothing more', async () => {
  const { store, seen, kinds } = aStore();
  const { env, lane, relay } = await aRecorder([ok(store)]);
  const stopped = lane.stopAll(10_000);
  await env.settle();
  await stopped;
  assert.is(seen.stops, 1);
  relay.onTrade(trade(1));
  assert.equal(kinds(), []);
});

test('a recorder that stops while its store opens waits for it and gives it back', async () => {
  const { store, seen } = aStore();
  let open: (outcome: Outcome) => void = () => {};
  const opening = new Promise<Outcome>((resolve) => {
    open = resolve;
  });
  const { env, lane } = await aRecorder([opening]);
  const stopped = lane.stopAll(10_000);
  await env.settle();
  assert.is(seen.stops, 0);
  open(ok(store));
  await env.settle();
  await stopped;
  assert.is(seen.stops, 1);
});

/** What a disk takes in each second, and a feed gives at its usual rate. */
const DISK_A_SECOND = 400;
const USUAL_A_SECOND = 200;

test('a feed at ten times its usual rate goes down the ladder and says so', async () => {
  const { store, written } = aStore(0, 4_096);
  const { relay, book, journaled, view, env } = await aRecorder([ok(store)]);
  const random = rngOf(5);
  const records: MarketRecord[] = [];
  const rungs: unknown[] = [];
  let told = 0;
  let trades = 0;
  const second = async (rate: number): Promise<void> => {
    for (let frame = 0; frame < rate / 4; frame += 1) {
      for (let change = 0; change < 3; change += 1) {
        const ticks = 90 + Math.floor(random.next() * 20);
        const ladder = ticks < 100 ? book.bids : book.asks;
        ladder.set(ticks, Math.floor(random.next() * 50));
      }
      told += 3;
      relay.onQuote(touchOf(book, frame), 0);
      trades += 1;
      relay.onTrade(trade(trades));
      if (frame % 10 === 0) records.push(...written(DISK_A_SECOND / (rate / 4 / 10)));
    }
    await env.advance(1_000);
    rungs.push(view()?.['rung']);
  };
  for (let at = 0; at < 3; at += 1) await second(USUAL_A_SECOND);
  assert.equal(rungs, ['whole', 'whole', 'whole']);
  assert.equal(journaled, []);
  // A burst that ends in time costs the changes between, and nothing else.
  for (let at = 0; at < 3; at += 1) await second(10 * USUAL_A_SECOND);
  for (let at = 0; at < 12; at += 1) await second(USUAL_A_SECOND);
  assert.ok(relay.counts?.lost === 0 && relay.counts.conflated > 0);
  for (let at = 0; at < 16; at += 1) await second(10 * USUAL_A_SECOND);
  for (let at = 0; at < 12; at += 1) await second(USUAL_A_SECOND);
  const course = rungs.filter((rung, at) => rung !== rungs[at - 1]);
  assert.equal(course, [
    ...['whole', 'conflated'],
    ...['whole', 'conflated', 'trades-only', 'dropping'],
    'whole',
  ]);
  const said = journaled.flatMap((event) => (event.kind === 'incident' ? [event] : []));
  assert.equal(
    said.map(({ what, detail }) => `${what}: ${detail?.split(',')[0]}`),
    course.slice(1).map((rung, at) => `recording-degraded: from ${course[at]} to ${rung}`),
  );
  records.push(...written(4_096));

  // Every change and trade was recorded, or is counted as given up.
  const counts = relay.counts as TapeCounts;
  const of = (kind: number) => records.filter((record) => record.kind === kind);
  const gaps = of(KIND.gap).reduce((sum, { quantity }) => sum + quantity, 0);
  assert.is(gaps, counts.lost);
  assert.ok(counts.lost > 0);
  assert.ok(of(KIND.trade).length + counts.lost >= trades);
  const kept = of(KIND.depth).length;
  assert.ok(
    kept + counts.conflated + counts.lost <= told + trades,
    JSON.stringify([kept, counts, told, trades]),
  );

  // What is replayed ends with the book of the feed.
  const replayed = new Book();
  for (const { kind, side, price, quantity } of records) {
    const ladder = side === SIDE.buy ? replayed.bids : replayed.asks;
    if (kind === KIND.clear) replayed.clear();
    else if (kind === KIND.depth || kind === KIND.snapshot) ladder.set(price, quantity);
  }
  const levels = ({ bids, asks }: Book) =>
    [bids, asks].map((side) =>
      Array.from({ length: side.depth }, (_, rank) => [side.ticksAt(rank), side.lotsAt(rank)]),
    );
  assert.equal(levels(replayed), levels(book));
});

const touchOf = ({ bids, asks }: Book, updateId: number) => ({
  ...quote(updateId),
  bidTicks: bids.bestTicks,
  bidLots: bids.bestLots,
  askTicks: asks.bestTicks,
  askLots: asks.bestLots,
});

test('trades and facts that go by while nobody records are owed', async () => {
  const relay = new TapeRelay();
  const { store, written } = aStore();
  const first = new MarketTape(store.ring, [0]);
  relay.attach(first);
  relay.detach();
  relay.onTrade(trade(1));
  relay.onFact(
    { kind: 'liquidation-sampled', instrument: 0, side: 'buy', ticks: 1, lots: 1, venueMs: 1 },
    0,
  );
  relay.onFact({ kind: 'venue-announced', venue: 'simulated', status: 'online' }, 0);
  relay.attach(new MarketTape(store.ring, [0]));
  relay.onTrade(trade(2));
  assert.equal(
    written(SLOTS).map(({ kind, quantity }) => [kind, quantity]),
    [
      [KIND.gap, 2],
      [KIND.trade, 1],
    ],
  );
});

test.run();
