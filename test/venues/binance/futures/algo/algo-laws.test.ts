/** A law of orders that wait: what is placed is what the venue's server says of it when asked. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../../../../src/core/result.ts';
import { type Ticks, ticksOf } from '../../../../../src/core/units.ts';
import { keptBy } from '../../../../../src/execution/native/native-orders.ts';
import type { OrderKind, Side, Trigger } from '../../../../../src/execution/order.ts';
import type { ApprovedOrder } from '../../../../../src/risk/approved-order.ts';
import { FUTURES_NATIVES } from '../../../../../src/venues/binance/futures/algo/algo-orders.ts';
import { futuresOrders } from '../../../../../src/venues/binance/futures/orders.ts';
import { futuresQueries } from '../../../../../src/venues/binance/futures/queries.ts';
import { futuresSession } from '../../../../../src/venues/binance/futures/session.ts';
import { apiKeyOf } from '../../../../../src/venues/binance/sign.ts';
import type { Query } from '../../../../../src/venues/port.ts';
import { aFuturesVenue } from '../../../../support/futures/venues.ts';
import { anInstrument } from '../../../../support/trade/instruments.ts';
import { anOrder } from '../../../../support/trade/orders.ts';
import { ALICE } from '../../../../support/venue/client.ts';

const MARK = 600_000;
const instrument = anInstrument({ venue: 'usdm', tick: '0.10', lot: '0.001' });
const key = apiKeyOf(ALICE.apiKey, ALICE.secret);
const access = { url: 'http://usdm', key, receiveWindowMs: 5_000, timeoutMs: 1 };

/** The server of the venue with its mark at 60,000, and the two ways to it. */
function aServer() {
  const { venue, time, raw } = aFuturesVenue();
  const market = venue.exchange.market('BTCUSDT');
  if (market === null) throw new Error('the venue has BTCUSDT');
  market.price.pinned = MARK as Ticks;
  venue.due.measure();
  const answers: string[] = [];
  const peer = { address: '', send: (text: string) => void answers.push(text) };
  const socket = venue.facade.connect(peer as never, '/ws-fapi/v1', '');
  if (socket === null) throw new Error('the venue lets clients in');
  const session = futuresSession('', access, [instrument]);
  const server = {
    nowMs: time.clock.now(),
    /** Lets its client ask as much as it likes. */
    forgive: () => venue.facade.forgive(),
    say(text: string) {
      socket.message(text);
      return session.decode(Buffer.from(answers.at(-1) ?? ''));
    },
    ask<T>(query: Query<T>): T {
      const { pathname, search } = new URL(query.request.url);
      const { method, headers } = query.request;
      const own = { 'x-mbx-apikey': headers['X-MBX-APIKEY'] ?? '' };
      const reply = raw(method, pathname, search.slice(1), own);
      assert.ok(reply);
      const answer = query.decode(ok(reply as never));
      if (!answer.ok) throw new Error(JSON.stringify(answer.error));
      const further = query.followUp?.(answer.value) ?? null;
      return further === null ? answer.value : server.ask(further);
    },
  };
  return server;
}

interface Wish {
  readonly side: Side;
  readonly kind: OrderKind;
  readonly trigger: Trigger;
}

/** A trigger that the mark has not come to, and what it may become here. */
const wishes: fc.Arbitrary<Wish> = fc
  .record({
    side: fc.constantFrom<Side>('buy', 'sell'),
    kind: fc.constantFrom<OrderKind>('limit', 'market'),
    what: fc.constantFrom<'stop' | 'take-profit' | 'trailing-stop'>(
      ...(['stop', 'take-profit', 'trailing-stop'] as const),
    ),
    away: fc.integer({ min: 1, max: 100_000 }),
    bips: fc.integer({ min: 10, max: 1_000 }),
    begins: fc.boolean(),
  })
  .map(({ side, kind, what, away, bips, begins }) => {
    const isAbove = (side === 'buy') === (what === 'stop');
    const ticks = ticksOf(MARK + (isAbove ? away : -away));
    if (what !== 'trailing-stop') return { side, kind, trigger: { kind: what, ticks } };
    const trigger = { kind: what, ticks: begins ? ticks : ticksOf(0), bips };
    return { side, kind: 'market' as const, trigger };
  });

test('what is placed is what the venue says of it, whatever it waits for', () => {
  const { nowMs, forgive, say, ask } = aServer();
  const orders = futuresOrders(key, access.receiveWindowMs);
  const queries = futuresQueries(access, [instrument]);
  let placed = 0;
  fc.assert(
    fc.property(
      wishes,
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 400_000, max: 900_000 }),
      fc.constantFrom('gtc', 'ioc', 'fok'),
      (wish, lots, limit, timeInForce) => {
        placed += 1;
        forgive();
        const clientId = `desk-1-mm-${placed}`;
        const ticks = wish.kind === 'market' ? 0 : limit;
        const order = anOrder({ ...wish, clientId, lots, ticks, timeInForce }) as ApprovedOrder;
        assert.is(keptBy(FUTURES_NATIVES, order), null);
        const reply = say(orders.place(order, instrument, 'r1', nowMs));
        assert.ok(reply.kind === 'reply' && reply.outcome.kind === 'done', JSON.stringify(reply));
        const { venueOrderId } = reply.outcome;
        const asked = ask(queries.order({ clientId }, instrument, nowMs));
        const { side, kind, trigger } = wish;
        assert.equal(asked, {
          kind: 'found',
          order: {
            ...{ clientId, venueOrderId, symbol: 'BTCUSDT', side, kind, ticks, lots, trigger },
            ...{ filledLots: 0, isWaiting: true, state: 'open' },
          },
        });
        const open = ask(queries.openOrders(nowMs));
        assert.equal(open, [asked.kind === 'found' ? asked.order : null]);
        const names = { clientId, venueOrderId, isWaiting: true };
        const gone = say(queries.cancel(names, instrument, 'r2', nowMs) as string);
        assert.ok(gone.kind === 'reply' && gone.outcome.kind === 'done');
        assert.equal(ask(queries.openOrders(nowMs)), []);
      },
    ),
    { seed: 55, numRuns: 60 },
  );
});

test('a list names what waits in each market of ours, and then what rests', () => {
  const { nowMs, say, ask } = aServer();
  const ether = anInstrument({ venue: 'usdm', symbol: 'ETHUSDT', base: 'ETH', lot: '0.001' });
  const orders = futuresOrders(key, access.receiveWindowMs);
  const place = (market: typeof instrument, parts: Parameters<typeof anOrder>[0]): void => {
    const order = anOrder({ lots: 1_000, ...parts }) as ApprovedOrder;
    const reply = say(orders.place(order, market, 'r1', nowMs));
    assert.ok(reply.kind === 'reply' && reply.outcome.kind === 'done', JSON.stringify(reply));
  };
  const sale = { side: 'sell', kind: 'market', ticks: 0 } as const;
  place(instrument, { clientId: 'rests', ticks: 500_000 });
  place(instrument, { ...sale, clientId: 'a', trigger: { kind: 'stop', ticks: ticksOf(1_000) } });
  place(ether, { ...sale, clientId: 'b', trigger: { kind: 'stop', ticks: ticksOf(1_000) } });
  const namesIn = (markets: readonly (typeof instrument)[]) =>
    ask(futuresQueries(access, markets).openOrders(nowMs)).map(({ clientId }) => clientId);
  assert.equal(namesIn([instrument, ether]), ['a', 'b', 'rests']);
  assert.equal(namesIn([instrument]), ['a', 'rests']);
  const strangers = Array.from({ length: 40 }, (_, at) =>
    anInstrument({ venue: 'usdm', symbol: `X${at}USDT` }),
  );
  assert.equal(namesIn([...strangers, instrument]), ['a', 'rests'], 'of all markets at once');
});

test.run();
