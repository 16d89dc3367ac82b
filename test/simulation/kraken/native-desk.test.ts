/** Orders that the venue keeps, from the desk's order entry over the wire of a Kraken and back. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import type { Trigger } from '../../../src/execution/order.ts';
import { openAuditKeys } from '../../../src/storage/audit/drain/audit-keys.ts';
import { verifyFolder } from '../../../src/storage/audit/log-source.ts';
import { cancelAllAfter } from '../../../src/venues/kraken/rest.ts';
import { A_LIFE, aDeskFolder } from '../../support/audit/desk-folder.ts';
import { aKrakenDesk } from '../../support/kraken/desk.ts';
import type { OrderParts } from '../../support/trade/orders.ts';

/** 50,000.0 */
const PRICE = 500_000;
const DEEP = 1_000_000_000;

const stopAt = (ticks: number): Trigger => ({ kind: 'stop', ticks: ticksOf(ticks) });

async function aReadyDesk() {
  const desk = aKrakenDesk();
  await desk.env.advance(1_000);
  const { env, venue, market, crowd } = desk;
  const { exchange } = venue;
  const take = (side: 'buy' | 'sell', lots: number): void =>
    void exchange.crowdTake(market, side, lotsOf(lots), null);
  let around: readonly number[] = [];
  /** Somebody trades with somebody at this price, with much bid and asked around it. */
  const trade = (ticks: number): void => {
    for (const id of around) exchange.crowdCancel(market, id);
    around = [
      exchange.crowdRest(market, 'buy', ticksOf(ticks - 1), lotsOf(DEEP)),
      exchange.crowdRest(market, 'sell', ticksOf(ticks + 1), lotsOf(DEEP)),
    ];
    crowd('sell', ticks, 1);
    take('buy', 1);
  };
  trade(PRICE);
  await env.advance(10);
  return {
    ...{ ...desk, take, trade },
    /** Sells 0.01 BTC at market once the price has come to what wakes it. */
    keep: (parts: OrderParts): string =>
      desk.place({ side: 'sell', kind: 'market', ticks: 0, ...parts }),
    /** The orders that the venue has open. */
    kept: () => [...(venue.exchange.account('alice')?.open.values() ?? [])],
  };
}

test('a stop waits at the venue, wakes, sells and is booked', async () => {
  const { env, journal, keep, kept, trade, record, eventsOf } = await aReadyDesk();
  const stop = keep({ trigger: stopAt(490_000) });
  await env.advance(50);
  assert.equal(eventsOf(stop), ['order-submitted', 'order-accepted']);
  assert.is(record(stop)?.isWaiting, true);
  const [order] = kept();
  assert.equal([order?.isWaiting, order?.trigger?.ticks, order?.type], [true, 490_000, 'market']);
  trade(490_001);
  await env.advance(50);
  assert.is(record(stop)?.status, 'open');
  trade(490_000);
  await env.advance(50);
  assert.equal(eventsOf(stop).slice(2), ['order-triggered', 'order-filled']);
  assert.equal([record(stop)?.status, record(stop)?.isWaiting], ['filled', false]);
  const [fill] = journal.flatMap((event) => (event.kind === 'order-filled' ? [event.fill] : []));
  assert.equal([fill?.lots, fill?.isMaker, fill?.feeAsset], [1_000_000, false, 'USD']);
});

test('a stop with a limit rests at it once it has woken, and can be canceled', async () => {
  const { env, desk, keep, kept, trade, record, eventsOf } = await aReadyDesk();
  const stop = keep({ kind: 'limit', ticks: 495_000, trigger: stopAt(490_000) });
  await env.advance(50);
  trade(490_000);
  await env.advance(50);
  assert.equal(eventsOf(stop).slice(2), ['order-triggered']);
  assert.equal([record(stop)?.status, record(stop)?.isWaiting], ['open', false]);
  assert.is(kept()[0]?.isWaiting ?? false, false);
  desk.entry.cancel(stop);
  await env.advance(50);
  assert.is(eventsOf(stop).at(-1), 'order-canceled');
});

test('a stop that the price has passed already is taken, wakes and sells at once', async () => {
  const { env, keep, record, eventsOf } = await aReadyDesk();
  const stop = keep({ trigger: stopAt(PRICE) });
  await env.advance(50);
  assert.equal(
    eventsOf(stop).filter((kind) => kind !== 'order-accepted'),
    ['order-submitted', 'order-triggered', 'order-filled'],
  );
  assert.is(record(stop)?.status, 'filled');
});

test('a trailing stop follows the best price and sells at its distance from it', async () => {
  const { env, keep, trade, record } = await aReadyDesk();
  const trailing = keep({ trigger: { kind: 'trailing-stop', ticks: ticksOf(0), bips: 500 } });
  await env.advance(50);
  for (const ticks of [520_000, 500_001, 560_000, 532_001]) trade(ticks);
  await env.advance(50);
  assert.is(record(trailing)?.isWaiting, true);
  trade(532_000);
  await env.advance(50);
  assert.equal([record(trailing)?.status, record(trailing)?.isWaiting], ['filled', false]);
});

test('a target at a limit buys when the price has fallen to it', async () => {
  const { env, keep, trade, record } = await aReadyDesk();
  const trigger = { kind: 'take-profit', ticks: ticksOf(480_000) } as const;
  const target = keep({ side: 'buy', kind: 'limit', ticks: 481_000, trigger });
  await env.advance(50);
  trade(480_000);
  await env.advance(50);
  assert.is(record(target)?.status, 'filled');
});

test('an iceberg shows its tip alone, and all of its fills are booked as one order', async () => {
  const { env, market, journal, keep, take, record } = await aReadyDesk();
  const parts = { kind: 'limit', ticks: PRICE, side: 'buy', lots: 25_000_000 } as const;
  const iceberg = keep({ ...parts, shownLots: lotsOf(10_000_000) });
  await env.advance(50);
  const shown = () => market.depth('buy', 1)[0]?.lots;
  assert.equal([market.depth('buy', 1)[0]?.ticks, shown()], [PRICE, 10_000_000]);
  take('sell', 4_000_000);
  assert.is(shown(), 6_000_000);
  take('sell', 6_000_000);
  assert.is(shown(), 10_000_000);
  take('sell', 15_000_000);
  await env.advance(50);
  assert.equal([record(iceberg)?.status, record(iceberg)?.filledLots], ['filled', 25_000_000]);
  const fills = journal.filter((event) => event.kind === 'order-filled');
  assert.ok(fills.length >= 4);
});

test('a stop whose answer is lost is found by its client id, and still waits', async () => {
  const { env, venue, keep, kept, record, eventsOf } = await aReadyDesk();
  venue.facade.faults.planRequests('add_order', { kind: 'lost', isExecuted: true }, 1);
  venue.facade.privates.lose(2);
  const stop = keep({ trigger: stopAt(490_000) });
  await env.advance(10_000);
  assert.equal(eventsOf(stop).slice(0, 2), ['order-submitted', 'order-outcome-unknown']);
  assert.ok(eventsOf(stop).includes('order-accepted'), eventsOf(stop).join());
  assert.equal([kept().length, record(stop)?.isWaiting], [1, true]);
});

test('a stop that wakes while the socket is down is booked when it is back', async () => {
  const { env, venue, news, keep, trade, record, journal } = await aReadyDesk();
  const stop = keep({ trigger: stopAt(490_000) });
  await env.advance(50);
  venue.facade.dropAll();
  trade(490_000);
  await env.advance(5_000);
  assert.ok(news.at(-1)?.startsWith('venue-reconciled'), news.join());
  assert.equal([record(stop)?.status, record(stop)?.isWaiting], ['filled', false]);
  assert.is(journal.filter((event) => event.kind === 'order-filled').length, 1);
});

test('a waking that is missing among the reports is given away by the next number', async () => {
  const { env, venue, news, keep, trade, record } = await aReadyDesk();
  const stop = keep({ trigger: stopAt(490_000) });
  await env.advance(50);
  venue.facade.privates.lose(1);
  trade(490_000);
  await env.advance(5_000);
  assert.ok(
    news.some((line) => line.startsWith('venue-lost')),
    news.join(),
  );
  assert.equal([record(stop)?.status, record(stop)?.isWaiting], ['filled', false]);
});

test('what cancels everything reaches orders that wait, the dead-man switch too', async () => {
  const { env, desk, net, access, keep, kept, record } = await aReadyDesk();
  const first = keep({ trigger: stopAt(490_000) });
  await env.advance(50);
  desk.entry.cancelAll();
  await env.advance(50);
  assert.equal([kept().length, record(first)?.status], [0, 'canceled']);
  const second = keep({ trigger: stopAt(490_000) });
  await env.advance(50);
  net.http(cancelAllAfter(access, 60, env.nowMs).request, () => {});
  await env.advance(61_000);
  assert.equal([kept().length, record(second)?.status], [0, 'canceled']);
});

test('what became of kept orders is in the audit log, which verifies', async () => {
  const { env, journal, keep, trade, eventsOf } = await aReadyDesk();
  const stop = keep({ trigger: stopAt(490_000) });
  keep({ kind: 'limit', ticks: 510_000, lots: 15_000_000, shownLots: lotsOf(1_000_000) });
  await env.advance(50);
  trade(490_000);
  await env.advance(50);
  assert.ok(eventsOf(stop).includes('order-triggered'));
  const [booted, defined] = A_LIFE;
  const end = { kind: 'stopped', reason: 'the end' } as const;
  const folder = await aDeskFolder([booted as never, defined as never, ...journal, end]);
  const files = nodeFiles;
  const entropy = (bytes: number) => new Uint8Array(bytes).fill(7);
  const keys = openAuditKeys({ files, entropy, clock: env.clock }, join(folder, 'keys'), 'f/x');
  assert.ok(keys.ok);
  const verified = verifyFolder(files, join(folder, 'audit'), {
    ...{ key: keys.value.current.signer.key, heads: [], witnesses: [] },
    ...{ fresh: null, silenceNsMax: null },
  });
  assert.ok(verified.ok, verified.ok ? '' : JSON.stringify(verified.error));
});

test.run();
