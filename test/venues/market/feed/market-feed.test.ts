/** What a feed decides about its connections, on a net whose other end is the test. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../../src/core/result.ts';
import { BinanceStream } from '../../../../src/venues/binance/stream.ts';
import { aFakeNet, type FakeSocket } from '../../../support/actors/fake-net.ts';
import { manualEnv } from '../../../support/manual-env.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';
import { aDrivenFeed } from '../../../support/venues/driven-feed.ts';
import { ScriptedStream } from '../../../support/venues/scripted-stream.ts';

const btc = anInstrument();
const HOUR_MS = 3_600_000;
const SHUTDOWN = '{"event":{"e":"serverShutdown","E":1}}';

function aScriptedFeed(feeds: 1 | 2 = 1) {
  const env = manualEnv();
  const { net, sockets } = aFakeNet();
  const driven = aDrivenFeed({
    ...{ clock: env.clock, timers: env.timers, random: env.random, net, feeds },
    stream: () => new ScriptedStream([btc]),
  });
  const states = () =>
    (driven.feed.summary()['lines'] as readonly { state: string }[]).map(({ state }) => state);
  const socket = (at: number) => sockets[at] as FakeSocket;
  return { ...driven, env, sockets, socket, states };
}

const snapshot = (lastUpdateId: number) => ({
  status: 200,
  headers: {},
  body: JSON.stringify({ lastUpdateId, bids: [['60000.00', '1']], asks: [['60001.00', '1']] }),
});

function aBinanceFeed() {
  const env = manualEnv();
  const { net, sockets, requests } = aFakeNet();
  const driven = aDrivenFeed({
    ...{ clock: env.clock, timers: env.timers, random: env.random, net },
    stream: () =>
      new BinanceStream({
        ...{ streamUrl: 'wss://stream', restUrl: 'https://rest' },
        ...{ instruments: [btc], hasTrades: true },
      }),
  });
  const line = (at: number) =>
    (driven.feed.summary()['lines'] as readonly Readonly<Record<string, unknown>>[])[at] ?? {};
  const live = async (at: number, id: number): Promise<void> => {
    sockets[at]?.open();
    requests.at(-1)?.answer(ok(snapshot(id)));
    await env.settle();
  };
  return { ...driven, env, sockets, requests, line, live };
}

test('the life of a connection is seen: connecting, live, gap, backing off', async () => {
  const { env, feed, socket, states } = aScriptedFeed();
  assert.equal(states(), ['connecting']);
  socket(0).open();
  assert.equal(states(), ['syncing']);
  socket(0).hear('quote');
  assert.equal(states(), ['live']);
  socket(0).close(1006, 'gone');
  assert.equal(states(), ['backing-off']);
  assert.is(feed.summary()['losses'], 1);
  await env.advance(4_000);
  assert.equal(states(), ['connecting']);
});

test('a line that was given up hears nothing, and is cut when its end is not told', async () => {
  const { env, socket, states, told } = aScriptedFeed();
  socket(0).open();
  socket(0).hear('quote,reconnect,quote');
  assert.equal([states(), told.quotes], [['closing'], 1]);
  socket(0).isClosing = false;
  await env.advance(4_500);
  assert.not.ok(socket(0).isClosing);
  await env.advance(1_000);
  assert.ok(socket(0).isClosing, 'closed a second time, which ends it at once');
});

test('a handshake that is answered with a ban is not tried again before its end', async () => {
  const { env, sockets, feed, states } = aScriptedFeed();
  feed.onClosed(0, '1006 refused', { status: 429, retryAfterSeconds: 30 });
  assert.equal(states(), ['banned']);
  await env.advance(29_999);
  assert.is(sockets.length, 1);
  await env.advance(1);
  assert.is(sockets.length, 2);
});

test('C29: a snapshot that is refused for a ban waits for its end, on an open socket', async () => {
  const { env, sockets, requests, line } = aBinanceFeed();
  sockets[0]?.open();
  const headers = { 'retry-after': '10' };
  requests[0]?.answer(ok({ status: 418, headers, body: '{}' }));
  await env.settle();
  assert.equal([line(0)['state'], line(0)['isOpen']], ['banned', true]);
  for (let second = 0; second < 9; second += 1) {
    sockets[0]?.hear('{"result":[],"id":1}');
    await env.advance(1_000);
  }
  assert.is(requests.length, 1, 'nothing is asked meanwhile');
  await env.advance(1_500);
  assert.equal([line(0)['state'], requests.length], ['syncing', 2]);
  requests[1]?.answer(ok(snapshot(5)));
  await env.settle();
  assert.is(line(0)['state'], 'live');
});

test('a snapshot that is answered with 503 is maintenance until one succeeds', async () => {
  const { env, sockets, requests, line } = aBinanceFeed();
  sockets[0]?.open();
  requests[0]?.answer(ok({ status: 503, headers: {}, body: '' }));
  await env.settle();
  assert.is(line(0)['state'], 'maintenance');
  await env.advance(200);
  requests[1]?.answer(ok(snapshot(5)));
  await env.settle();
  assert.is(line(0)['state'], 'live');
});

test('a venue that says serverShutdown is left before it hangs up', async () => {
  const { env, sockets, line, live, told } = aBinanceFeed();
  await live(0, 10);
  sockets[0]?.hear(SHUTDOWN);
  await env.advance(500);
  assert.is(sockets.length, 2);
  assert.is(line(0)['state'], 'live', 'the old one leads until the new one can');
  await live(1, 10);
  await env.advance(500);
  sockets[0]?.hear(
    '{"stream":"x","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":11,"u":11,"b":[],"a":[]}}',
  );
  assert.equal([line(0)['state'], line(1)['state']], ['closing', 'live']);
  assert.ok(sockets[0]?.isClosing);
  assert.equal(told.lost, []);
  sockets[0]?.close(1000, '');
  assert.is(line(0)['state'], 'idle');
  await env.advance(60_000);
  assert.is(sockets.length, 2, 'nobody wants it back');
});

test('a quiet market is handed over too, a few seconds later', async () => {
  const { env, sockets, line, live } = aBinanceFeed();
  await live(0, 10);
  sockets[0]?.hear(SHUTDOWN);
  await env.advance(500);
  await live(1, 12);
  const answers = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      await env.advance(1_000);
      for (const socket of sockets) socket.hear('{"result":[],"id":1}');
    }
  };
  await answers(4);
  assert.is(line(0)['state'], 'live', 'the new one knows more, so it waits');
  await answers(3);
  assert.is(line(0)['state'], 'closing');
});

test('an old connection that ends before another is live is made anew, alone', async () => {
  const { env, sockets, line, live } = aBinanceFeed();
  await live(0, 10);
  sockets[0]?.hear(SHUTDOWN);
  await env.advance(500);
  sockets[0]?.close(1001, 'a day');
  assert.is(line(0)['state'], 'backing-off');
  await live(1, 20);
  assert.equal([line(0)['state'], line(1)['state']], ['idle', 'live']);
});

test('a connection is replaced by its age, which the venue does not have to announce', async () => {
  const { env, feed } = aBinanceFeed();
  feed.onOpened(0);
  const summary = () => (feed.summary()['lines'] as readonly Record<string, number>[])[0] ?? {};
  const inMs = (summary()['replacedInSeconds'] as number) * 1_000;
  assert.ok(inMs >= 22.5 * HOUR_MS && inMs <= 23.5 * HOUR_MS, `${inMs}`);
  await env.advance(1_000);
  assert.is(summary()['ageSeconds'], 1);
});

test('two connections are opened no faster than the venue takes them', async () => {
  const { env, sockets, socket, states } = aScriptedFeed(2);
  assert.is(sockets.length, 1);
  await env.advance(3_999);
  assert.is(sockets.length, 1);
  await env.advance(1);
  assert.is(sockets.length, 2);
  socket(1).open();
  socket(1).hear('quote');
  assert.equal(states(), ['connecting', 'live']);
});

test('of two connections the first that is live leads, and the other is not told', async () => {
  const { env, socket, feed, told } = aScriptedFeed(2);
  await env.advance(4_000);
  socket(1).open();
  socket(1).hear('quote');
  assert.equal([feed.summary()['leader'], told.quotes], [1, 1]);
  socket(0).open();
  socket(0).hear('quote,trade,quote');
  assert.equal([told.quotes, told.trades], [1, 0]);
});

test('what the other connection withheld is told when it takes over, once', async () => {
  const { env, socket, feed, told } = aScriptedFeed(2);
  socket(0).open();
  socket(0).hear('quote');
  await env.advance(4_000);
  socket(1).open();
  socket(1).hear('quote,trade');
  assert.is(told.trades, 0);
  socket(0).close(1006, 'gone');
  assert.equal([feed.summary()['leader'], told.trades], [1, 1]);
  assert.equal(told.lost, []);
});

test.run();
