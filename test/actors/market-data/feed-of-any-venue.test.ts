import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import { feedActor } from '../../../actors/market-data/feed.ts';
import type { ActorRef } from '../../../actors/runtime/ref.ts';
import type { MarketFact } from '../../../src/market/fact.ts';
import type { QuoteUpdated } from '../../../src/market/quote.ts';
import type { TradePrinted } from '../../../src/market/trade.ts';
import { aFakeNet, type FakeSocket } from '../../support/actors/fake-net.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aLane } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { ScriptedStream } from '../../support/venues/scripted-stream.ts';

const FEED = 'market-data/feed:scripted';
const RISK = 'trading/risk';
const PORTFOLIO = 'trading/portfolio';
const EXECUTION = 'trading/execution';

const btc = anInstrument();
const eth = anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH' });

/** A feed on a stream that follows a script, its socket open; each kind has a listener. */
async function aFeed({ ping = 'ping' as string | null } = {}) {
  const tested = aLane();
  const { net, sockets } = aFakeNet();
  const { log, lines } = aLog();
  const stream = new ScriptedStream([btc, eth]);
  stream.ping = ping;
  const listeners = {
    quotes: () => [address.risk],
    trades: () => [address.portfolio as ActorRef<unknown> as ActorRef<TradePrinted>],
    facts: [address.execution as ActorRef<unknown> as ActorRef<MarketFact>],
  };
  const spec = () => feedActor({ stream: () => stream, net, listeners, log });
  const heard = await aBranch(tested, { [FEED]: spec }, [RISK, PORTFOLIO, EXECUTION]);
  const socket = sockets[0] as FakeSocket;
  socket.open();
  const told = (path: string) => (heard[path] ?? []) as readonly { kind: string }[];
  const kinds = (path: string) => told(path).map(({ kind }) => kind);
  return { ...tested, stream, sockets, socket, lines, told, kinds };
}

test('it subscribes as soon as the socket is open, no faster than the venue takes it', async () => {
  const { env, socket } = await aFeed();
  assert.equal(socket.sent, ['book', 'trade']);
  await env.advance(499);
  assert.is(socket.sent.length, 2);
  await env.advance(1);
  assert.match(socket.sent[2] as string, /^signed at \d+$/);
});

test('everything that one frame did is told, in its order', async () => {
  const { socket, told, kinds } = await aFeed();
  socket.hear('quote,trade@1,quote@1,fact,trade');
  assert.equal(kinds(RISK), ['quote-updated', 'quote-updated']);
  assert.equal(
    told(RISK).map((quote) => (quote as { instrument?: number }).instrument),
    [0, 1],
  );
  assert.equal(kinds(PORTFOLIO), ['trade-printed', 'trade-printed']);
  assert.equal(told(EXECUTION), [
    { kind: 'venue-announced', venue: 'scripted', status: 'maintenance' },
  ]);
});

test('frames that come together are told one after the other, with one time', async () => {
  const { lane, socket, told, kinds } = await aFeed();
  const before = lane.actorAt(FEED);
  const handled = before.ok ? before.value.describe().handled : 0;
  socket.hearTogether(['quote,trade@1', 'nothing', 'quote@1,quote']);
  const quotes = told(RISK) as readonly QuoteUpdated[];
  assert.equal(
    quotes.map(({ instrument }) => instrument),
    [0, 1, 0],
  );
  assert.is(new Set(quotes.map(({ receivedNs }) => receivedNs)).size, 1);
  assert.equal(kinds(PORTFOLIO), ['trade-printed']);
  const after = lane.actorAt(FEED);
  assert.is(after.ok && after.value.describe().handled - handled, 1, 'all of it is one message');
});

test('a bug in one of several frames loses none before it and tells none behind it', async () => {
  const { env, sockets, socket, kinds } = await aFeed();
  // There is no such view: the stream is wrong, and the actor fails.
  socket.hearTogether(['quote', 'trade', 'quote@9', 'trade']);
  await env.settle();
  assert.equal(kinds(RISK), ['quote-updated']);
  assert.equal(kinds(PORTFOLIO), ['trade-printed']);
  assert.ok(socket.isClosing);
  assert.is(sockets.length, 2, 'the next incarnation connects');
  socket.hearTogether(['quote', 'trade']);
  assert.is(kinds(PORTFOLIO).length, 1, 'of the old socket nothing is heard');
});

test('a frame that does nothing is told to nobody', async () => {
  const { socket, told } = await aFeed();
  socket.hear('nothing,quote');
  assert.is(told(RISK).length, 0);
});

test('a book that needs a new subscription is lost, and subscribed to at the pace', async () => {
  const { env, socket, told, lines } = await aFeed();
  await env.advance(3_000);
  const before = socket.sent.length;
  socket.hear('resubscribe@1');
  assert.equal(told(RISK), [{ kind: 'quote-lost', instrument: 1, reason: 'checksum' }]);
  assert.equal(socket.sent.slice(before), ['unsubscribe', 'subscribe']);
  assert.ok(lines.some((line) => line.includes('book-lost')));
});

test('a book that comes back by itself is lost until then', async () => {
  const { socket, told } = await aFeed();
  const before = socket.sent.length;
  socket.hear('lost,quote');
  assert.equal(
    told(RISK).map(({ kind }) => kind),
    ['quote-lost', 'quote-updated'],
  );
  assert.is(socket.sent.length, before, 'nothing is asked for');
});

test('a connection that is given up tells nothing more, and the next begins anew', async () => {
  const { env, stream, sockets, socket, kinds, told } = await aFeed();
  socket.hear('reconnect,quote');
  assert.equal(kinds(RISK), ['quote-lost', 'quote-lost']);
  assert.ok(socket.isClosing);
  assert.is(stream.resets, 1);
  socket.hear('quote');
  assert.is(told(RISK).length, 2, 'what still comes is not heard');
  socket.close(1000, '');
  await env.advance(3_999);
  assert.is(sockets.length, 1, 'the venue counts connections');
  await env.advance(1);
  assert.is(sockets.length, 2);
  const next = sockets[1] as FakeSocket;
  next.open();
  assert.equal(next.sent, ['book', 'trade']);
  next.hear('quote');
  assert.is(kinds(RISK).at(-1), 'quote-updated');
});

test('what was to be sent on a socket is not sent on the next', async () => {
  const { env, sockets, socket } = await aFeed();
  socket.close(1006, '');
  await env.advance(4_000);
  sockets[1]?.open();
  await env.advance(1_000);
  const sent = sockets[1]?.sent ?? [];
  assert.equal(sent.slice(0, 2), ['book', 'trade']);
  assert.is(sent.length, 3);
});

test('a venue that sends heartbeats is not asked for any, and closed when they stop', async () => {
  const { env, socket } = await aFeed({ ping: null });
  await env.advance(3_000);
  const { length } = socket.sent;
  await env.advance(4_000);
  assert.is(socket.sent.length, length);
  assert.not.ok(socket.isClosing);
  await env.advance(1_500);
  assert.ok(socket.isClosing);
});

test.run();
