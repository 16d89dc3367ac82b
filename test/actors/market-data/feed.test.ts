import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import { feedActor } from '../../../actors/market-data/feed.ts';
import { err, ok } from '../../../src/core/result.ts';
import type { QuoteMessage } from '../../../src/market/quote.ts';
import { BinanceStream } from '../../../src/venues/binance/stream.ts';
import { aFakeNet, type FakeSocket } from '../../support/actors/fake-net.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aLane } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const FEED = 'market-data/feed:binance';

const snapshot = (lastUpdateId: number) =>
  ok({
    status: 200,
    headers: {},
    body: JSON.stringify({
      lastUpdateId,
      bids: [['60000.00', '1.00000']],
      asks: [['60001.00', '2.00000']],
    }),
  });

const diff = (first: number, last: number, bids: readonly string[][] = [], symbol = 'BTCUSDT') =>
  JSON.stringify({
    stream: 'btcusdt@depth@100ms',
    data: { e: 'depthUpdate', E: 1, s: symbol, U: first, u: last, b: bids, a: [] },
  });

async function aFeed() {
  const tested = aLane();
  const { net, sockets, requests } = aFakeNet();
  const { log, lines } = aLog();
  const spec = () =>
    feedActor({
      stream: () =>
        new BinanceStream({
          streamUrl: 'wss://stream',
          restUrl: 'https://rest',
          instruments: [anInstrument()],
          hasTrades: true,
        }),
      net,
      listeners: { quotes: () => [address.risk], trades: () => [], facts: [] },
      log,
    });
  const heard = await aBranch(tested, { [FEED]: spec }, ['trading/risk']);
  const told = () => (heard['trading/risk'] ?? []) as readonly QuoteMessage[];
  const { lane, env } = tested;
  /** Opens the latest socket and lets the book come to life at an update id. */
  const live = async (id = 10): Promise<FakeSocket> => {
    const socket = sockets.at(-1) as FakeSocket;
    socket.open();
    requests.at(-1)?.answer(snapshot(id));
    await env.settle();
    return socket;
  };
  const book = () => {
    const view = lane.view(FEED);
    assert.ok(view.ok);
    const seen = (view as { value: { books: readonly { isLive: boolean; levels: number }[] } })
      .value;
    return seen.books[0];
  };
  return { ...tested, sockets, requests, lines, told, live, book };
}

test('it subscribes by opening the socket, and quotes from the first snapshot', async () => {
  const { sockets, requests, told, live } = await aFeed();
  assert.is(
    sockets[0]?.url,
    'wss://stream/stream?streams=btcusdt@depth@100ms/btcusdt@bookTicker/btcusdt@trade',
  );
  assert.is(requests.length, 0, 'nothing is asked before the socket is open');
  await live();
  assert.is(requests[0]?.request.url, 'https://rest/api/v3/depth?symbol=BTCUSDT&limit=5000');
  const [quote] = told();
  assert.ok(quote?.kind === 'quote-updated');
  assert.equal([quote.bidTicks, quote.askTicks, quote.updateId], [6_000_000, 6_000_100, 10]);
});

test('a diff is told with the time at which its frame came', async () => {
  const { env, told, live } = await aFeed();
  const socket = await live();
  await env.advance(70);
  socket.hear(diff(11, 12, [['60000.50', '3.00000']]));
  const quote = told().at(-1);
  assert.ok(quote?.kind === 'quote-updated');
  assert.equal([quote.bidTicks, quote.receivedNs], [6_000_050, env.clock.mono()]);
});

test('a gap loses the book until a snapshot reaches the diff behind it', async () => {
  const { env, requests, lines, told, live, book } = await aFeed();
  const socket = await live();
  socket.hear(diff(20, 21));
  assert.equal(told().at(-1), { kind: 'quote-lost', instrument: 0, reason: 'gap' });
  assert.ok(lines.some((line) => line.startsWith(`warn ${FEED} book-lost`)));
  assert.is(requests.length, 2);
  requests[1]?.answer(snapshot(15));
  await env.settle();
  assert.is(book()?.isLive, false, 'it is older than the gap');
  assert.is(requests.length, 2, 'asking again has patience');
  await env.advance(200);
  assert.is(requests.length, 3);
  requests[2]?.answer(snapshot(20));
  await env.settle();
  assert.is(book()?.isLive, true);
  assert.is(told().at(-1)?.kind, 'quote-updated');
});

test('a snapshot that fails is said to, and asked for again with growing patience', async () => {
  const { env, sockets, requests, lines } = await aFeed();
  sockets[0]?.open();
  for (const waitMs of [150, 250, 450]) {
    requests.at(-1)?.answer(err({ kind: 'timeout', url: '', detail: '5000 ms' }));
    const before = requests.length;
    await env.advance(waitMs);
    assert.is(requests.length, before + 1);
  }
  assert.is(lines.filter((line) => line.includes('no-snapshot')).length, 3);
});

test('a snapshot that comes after the book is live, or the socket gone, is nothing', async () => {
  const { env, requests, told, live, book } = await aFeed();
  const socket = await live();
  const heard = told().length;
  requests[0]?.answer(snapshot(11));
  await env.settle();
  assert.is(told().length, heard);
  socket.hear(diff(20, 21));
  socket.close(1006, '');
  requests[1]?.answer(snapshot(25));
  await env.settle();
  assert.is(book()?.isLive, false);
  assert.is(told().at(-1)?.kind, 'quote-lost');
});

test('a socket that closes takes the quotes with it, and is opened again', async () => {
  const { env, sockets, lines, told, live } = await aFeed();
  const socket = await live();
  socket.close(1006, 'gone');
  assert.equal(told().at(-1), { kind: 'quote-lost', instrument: 0, reason: 'disconnected' });
  assert.ok(lines.some((line) => line.includes('disconnected') && line.includes('1006 gone')));
  await env.advance(500);
  assert.is(sockets.length, 2);
  await live(30);
  assert.is(told().at(-1)?.kind, 'quote-updated');
});

test('a silent socket is asked for a sign of life, and closed when there is none', async () => {
  const { env, lines, live } = await aFeed();
  const socket = await live();
  await env.advance(2_500);
  assert.match(socket.sent[0] ?? '', 'LIST_SUBSCRIPTIONS');
  assert.not.ok(socket.isClosing);
  await env.advance(6_000);
  assert.ok(socket.isClosing);
  assert.ok(lines.some((line) => line.startsWith(`warn ${FEED} silent`)));
});

test('a socket that answers is kept', async () => {
  const { env, live } = await aFeed();
  const socket = await live();
  for (let second = 0; second < 30; second += 1) {
    await env.advance(1_000);
    socket.hear('{"result":[],"id":1}');
  }
  assert.not.ok(socket.isClosing);
});

test('malformed frames and foreign symbols are told, the latter once', async () => {
  const { lines, told, live } = await aFeed();
  const socket = await live();
  const heard = told().length;
  socket.hear('<html>');
  socket.hear(diff(11, 12, [], 'DOGEUSDT'));
  socket.hear(diff(13, 14, [], 'DOGEUSDT'));
  assert.is(told().length, heard);
  const kinds = lines.flatMap((line) => /(\S+-frame)/.exec(line)?.[1] ?? []);
  assert.equal(kinds, ['malformed-frame', 'foreign-frame']);
});

test('a new incarnation closes the old socket, hears nothing of it and begins anew', async () => {
  const { lane, env, sockets, told, live } = await aFeed();
  const socket = await live();
  lane.inject(FEED, new Error('boom'));
  await env.settle();
  assert.ok(socket.isClosing);
  assert.is(sockets.length, 2);
  const heard = told().length;
  socket.hear(diff(11, 12));
  socket.close(1000, '');
  assert.is(told().length, heard);
});

test.run();
