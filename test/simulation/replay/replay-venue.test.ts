import { once } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { Recording } from '../../../src/simulation/replay/open-recording.ts';
import { playThrough } from '../../../src/simulation/replay/player.ts';
import { openReplayVenue } from '../../../src/simulation/replay/replay-venue.ts';
import { scaledTime } from '../../../src/simulation/replay/scaled-time.ts';
import { serveVenue } from '../../../src/simulation/server/venue-server.ts';
import { withFiles } from '../../support/replay/files.ts';
import { aReplay, bookHash, theRecording } from '../../support/replay/replay.ts';
import { SCRIPT_START, Script } from '../../support/replay/script.ts';
import { ACCOUNTS, ADMIN_TOKEN } from '../../support/venue/accounts.ts';
import { ALICE, aSocket, limitOrder } from '../../support/venue/client.ts';
import { must } from '../../support/venue/fixtures.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';

/** A second of a market: a book after 50 ms, a ticker at 200, prints at 300 and 700. */
const script = (): Script =>
  new Script()
    .diff(10, [5, 9], [['50000.00', '1.00']], [])
    .snapshot(50, 8, [['50000.00', '2.00']], [['50001.00', '3.00']])
    .ticker(200, 12, ['50000.00', '0.50'], ['50001.00', '3.00'])
    .print(300, 'sell', ['50000.00', '0.25'])
    .print(300, 'sell', ['50000.00', '0.25'])
    .diff(310, [10, 14], [['50000.00', '0.20']], [])
    .print(700, 'sell', ['49999.00', '0.25'])
    .diff(1_000, [15, 20], [['50000.00', '0']], [['50001.00', '3.10']]);

function withRecording(use: (recording: Recording) => Promise<void>): Promise<void> {
  return withFiles({ 'a.txt': script().text }, async (pathOf) => {
    await use(await theRecording(pathOf('a.txt')));
  });
}

/** Plays up to a millisecond of the script. */
async function playTo({ venue, time }: ReturnType<typeof aReplay>, ms: number): Promise<void> {
  if (!venue.player.isHungry && venue.player.counts.frames === 0) venue.start();
  await venue.player.readAhead();
  time.runUntil(SCRIPT_START + ms);
}

test('before there is a book the venue is not ready, and the market is closed', () =>
  withRecording(async (recording) => {
    const replay = aReplay(recording);
    const { ask } = replay;
    await playTo(replay, 40);
    const depth = ask('GET', 'depth', { symbol: 'BTCUSDT' });
    assert.is(depth.status, 503);
    assert.is(depth.body.code, -1008);
    const order = ask('POST', 'order', limitOrder(), ALICE);
    assert.is(order.status, 400);
    assert.equal(order.body, { code: -2010, msg: 'Market is closed.' });
    assert.is(ask('GET', 'ticker/bookTicker', { symbol: 'BTCUSDT' }).body.bidPrice, '0.00000000');
    assert.is(ask('GET', 'exchangeInfo').body.symbols[0].symbol, 'BTCUSDT');
    await playTo(replay, 60);
    const ready = ask('GET', 'depth', { symbol: 'BTCUSDT' });
    assert.is(ready.status, 200);
    assert.equal(ready.body, {
      lastUpdateId: 9,
      bids: [['50000.00000000', '1.00000000']],
      asks: [['50001.00000000', '3.00000000']],
    });
    assert.is(ask('POST', 'order', limitOrder(), ALICE).status, 200);
  }));

test('the clock of the venue shows the time of the recording', () =>
  withRecording(async (recording) => {
    const replay = aReplay(recording);
    await playTo(replay, 300);
    assert.is(replay.ask('GET', 'time').body.serverTime, SCRIPT_START + 300);
    const [trade] = replay.ask('GET', 'trades', { symbol: 'BTCUSDT', limit: 1 }).body;
    assert.is(trade.time, SCRIPT_START + 300);
    assert.is(trade.id, 2);
  }));

test('tickers of the recording are ahead of its book; its prints are the tape', () =>
  withRecording(async (recording) => {
    const replay = aReplay(recording);
    await playTo(replay, 305);
    const best = replay.ask('GET', 'ticker/bookTicker', { symbol: 'BTCUSDT' }).body;
    assert.is(best.bidQty, '0.50000000');
    const depth = replay.ask('GET', 'depth', { symbol: 'BTCUSDT' }).body;
    assert.is(depth.bids[0][1], '1.00000000');
    const groups = replay.ask('GET', 'aggTrades', { symbol: 'BTCUSDT' }).body;
    assert.is(groups.length, 1, 'one side, price and millisecond');
    assert.is(groups[0].q, '0.50000000');
    const [bar] = replay.ask('GET', 'klines', { symbol: 'BTCUSDT', interval: '1m' }).body;
    assert.is(bar[5], '0.50000000');
  }));

test('streams carry the recorded bytes, and others do not exist', () =>
  withRecording(async (recording) => {
    const replay = aReplay(recording);
    const combined = aSocket(replay, '/stream', 'streams=btcusdt@trade/btcusdt@kline_1m');
    const bare = aSocket(replay, '/ws/btcusdt@depth@100ms');
    const listed = combined.say({ method: 'LIST_SUBSCRIPTIONS', id: 1 });
    assert.equal(listed, { result: ['btcusdt@trade'], id: 1 });
    const refused = combined.say({ method: 'SUBSCRIBE', params: ['btcusdt@kline_1m'], id: 2 });
    assert.match(refused.error.msg, /no such stream/);
    combined.frames.length = 0;
    replay.venue.start();
    await playThrough(replay.time, replay.venue.player);
    const recorded = script().lines.map((line) => JSON.parse(line.slice(line.indexOf(' ') + 1)));
    const of = (stream: string) => recorded.filter((frame) => frame.stream === stream);
    assert.equal(combined.frames, of('btcusdt@trade'));
    assert.equal(
      bare.frames,
      of('btcusdt@depth@100ms').map(({ data }) => data),
    );
  }));

test('an order is placed, filled by the recording and told over the ws-api', () =>
  withRecording(async (recording) => {
    const replay = aReplay(recording);
    const socket = aSocket(replay, '/ws-api/v3');
    socket.call('userDataStream.subscribe.signature', {}, ALICE);
    await playTo(replay, 100);
    const order = { price: '50000.00', quantity: '0.1', newClientOrderId: 'mine' };
    const placed = socket.call('order.place', limitOrder(order), ALICE);
    assert.is(placed.result.status, 'NEW');
    socket.frames.length = 0;
    await playTo(replay, 1_001);
    const [report] = socket.frames.map(({ event }) => event).filter(({ x }) => x === 'TRADE');
    assert.is(report.c, 'mine');
    assert.is(report.L, '50000.00000000', 'its own price, though the print was lower');
    assert.is(report.l, '0.10000000');
    assert.is(report.m, true);
    assert.is(report.T, SCRIPT_START + 700);
    assert.is(report.E, SCRIPT_START + 700);
    const account = replay.ask('GET', 'account', {}, ALICE).body;
    const btc = account.balances.find(({ asset }: { asset: string }) => asset === 'BTC');
    assert.is(btc.free, '10.09999000', 'less a fee of 1 bp');
    assert.is(replay.ask('GET', 'trades', { symbol: 'BTCUSDT' }).body.length, 3, 'no own trade');
  }));

test('accounts and resting orders outlive the process of a replay', () =>
  withRecording(async (recording) => {
    const records = memoryRecords();
    const before = aReplay(recording, { records });
    await playTo(before, 100);
    before.ask('POST', 'order', limitOrder({ price: '50000', quantity: '0.3' }), ALICE);
    before.ask('POST', 'order', limitOrder({ price: '50001', quantity: '0.1' }), ALICE);
    before.venue.stop();
    assert.ok(before.venue.player.isOver);
    assert.is(before.ask('GET', 'time').status, 200);
    const after = aReplay(recording, { records });
    const [order] = after.ask('GET', 'openOrders', { symbol: 'BTCUSDT' }, ALICE).body;
    assert.is(order.price, '50000.00000000');
    await playTo(after, 650);
    const found = { symbol: 'BTCUSDT', orderId: order.orderId };
    assert.is(after.ask('GET', 'order', found, ALICE).body.status, 'NEW', 'behind 2.00');
    await playTo(after, 750);
    assert.is(after.ask('GET', 'order', found, ALICE).body.status, 'FILLED');
  }));

test('a venue whose log breaks halts, and tells of no fill that is not in it', () =>
  withRecording(async (recording) => {
    const records = memoryRecords();
    const replay = aReplay(recording, { records });
    await playTo(replay, 100);
    replay.ask('POST', 'order', limitOrder({ price: '50000', quantity: '0.1' }), ALICE);
    const socket = aSocket(replay, '/ws-api/v3');
    socket.call('userDataStream.subscribe.signature', {}, ALICE);
    socket.frames.length = 0;
    records.appendsLeft = 0;
    await playTo(replay, 1_001);
    assert.equal(socket.frames, []);
    assert.match(replay.venue.exchange.haltedBy ?? '', /log is broken/);
    assert.is(replay.venue.player.counts.frames, 8, 'the public streams go on');
  }));

test('options that make no sense are named', () =>
  withRecording(async (recording) => {
    const options = {
      recording,
      clock: nodeClock,
      timers: nodeTimers,
      random: rngOf(1),
      accounts: ACCOUNTS,
      records: null,
      adminToken: null,
    };
    const dear = openReplayVenue({
      ...options,
      fees: { makerPpm: 1_000_000, takerPpm: 0, discount: null },
    });
    assert.ok(!dear.ok && dear.error.kind === 'venue-option');
    const records = memoryRecords();
    records.append(new Uint8Array([1]), 1);
    const broken = openReplayVenue({ ...options, records });
    assert.ok(!broken.ok && broken.error.kind === 'venue-record');
  }));

test('a trade off the grid of the stated rules ends the run with its line', () => {
  const filters = [
    { filterType: 'PRICE_FILTER', minPrice: '1', maxPrice: '1000000', tickSize: '1' },
    { filterType: 'LOT_SIZE', minQty: '0.01', maxQty: '9000', stepSize: '0.01' },
  ];
  const assets = { baseAsset: 'BTC', quoteAsset: 'USDT' };
  const rules = JSON.stringify({ symbol: 'BTCUSDT', status: 'TRADING', ...assets, filters });
  const text = script().print(1_100, 'buy', ['50000.50', '0.01']).text;
  return withFiles({ 'a.txt': text, 'a.txt.instruments.json': rules }, async (pathOf) => {
    const replay = aReplay(await theRecording(pathOf('a.txt')));
    replay.venue.start();
    await playThrough(replay.time, replay.venue.player);
    const ended = await replay.venue.ended;
    const wanted =
      /a\.txt:9: a trade off the grid, wanted prices of tick 1 and lot 0\.01 of BTCUSDT/;
    assert.ok(!ended.ok && wanted.test(ended.error.message));
  });
});

test('a frame that no venue sends ends the run with its line', () => {
  const text = script().event(1_100, 'trade', { e: 'trade', s: 'BTCUSDT', p: 'x', q: '1' }).text;
  return withFiles({ 'a.txt': text }, async (pathOf) => {
    const replay = aReplay(await theRecording(pathOf('a.txt')));
    replay.venue.start();
    await playThrough(replay.time, replay.venue.player);
    const ended = await replay.venue.ended;
    assert.ok(!ended.ok && /a\.txt:9: a trade without t, T, p, q or m/.test(ended.error.message));
    assert.equal(replay.venue.progress, { isOver: true, fault: ended.error.message });
  });
});

test('an administrator hears how far the recording has come', () =>
  withRecording(async (recording) => {
    const replay = aReplay(recording);
    const headers = { 'x-sim-token': ADMIN_TOKEN };
    const progress = (): unknown =>
      JSON.parse(replay.raw('GET', '/sim/progress', '', headers)?.body ?? 'null');
    await playTo(replay, 500);
    assert.equal(progress(), { isOver: false, fault: null });
    await playThrough(replay.time, replay.venue.player);
    assert.equal(progress(), { isOver: true, fault: null });
  }));

test('over real sockets at 20 times the pace the same bytes come and the same book is left', () =>
  withRecording(async (recording) => {
    const virtual = aReplay(recording);
    virtual.venue.start();
    await playThrough(virtual.time, virtual.venue.player);

    const real = { clock: nodeClock, timers: nodeTimers };
    const scaled = scaledTime(real, { startMs: recording.startMs, pace: 20 });
    const venue = must(
      openReplayVenue({
        recording,
        ...scaled,
        random: rngOf(1),
        accounts: ACCOUNTS,
        records: null,
        adminToken: ADMIN_TOKEN,
      }),
    );
    const server = must(await serveVenue(venue, { ...real, port: 0, note: () => {} }));
    const url = `ws://127.0.0.1:${server.port}/stream?streams=btcusdt@trade/btcusdt@bookTicker`;
    const socket = new WebSocket(url);
    const frames: string[] = [];
    socket.on('message', (data) => frames.push(String(data)));
    await once(socket, 'open');
    venue.start();
    assert.is(must(await venue.ended).frames, 8);
    while (frames.length < 4) await once(socket, 'message');
    const recorded = script().lines.map((line) => line.slice(line.indexOf(' ') + 1));
    assert.equal(
      frames,
      recorded.filter((frame) => /@(trade|bookTicker)/.test(frame)),
    );
    assert.is(bookHash({ venue }), bookHash(virtual));
    await server.stop();
  }));

test.run();
