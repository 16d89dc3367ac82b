import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { baseAmount, quoteAmount } from '../../src/core/instrument.ts';
import { type Amount, amountOf, lotsOf, ticksOf } from '../../src/core/units.ts';
import { type Balances, feeInQuote, type LedgerEvent } from '../../src/execution/ledger.ts';
import type { Fill, Side } from '../../src/execution/order.ts';
import { Portfolio, type PortfolioState, type Touch } from '../../src/execution/portfolio.ts';
import { applyFill, FLAT } from '../../src/execution/positions.ts';
import { law } from '../support/law.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { aFill } from '../support/trade/orders.ts';

const ONE = 100_000_000n;
const btc = anInstrument({ tick: '0.5', lot: '0.001' });
const eth = anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH', tick: '1', lot: '1' });

const aPortfolio = ({
  margined,
  ...state
}: Partial<PortfolioState> & { readonly margined?: readonly string[] } = {}): Portfolio =>
  new Portfolio(
    [btc, eth],
    { positions: new Map(), balances: new Map(), ...state },
    ...(margined === undefined ? [] : [new Set(margined)]),
  );

/** A fill at the exact price of its ticks. */
const fillAt = (lots: number, ticks: number, fee = 0n, feeAsset = 'USDT', of = btc): Fill =>
  aFill({ lots, ticks, quote: quoteAmount(of, ticksOf(ticks), lotsOf(lots)), fee, feeAsset });

const touchAt = (bid: number, ask: number) => (): Touch => ({
  bid: ticksOf(bid),
  ask: ticksOf(ask),
});

const balanceOf = (portfolio: Portfolio): Record<string, bigint> =>
  Object.fromEntries(portfolio.balances('binance'));

const transferred = (asset: string, amount: bigint): LedgerEvent => ({
  kind: 'transferred',
  venue: 'binance',
  transferId: `${asset}-1`,
  asset,
  amount: amountOf(amount),
  reason: 'deposit',
});

test('a fill moves base, quote and fee, and the position', () => {
  const portfolio = aPortfolio();
  portfolio.onFill(0, 'buy', fillAt(2000, 20_000, ONE));
  assert.equal(balanceOf(portfolio), { BTC: 2n * ONE, USDT: -20_001n * ONE });
  assert.equal(portfolio.position(0), {
    lots: 2000,
    cost: 20_000n * ONE,
    realised: 0n,
    fees: ONE,
  });
  assert.equal([portfolio.position(1), portfolio.position(7)], [FLAT, FLAT]);
});

/** A fill on margin: the wallet gets what was realised, and nothing else. */
const marginFill = (lots: number, ticks: number, realised: bigint): Fill => ({
  ...fillAt(lots, ticks),
  realised: amountOf(realised),
});

test('a position on margin is worth what it has won, whatever its size', () => {
  const worth = (portfolio: Portfolio, mid: bigint): bigint => {
    const funds = portfolio.funds.get('binance');
    return (funds?.get('USDT') ?? 0n) + (funds?.get('BTC') ?? 0n) * mid;
  };
  const portfolio = aPortfolio({ margined: ['binance'] });
  portfolio.onLedgerEvent(transferred('USDT', 10_000n * ONE));
  // Two coins at 10,000, a leverage of two.
  portfolio.onFill(0, 'buy', marginFill(2_000, 20_000, 0n));
  assert.is(worth(portfolio, 10_000n), 10_000n * ONE, 'a position alone is no wealth');
  assert.is(worth(portfolio, 9_000n), 8_000n * ONE);
  portfolio.onFill(0, 'sell', marginFill(3_000, 22_000, 2_000n * ONE));
  assert.is(worth(portfolio, 11_000n), 12_000n * ONE);
  assert.is(worth(portfolio, 12_000n), 11_000n * ONE, 'a short loses as the price rises');
  assert.is(portfolio.balances('binance').get('BTC'), -ONE, 'the ledger books the position');
});

test('a position on margin that nobody here has bought counts for nothing', () => {
  const portfolio = aPortfolio({ margined: ['binance'] });
  portfolio.onLedgerEvent(transferred('USDT', 100n * ONE));
  portfolio.onLedgerEvent(transferred('BTC', 5n * ONE));
  assert.equal(portfolio.funds.get('binance')?.get('BTC'), 0n);
  const alone = aPortfolio({ margined: ['binance'] });
  alone.onLedgerEvent(transferred('BTC', 5n * ONE));
  assert.equal(alone.funds.get('binance')?.get('USDT'), 0n, 'no wallet is none');
  assert.is(aPortfolio({ margined: ['binance'] }).funds.size, 0);
  const unfunded = aPortfolio({ margined: ['binance'] });
  unfunded.onFill(0, 'buy', marginFill(1_000, 20_000, 0n));
  assert.is(unfunded.funds.get('binance')?.get('USDT'), -10_000n * ONE);
});

test('a portfolio takes over what the journal knows', () => {
  const position = { ...FLAT, lots: lotsOf(-3), cost: amountOf(300n) };
  const balances: Balances = new Map([['USDT', amountOf(5n)]]);
  const portfolio = aPortfolio({
    positions: new Map([[1, position]]),
    balances: new Map([['binance', balances]]),
  });
  assert.equal([portfolio.position(0), portfolio.position(1)], [FLAT, position]);
  assert.equal(balanceOf(portfolio), { USDT: 5n });
});

test('a venue is pristine until something is booked on it', () => {
  const portfolio = aPortfolio();
  assert.ok(portfolio.isPristine('binance'));
  assert.is(portfolio.onLedgerEvent(transferred('USDT', 10n * ONE)), null);
  assert.not.ok(portfolio.isPristine('binance'));
  assert.ok(portfolio.isPristine('kraken'));
  assert.is(portfolio.balances('kraken').size, 0);
});

test('a transfer moves its asset and no position', () => {
  const portfolio = aPortfolio();
  portfolio.onLedgerEvent(transferred('BTC', 3n));
  portfolio.onLedgerEvent(transferred('BTC', -1n));
  assert.equal([balanceOf(portfolio), portfolio.position(0)], [{ BTC: 2n }, FLAT]);
});

test('a fill of others moves the position of a market that is followed', () => {
  const portfolio = aPortfolio();
  const fill = fillAt(4, 100, 0n, 'USDT', eth);
  const external = { kind: 'external-filled', venue: 'binance', side: 'sell', fill } as const;
  assert.is(portfolio.onLedgerEvent({ ...external, symbol: 'ETHUSDT' }), 1);
  assert.is(portfolio.position(1).lots, -4);
  assert.is(portfolio.onLedgerEvent({ ...external, symbol: 'SOLUSDT' }), null);
  assert.is(portfolio.onLedgerEvent({ ...external, symbol: 'ETHUSDT', venue: 'kraken' }), null);
  assert.equal(balanceOf(portfolio), { ETH: -4n * ONE, USDT: 400n * ONE });
});

test('what differs from the venue is told by asset', () => {
  const portfolio = aPortfolio();
  portfolio.onLedgerEvent(transferred('USDT', 10n));
  const venues: Balances = new Map([
    ['BTC', amountOf(1n)],
    ['USDT', amountOf(10n)],
  ]);
  assert.equal(portfolio.compare('binance', venues), [{ asset: 'BTC', ours: 0n, venues: 1n }]);
  assert.equal(portfolio.compare('kraken', new Map()), []);
});

test('open lots are worth the middle of the best prices', () => {
  const portfolio = aPortfolio();
  portfolio.onFill(0, 'buy', fillAt(2000, 20_000, ONE));
  portfolio.onFill(1, 'sell', fillAt(5, 100, 2n * ONE, 'USDT', eth));
  const touches: Touch[] = [
    { bid: ticksOf(20_200), ask: ticksOf(20_400) },
    { bid: ticksOf(89), ask: ticksOf(91) },
  ];
  const report = portfolio.report((index) => touches[index] ?? null);
  assert.equal(
    report.holdings.map(({ instrument, unrealised }) => [instrument, unrealised]),
    [
      [0, 300n * ONE],
      [1, 50n * ONE],
    ],
  );
  assert.equal(report.profit, {
    realised: 0n,
    unrealised: 350n * ONE,
    fees: 3n * ONE,
    net: 347n * ONE,
  });
  assert.equal(report.balances.get('binance'), portfolio.balances('binance'));
});

test('without a market for a position there is no profit to tell, and fees all the same', () => {
  const portfolio = aPortfolio();
  portfolio.onFill(0, 'buy', fillAt(1, 20_000, 7n));
  const report = portfolio.report((index) => (index === 0 ? null : touchAt(1, 3)()));
  assert.is(report.holdings[0]?.unrealised, null);
  assert.equal([report.profit, report.fees], [null, 7n]);
  portfolio.onFill(0, 'sell', fillAt(1, 20_000));
  assert.equal(portfolio.report(() => null).profit?.net, -7n);
});

test('fees in a third asset are summed by asset and are no fee in quote', () => {
  const portfolio = aPortfolio();
  for (const [fee, asset] of [
    [3n, 'BNB'],
    [4n, 'BNB'],
    [5n, 'OKB'],
  ] as const) {
    portfolio.onFill(0, 'buy', fillAt(1, 20_000, fee, asset));
  }
  const report = portfolio.report(touchAt(20_000, 20_000));
  assert.equal(Object.fromEntries(report.otherFees), { BNB: 7n, OKB: 5n });
  assert.equal([report.fees, portfolio.balances('binance').get('BNB')], [0n, -7n]);
});

interface Booking {
  readonly side: Side;
  readonly isOurs: boolean;
  readonly fill: Fill;
}

const aBooking: fc.Arbitrary<Booking> = fc
  .record({
    side: fc.constantFrom<Side[]>('buy', 'sell'),
    isOurs: fc.boolean(),
    lots: fc.integer({ min: 1, max: 3000 }),
    ticks: fc.integer({ min: 1, max: 50_000 }),
    fee: fc.bigInt({ min: -100n, max: 10n ** 9n }),
    feeAsset: fc.constantFrom('USDT', 'BTC', 'BNB'),
  })
  .map(({ lots, ticks, fee, feeAsset, ...rest }) => ({
    ...rest,
    fill: fillAt(lots, ticks, fee, feeAsset),
  }));
const bookings = fc.array(aBooking, { maxLength: 40, size: 'max' });

function booked(sequence: readonly Booking[]): Portfolio {
  const portfolio = aPortfolio();
  book(portfolio, sequence);
  return portfolio;
}

function book(portfolio: Portfolio, sequence: readonly Booking[]): void {
  for (const { side, isOurs, fill } of sequence) {
    if (isOurs) portfolio.onFill(0, side, fill);
    else {
      const event = { kind: 'external-filled', venue: 'binance', symbol: 'BTCUSDT' } as const;
      assert.is(portfolio.onLedgerEvent({ ...event, side, fill }), 0);
    }
  }
}

test('positions and balances are the sum of what was booked, whosever fills they were', () => {
  law(
    fc.property(bookings, (sequence) => {
      const portfolio = booked(sequence);
      let position = FLAT;
      const sums: Record<string, bigint> = { BTC: 0n, USDT: 0n, BNB: 0n };
      const add = (asset: string, amount: bigint): void => {
        sums[asset] = (sums[asset] ?? 0n) + amount;
      };
      for (const { side, fill } of sequence) {
        const { lots, quote } = fill;
        const sign = side === 'buy' ? 1n : -1n;
        position = applyFill(position, {
          side,
          lots,
          quote,
          fee: feeInQuote(btc, fill) ?? amountOf(0n),
        });
        add('BTC', sign * baseAmount(btc, lots));
        add('USDT', -sign * quote);
        add(fill.feeAsset, -fill.fee);
      }
      assert.equal(portfolio.position(0), position);
      const held = portfolio.balances('binance');
      for (const [asset, sum] of Object.entries(sums)) assert.is(held.get(asset) ?? 0n, sum, asset);
    }),
  );
});

test('a portfolio that is restored at any moment goes on as the one that ran through', () => {
  law(
    fc.property(bookings, fc.nat({ max: 40 }), (sequence, at) => {
      const before = booked(sequence.slice(0, at));
      const restored = aPortfolio({
        positions: new Map([[0, before.position(0)]]),
        balances: new Map([['binance', before.balances('binance')]]),
      });
      book(restored, sequence.slice(at));
      const through = booked(sequence);
      assert.equal(restored.position(0), through.position(0));
      assert.equal(restored.compare('binance', through.balances('binance')), []);
    }),
  );
});

test('net profit is the money that came in, plus what the position is worth', () => {
  law(
    fc.property(bookings, fc.integer({ min: 1, max: 50_000 }), (sequence, ticks) => {
      const report = booked(sequence).report(touchAt(ticks, ticks));
      let [cash, fees, lots] = [0n, 0n, 0n];
      for (const { side, fill } of sequence) {
        const sign = side === 'buy' ? 1n : -1n;
        cash -= sign * fill.quote;
        lots += sign * BigInt(fill.lots);
        fees += feeInQuote(btc, fill) ?? 0n;
      }
      const worth = lots * (quoteAmount(btc, ticksOf(ticks), lotsOf(1)) as Amount);
      assert.is(report.profit?.net, cash + worth - fees);
    }),
  );
});

test.run();
