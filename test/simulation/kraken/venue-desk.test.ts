/** Our own venue desk over the wire of a Kraken: orders, reports, and what goes wrong. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { anAmount } from '../../support/kraken/amounts.ts';
import { aKrakenDesk } from '../../support/kraken/desk.ts';

async function aReadyDesk(over: Parameters<typeof aKrakenDesk>[0] = {}) {
  const desk = aKrakenDesk(over);
  await desk.env.advance(1_000);
  assert.ok(
    desk.news.some((line) => line.startsWith('venue-reconciled')),
    desk.log.join('\n'),
  );
  return desk;
}

test('a desk fetches a token, subscribes, reconciles and opens the gate', async () => {
  const { gate, news } = await aReadyDesk();
  assert.equal(news, ['venue-connected', 'venue-reconciled 1']);
  const question = { venue: 0, instrument: 0, epoch: 1, isReduceOnly: false, isFlattening: false };
  assert.is(gate.check(question), null);
});

test('a limit order rests under its long client id, and is canceled', async () => {
  const { env, desk, venue, place, eventsOf } = await aReadyDesk();
  const clientId = place();
  assert.ok(clientId.length > 18);
  await env.advance(50);
  assert.equal(eventsOf(clientId), ['order-submitted', 'order-accepted']);
  const [resting] = venue.exchange.account('alice')?.open.values() ?? [];
  assert.equal([resting?.ticks, resting?.lots], [500_000, 1_000_000]);
  desk.entry.cancel(clientId);
  await env.advance(50);
  assert.equal(eventsOf(clientId).slice(2), ['cancel-submitted', 'order-canceled']);
});

test('a fill is booked once with its price, fee and side, whoever tells it first', async () => {
  const { env, desk, journal, place, crowd, market } = await aReadyDesk();
  crowd('sell', 500_000, 400_000);
  const clientId = place();
  await env.advance(50);
  const fills = () =>
    journal.flatMap((event) =>
      event.kind === 'order-filled' && event.clientId === clientId ? [event.fill] : [],
    );
  const [fill] = fills();
  assert.equal([fill?.ticks, fill?.lots, fill?.isMaker], [500_000, 400_000, false]);
  assert.equal([fill?.quote, fill?.feeAsset], [anAmount('200'), 'USD']);
  assert.is(fill?.fee, anAmount('0.8'));
  assert.is(market.tape.last?.lots, 400_000);
  desk.run('verify');
  await env.advance(500);
  assert.is(fills().length, 1);
});

test('what a post-only order and a poor one are refused for is journaled', async () => {
  const { env, journal, place, crowd } = await aReadyDesk();
  crowd('sell', 500_000, 400_000);
  const taker = place({ isPostOnly: true });
  const poor = place({ lots: 300_000_000 });
  await env.advance(50);
  const reasons = journal.flatMap((event) =>
    event.kind === 'order-rejected' ? [[event.clientId, event.reason]] : [],
  );
  assert.equal(reasons, [
    [taker, 'EOrder:Post only order'],
    [poor, 'EOrder:Insufficient funds'],
  ]);
});

test('an answer that is lost is asked after, and the order found by its client id', async () => {
  const { env, venue, place, eventsOf } = await aReadyDesk();
  venue.facade.faults.planRequests('add_order', { kind: 'lost', isExecuted: true }, 1);
  venue.facade.privates.lose(2);
  const clientId = place();
  await env.advance(10_000);
  assert.equal(eventsOf(clientId).slice(0, 2), ['order-submitted', 'order-outcome-unknown']);
  assert.ok(eventsOf(clientId).includes('order-accepted'), eventsOf(clientId).join());
});

test('an order that never reached the venue is proved never to have lived', async () => {
  const { env, venue, place, eventsOf } = await aReadyDesk();
  venue.facade.faults.planRequests('add_order', { kind: 'lost', isExecuted: false }, 1);
  const clientId = place();
  await env.advance(60_000);
  assert.is(eventsOf(clientId).at(-1), 'order-unacked');
});

test('a number missing among the reports ends the connection, and fills are found', async () => {
  const { env, venue, journal, place, crowd, news } = await aReadyDesk();
  const clientId = place();
  await env.advance(50);
  // The fill and its end are lost; the number of the next report gives it away.
  venue.facade.privates.lose(2);
  crowd('buy', 499_999, 1);
  venue.exchange.crowdTake(
    venue.exchange.markets.get('BTC/USD') as never,
    'sell',
    1_000_000 as never,
    null,
  );
  place({ ticks: 400_000 });
  await env.advance(5_000);
  assert.ok(news.some((line) => line.startsWith('venue-lost')));
  const filled = journal.filter((event) => event.kind === 'order-filled');
  assert.equal(
    filled.map((event) => 'clientId' in event && event.clientId),
    [clientId],
  );
});

test('a cut connection is made anew with a new token, and reconciled', async () => {
  const { env, venue, news, gate } = await aReadyDesk();
  venue.facade.dropAll();
  await env.advance(50);
  const question = { venue: 0, instrument: 0, epoch: 1, isReduceOnly: false, isFlattening: false };
  assert.is.not(gate.check(question), null);
  await env.advance(5_000);
  assert.is(news.at(-1), 'venue-reconciled 2');
  assert.is(gate.check(question), null);
});

test('a half-open socket is given up within 12 s', async () => {
  const { env, venue, news } = await aReadyDesk();
  venue.facade.goDumb();
  await env.advance(12_000);
  assert.ok(news.some((line) => line.startsWith('venue-lost')));
  await env.advance(5_000);
  assert.is(news.at(-1), 'venue-reconciled 2');
});

test('a token that is not taken any more is replaced by connecting again', async () => {
  const { env, venue, place, eventsOf, news } = await aReadyDesk();
  venue.facade.keys.revokeTokens();
  const clientId = place();
  await env.advance(10_000);
  assert.is(eventsOf(clientId).at(-1), 'order-rejected');
  assert.is(news.at(-1), 'venue-reconciled 2');
  const later = place();
  await env.advance(100);
  assert.ok(eventsOf(later).includes('order-accepted'));
});

test('a nonce that is refused is left behind without anybody’s help', async () => {
  const { env, venue, news } = await aReadyDesk();
  // Another program has used the key with nonces of the day after tomorrow.
  venue.facade.keys.burnNonces('alices', BigInt(env.nowMs + 172_800_000) * 1_000n);
  venue.facade.dropAll();
  await env.advance(120_000);
  assert.is(news.at(-1), 'venue-reconciled 2');
});

test('a rate refusal pauses new orders for a while, and cancels still pass', async () => {
  const { env, desk, place, gate, eventsOf } = await aReadyDesk({ tier: 'starter' });
  const ids = Array.from({ length: 61 }, () => place());
  await env.advance(100);
  const question = { venue: 0, instrument: 0, epoch: 1, isReduceOnly: false, isFlattening: false };
  assert.is(gate.check(question), 'venue-paused');
  assert.is(eventsOf(ids[60] as string).at(-1), 'order-rejected');
  desk.entry.cancel(ids[0] as string);
  await env.advance(100);
  assert.is(eventsOf(ids[0] as string).at(-1), 'order-canceled');
  await env.advance(6_000);
  assert.is(gate.check(question), null);
});

test('while the venue is in maintenance nothing is known, and it is asked again', async () => {
  const { env, venue, news, place, eventsOf } = await aReadyDesk();
  venue.facade.state.setSystem('maintenance');
  const clientId = place();
  venue.facade.dropAll();
  await env.advance(20_000);
  assert.not.ok(news.at(-1)?.startsWith('venue-reconciled'));
  venue.facade.state.setSystem('online');
  await env.advance(90_000);
  assert.ok(news.at(-1)?.startsWith('venue-reconciled'), news.join());
  assert.ok(eventsOf(clientId).length > 1);
});

test('a pair that only lets cancel refuses orders for good, not for ever', async () => {
  const { env, venue, place, eventsOf } = await aReadyDesk();
  venue.facade.state.setPair('BTC/USD', 'cancel_only');
  const refused = place();
  await env.advance(100);
  assert.is(eventsOf(refused).at(-1), 'order-rejected');
  venue.facade.state.setPair('BTC/USD', 'online');
  const taken = place();
  await env.advance(100);
  assert.is(eventsOf(taken).at(-1), 'order-accepted');
});

test('a deposit is told by the socket and booked once', async () => {
  const { env, venue, journal } = await aReadyDesk();
  venue.exchange.transfer('alice', 'USD', anAmount('5'));
  await env.advance(100);
  const transfers = journal.filter((event) => event.kind === 'transferred');
  assert.is(transfers.length, 1);
});

test('orders of a restart are taken back, and those of others are left alone', async () => {
  const first = await aReadyDesk();
  const external = first.venue.exchange.place('alice', {
    symbol: 'BTC/USD',
    clientId: 'somebody',
    side: 'buy',
    type: 'limit',
    timeInForce: 'gtc',
    ticks: 400_000,
    lots: 1_000_000,
    quote: 0n,
    selfTradePrevention: 'none',
  } as never);
  assert.ok(external.ok);
  const own = first.place();
  await first.env.advance(100);
  first.venue.facade.dropAll();
  await first.env.advance(10_000);
  const open = [...(first.venue.exchange.account('alice')?.open.values() ?? [])];
  assert.equal(
    open.map(({ clientId }) => clientId),
    ['somebody'],
  );
  assert.is(first.eventsOf(own).at(-1), 'order-canceled');
});

test.run();
