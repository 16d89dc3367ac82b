/**
 * Drives the check with its controls with random orders, fills, cancels, prices and transfers,
 * beside a model that looks at every subset of the open orders that may fill. What orders, fills
 * and cancels do to a desk within its limits leaves it within them.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PERMISSIONS } from '../../../src/control/gate.ts';
import { lotsOf, nanosOf } from '../../../src/core/units.ts';
import { type OrderIntent, type Side, submitted } from '../../../src/execution/order.ts';
import { MarketDay } from '../../../src/risk/budgets/market-day.ts';
import { CovarianceSource } from '../../../src/risk/covariance/covariance-source.ts';
import { PortfolioWatch } from '../../../src/risk/portfolio/portfolio-watch.ts';
import { PortfolioWords } from '../../../src/risk/portfolio/portfolio-words.ts';
import { portfolioSection } from '../../../src/risk/portfolio/settings.ts';
import { PreTradeCheck } from '../../../src/risk/pre-trade.ts';
import { OrderControls } from '../../../src/risk/watch/order-controls.ts';
import { law } from '../../support/law.ts';
import { near } from '../../support/near.ts';
import { aBookDesk } from '../../support/risk/book-desks.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { someLimits } from '../../support/trade/limits.ts';
import { anOrder } from '../../support/trade/orders.ts';
import { aPort } from '../../support/trade/watches.ts';

const GRID = { tick: '0.01', lot: '1', notionalMin: '0.01' };
const MARKETS = [
  anInstrument(GRID),
  anInstrument({ ...GRID, index: 1, venue: 'kraken', symbol: 'BTC/USD' }),
  anInstrument({ ...GRID, index: 2, symbol: 'ETHUSDT', base: 'ETH' }),
];
const VENUES = ['binance', 'kraken'];
/** Deviation of a day that is assumed of each of three markets, which move alone then. */
const SD = 0.04 * Math.sqrt(MARKETS.length);
/** The law of before anything is fitted: the larger of a normal and a t with four degrees. */
const TAIL = { at95: 1.644_853_6, at99: 2.649_492_5, shortfall: 2.823_373_5 };
const COST = 0.001;
const HAIR = 1e-6;

interface Step {
  readonly kind: 'order' | 'fill' | 'cancel' | 'price' | 'transfer';
  readonly market: number;
  readonly side: Side;
  readonly lots: number;
  readonly which: number;
  readonly factor: number;
}

const aStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step['kind'][]>(
    ...(['order', 'order', 'order', 'order', 'fill', 'fill', 'cancel'] as const),
    ...(['price', 'transfer'] as const),
  ),
  market: fc.nat(2),
  side: fc.constantFrom<Side[]>('buy', 'sell'),
  lots: fc.integer({ min: 1, max: 80 }),
  which: fc.nat(),
  factor: fc.double({ min: 0.9, max: 1.1, noNaN: true }),
});
const aPath = fc.array(aStep, { minLength: 20, maxLength: 60 });
/** Which limit binds first: the concentration, the heat, or the value at risk. */
const someNumbers = fc.constantFrom(
  { C04: { equityFraction: 0.1 } },
  { C04: { equityFraction: 100 }, C22: { heatMax: 0.02 } },
  { C04: { equityFraction: 100 } },
  { C04: { equityFraction: 100 }, C22: { shortfallFraction: 0.005 } },
);
type Numbers = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The check as a desk has it, and what a model has to know of it. */
class Desk {
  readonly check = new PreTradeCheck(
    MARKETS,
    someLimits({ maxOrderNotional: 1e12, maxPositionNotional: 1e12, maxDailyLoss: 1e12 }),
    0,
  );
  readonly watch: PortfolioWatch;
  readonly controls: OrderControls;
  readonly limits;
  readonly mids = [100, 101, 50];
  readonly open: { order: OrderIntent; left: number }[] = [];
  equity = 1e5;
  #issued = 0;
  #nowMs = 0;

  constructor(numbers: Numbers) {
    const { port } = aPort({ limits: { ...numbers, C01: { equityFraction: 1 } } });
    const { check } = this;
    this.limits = port.limits().all();
    this.watch = new PortfolioWatch(
      {
        ...{ port, check, instruments: MARKETS, strategyOf: () => null, journal: () => {} },
        source: new CovarianceSource(MARKETS.length, null),
        settings: portfolioSection.parse({ closingCostBps: COST * 1e4 }),
        day: new MarketDay(MARKETS, check.profit, null),
        rung: 'none',
      },
      0,
    );
    this.controls = new OrderControls({
      ...{ port, instruments: MARKETS, venues: VENUES, portfolio: this.watch.gate },
      regimeOf: () => 'calm',
      meanTicks: () => Number.NaN,
      grossWithout: () => 0,
      isTakingOff: () => false,
    });
    check.controls = this.controls;
    for (const at of MARKETS.keys()) this.quote(at);
    this.sample();
  }

  quote(at: number): void {
    const ticks = Math.round((this.mids[at] as number) * 100);
    this.mids[at] = ticks / 100;
    this.check.onQuote(at, ticks - 1, ticks + 1, this.#nowMs * 1e6);
  }

  sample(): void {
    this.controls.equity = this.equity;
    this.watch.sample(this.equity, this.#nowMs, this.#nowMs);
  }

  /** @returns whether an order that adds was approved */
  ask({ market, side, lots }: Step): boolean {
    this.#issued += 1;
    const order = anOrder({
      ...{ clientId: `o${this.#issued}`, instrument: market, side, lots },
      ticks: Math.round((this.mids[market] as number) * 100) + (side === 'buy' ? -2 : 2),
      isPostOnly: true,
      decidedNs: nanosOf(this.#issued),
    });
    const isReducing = this.check.exposure(market).isReducing(side, order.lots);
    const answer = this.check.check(order, {
      ...{ nowNs: this.#nowMs * 1e6, mode: 'full-auto', permissions: PERMISSIONS['full-auto'] },
      ...{ riskScale: 1, isStrategyPaused: false },
    });
    if (!answer.ok) return false;
    this.open.push({ order, left: lots });
    return !isReducing;
  }

  end(which: number, fillShare: number): void {
    const found = this.open[which % this.open.length];
    if (found === undefined) return;
    const { order } = found;
    const filled = Math.ceil(found.left * fillShare);
    const exposure = this.check.exposure(order.instrument);
    exposure.position += order.side === 'buy' ? filled : -filled;
    found.left = fillShare === 0 ? 0 : found.left - filled;
    exposure.setOpen(order, found.left);
    if (found.left === 0) this.open.splice(this.open.indexOf(found), 1);
    const status = found.left === 0 ? 'filled' : 'open';
    const record = { ...submitted(order), filledLots: lotsOf(filled), status } as const;
    this.controls.onOrder({ record, event: { kind: 'order-submitted', order } });
  }

  run(step: Step): boolean {
    if (step.kind === 'order') return this.ask(step);
    if (step.kind === 'fill') this.end(step.which, step.factor - 0.5);
    else if (step.kind === 'cancel') this.end(step.which, 0);
    else if (step.kind === 'price') {
      this.mids[step.market] = (this.mids[step.market] as number) * step.factor;
      this.quote(step.market);
      this.sample();
    } else {
      this.equity *= step.factor;
      this.sample();
    }
    return false;
  }
}

/** How far beyond its limits a desk can come by fills alone: 1 is at the tightest. */
function worstUse({ check, mids, equity, limits }: Desk): number {
  let worst = 0;
  const of = (index: number): readonly number[] => {
    const { position, buyLots, sellLots } = check.exposure(index);
    const mid = mids[index] as number;
    return [position * mid, (position + buyLots) * mid, (position - sellLots) * mid];
  };
  const c22 = limits['C22'] as Readonly<Record<string, number>>;
  const limitOf = (name: string): number => c22[name] as number;
  const dense = limits['C04']?.['equityFraction'] as number;
  for (const first of of(0)) {
    for (const second of of(1)) {
      for (const third of of(2)) {
        const money = [first, second, third];
        const sd = SD * Math.sqrt(money.reduce((sum, each) => sum + each * each, 0));
        const gross = money.reduce((sum, each) => sum + Math.abs(each), 0);
        worst = Math.max(
          worst,
          (sd * TAIL.at95) / equity / limitOf('var95Fraction'),
          (sd * TAIL.at99) / equity / limitOf('varFraction'),
          (sd * TAIL.shortfall) / equity / limitOf('shortfallFraction'),
          (gross * (SD * TAIL.shortfall + COST)) / equity / limitOf('heatMax'),
          (Math.abs(first) + Math.abs(second)) / equity / dense,
          Math.abs(third) / equity / dense,
        );
      }
    }
  }
  return worst;
}

test('C04, C22: no orders, fills and cancels take a desk within its limits beyond one', () => {
  let approved = 0;
  law(
    fc.property(aPath, someNumbers, (path, numbers) => {
      const desk = new Desk(numbers);
      let isWithin = true;
      for (const step of path) {
        if (desk.run(step)) approved += 1;
        const use = worstUse(desk);
        // Prices and transfers alone may do that; orders may go on from where they left it.
        if (step.kind === 'price' || step.kind === 'transfer') isWithin = use <= 1 + HAIR;
        else if (isWithin) assert.ok(use <= 1 + HAIR, `${use} after ${JSON.stringify(step)}`);
        else isWithin = use <= 1 + HAIR;
      }
    }),
  );
  assert.ok(approved > 500, `orders that add pass as well, found ${approved}`);
});

test('what the words hold is what they come to from the beginning, whatever happened', () => {
  law(
    fc.property(aPath, (path) => {
      const desk = new Desk({ C04: { equityFraction: 100 } });
      for (const step of path) desk.run(step);
      const source = new CovarianceSource(MARKETS.length, null);
      const fresh = new PortfolioWords(MARKETS, desk.check);
      fresh.accept(source.daily, source.tail.shortfall, COST, 0);
      const { valueAtRisk99, heat } = desk.watch.summary();
      desk.sample();
      const { valueAtRisk99: at99, heat: heated } = desk.watch.summary();
      near(at99 as number, (fresh.worstSd() * source.tail.at99) / desk.equity, 1e-9, 1e-12);
      near(heated as number, fresh.heat / desk.equity, 1e-9, 1e-12);
      assert.ok(Number.isFinite(valueAtRisk99) && Number.isFinite(heat));
    }),
  );
});

const TWO = [0, 1].map((index) =>
  anInstrument({ index, symbol: `S${index}`, tick: '1', lot: '1' }),
);
const aBook = fc.tuple(fc.integer({ min: -900, max: 900 }), fc.integer({ min: -900, max: 900 }));

/** What is measured of a book, and what becomes of an order of so many lots. */
function measured(lots: readonly number[], equity: number, order: number, at = 0) {
  const { watch, hold, ask, sample } = aBookDesk(TWO);
  for (const [index, each] of lots.entries()) hold(index, each);
  sample(equity);
  const { valueAtRisk95, valueAtRisk99, shortfall, heat } = watch.summary();
  const refusal = ask(order < 0 ? 'sell' : 'buy', Math.abs(order), at);
  return { numbers: [valueAtRisk95, valueAtRisk99, shortfall, heat] as number[], refusal };
}

function alike(one: ReturnType<typeof measured>, other: ReturnType<typeof measured>): void {
  one.numbers.forEach((each, at) => {
    near(each, other.numbers[at] as number, 1e-9, 1e-12);
  });
  assert.is(one.refusal?.kind, other.refusal?.kind);
}

test('the other sign, the other order of markets and another scale are the same risk', () => {
  law(
    fc.property(aBook, fc.integer({ min: 1, max: 900 }), ([one, other], lots) => {
      const plain = measured([one, other], 1e6, lots);
      alike(plain, measured([-one, -other], 1e6, -lots));
      alike(plain, measured([other, one], 1e6, lots, 1));
      alike(plain, measured([one * 2, other * 2], 2e6, lots * 2));
    }),
  );
});

test('more of a position is never less risk, nor does any equity make it less than nothing', () => {
  law(
    fc.property(aBook, fc.double({ min: -1e6, max: 1e6, noNaN: true }), ([one, other], equity) => {
      const { numbers } = measured([one, other], equity, 1);
      const larger = measured([one * 2, other * 2], equity, 1).numbers;
      numbers.forEach((each, at) => {
        assert.ok(each >= 0 && (larger[at] as number) >= each);
      });
    }),
  );
});

test.run();
