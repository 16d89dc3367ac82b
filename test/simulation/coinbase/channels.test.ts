import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTIONS_MAX } from '../../../src/simulation/coinbase/facade.ts';
import { KEY_NAME } from '../../support/coinbase/keys.ts';
import { aCoinbaseVenue, BOB, OTHER_PEM } from '../../support/coinbase/venue.ts';

type Venue = ReturnType<typeof aCoinbaseVenue>;

function rest(venue: Venue, side: string, price: string, key = KEY_NAME, id = 'c-1') {
  return venue.ask('POST', 'orders', {
    key,
    body: {
      client_order_id: id,
      product_id: 'BTC-USD',
      side,
      order_configuration: { limit_limit_gtc: { base_size: '0.01', limit_price: price } },
    },
  }).body;
}

const run = ({ time }: Venue, ms: number) => time.runUntil(time.clock.now() + ms);

test('every frame of a connection has the next number, whatever its channel', () => {
  const venue = aCoinbaseVenue();
  const socket = venue.dial();
  for (const channel of ['heartbeats', 'level2', 'status', 'market_trades', 'ticker', 'candles']) {
    socket.subscribe(channel, channel === 'heartbeats' ? [] : ['BTC-USD', 'ETH-USD']);
  }
  rest(venue, 'BUY', '50000.00');
  rest(venue, 'SELL', '50000.00', BOB);
  run(venue, 3_000);
  const numbers = socket.frames.map((frame) => frame.sequence_num);
  assert.equal(
    numbers,
    numbers.map((_, at) => at),
  );
  assert.ok(numbers.length > 10);
  const beats = socket.of('heartbeats').map((frame) => frame.events[0].heartbeat_counter);
  assert.equal(beats, [0, 1, 2]);
  const [trade] = socket.of('market_trades').at(-1).events[0].trades;
  assert.equal([trade.side, trade.price], ['BUY', '50000.00'], 'the side that was resting');
  assert.is(socket.of('ticker').at(-1).events[0].tickers[0].price, '50000.00');
  assert.is(socket.of('candles').at(-1).events[0].candles[0].close, '50000.00');
  assert.is(socket.of('status')[0].events[0].products.length, 2);
});

test('a book begins with a snapshot and goes on with what changes', () => {
  const venue = aCoinbaseVenue();
  rest(venue, 'BUY', '50000.00');
  const socket = venue.dial();
  socket.subscribe('level2', ['BTC-USD']);
  rest(venue, 'SELL', '50001.00', BOB);
  rest(venue, 'SELL', '50000.00', BOB, 'c-2');
  const events = socket.of('l2_data').map((frame) => frame.events[0]);
  assert.equal(
    events.map((event) => event.type),
    ['snapshot', 'update', 'update'],
  );
  const level = ({ side, price_level, new_quantity }: Record<string, string>) =>
    `${side} ${price_level} ${new_quantity}`;
  assert.equal(
    events.map((event) => event.updates.map(level)),
    [['bid 50000.00 0.01000000'], ['offer 50001.00 0.01000000'], ['bid 50000.00 0']],
  );
});

test('orders are told to whose they are, on either host', () => {
  const venue = aCoinbaseVenue();
  const [alice, bob] = [venue.dial('/user'), venue.dial()];
  alice.subscribe('user', ['BTC-USD'], venue.tokenOf(null));
  bob.subscribe('user', [], venue.tokenOf(null, BOB));
  rest(venue, 'BUY', '50000.00');
  rest(venue, 'SELL', '50000.00', BOB);
  const statuses = (socket: typeof alice) =>
    socket
      .of('user')
      .flatMap((frame) => frame.events[0].orders.map((o: { status: string }) => o.status));
  assert.equal(statuses(alice), ['OPEN', 'FILLED']);
  assert.ok(statuses(bob).every((status) => status === 'FILLED'));
  assert.equal(alice.of('user')[0].events[0], { type: 'snapshot', orders: [], positions: {} });
});

test('what makes no sense is answered with an error, and without a number', () => {
  const venue = aCoinbaseVenue();
  const socket = venue.dial();
  const user = venue.dial('/user');
  for (const [say, wanted] of [
    ['{', /parse/],
    ['1', /parse/],
    [{ type: 'ping' }, /type/],
    [{ type: 'subscribe', channel: 'full' }, /full does not exist/],
    [{ type: 'subscribe', channel: 'level2', product_ids: 'BTC-USD' }, /list/],
    [{ type: 'subscribe', channel: 'level2', product_ids: ['X-Y'] }, /X-Y is not/],
    [{ type: 'subscribe', channel: 'user' }, /authentication failure/],
    [{ type: 'subscribe', channel: 'level2', product_ids: [], jwt: 'x' }, /authentication/],
  ] as const) {
    socket.say(say);
    assert.match(socket.frames.at(-1).message, wanted);
  }
  socket.subscribe('user', [], venue.tokenOf(null, KEY_NAME, OTHER_PEM));
  assert.match(socket.frames.at(-1).message, /authentication/);
  user.subscribe('level2', ['BTC-USD']);
  assert.match(user.frames.at(-1).message, /not served here/);
  assert.ok([...socket.frames, ...user.frames].every((frame) => frame.type === 'error'));
});

test('a stale token of a subscription is refused', () => {
  const venue = aCoinbaseVenue();
  const token = venue.tokenOf(null);
  const socket = venue.dial();
  run(venue, 4_000);
  socket.subscribe('user', [], token);
  assert.is(socket.of('user').length, 1);
  run(venue, 2_000);
  venue.dial();
  socket.subscribe('user', [], token);
  assert.match(socket.frames.at(-1).message, /authentication failure/);
});

test('who does not subscribe within five seconds is disconnected', () => {
  const venue = aCoinbaseVenue();
  const [silent, talking] = [venue.dial(), venue.dial()];
  talking.subscribe('heartbeats');
  run(venue, 4_000);
  assert.is(silent.seen.closed, null);
  run(venue, 1_500);
  assert.match(silent.seen.closed ?? '', /no subscription/);
  assert.is(talking.seen.closed, null);
});

test('a connection on which nothing happens is closed, unless heartbeats keep it open', () => {
  const venue = aCoinbaseVenue();
  const [quiet, kept] = [venue.dial(), venue.dial()];
  quiet.subscribe('level2', ['BTC-USD']);
  kept.subscribe('level2', ['BTC-USD']);
  kept.subscribe('heartbeats');
  run(venue, 60_000);
  assert.is(quiet.seen.closed, null);
  run(venue, 20_000);
  assert.match(quiet.seen.closed ?? '', /no updates/);
  assert.is(kept.seen.closed, null);
});

test('what is unsubscribed is told no more', () => {
  const venue = aCoinbaseVenue();
  const socket = venue.dial();
  socket.subscribe('level2', ['BTC-USD', 'ETH-USD']);
  socket.say({ type: 'unsubscribe', channel: 'level2', product_ids: ['BTC-USD'] });
  assert.equal(socket.frames.at(-1).events[0].subscriptions, { level2: ['ETH-USD'] });
  const before = socket.frames.length;
  rest(venue, 'BUY', '50000.00');
  assert.is(socket.frames.length, before);
  socket.say({ type: 'unsubscribe', channel: 'level2', product_ids: ['ETH-USD'] });
  assert.equal(socket.frames.at(-1).events[0].subscriptions, {});
  socket.say({ type: 'unsubscribe', channel: 'ticker', product_ids: [] });
  assert.equal(socket.frames.at(-1).events[0].subscriptions, {});
});

test('connections are cut, go dumb and end, and there are not too many of them', () => {
  const venue = aCoinbaseVenue();
  const sockets = Array.from({ length: CONNECTIONS_MAX }, () => venue.dial());
  assert.is(venue.facade.connections, CONNECTIONS_MAX);
  assert.not(venue.dial().isOpen);
  venue.facade.dropAll();
  assert.ok(sockets.every(({ seen }) => seen.closed === 'dropped'));
  const dumb = venue.dial();
  dumb.subscribe('heartbeats');
  venue.facade.goDumb();
  const before = dumb.frames.length;
  dumb.subscribe('level2', ['BTC-USD']);
  run(venue, 90_000);
  assert.equal([dumb.frames.length, dumb.seen.closed], [before, null]);
  venue.facade.close();
  assert.match(dumb.seen.closed ?? '', /the venue closes/);
});

test.run();
