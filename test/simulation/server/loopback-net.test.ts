import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpReply, Net, NetFault, WebSocketLimits } from '../../../src/core/env.ts';
import type { Result } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { VenueEdge } from '../../../src/simulation/binance/facade.ts';
import { DEFAULT_FLOWS } from '../../../src/simulation/flow/flow-profile.ts';
import {
  DEFAULT_LATENCY,
  type LatencyModel,
  loopbackNet,
} from '../../../src/simulation/server/loopback-net.ts';
import { type VirtualTime, virtualTime } from '../../../src/simulation/virtual-time.ts';
import { ALICE, aVenue, limitOrder, signedParams } from '../../support/venue/client.ts';
import { NEW_YEAR } from '../../support/venue/fixtures.ts';

const LIMITS: WebSocketLimits = {
  openTimeoutMs: 1_000,
  frameBytesMax: 1_000_000,
  bufferedBytesMax: 10_000,
};

function netOf(time: VirtualTime, edge: VenueEdge, latency: LatencyModel = DEFAULT_LATENCY): Net {
  const venues = new Map([['sim.local:9443', edge]]);
  return loopbackNet({ venues, ...time, random: rngOf(3), latency });
}

/** A connection and everything that its client is told. */
function dial(net: Net, path = '/ws-api/v3', limits = LIMITS, host = 'sim.local:9443') {
  const told: string[] = [];
  const decoder = new TextDecoder();
  const link = net.webSocket(
    `ws://${host}${path}`,
    {
      opened: () => told.push('opened'),
      message: (frame) => told.push(decoder.decode(frame)),
      closed: (code, reason) => told.push(`closed ${code} ${reason}`.trim()),
    },
    limits,
  );
  return { link, told };
}

type Outcome = Result<HttpReply, NetFault>;

function get(net: Net, path: string, timeoutMs = 1_000, host = 'sim.local:9443'): Outcome[] {
  const outcomes: Outcome[] = [];
  const url = `http://${host}${path}`;
  net.http({ method: 'GET', url, headers: {}, timeoutMs }, (outcome) => outcomes.push(outcome));
  return outcomes;
}

test('a narrow line is slow by its bytes, and is cut when it is ten seconds behind', () => {
  const { venue, time } = aVenue();
  const latency = { fixedMs: 1, jitterMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };
  const net = netOf(time, venue, latency);
  const { link, told } = dial(net);
  time.runUntil(NEW_YEAR + 50);
  latency.bytesPerSecond = 1_000;
  // 500 bytes are half a second up, and the answer is short.
  link.send(`{"id":"${'x'.repeat(30)}","method":"ping"}`.padEnd(500));
  time.runUntil(NEW_YEAR + 500);
  assert.equal(told, ['opened']);
  time.runUntil(NEW_YEAR + 2_000);
  assert.is(told.length, 2);
  for (let at = 0; at < 20; at += 1) link.send('{"id":"i","method":"exchangeInfo"}');
  time.runUntil(NEW_YEAR + 60_000);
  assert.match(told.at(-1) as string, /^closed 1006/);
  const outcomes = get(net, '/api/v3/exchangeInfo', 100);
  time.runUntil(NEW_YEAR + 61_000);
  assert.match(JSON.stringify(outcomes), /timeout/, 'HTTP is as slow');
});

test('a connection opens, carries requests and answers, and closes once', () => {
  const { venue, time } = aVenue();
  const { link, told } = dial(netOf(time, venue));
  assert.is(link.send('early'), false, 'not open yet');
  time.runUntil(NEW_YEAR + 50);
  assert.equal(told, ['opened']);
  assert.ok(link.send('{"id":1,"method":"ping"}'));
  time.runUntil(NEW_YEAR + 100);
  assert.match(told[1] ?? '', /"status":200/);
  link.close();
  link.close();
  assert.is(link.send('late'), false);
  time.runUntil(NEW_YEAR + 150);
  assert.is(told.at(-1), 'closed 1000');
  assert.is(told.length, 3);
  assert.is(venue.facade.connections, 0);
});

test('a message takes at least the fixed part of the latency each way', () => {
  const { venue, time } = aVenue();
  const net = netOf(time, venue, { fixedMs: 10, jitterMs: 0 });
  const outcomes = get(net, '/api/v3/time');
  time.runUntil(NEW_YEAR + 19);
  assert.equal(outcomes, []);
  time.runUntil(NEW_YEAR + 20);
  const [outcome] = outcomes;
  assert.is(outcome?.ok && JSON.parse(outcome.value.body).serverTime, NEW_YEAR + 10);
  assert.is(outcome?.ok && outcome.value.headers['x-mbx-used-weight-1m'], '1');
});

test('signed requests arrive as they were sent', () => {
  const { venue, time, exchange } = aVenue();
  const net = netOf(time, venue);
  const params = new URLSearchParams(Object.entries(limitOrder()) as [string, string][]);
  const outcomes: Outcome[] = [];
  const url = `http://sim.local:9443/api/v3/order?${params}`;
  const headers = { 'X-MBX-APIKEY': ALICE.apiKey };
  net.http({ method: 'POST', url, headers, timeoutMs: 1_000 }, (outcome) => outcomes.push(outcome));
  time.runUntil(NEW_YEAR + 100);
  const [first] = outcomes;
  assert.match(first?.ok ? first.value.body : '', /-1102/, 'without a timestamp');
  const { link, told } = dial(net);
  time.runUntil(NEW_YEAR + 200);
  const signed = signedParams(limitOrder(), ALICE, time.clock.now());
  link.send(JSON.stringify({ id: 1, method: 'order.place', params: signed }));
  time.runUntil(NEW_YEAR + 300);
  assert.match(told.at(-1) ?? '', /"status":"NEW"/);
  assert.is(exchange.account('alice')?.open.size, 1);
});

test('messages of one connection never overtake one another', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), (seed, count) => {
      const { venue, time } = aVenue();
      const venues = new Map<string, VenueEdge>([['sim.local:9443', venue]]);
      const latency = { fixedMs: 0.1, jitterMs: 20 };
      const net = loopbackNet({ venues, ...time, random: rngOf(seed), latency });
      const { link, told } = dial(net);
      time.runUntil(NEW_YEAR + 500);
      for (let id = 0; id < count; id += 1) link.send(`{"id":${id},"method":"ping"}`);
      time.runUntil(NEW_YEAR + 20_000);
      assert.equal(
        told.slice(1).map((text) => JSON.parse(text).id),
        Array.from({ length: count }, (_, id) => id),
      );
    }),
    { numRuns: 30 },
  );
});

test('a request is answered exactly once, by its time-out at the latest', () => {
  const { venue, time } = aVenue();
  const net = netOf(time, venue, { fixedMs: 60, jitterMs: 0 });
  const outcomes = get(net, '/api/v3/time', 100);
  time.runUntil(NEW_YEAR + 1_000);
  assert.is(outcomes.length, 1);
  assert.is(outcomes[0]?.ok === false && outcomes[0].error.kind, 'timeout');
});

test('an unknown host is refused, and what the venue cuts is broken', () => {
  const { venue, time } = aVenue();
  const net = netOf(time, venue);
  const elsewhere = get(net, '/api/v3/time', 100, 'elsewhere');
  const odd = get(net, ' ', 100, '');
  venue.facade.faults.planRequests('*', { kind: 'lost', isExecuted: false }, 1);
  const lost = get(net, '/api/v3/time');
  time.runUntil(NEW_YEAR + 200);
  const kinds = [elsewhere, odd, lost].map(
    ([outcome]) => outcome?.ok === false && outcome.error.kind,
  );
  assert.equal(kinds, ['refused', 'refused', 'broken']);
});

test('a connection that the venue does not take is closed without being opened', () => {
  const { venue, time } = aVenue();
  const net = netOf(time, venue);
  const paths = dial(net, '/nowhere');
  const hosts = dial(net, '/ws', LIMITS, 'elsewhere');
  time.runUntil(NEW_YEAR + 200);
  assert.equal([paths.told, hosts.told], [['closed 1006 refused'], ['closed 1006 refused']]);
});

test('a connection that does not open in time is given up, at both ends', () => {
  const { venue, time } = aVenue();
  const net = netOf(time, venue, { fixedMs: 600, jitterMs: 0 });
  const { told } = dial(net);
  const closedEarly = dial(net);
  closedEarly.link.close();
  time.runUntil(NEW_YEAR + 5_000);
  assert.equal(told, ['closed 1006 not open in time']);
  assert.equal(closedEarly.told, ['closed 1006 closed before it was open']);
  assert.is(venue.facade.connections, 0);
});

test('the venue can close a connection, or cut it', () => {
  const { venue, time } = aVenue();
  const net = netOf(time, venue);
  const cut = dial(net);
  time.runUntil(NEW_YEAR + 100);
  venue.facade.dropAll();
  time.runUntil(NEW_YEAR + 200);
  assert.equal(cut.told, ['opened', 'closed 1006']);
  const closed = dial(net);
  time.runUntil(NEW_YEAR + 300);
  venue.stop();
  time.runUntil(NEW_YEAR + 400);
  assert.equal(closed.told, ['opened', 'closed 1001 the venue closes']);
});

test('more than the agreed bytes are not taken on the way out, nor on the way in', () => {
  const { venue, time } = aVenue();
  const { link, told } = dial(netOf(time, venue), '/ws-api/v3', { ...LIMITS, frameBytesMax: 200 });
  time.runUntil(NEW_YEAR + 100);
  const padding = 'x'.repeat(6_000);
  assert.ok(link.send(`{"id":1,"method":"${padding}"}`));
  assert.is(link.send(`{"id":2,"method":"${padding}"}`), false, 'the first is still on its way');
  time.runUntil(NEW_YEAR + 200);
  assert.ok(link.send('{"id":3,"method":"exchangeInfo"}'));
  time.runUntil(NEW_YEAR + 300);
  assert.match(told.at(-1) ?? '', /^closed 1009/);
  assert.is(venue.facade.connections, 0);
});

test('pings are answered, and a dumb venue is silent', () => {
  const { venue, time } = aVenue();
  const { link, told } = dial(netOf(time, venue));
  time.runUntil(NEW_YEAR + 300_000);
  assert.equal(told, ['opened']);
  venue.facade.goDumb();
  link.send('{"id":1,"method":"ping"}');
  time.runUntil(NEW_YEAR + 330_000);
  assert.equal(told, ['opened']);
});

/** A client that quotes on what it sees, on a generated market; the hash of all it is told. */
function runHash(seed: number): string {
  const time = virtualTime(NEW_YEAR);
  const { venue } = aVenue({ ...time, flows: DEFAULT_FLOWS, random: rngOf(seed) });
  const net = netOf(time, venue);
  const hash = createHash('sha256');
  const decoder = new TextDecoder();
  let quotes = 0;
  const api = dial(net);
  net.webSocket(
    'ws://sim.local:9443/stream?streams=btcusdt@depth@100ms/btcusdt@trade',
    {
      opened: () => {},
      message: (frame) => {
        const text = decoder.decode(frame);
        hash.update(text);
        if (!text.includes('depthUpdate')) return;
        quotes += 1;
        const side = quotes % 2 === 0 ? 'BUY' : 'SELL';
        const order = limitOrder({ side, type: 'MARKET', quantity: '0.001' });
        const { price: _price, timeInForce: _time, ...params } = order;
        const signed = signedParams(params, ALICE, time.clock.now());
        api.link.send(JSON.stringify({ id: quotes, method: 'order.place', params: signed }));
      },
      closed: () => {},
    },
    LIMITS,
  );
  venue.start();
  time.runUntil(NEW_YEAR + 20_000);
  assert.ok(quotes > 100);
  hash.update(api.told.join('\n'));
  return hash.digest('hex');
}

test('a whole run is the same to the last byte with the same seed, and another otherwise', () => {
  assert.is(runHash(5), runHash(5));
  assert.is.not(runHash(5), runHash(6));
});

test.run();
