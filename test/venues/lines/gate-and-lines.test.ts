/**
 * The law of docs/safety.md for orders over HTTP: none whose check begins after the edge leaves.
 * Order entry, signature, lines and sockets are the real ones; what a venue has is counted there.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../../actors/runtime/actor-spec.ts';
import { sendHttp } from '../../../actors/socket.ts';
import type { HttpRequest } from '../../../src/core/env.ts';
import { nodeTimers } from '../../../src/core/node-env.ts';
import { OrderManager } from '../../../src/execution/order-manager.ts';
import { DeskMetrics } from '../../../src/ops/desk-metrics.ts';
import { coinbaseOrders } from '../../../src/venues/coinbase/orders.ts';
import { coinbaseQueries } from '../../../src/venues/coinbase/queries.ts';
import { replyIn } from '../../../src/venues/coinbase/rest.ts';
import { tokenSigner } from '../../../src/venues/coinbase/sign.ts';
import { LINES_KEPT_FREE, LINES_MAX } from '../../../src/venues/lines/order-lines.ts';
import { nodeNet } from '../../../src/venues/net.ts';
import { OrderEntry } from '../../../src/venues/order-entry.ts';
import type { HttpOutcome } from '../../../src/venues/port.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { KEY_NAME, SEC1 } from '../../support/coinbase/keys.ts';
import { httpServer, type Loopback, listening } from '../../support/edge/loopback.ts';
import { anApproved, anOpenGate, aVenue } from '../../support/edge/order-socket.ts';
import { manualEnv } from '../../support/manual-env.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { must } from '../../support/venue/fixtures.ts';

const IN_FLIGHT_MAX = LINES_MAX - LINES_KEPT_FREE;
const BTC = anInstrument({ symbol: 'BTC-USD', venue: 'binance' });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let turns = 0; turns < 500_000; turns += 1) {
    if (isSo()) return;
    await turn();
  }
  throw new Error(`it never came to ${what}`);
}

type Net = ReturnType<typeof nodeNet>;

interface Answered {
  readonly requestId: string;
  readonly outcome: HttpOutcome;
}

/** Order entry of a Coinbase desk on real sockets, as the venue's actor wires it. */
function anEntryOn(net: Net, url: string) {
  const env = manualEnv();
  const gate = anOpenGate();
  const metrics = new DeskMetrics();
  const access = {
    url,
    signer: must(tokenSigner(KEY_NAME, SEC1)),
    timeoutMs: 5_000,
    lifeMs: 5_000,
  };
  const queries = coinbaseQueries(access, [BTC]);
  const manager = new OrderManager({
    venue: 'binance',
    deskId: 'desk',
    instruments: [BTC],
    memory: { order: () => undefined, isBooked: () => false },
    sink: { journal: () => {}, told: () => {} },
  });
  const ctx = {
    fenced: <A extends unknown[]>(callback: (...args: A) => void) => callback,
    ingest({ requestId, outcome }: Answered) {
      entry.onReply(requestId, replyIn(outcome));
    },
  } as unknown as Context<Answered>;
  const entry = new OrderEntry({
    venue: { ...aVenue([BTC]), orders: coinbaseOrders(access), queries, replyIn },
    gate,
    manager,
    instruments: [BTC],
    metrics,
    clock: env.clock,
    venueMs: () => env.nowMs,
    send: (request, requestId) =>
      sendHttp(ctx, net, request as HttpRequest, (outcome) => ({ requestId, outcome })),
    dropped: () => {},
    throttled: () => {},
    requestTimeoutMs: 5_000,
    isClockReal: false,
  });
  let placed = 0;
  const place = (): string => {
    placed += 1;
    const clientId = `desk-1-mm-${placed}`;
    entry.place(anApproved({ clientId }));
    return clientId;
  };
  return { entry, gate, manager, metrics, queries, place, nowMs: () => env.nowMs };
}

/** A venue that holds its answers to orders back. */
function slowVenue() {
  const orders: string[] = [];
  const held: ServerResponse[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      if (!request.url?.endsWith('/orders')) {
        response.end('{"orders":[],"has_next":false}');
        return;
      }
      orders.push(JSON.parse(body).client_order_id);
      held.push(response);
    });
  };
  const answerAll = (): void => {
    for (const response of held.splice(0)) {
      response.end('{"success":true,"success_response":{"order_id":"V1"}}');
    }
  };
  return { orders, held, listener, answerAll };
}

async function onVenue(
  server: Loopback,
  scheme: string,
  net: Net,
  use: (desk: ReturnType<typeof anEntryOn>) => Promise<void>,
): Promise<void> {
  try {
    const desk = anEntryOn(net, `${scheme}://127.0.0.1:${server.port}`);
    // What a reconciliation asks first, which opens the lines.
    const { request, decode } = desk.queries.openOrders(desk.nowMs());
    const answer = await new Promise<HttpOutcome>((resolve) => net.http(request, resolve));
    assert.ok(decode(answer).ok);
    await until('open lines', () => server.connections() === LINES_MAX);
    for (let turns = 0; turns < 50; turns += 1) await turn();
    await use(desk);
  } finally {
    net.close();
    await server.stop();
  }
}

test('ES16 C11: with every line busy, no order is written after the gate has closed', async () => {
  const venue = slowVenue();
  const net = nodeNet(nodeTimers);
  await onVenue(await httpServer(venue.listener), 'http', net, async (desk) => {
    const ids = Array.from({ length: 3 * LINES_MAX }, () => desk.place());
    desk.gate.close('emergency');
    const sent = ids.filter((id) => desk.manager.recordOf(id)?.status === 'submitted');
    assert.is(sent.length, IN_FLIGHT_MAX);
    await until('what has left', () => venue.orders.length >= IN_FLIGHT_MAX);
    for (let round = 0; round < 5; round += 1) {
      venue.answerAll();
      for (let turns = 0; turns < 50; turns += 1) await turn();
    }
    assert.equal([...venue.orders].sort(), [...sent].sort(), 'and nothing but that');
    assert.is(desk.metrics.refusals.get('no-free-line'), 3 * LINES_MAX - IN_FLIGHT_MAX);
    assert.equal(
      ids.map((id) => desk.manager.recordOf(id)?.status),
      ids.map((id) => (sent.includes(id) ? 'open' : 'refused')),
    );
    desk.place();
    for (let turns = 0; turns < 50; turns += 1) await turn();
    assert.is(venue.orders.length, IN_FLIGHT_MAX);
  });
});

test('ES16 C11: what the gate let pass has left before the turn is over', async () => {
  const venue = slowVenue();
  const net = nodeNet(nodeTimers);
  await onVenue(await httpServer(venue.listener), 'http', net, async (desk) => {
    const id = desk.place();
    desk.gate.close('emergency');
    // Nothing that is still to be written could be: its lines end in the same turn.
    net.close();
    await until('the order', () => venue.orders.length === 1);
    assert.equal(venue.orders, [id]);
    await until('its end', () => desk.manager.recordOf(id)?.status === 'unknown');
  });
});

test('ES16 C11: cancellations leave while orders hold every line they may', async () => {
  const venue = slowVenue();
  const net = nodeNet(nodeTimers);
  let cancelled = 0;
  const server = await httpServer((request, response) => {
    if (request.url?.endsWith('/batch_cancel')) {
      cancelled += 1;
      response.end('{"results":[{"success":true,"order_id":"V1"}]}');
    } else venue.listener(request, response);
  });
  await onVenue(server, 'http', net, async (desk) => {
    const first = desk.place();
    await until('the order', () => venue.orders.length === 1);
    venue.answerAll();
    await until('its name', () => desk.manager.recordOf(first)?.venueOrderId === 'V1');
    for (let order = 0; order < LINES_MAX; order += 1) desk.place();
    desk.gate.close('emergency');
    desk.entry.cancelAll();
    await until('the cancellation', () => cancelled === 1);
    assert.is(venue.held.length, IN_FLIGHT_MAX, 'whose answers are still missing');
  });
});

test('F22: a venue whose name does not resolve gets no order, and is asked for again', async () => {
  const net = nodeNet(nodeTimers, () => () => ({
    socket: connectTcp({
      ...{ host: 'venue.test', port: 1 },
      lookup: (name, _options, found) => found(new Error(`ENOTFOUND ${name}`), []),
    }),
    opened: 'connect',
  }));
  const desk = anEntryOn(net, 'http://venue.test');
  for (let tries = 0; tries < 3; tries += 1) {
    const { request, decode } = desk.queries.openOrders(desk.nowMs());
    const answer = decode(await new Promise((resolve) => net.http(request, resolve)));
    assert.match(answer.ok ? '' : answer.error.detail, /refused: no connection: ENOTFOUND venue/);
  }
  assert.is(desk.manager.recordOf(desk.place())?.reason, 'no-free-line');
  net.close();
});

if (spawnSync('openssl', ['version']).error !== undefined) {
  process.stdout.write('  NOT RUN: TLS needs the command `openssl`, which is not there\n');
} else {
  const folder = temporaryFolder();
  const [keyFile, certFile] = [join(folder, 'venue.key'), join(folder, 'venue.pem')];
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const names = ['-subj', '/CN=venue', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...words, '-keyout', keyFile, '-out', certFile, ...names], {
    stdio: 'ignore',
  });
  const [key, cert] = [readFileSync(keyFile), readFileSync(certFile)];

  test('ES16 C11: over TLS too the bytes of an order are gone when the call returns', async () => {
    const venue = slowVenue();
    const server = await listening(createTlsServer({ key, cert }, venue.listener));
    const net = nodeNet(nodeTimers, ({ hostname, port }) => () => ({
      socket: connectTls({ host: hostname, port: Number(port), ca: cert }),
      opened: 'secureConnect',
    }));
    await onVenue(server, 'https', net, async (desk) => {
      const id = desk.place();
      net.close();
      await until('the order', () => venue.orders.length === 1);
      assert.equal(venue.orders, [id]);
    });
  });

  test('F22: a venue whose certificate nobody vouches for gets no order', async () => {
    const venue = slowVenue();
    const server = await listening(createTlsServer({ key, cert }, venue.listener));
    const net = nodeNet(nodeTimers);
    const desk = anEntryOn(net, `https://127.0.0.1:${server.port}`);
    const { request, decode } = desk.queries.openOrders(desk.nowMs());
    const answer = decode(await new Promise((resolve) => net.http(request, resolve)));
    assert.match(answer.ok ? '' : answer.error.detail, /refused: no connection: self-signed/);
    const id = desk.place();
    assert.equal([desk.manager.recordOf(id)?.reason, venue.orders], ['no-free-line', []]);
    net.close();
    await server.stop();
  });
}

test.run();
