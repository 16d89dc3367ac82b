import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import { STREAMS_MAX } from '../../../src/simulation/binance/streams/public-streams.ts';
import { DEFAULT_FLOWS } from '../../../src/simulation/flow/flow-profile.ts';
import { ALICE, aSocket, aVenue, limitOrder } from '../../support/venue/client.ts';
import { NEW_YEAR, ticks } from '../../support/venue/fixtures.ts';

/** A book built from diffs as Binance's documents say, from texts. */
class LocalBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  updateId = 0;

  reset(snapshot: { lastUpdateId: number; bids: string[][]; asks: string[][] }): void {
    this.updateId = snapshot.lastUpdateId;
    this.#set(this.bids, snapshot.bids);
    this.#set(this.asks, snapshot.asks);
  }

  apply(frame: { U: number; u: number; b: string[][]; a: string[][] }): void {
    if (frame.u <= this.updateId) return;
    assert.ok(frame.U <= this.updateId + 1, `${frame.U} follows ${this.updateId}`);
    this.updateId = frame.u;
    this.#set(this.bids, frame.b);
    this.#set(this.asks, frame.a);
  }

  best(side: 'bids' | 'asks'): [string, string] | undefined {
    const sorted = [...this[side]].sort((left, right) => Number(left[0]) - Number(right[0]));
    return side === 'bids' ? sorted.at(-1) : sorted[0];
  }

  #set(side: Map<string, string>, levels: string[][]): void {
    for (const [price = '', size = ''] of levels) {
      if (Number(size) === 0) side.delete(price);
      else side.set(price, size);
    }
  }
}

test('diffs come once per interval of the clock, contiguous, and rebuild the book exactly', () => {
  const opened = aVenue({ flows: DEFAULT_FLOWS });
  opened.venue.start();
  const { time, ask } = opened;
  time.runUntil(NEW_YEAR + 10_050);
  const socket = aSocket(opened, '/ws/btcusdt@depth@100ms/btcusdt@bookTicker');
  time.runUntil(NEW_YEAR + 10_420);
  const book = new LocalBook();
  book.reset(ask('GET', 'depth', { symbol: 'BTCUSDT', limit: 5_000 }).body);
  time.runUntil(NEW_YEAR + 40_000);
  let best: { u: number; b: string; B: string; a: string; A: string } | null = null;
  let last = 0;
  let compared = 0;
  for (const frame of socket.frames) {
    if (frame.e !== 'depthUpdate') {
      assert.ok(frame.u >= (best?.u ?? 0));
      best = frame;
      continue;
    }
    assert.is(frame.E % 100, 0, 'at a tenth of a second');
    assert.ok(last === 0 || frame.U === last + 1, 'contiguous');
    last = frame.u;
    const isOld = frame.u <= book.updateId;
    book.apply(frame);
    if (isOld || best === null) continue;
    assert.equal(book.best('bids'), [best.b, best.B]);
    assert.equal(book.best('asks'), [best.a, best.A]);
    compared += 1;
  }
  assert.ok(compared > 250);
  const now = ask('GET', 'depth', { symbol: 'BTCUSDT', limit: 5_000 }).body;
  assert.is(now.lastUpdateId, book.updateId);
  assert.equal(new Map(now.bids), book.bids);
  assert.equal(new Map(now.asks), book.asks);
});

test('whatever happens between, the diffs of both speeds add up to the same book', () => {
  const operation = fc.record({
    waitMs: fc.nat(400),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    offset: fc.integer({ min: -5, max: 5 }),
    lots: fc.integer({ min: 1, max: 50 }),
    isTake: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const opened = aVenue();
      const { exchange, time } = opened;
      const market = exchange.markets.get('BTCUSDT');
      if (market === undefined) return;
      const fast = aSocket(opened, '/ws/btcusdt@depth@100ms');
      const slow = aSocket(opened, '/ws/btcusdt@depth');
      let nowMs = NEW_YEAR;
      for (const { waitMs, side, offset, lots, isTake } of operations) {
        nowMs += waitMs;
        time.runUntil(nowMs);
        const price = (ticks('60000.00') + offset) as Ticks;
        if (isTake) exchange.crowdTake(market, side, lots as Lots, price);
        else exchange.crowdRest(market, side, price, lots as Lots);
      }
      time.runUntil(nowMs + 1_000);
      const books = [fast, slow].map(({ frames }) => {
        const book = new LocalBook();
        for (const frame of frames) book.apply(frame);
        return book;
      });
      assert.equal(books[0]?.bids, books[1]?.bids);
      assert.equal(books[0]?.asks, books[1]?.asks);
      assert.is(books[0]?.updateId, market.updateId);
      for (const level of market.depth('buy', 100)) {
        assert.is(
          Number(books[0]?.bids.get(`${(level.ticks / 100).toFixed(2)}000000`)),
          level.lots / 1e5,
        );
      }
    }),
    { numRuns: 50 },
  );
});

test('nothing is sent when nothing changed, and nothing is collected when nobody listens', () => {
  const opened = aVenue();
  const socket = aSocket(opened, '/ws/btcusdt@depth@100ms');
  opened.time.runUntil(NEW_YEAR + 1_000);
  assert.equal(socket.frames, []);
  socket.seen.session?.closed();
  opened.crowd();
  assert.is(opened.time.pending, 1, 'the heartbeat alone');
  const second = aSocket(opened, '/ws/btcusdt@depth@100ms');
  opened.time.runUntil(NEW_YEAR + 2_000);
  assert.equal(second.frames, []);
});

test('trades are sent one by one, and joined by taker and price', () => {
  const opened = aVenue();
  const { exchange } = opened;
  const market = exchange.markets.get('BTCUSDT') as never;
  const ids = ['60001.00', '60001.00', '60002.00'].map((price) =>
    exchange.crowdRest(market, 'sell', ticks(price), 1_000 as never),
  );
  const socket = aSocket(opened, '/stream', 'streams=btcusdt@trade/btcusdt@aggTrade');
  exchange.crowdTake(market, 'buy', 2_500 as never, null);
  const trades = socket.frames.filter(({ stream }) => stream === 'btcusdt@trade');
  assert.equal(
    trades.map(({ data }) => [data.p, data.q, data.m, data.a]),
    [
      ['60001.00000000', '0.01000000', false, ids[0]],
      ['60001.00000000', '0.01000000', false, ids[1]],
      ['60002.00000000', '0.00500000', false, ids[2]],
    ],
  );
  const joined = socket.frames.filter(({ stream }) => stream === 'btcusdt@aggTrade');
  assert.equal(
    joined.map(({ data }) => [data.p, data.q, data.l - data.f]),
    [
      ['60001.00000000', '0.02000000', 1],
      ['60002.00000000', '0.00500000', 0],
    ],
  );
});

test('the best bid and ask are told when they change, and not when the depth behind does', () => {
  const opened = aVenue();
  const { exchange, market } = opened;
  opened.crowd();
  const socket = aSocket(opened, '/ws/btcusdt@bookTicker');
  exchange.crowdRest(market as never, 'buy', ticks('59990.00'), 10 as never);
  exchange.crowdRest(market as never, 'buy', ticks('59999.50'), 10 as never);
  exchange.crowdRest(market as never, 'sell', ticks('60050.00'), 10 as never);
  assert.equal(
    socket.frames.map(({ b, B, a }) => [b, B, a]),
    [['59999.50000000', '0.00010000', '60001.00000000']],
  );
});

test('streams are taken, left and listed by name', () => {
  const opened = aVenue();
  const socket = aSocket(opened, '/ws');
  const params = ['btcusdt@trade', 'ethusdt@depth'];
  assert.equal(socket.say({ method: 'SUBSCRIBE', params, id: 1 }), { result: null, id: 1 });
  assert.equal(socket.say({ method: 'LIST_SUBSCRIPTIONS', id: 'a' }), { result: params, id: 'a' });
  socket.say({ method: 'UNSUBSCRIBE', params: ['btcusdt@trade', 'never@had'], id: 2 });
  assert.equal(socket.say({ method: 'LIST_SUBSCRIPTIONS' }).result, ['ethusdt@depth']);
});

test('a stream that does not exist is named, a path with one is passed over', () => {
  const opened = aVenue();
  for (const name of ['btcusdt@dept', 'BTCUSDT@trade', 'xrpusdt@trade', '@trade', 'btcusdt']) {
    const socket = aSocket(opened, '/ws');
    const { error } = socket.say({ method: 'SUBSCRIBE', params: [name], id: 1 });
    assert.match(error.msg, new RegExp(`no such stream.*${name}`));
  }
  assert.ok(aSocket(opened, '/stream/ws/0').seen.session !== null);
  assert.is(aSocket(opened, '/elsewhere').seen.session, null);
});

test('frames can be wrapped on a plain connection and plain on a combined one', () => {
  const opened = aVenue();
  const socket = aSocket(opened, '/ws/btcusdt@bookTicker');
  const get = { method: 'GET_PROPERTY', params: ['combined'], id: 1 };
  assert.is(socket.say(get).result, false);
  socket.say({ method: 'SET_PROPERTY', params: ['combined', true], id: 2 });
  opened.crowd();
  assert.is(socket.frames.at(-1).stream, 'btcusdt@bookTicker');
  opened.time.runUntil(NEW_YEAR + 5_000);
  const set = (params: unknown[]) =>
    socket.say({ method: 'SET_PROPERTY', params, id: 3 }).error.code;
  assert.is(set(['combined', 'yes']), 1);
  assert.is(set(['colour', true]), 0);
});

test('a control message that makes no sense is answered with what would', () => {
  const opened = aVenue();
  const code = (message: unknown): number => aSocket(opened, '/ws').say(message).error.code;
  assert.is(code('{'), 3);
  assert.is(code('[]'), 3);
  assert.is(code({ method: 'SUBSCRIBE', params: [1], id: 1 }), 2);
  assert.is(code({ method: 'SUBSCRIBE', params: 'x', id: 1 }), 2);
  assert.is(code({ method: 'subscribe', id: 1 }), 2);
  assert.is(code({ method: 'SUBSCRIBE', id: {} }), 2);
});

test('a connection that says too much is closed', () => {
  const opened = aVenue();
  const socket = aSocket(opened, '/ws');
  for (let at = 0; at < 5; at += 1) socket.say({ method: 'LIST_SUBSCRIPTIONS', id: at });
  assert.is(socket.seen.closed, null);
  socket.say({ method: 'LIST_SUBSCRIPTIONS', id: 6 });
  assert.is(socket.seen.closed?.code, 1008);
});

test('the streams of one connection are bounded by what there is', () => {
  const opened = aVenue();
  const names = ['trade', 'aggTrade', 'bookTicker', 'depth', 'depth@100ms', 'depth@1000ms'];
  const all = ['btcusdt', 'ethusdt'].flatMap((symbol) => names.map((name) => `${symbol}@${name}`));
  const socket = aSocket(opened, '/ws');
  assert.is(socket.say({ method: 'SUBSCRIBE', params: [...all, ...all], id: 1 }).result, null);
  assert.is(socket.say({ method: 'LIST_SUBSCRIPTIONS', id: 2 }).result.length, all.length);
  assert.ok(all.length < STREAMS_MAX);
});

test('an order of an account is in the book that everybody sees', () => {
  const opened = aVenue();
  const socket = aSocket(opened, '/ws/btcusdt@depth@100ms');
  opened.ask('POST', 'order', limitOrder(), ALICE);
  opened.time.runUntil(NEW_YEAR + 100);
  assert.equal(socket.frames[0].b, [['50000.00000000', '0.01000000']]);
});

test.run();
