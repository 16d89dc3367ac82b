/** A venue as Coinbase or Kraken is: orders over HTTP, cancelled by the venue's ids, a ticket. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpRequest } from '../../src/core/env.ts';
import { err, ok } from '../../src/core/result.ts';
import { NO_NATIVES } from '../../src/execution/native/native-orders.ts';
import type { HttpOutcome, Query, Venue } from '../../src/venues/port.ts';
import { anApproved, aVenue } from '../support/edge/order-socket.ts';
import { aDesk } from '../support/edge/venue-desk.ts';

const ID = 'desk-1-mm-1';
const RENEW_MS = 60_000;

const request = (method: HttpRequest['method'], path: string, line?: HttpRequest['line']) => ({
  method,
  url: `https://venue${path}`,
  headers: {},
  timeoutMs: 1_000,
  ...(line === undefined ? {} : { line }),
});
const query = <T>(path: string, answer: T): Query<T> => ({
  request: request('POST', path),
  decode: (outcome) =>
    outcome.ok ? ok(answer) : err({ kind: 'no-answer', detail: outcome.error.detail }),
});

function anHttpVenue(): Venue {
  const venue = aVenue();
  let held = '';
  return {
    ...venue,
    session: {
      ...venue.session,
      ticket: {
        fetch: () => query('/token', 'T1'),
        renewal: { everyMs: RENEW_MS, renew: () => query('/renew', null) },
      },
      begin(ticket) {
        held = ticket;
        return `wss://user?ticket=${ticket}`;
      },
      subscribe: (requestId, nowMs) => [
        ...venue.session.subscribe(requestId, nowMs),
        JSON.stringify({ id: `${requestId}-${held}`, method: 'more', params: {} }),
      ],
    },
    orders: {
      amending: { changes: 'price-and-size', isQueued: true },
      natives: NO_NATIVES,
      place: (order) => request('POST', `/orders?${order.clientId}`, 'at-once'),
      amend: (_, venueOrderId) => request('POST', `/edit?${venueOrderId}`, 'at-once'),
    },
    queries: {
      ...venue.queries,
      cancel: ({ venueOrderId }) =>
        venueOrderId === '' ? null : request('POST', `/cancel?${venueOrderId}`, 'when-free'),
      cancelAll: () => null,
    },
    replyIn: (outcome) =>
      outcome.ok
        ? { kind: 'done', venueOrderId: outcome.value.body }
        : { kind: 'unknown', reason: outcome.error.detail },
  };
}

const reply = (body: string): HttpOutcome => ok({ status: 200, headers: {}, body });

function anHttpDesk() {
  const world = aDesk({ options: { venue: anHttpVenue() } });
  const { desk, requests } = world;
  const urls = () => requests.map((each) => each.request.url.slice('https://venue'.length));
  const answer = (at: number, outcome: HttpOutcome) =>
    desk.onAnswered(requests[at]?.requestId as string, outcome);
  const status = () => (desk.summary().orders as { status: string }[])[0]?.status;
  return { ...world, urls, answer, status };
}

/** The same, reconciled and with an open gate. */
async function aReadyDesk() {
  const made = anHttpDesk();
  await made.reconciled();
  return made;
}

test('an order leaves over HTTP and its reply is heard', async () => {
  const { desk, requests, urls, answer, status } = await aReadyDesk();
  desk.entry.place(anApproved());
  assert.equal(urls(), [`/orders?${ID}`]);
  assert.is(requests[0]?.request.line, 'at-once');
  assert.is(status(), 'submitted');
  answer(0, reply('V7'));
  assert.is(status(), 'open');
});

test('a reply that never came leaves the outcome unknown', async () => {
  const { desk, answer, status } = await aReadyDesk();
  desk.entry.place(anApproved());
  answer(0, err({ kind: 'timeout', url: '', detail: '1000 ms' }));
  assert.is(status(), 'unknown');
});

test('a cancellation waits for the id of the venue, and leaves when it is known', async () => {
  const { desk, urls, answer } = await aReadyDesk();
  desk.entry.place(anApproved());
  desk.entry.cancel(ID);
  desk.entry.cancel(ID);
  assert.is(urls().length, 1, 'there is no id to cancel by');
  answer(0, reply('V7'));
  assert.equal(urls().slice(1), ['/cancel?V7']);
});

test('where everything cannot be cancelled at once, each order is', async () => {
  const { desk, urls, answer, gate } = await aReadyDesk();
  desk.entry.place(anApproved());
  desk.entry.place(anApproved({ clientId: 'desk-1-mm-2' }));
  answer(0, reply('V7'));
  gate.close('emergency');
  desk.entry.cancelAll();
  assert.equal(urls().slice(2), ['/cancel?V7']);
  answer(1, reply('V8'));
  assert.equal(urls().slice(3), ['/cancel?V8'], 'as soon as it has a name');
});

test('a connection begins with its ticket, and subscribes with everything', async () => {
  const { desk, env, asked, opened, sent } = anHttpDesk();
  desk.connect();
  assert.equal(opened, []);
  await env.advance(100);
  assert.equal([asked[0]?.url, opened], ['https://venue/token', ['wss://user?ticket=T1']]);
  desk.onOpened();
  assert.equal(
    sent.map(({ method }) => method),
    ['userDataStream.subscribe.signature', 'more'],
  );
  assert.match(sent[1]?.id as string, /-T1$/);
});

test('without a ticket nothing is opened, and that is told as a loss', async () => {
  const { desk, env, world, opened, notOpened } = anHttpDesk();
  world.answer = () => err({ kind: 'timeout', url: '', detail: 'silence' });
  desk.connect();
  await env.advance(100);
  assert.equal([opened, notOpened], [[], ['no ticket: silence']]);
});

test('a ticket is renewed while the connection lasts, and a failure is told', async () => {
  const { desk, env, asked, world, connect, log } = anHttpDesk();
  desk.connect();
  await env.advance(100);
  connect();
  const renewals = () => asked.filter(({ url }) => url.endsWith('/renew')).length;
  const tick = async (ms: number) => {
    await env.advance(ms);
    desk.onTick();
    await env.advance(100);
  };
  await tick(RENEW_MS / 2);
  assert.is(renewals(), 0);
  await tick(RENEW_MS / 2);
  assert.is(renewals(), 1);
  await tick(1_000);
  assert.is(renewals(), 1);
  world.answer = () => err({ kind: 'timeout', url: '', detail: 'silence' });
  await tick(RENEW_MS);
  assert.ok(log.some(({ what }) => what === 'warn ticket-not-renewed'));
});

test.run();
