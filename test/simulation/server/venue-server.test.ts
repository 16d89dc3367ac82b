import { connect, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import type { HandshakeStatus } from '../../../src/core/env.ts';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { DEFAULT_LIMITS } from '../../../src/simulation/binance/limits.ts';
import { signatureOf } from '../../../src/simulation/binance/signing.ts';
import {
  BUFFERED_BYTES_MAX,
  startVenueServer,
} from '../../../src/simulation/server/venue-server.ts';
import { SOCKET_LIMITS } from '../../../src/venues/connection.ts';
import { nodeNet } from '../../../src/venues/net.ts';
import { aFuturesServer } from '../../support/futures/venues.ts';
import { ADMIN_TOKEN } from '../../support/venue/accounts.ts';
import { ALICE, limitOrder } from '../../support/venue/client.ts';
import { memoryRecords } from '../../support/venue/memory-records.ts';
import { aVenueServer } from '../../support/venue/server.ts';

function signedQuery(params: object): string {
  const all = { timestamp: String(nodeClock.now()), ...params } as Record<string, string>;
  const form = new URLSearchParams(all).toString();
  return `${form}&signature=${signatureOf(ALICE.secret, form)}`;
}

const headers = { 'X-MBX-APIKEY': ALICE.apiKey };

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
}

function nextFrame(socket: WebSocket): Promise<string> {
  return new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
}

function closed(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', (code) => resolve(code)));
}

test('REST is served on the loopback interface, with bodies and without', async () => {
  const { server, host } = await aVenueServer();
  const time = await fetch(`http://${host}/api/v3/time`);
  assert.is(time.status, 200);
  assert.match(time.headers.get('content-type') ?? '', /application\/json/);
  const url = `http://${host}/api/v3/order`;
  const inBody = await fetch(url, { method: 'POST', headers, body: signedQuery(limitOrder()) });
  assert.is(inBody.status, 200);
  const inQuery = `${url}?${signedQuery({ ...limitOrder(), price: '49999' })}`;
  assert.is((await fetch(inQuery, { method: 'POST', headers })).status, 200);
  assert.is((await fetch(`http://${host}/nowhere`)).status, 404);
  await server.stop();
});

test('sockets are served, and what they send is bounded', async () => {
  const { server, host, notes } = await aVenueServer();
  const socket = new WebSocket(`ws://${host}/ws-api/v3`);
  await opened(socket);
  assert.is(socket.extensions, '', 'no compression');
  socket.send('{"id":1,"method":"time"}');
  assert.match(await nextFrame(socket), /"status":200/);
  socket.send('x'.repeat(70_000));
  assert.is(await closed(socket), 1009);
  const binary = new WebSocket(`ws://${host}/ws-api/v3`);
  await opened(binary);
  binary.send(Buffer.from([1, 2, 3]));
  assert.is(await closed(binary), 1003);
  const lost = new WebSocket(`ws://${host}/nowhere`);
  assert.is(await closed(lost), 1008);
  assert.equal(
    notes.map(({ kind }) => kind),
    ['connection-refused'],
  );
  await server.stop();
});

test('a venue that refuses says so in place of a socket', async () => {
  const { server, host } = await aFuturesServer();
  server.venue.facade.isInMaintenance = true;
  const net = nodeNet(nodeTimers);
  const refused = await new Promise((resolve) => {
    const closed = (_: number, __: string, answer?: HandshakeStatus): void => resolve(answer);
    const handlers = { opened: () => {}, message: () => {}, closed };
    net.webSocket(`ws://${host}/public/ws`, handlers, SOCKET_LIMITS);
  });
  assert.equal(refused, { status: 503, retryAfterSeconds: Number.NaN });
  net.close();
  await server.stop();
});

test('a stream flows by itself', async () => {
  const { server, host } = await aVenueServer();
  const socket = new WebSocket(`ws://${host}/stream?streams=btcusdt@depth@100ms`);
  const { stream, data } = JSON.parse(await nextFrame(socket));
  assert.equal([stream, data.e], ['btcusdt@depth@100ms', 'depthUpdate']);
  socket.close();
  assert.is(await closed(socket), 1005);
  await server.stop();
});

test('a body that is too large ends its connection', async () => {
  const { server, host, notes } = await aVenueServer();
  const sent = fetch(`http://${host}/api/v3/order`, { method: 'POST', body: 'x'.repeat(200_000) });
  const outcome = await sent.then(
    () => 'answered',
    () => 'cut',
  );
  assert.is(outcome, 'cut');
  assert.is(notes[0]?.kind, 'request-too-large');
  await server.stop();
});

test('a lost answer cuts the connection after the order was taken', async () => {
  const { server, host } = await aVenueServer();
  const fault = {
    on: 'requests',
    target: 'order.place',
    fault: { kind: 'lost', isExecuted: true },
  };
  const ordered = await fetch(`http://${host}/sim/faults`, {
    method: 'POST',
    headers: { 'x-sim-token': ADMIN_TOKEN },
    body: JSON.stringify(fault),
  });
  assert.is(ordered.status, 200);
  const url = `http://${host}/api/v3/order?${signedQuery(limitOrder())}`;
  const outcome = await fetch(url, { method: 'POST', headers }).then(
    () => 'answered',
    () => 'cut',
  );
  assert.is(outcome, 'cut');
  assert.is(server.venue.exchange.account('alice')?.open.size, 1);
  await server.stop();
});

/** A WebSocket by hand, after its handshake: it answers nothing by itself. */
async function rawSocket(host: string): Promise<Socket> {
  const [address = '', port = ''] = host.split(':');
  const raw = connect(Number(port), address);
  raw.on('error', () => {});
  raw.write(
    [
      'GET /ws-api/v3 HTTP/1.1',
      `Host: ${host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n'),
  );
  await new Promise((resolve) => raw.once('data', resolve));
  return raw;
}

test('a client that does not read is dropped, with a note', async () => {
  const limits = { ...DEFAULT_LIMITS, weightPerMinute: Number.MAX_SAFE_INTEGER };
  const { server, host, notes } = await aVenueServer({ limits });
  const raw = await rawSocket(host);
  raw.pause();
  const mask = Buffer.from([0, 0, 0, 0]);
  const text = Buffer.from('{"id":1,"method":"depth","params":{"symbol":"BTCUSDT","limit":5000}}');
  const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length]), mask, text]);
  const gone = new Promise((resolve) => raw.once('close', resolve));
  const { facade } = server.venue;
  for (let at = 0; at < 3_000 && facade.connections > 0; at += 1) {
    for (let each = 0; each < 20; each += 1) raw.write(frame);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.is(facade.connections, 0);
  const [note] = notes;
  assert.ok(note?.kind === 'slow-client-dropped' && note.bufferedBytes > BUFFERED_BYTES_MAX);
  raw.destroy();
  await gone;
  await server.stop();
});

test('a client that does not say goodbye does not hold up the stop', async () => {
  const { server, host } = await aVenueServer();
  const raw = await rawSocket(host);
  raw.resume();
  const gone = new Promise((resolve) => raw.once('close', resolve));
  await server.stop();
  await gone;
});

test('connections are pinged, answer by themselves, and can be cut from outside', async () => {
  const heartbeatMs = 20_000;
  const timers = {
    ...nodeTimers,
    after: (ms: number, run: () => void) => nodeTimers.after(ms === heartbeatMs ? 1 : ms, run),
  };
  const { server, host } = await aVenueServer({ timers });
  const socket = new WebSocket(`ws://${host}/ws-api/v3`);
  let pings = 0;
  const pinged = new Promise<void>((resolve) => {
    socket.on('ping', () => {
      pings += 1;
      if (pings === 3) resolve();
    });
  });
  await pinged;
  const end = closed(socket);
  const cut = await fetch(`http://${host}/sim/faults`, {
    method: 'POST',
    headers: { 'x-sim-token': ADMIN_TOKEN },
    body: '{"on":"connections","fault":"drop"}',
  });
  assert.is(cut.status, 200);
  assert.is(await end, 1006);
  await server.stop();
});

test('a port that is taken is reported, not thrown', async () => {
  const { server } = await aVenueServer();
  const second = await startVenueServer({
    clock: nodeClock,
    timers: { after: () => ({ cancel() {} }), turn: () => {} },
    random: { fork: () => ({}) } as never,
    accounts: [],
    records: null,
    adminToken: null,
    flows: {},
    port: server.port,
    note: () => {},
  });
  assert.is(second.ok, false);
  assert.is(second.ok ? '' : second.error.kind, 'listen');
  await server.stop();
});

test('a venue that makes no sense does not start', async () => {
  const account = { name: 'alice', keys: [], opening: { USDT: 'much' } };
  const failed = await aVenueServer({ accounts: [account] }).then(
    () => '',
    (thrown) => String(thrown),
  );
  assert.match(failed, /accounts.alice.opening.USDT.*much/);
});

test('a stop closes connections, writes the state down and frees the port', async () => {
  const records = memoryRecords();
  const { server, host } = await aVenueServer({ records });
  const query = signedQuery(limitOrder({ newClientOrderId: 'kept' }));
  const url = `http://${host}/api/v3/order?${query}`;
  assert.is((await fetch(url, { method: 'POST', headers })).status, 200);
  const socket = new WebSocket(`ws://${host}/ws-api/v3`);
  await opened(socket);
  const end = closed(socket);
  await server.stop();
  assert.is(await end, 1001);
  const again = await aVenueServer({ records, port: server.port });
  const order = again.server.venue.exchange.find('alice', {
    symbol: 'BTCUSDT',
    orderId: null,
    clientId: 'kept',
  });
  assert.is(order?.status, 'new');
  const { balances } = again.server.venue.exchange.account('alice') ?? { balances: new Map() };
  assert.is(balances.get('USDT')?.free, 9_950_000_000_000n, 'no second opening balance');
  await again.server.stop();
});

test.run();
