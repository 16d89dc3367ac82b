/**
 * Laws of what Binance keeps: our bytes go to the venue's server, and what that tells comes in any
 * order, and more than once.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../../src/core/result.ts';
import { lotsOf, ticksOf } from '../../../../src/core/units.ts';
import { isEnded, type OrderRecord, type Trigger } from '../../../../src/execution/order.ts';
import type { OrderAnswer } from '../../../../src/execution/reconciliation.ts';
import type { Report, VenueOrder } from '../../../../src/execution/report.ts';
import type { ApprovedOrder } from '../../../../src/risk/approved-order.ts';
import { binanceOrders } from '../../../../src/venues/binance/orders.ts';
import { binanceQueries } from '../../../../src/venues/binance/queries.ts';
import { binanceSession } from '../../../../src/venues/binance/session.ts';
import { apiKeyOf } from '../../../../src/venues/binance/sign.ts';
import type { Query } from '../../../../src/venues/port.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { law } from '../../../support/law.ts';
import { aManager } from '../../../support/trade/managers.ts';
import { anOrder, type OrderParts } from '../../../support/trade/orders.ts';
import { ALICE, aSocket, aVenue } from '../../../support/venue/client.ts';
import { BTCUSDT, NEW_YEAR, ticks } from '../../../support/venue/fixtures.ts';
import { printsAt } from '../../../support/venue/prints.ts';

const LOTS = 1_000;
const ID = 'desk-1-mm-1';
const WINDOW_MS = 5_000;
const key = apiKeyOf(ALICE.apiKey, ALICE.secret);
const orders = binanceOrders(key, WINDOW_MS);
const session = binanceSession('ws://venue', key, WINDOW_MS, [BTCUSDT]);
const access = { url: 'http://venue', key, receiveWindowMs: WINDOW_MS, timeoutMs: 1_000 };
const queries = binanceQueries(access, [BTCUSDT]);

/** What the market or the desk does to an order that sells at 61,000, or from 59,000 down. */
type Step =
  | { readonly kind: 'take'; readonly lots: number }
  /** So many lots are bid where a stop would sell, and the price comes down to it. */
  | { readonly kind: 'fall'; readonly lots: number }
  | { readonly kind: 'cancel' };

const someLots = fc.integer({ min: 1, max: LOTS });
const aStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('take' as const), lots: someLots }),
  fc.record({ kind: fc.constant('fall' as const), lots: someLots }),
  fc.constant({ kind: 'cancel' as const }),
);

const trigger = (kind: 'stop' | 'pair'): Trigger => ({ kind, ticks: ticks('59000.00') });
const SORTS: Readonly<Record<string, OrderParts>> = {
  pair: { ticks: ticks('61000.00'), trigger: trigger('pair') },
  stop: { kind: 'market', ticks: 0, trigger: trigger('stop') },
  'stop with a limit': { ticks: ticks('58500.00'), trigger: trigger('stop') },
  'trailing stop': {
    kind: 'market',
    ticks: 0,
    trigger: { kind: 'trailing-stop', ticks: ticksOf(0), bips: 100 },
  },
  iceberg: { ticks: ticks('61000.00'), shownLots: lotsOf(LOTS / 5) },
};

/** Lives an order through at the venue. @returns all that was told, and what is asked then */
function lived(parts: OrderParts, steps: readonly Step[]) {
  const venue = aVenue();
  const { exchange, market } = venue;
  printsAt(venue, '60000.00');
  const socket = aSocket(venue, '/ws-api/v3');
  socket.call('userDataStream.subscribe.signature', {}, ALICE);
  const order = anOrder({ clientId: ID, side: 'sell', lots: LOTS, ...parts });
  socket.say(orders.place(order as ApprovedOrder, BTCUSDT, 'r1', NEW_YEAR));
  for (const step of steps) {
    if (step.kind === 'take') exchange.crowdTake(market, 'buy', lotsOf(step.lots), null);
    else if (step.kind === 'fall') {
      exchange.crowdRest(market, 'buy', ticks('58900.00'), lotsOf(step.lots));
      printsAt(venue, '58950.00');
    } else {
      const names = { clientId: ID, venueOrderId: '', isPair: order.trigger?.kind === 'pair' };
      socket.say(queries.cancel(names, BTCUSDT, 'r2', NEW_YEAR));
    }
  }
  const reports = socket.frames.flatMap((frame): readonly Report[] => {
    const decoded = session.decode(frameOf(JSON.stringify(frame)));
    assert.is.not(decoded.kind, 'malformed', JSON.stringify(frame));
    return decoded.kind === 'reports' ? decoded.reports : [];
  });
  const ask = (query: Query<OrderAnswer>): VenueOrder => {
    const { method, url, headers } = query.request;
    const { pathname, search } = new URL(url);
    const named = { 'x-mbx-apikey': headers['X-MBX-APIKEY'] as string };
    const reply = venue.raw(method, pathname, search.slice(1), named);
    assert.ok(reply !== null && reply !== undefined);
    const answer = query.decode(ok({ status: reply.status, headers: {}, body: reply.body }));
    assert.ok(answer.ok && answer.value.kind === 'found', reply.body);
    const further = query.followUp?.(answer.value) ?? null;
    return further === null ? answer.value.order : ask(further);
  };
  return { order, reports, found: ask(queries.order({ clientId: ID }, BTCUSDT, NEW_YEAR)) };
}

for (const [name, parts] of Object.entries(SORTS)) {
  test(`whatever comes when, of one ${name} nothing is counted twice and no end is made up`, () => {
    const steps = fc.array(aStep, { maxLength: 4 });
    const shuffle = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });
    law(
      fc.property(steps, shuffle, fc.boolean(), (all, keys, isTwice) => {
        const { order, reports, found } = lived(parts, all);
        const { manager, told, journal } = aManager();
        manager.submit(order);
        const heard = isTwice ? [...reports, ...reports] : reports;
        const sorted = heard
          .map((report, at) => ({ report, rank: keys[at % keys.length] as number }))
          .sort((left, right) => left.rank - right.rank);
        for (const { report } of sorted) manager.onReport(report);
        const record = manager.recordOf(ID) as OrderRecord;
        assert.is(record.filledLots, found.filledLots);
        const incidents = told.flatMap((each) => ('incident' in each ? (each.incident ?? []) : []));
        assert.equal(incidents, []);
        const kinds = journal.map(({ kind }) => kind);
        const end = kinds.findIndex(
          (kind) => kind === 'order-canceled' || kind === 'order-expired',
        );
        if (end >= 0) assert.not.ok(kinds.includes('order-filled', end), kinds.join());
        if (isEnded(record)) assert.is(record.status, found.state);
        else
          assert.ok(found.state === 'open' || manager.inquiries.has(ID), `${found.state}, unasked`);
        if (record.isWaiting && !isEnded(record)) assert.is.not(found.isWaiting, false);
      }),
      100,
    );
  });
}

test('of one pair never more is sold than was asked for, and both legs never trade', () => {
  law(
    fc.property(fc.array(aStep, { maxLength: 6 }), (steps) => {
      const { reports, found } = lived(SORTS['pair'] as OrderParts, steps);
      const traded = reports.filter(({ kind }) => kind === 'filled') as Extract<
        Report,
        { kind: 'filled' }
      >[];
      assert.ok(found.filledLots <= LOTS);
      assert.ok(new Set(traded.map(({ venueOrderId }) => venueOrderId)).size <= 1);
    }),
    100,
  );
});

test.run();
