/** Money: what the desk books of its fills is what the venue's own ledger says, asset by asset. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountText, baseAmount, type Instrument } from '../../../src/core/instrument.ts';
import { type Amount, ticksOf } from '../../../src/core/units.ts';
import { type Balances, post, postingsOf } from '../../../src/execution/ledger.ts';
import type { Trigger } from '../../../src/execution/order.ts';
import type { ApprovedOrder } from '../../../src/risk/approved-order.ts';
import { COINBASE_MARKETS } from '../../../src/simulation/coinbase/markets.ts';
import type { MarketOptions } from '../../../src/simulation/exchange/market-rules.ts';
import { coinbaseOrders } from '../../../src/venues/coinbase/orders.ts';
import { replyIn } from '../../../src/venues/coinbase/rest.ts';
import { aCoinbaseDesk } from '../../support/coinbase/desk.ts';
import { BTC } from '../../support/coinbase/frames.ts';
import { aCoinbaseVenue, BOB } from '../../support/coinbase/venue.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { anOrder } from '../../support/trade/orders.ts';
import { must } from '../../support/venue/fixtures.ts';

const [BTC_USD] = COINBASE_MARKETS as [MarketOptions];
const MARKETS = [BTC_USD, { ...BTC_USD, symbol: 'BTC-USDC', quote: 'USDC' }];
const IN_USDC = anInstrument({
  ...{ index: 1, venue: 'coinbase', symbol: 'BTC-USDC', quote: 'USDC' },
  ...{ tick: '0.01', lot: '0.00000001' },
});
const INSTRUMENTS = [BTC, IN_USDC];
/** So little that most orders spend nearly all of it: fees have to come from somewhere. */
const OPENING = { USD: '600', USDC: '700', BTC: '0.012' };

/** A desk at a venue with both quote currencies, and the ledger that it keeps by its fills. */
function aTrader() {
  const venue = aCoinbaseVenue(undefined, { markets: MARKETS, opening: OPENING });
  const desk = aCoinbaseDesk(venue, INSTRUMENTS);
  const entry = coinbaseOrders(desk.access);
  const names: string[] = [];
  const booked = new Set<string>();
  let orders = 0;
  let ledger = must(desk.ask(desk.queries.balances(desk.now())));

  /** Books what has been traded since, as the desk does from the history. */
  const book = (): Balances => {
    for (const instrument of INSTRUMENTS) {
      const trades = must(desk.ask(desk.queries.trades(instrument, '-1', desk.now())));
      for (const { fill, side } of trades) {
        if (booked.has(fill.tradeId)) continue;
        booked.add(fill.tradeId);
        const { base, quote } = instrument;
        const postings = postingsOf({ side, base, quote }, baseAmount(instrument, fill.lots), fill);
        ledger = post(ledger, postings);
      }
    }
    return ledger;
  };
  const place = (instrument: Instrument, step: Step): void => {
    orders += 1;
    const { side, ticks, lots, isMarket, trigger } = step;
    const kind = isMarket ? ('market' as const) : ('limit' as const);
    const parts = { clientId: `desk-1-mm-${orders}`, isPostOnly: false, side, ticks, lots, kind };
    const waits = trigger === undefined ? {} : { trigger };
    const order = anOrder({ ...parts, ...waits }) as ApprovedOrder;
    const reply = replyIn(desk.send(entry.place(order, instrument, 'r', desk.now())));
    if (reply.kind === 'done') names.push(reply.venueOrderId);
  };
  const bob = ({ symbol }: Instrument, { side, ticks, lots }: Step): void => {
    orders += 1;
    venue.ask('POST', 'orders', {
      key: BOB,
      body: {
        client_order_id: `bob-${orders}`,
        product_id: symbol,
        side: side === 'buy' ? 'BUY' : 'SELL',
        order_configuration: {
          limit_limit_gtc: { base_size: decimal(lots, 8), limit_price: decimal(ticks, 2) },
        },
      },
    });
  };
  const cancelLast = (): void => {
    const venueOrderId = names.pop() ?? '';
    const request = desk.queries.cancel({ clientId: '', venueOrderId }, BTC, 'r', desk.now());
    if (request !== null) desk.send(request);
  };
  const venues = (): Balances => must(desk.ask(desk.queries.balances(desk.now())));
  return { venue, place, bob, cancelLast, book, venues, fills: () => booked.size };
}

interface Step {
  readonly what: 'place' | 'bob' | 'cancel';
  readonly inUsdc: boolean;
  readonly isMarket: boolean;
  readonly side: 'buy' | 'sell';
  readonly ticks: number;
  readonly lots: number;
  readonly trigger?: Trigger;
}

const aStep: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('place', 'place', 'bob', 'bob', 'cancel'),
  inUsdc: fc.boolean(),
  isMarket: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
  side: fc.constantFrom('buy', 'sell'),
  ticks: fc.integer({ min: 4_999_990, max: 5_000_010 }),
  lots: fc.integer({ min: 2_001, max: 300_000 }),
});

const decimal = (units: number, places: number): string => {
  const digits = String(units).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
};

const shown = (balances: Balances): Record<string, string> =>
  Object.fromEntries(
    [...balances]
      .filter(([, amount]) => amount !== 0n)
      .map(([asset, amount]) => [asset, amountText(amount)] as const)
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );

test('whatever is traded, in dollars and in USDC, the desk and the venue have the same', () => {
  let fills = 0;
  law(
    fc.property(fc.array(aStep, { minLength: 5, maxLength: 40 }), (steps) => {
      const trader = aTrader();
      for (const step of steps) {
        const instrument = step.inUsdc ? IN_USDC : BTC;
        if (step.what === 'place') trader.place(instrument, step);
        else if (step.what === 'bob') trader.bob(instrument, step);
        else trader.cancelLast();
        assert.equal(shown(trader.book()), shown(trader.venues()));
      }
      const account = trader.venue.exchange.clearing.account('alice');
      const own = [...account.balances].map(
        ([asset, { free, locked }]) => [asset, (free + locked) as Amount] as const,
      );
      assert.equal(shown(trader.book()), shown(new Map(own)));
      for (const [asset, { free, locked }] of account.balances) {
        assert.ok(free >= 0n && locked >= 0n, asset);
        if (account.open.size === 0) assert.is(locked, 0n, `${asset} is locked for nothing`);
      }
      fills += trader.fills();
    }),
    60,
  );
  assert.ok(fills > 60, `${fills} fills`);
});

const MID = 5_000_000;
const aMove = fc.record({
  what: fc.constantFrom('wait', 'wait', 'move', 'move', 'rest', 'cancel'),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  kind: fc.constantFrom('stop' as const, 'take-profit' as const, 'pair' as const),
  /** Where the price goes, an order wakes, or somebody rests. */
  ticks: fc.integer({ min: MID - 6, max: MID + 6 }),
  /** How much worse, or better, the limit is than that. */
  off: fc.integer({ min: -4, max: 8 }),
  lots: fc.integer({ min: 2_001, max: 40_000 }),
});

test('whatever waits, wakes, fills or is taken back, the desk and the venue have the same', () => {
  let [fills, woken, over] = [0, 0, 0];
  law(
    fc.property(fc.array(aMove, { minLength: 30, maxLength: 60 }), (moves) => {
      const trader = aTrader();
      const plain = { inUsdc: false, isMarket: false, lots: 2_001 } as const;
      /** Bob trades with himself, or with what is better. */
      const moveTo = (ticks: number): void => {
        for (const side of ['sell', 'buy'] as const) {
          trader.bob(BTC, { ...plain, what: 'bob', side, ticks });
        }
      };
      moveTo(MID);
      for (const { what, side, kind, ticks, off, lots } of moves) {
        const limit = side === 'buy' ? ticks + off : ticks - off;
        const trigger = { kind, ticks: ticksOf(ticks) };
        const asked = { ...plain, what: 'place', side, lots, trigger } as const;
        // A pair sells above the price and has its stop below.
        const pair = { ...asked, side: 'sell', ticks: ticks + 8 } as const;
        if (what === 'wait') trader.place(BTC, kind === 'pair' ? pair : { ...asked, ticks: limit });
        else if (what === 'move') moveTo(ticks);
        else if (what === 'rest') trader.bob(BTC, { ...plain, what: 'bob', side, ticks, lots });
        else trader.cancelLast();
        assert.equal(shown(trader.book()), shown(trader.venues()));
      }
      const account = trader.venue.exchange.clearing.account('alice');
      for (const [asset, { free, locked }] of account.balances) {
        assert.ok(free >= 0n && locked >= 0n, asset);
        if (account.open.size === 0) assert.is(locked, 0n, `${asset} is locked for nothing`);
      }
      const known = [...account.open.values(), ...account.ended.values()];
      for (const order of known) assert.ok(order.filledLots <= order.lots);
      woken += known.filter(({ wokenMs }) => wokenMs !== undefined).length;
      over += known.filter(({ bracket, filledLots }) => bracket && filledLots > 0).length;
      fills += trader.fills();
    }),
    15,
  );
  assert.ok(fills > 20 && woken > 10 && over > 2, `${fills} fills, ${woken} woken, ${over} pairs`);
});

test('a purchase in USDC costs USDC, its fee too, and no dollar', () => {
  const trader = aTrader();
  const at = { ticks: 5_000_000, lots: 1_000_000, isMarket: false, inUsdc: true } as const;
  trader.bob(IN_USDC, { ...at, what: 'bob', side: 'sell' });
  trader.place(IN_USDC, { ...at, what: 'place', side: 'buy' });
  // 0.01 at 50,000.00 is 500, and taking costs 5 bps.
  const wanted = { BTC: '0.02200000', USD: '600.00000000', USDC: '199.75000000' };
  assert.equal([shown(trader.book()), shown(trader.venues())], [wanted, wanted]);
});

test('a resting purchase locks its fee, so that a fill can always be paid', () => {
  const trader = aTrader();
  const buy = { ticks: 5_000_000, isMarket: false, inUsdc: false, side: 'buy' } as const;
  trader.place(BTC, { ...buy, what: 'place', lots: 1_200_000 });
  assert.is(trader.venue.exchange.clearing.account('alice').open.size, 0, '600 and no fee');
  trader.place(BTC, { ...buy, what: 'place', lots: 1_199_000 });
  const { balances } = trader.venue.exchange.clearing.account('alice');
  assert.is(amountText(balances.get('USD')?.locked as Amount), '599.79975003');
  trader.bob(BTC, { ...buy, what: 'bob', side: 'sell', lots: 1_199_000 });
  assert.is(amountText(balances.get('USD')?.locked as Amount), '0.00000000');
  assert.is(shown(trader.book())['USD'], '0.44005000', 'and making costs 1 bp');
});

test.run();
