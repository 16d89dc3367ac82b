/** What the venue tells of a book by order, against a client that keeps the rule of the queue. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Lots, lotsOf, type Ticks, ticksOf } from '../../../src/core/units.ts';
import type { Side } from '../../../src/execution/order.ts';
import { Book } from '../../../src/market/book.ts';
import type { MarketView, OrderView } from '../../../src/simulation/exchange/port.ts';
import { orderIdText } from '../../../src/simulation/kraken/names.ts';
import { Level3Channel } from '../../../src/simulation/kraken/sockets/level3-channel.ts';
import { Level3Decoder } from '../../../src/venues/kraken/level3/level3-decoder.ts';
import { Level3Sync } from '../../../src/venues/kraken/level3/level3-sync.ts';
import { scaleOf } from '../../../src/venues/kraken/market/checksum.ts';
import { frameOf } from '../../support/binance/frames.ts';
import { aPair } from '../../support/kraken/pairs.ts';
import { law } from '../../support/law.ts';

const pair = aPair();
const DEPTH = 3;

/** By price, best first; each level is its orders, first to trade first. */
type Sides = Readonly<Record<Side, ReadonlyMap<number, readonly OrderView[]>>>;

/** A market that is whatever the test says. */
function aMarket() {
  const state: { sides: Sides } = { sides: { buy: new Map(), sell: new Map() } };
  const levels = (side: Side, limit: number) =>
    [...state.sides[side]].slice(0, limit).map(([ticks, orders]) => ({
      ticks: ticks as Ticks,
      lots: orders.reduce((sum, { lots }) => sum + lots, 0) as Lots,
    }));
  const market = {
    rules: { instrument: pair },
    depth: levels,
    queue: (side: Side, ticks: number) => state.sides[side].get(ticks) ?? [],
  } as unknown as MarketView;
  return { market, state };
}

function aClient() {
  const book = new Book();
  const decoder = new Level3Decoder([pair]);
  const sync = new Level3Sync(book, scaleOf(pair), DEPTH);
  const take = (text: string): string => {
    const kind = decoder.decode(frameOf(text));
    return sync.onFrame(decoder, kind === 'snapshot');
  };
  return { book, sync, take };
}

/** Orders of any number at any price, in any order: also such as no engine makes. */
const someSides = fc
  .uniqueArray(fc.nat({ max: 11 }), { maxLength: 12 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((orderId) =>
        fc.record({
          orderId: fc.constant(orderId + 1),
          isBid: fc.boolean(),
          offset: fc.integer({ min: 1, max: 6 }),
          lots: fc.integer({ min: 1, max: 3 }),
        }),
      ),
    ),
  )
  .map((orders): Sides => {
    const side = (which: Side) => {
      const sign = which === 'buy' ? -1 : 1;
      const map = new Map<number, OrderView[]>();
      for (let offset = 1; offset <= 6; offset += 1) {
        const own = orders.filter((o) => o.isBid === (which === 'buy') && o.offset === offset);
        const queue = own.map(({ orderId, lots }) => ({ orderId, lots: lotsOf(lots) }));
        if (queue.length > 0) map.set(ticksOf(1_000 + sign * offset), queue);
      }
      return map;
    };
    return { buy: side('buy'), sell: side('sell') };
  });

test('from any book to any other the client has every order at its place', () => {
  law(
    fc.property(fc.array(someSides, { minLength: 1, maxLength: 8 }), (course) => {
      const { market, state } = aMarket();
      const channel = Level3Channel.of(market, DEPTH);
      assert.ok(channel !== null);
      const { book, sync, take } = aClient();
      assert.is(take(channel.snapshot(1_700_000_000_000, 0)), 'applied');
      for (const sides of course) {
        state.sides = sides;
        const text = channel.update(1_700_000_000_000, 0);
        if (text !== null) assert.is(take(text), 'applied', text);
        for (const side of ['buy', 'sell'] as const) {
          const ladder = side === 'buy' ? book.bids : book.asks;
          const truth = market.depth(side, DEPTH);
          assert.is(ladder.depth, truth.length);
          for (const { ticks } of truth) {
            (market.queue(side, ticks) ?? []).forEach(({ orderId }, place) => {
              assert.is(sync.queueOf(orderIdText(orderId))?.orders, place);
            });
          }
        }
      }
    }),
    150,
  );
});

test('a market that knows levels alone has no such channel', () => {
  const { market } = aMarket();
  assert.is(Level3Channel.of({ ...market, queue: () => null }, DEPTH), null);
});

test.run();
