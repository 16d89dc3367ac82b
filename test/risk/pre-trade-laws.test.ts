/**
 * Drives the check with random orders, fills, cancels, prices, modes and losses beside a model that
 * applies every rule by its definition. What is approved breaks none; what is refused breaks the
 * one that is named.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MODES, type Mode, PERMISSIONS } from '../../src/control/gate.ts';
import type { OrderIntent, Side } from '../../src/execution/order.ts';
import { PreTradeCheck } from '../../src/risk/pre-trade.ts';
import { law } from '../support/law.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { someLimits } from '../support/trade/limits.ts';
import { anOrder } from '../support/trade/orders.ts';

const MS = 1e6;
const limits = someLimits({ maxPositionNotional: 1500 });
const instrument = anInstrument({
  tick: '1',
  lot: '1',
  priceMin: '80',
  priceMax: '125',
  quantityMax: '12',
  notionalMin: '90',
});

interface Step {
  readonly kind: 'order' | 'fill' | 'cancel' | 'quote' | 'wait' | 'mode' | 'profit';
  readonly side: Side;
  readonly isMarket: boolean;
  readonly isReduceOnly: boolean;
  readonly ticks: number;
  readonly lots: number;
  readonly which: number;
  readonly mode: Mode;
  /** What severities leave: the scale of sizes, and whether the strategy may act. */
  readonly scale: number;
  readonly isPaused: boolean;
  readonly profit: number;
}

const aStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step['kind'][]>(
    ...(['order', 'order', 'order', 'order', 'order', 'order', 'fill', 'fill', 'fill'] as const),
    ...(['fill', 'cancel', 'quote', 'quote', 'wait', 'mode', 'profit'] as const),
  ),
  side: fc.constantFrom<Side[]>('buy', 'sell'),
  isMarket: fc.constantFrom(true, false, false, false),
  isReduceOnly: fc.constantFrom(true, false, false),
  // Mostly near the market, where limits on size and loss decide.
  ticks: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 97, max: 103 }) },
    fc.integer({ min: 78, max: 127 }),
  ),
  lots: fc.integer({ min: 0, max: 13 }),
  which: fc.nat(),
  mode: fc.constantFrom<Mode[]>(...MODES, ...Array<Mode>(12).fill('full-auto')),
  scale: fc.constantFrom(1, 1, 0.5, 0),
  isPaused: fc.constantFrom(true, false, false, false),
  profit: fc.integer({ min: -600, max: 600 }),
});

interface Open {
  readonly order: OrderIntent;
  lots: number;
}

/** The desk as plain numbers. */
class ModelDesk {
  mode: Mode = 'full-auto';
  scale = 1;
  isPaused = false;
  nowMs = 0;
  quotedMs = 0;
  mid = 100;
  profit = 0;
  position = 0;
  readonly open: Open[] = [];

  openLots(side: Side): number {
    const lots = this.open.map((one) => (one.order.side === side ? one.lots : 0));
    return lots.reduce((sum, one) => sum + one, 0);
  }

  /** What the position comes to if this many lots and all that is open on their side fill. */
  reached(side: Side, lots: number): number {
    const moved = this.openLots(side) + lots;
    return this.position + (side === 'buy' ? moved : -moved);
  }

  isReducing(side: Side, lots: number): boolean {
    const reached = this.reached(side, lots);
    const isSameSign = Math.sign(reached) !== -Math.sign(this.position);
    return isSameSign && Math.abs(reached) < Math.abs(this.position);
  }

  get riskScale(): number {
    return Math.min(PERMISSIONS[this.mode].riskScale, this.scale);
  }

  /** The kinds of every rule that an order breaks now. */
  broken(order: OrderIntent): string[] {
    const { side, lots, kind } = order;
    const { mayIncrease, mayReduce } = PERMISSIONS[this.mode];
    const { riskScale } = this;
    const isMarket = kind === 'market';
    const ticks: number = isMarket ? this.mid * (1 + limits.priceBandBps / 10_000) : order.ticks;
    const isReducing = this.isReducing(side, lots);
    const worst = Math.abs(this.reached(side, lots)) * this.mid;
    const rules: [isBroken: boolean, kind: string][] = [
      [!(order.isReduceOnly ? mayReduce : mayIncrease), 'mode'],
      [this.isPaused, 'strategy-paused'],
      [this.nowMs > order.deadlineNs / MS, 'stale-intent'],
      [this.mid === 0, 'no-market'],
      [this.nowMs - this.quotedMs > limits.staleBookMs, 'stale-book'],
      [lots < 1 || lots > 12, 'instrument-rule'],
      [isMarket ? order.ticks !== 0 : ticks < 80 || ticks > 125, 'instrument-rule'],
      [ticks * lots < 90, 'instrument-rule'],
      [!isMarket && Math.abs(ticks - this.mid) * 20 > this.mid, 'price-band'],
      [order.isReduceOnly && !isReducing, 'not-reducing'],
      [this.open.some((own) => meets(own.order, order)), 'self-trade'],
      [!isReducing && ticks * lots > limits.maxOrderNotional * riskScale, 'order-too-large'],
      [!isReducing && worst > limits.maxPositionNotional * riskScale, 'position-limit'],
      [!isReducing && -this.profit >= limits.maxDailyLoss, 'daily-loss'],
    ];
    return rules.filter(([isBroken]) => isBroken).map(([, broken]) => broken);
  }
}

function meets(own: OrderIntent, order: OrderIntent): boolean {
  if (own.side === order.side) return false;
  if (own.kind === 'market' || order.kind === 'market') return true;
  const [buy, sell] = own.side === 'buy' ? [own, order] : [order, own];
  return buy.ticks >= sell.ticks;
}

function orderOf(step: Step, desk: ModelDesk, index: number): OrderIntent {
  return anOrder({
    clientId: `o${index}`,
    side: step.side,
    kind: step.isMarket ? 'market' : 'limit',
    isReduceOnly: step.isReduceOnly,
    // One market order in eight wrongly carries a price.
    ticks: step.isMarket && step.which % 8 !== 0 ? 0 : step.ticks,
    lots: step.lots,
    deadlineNs: (desk.nowMs + (step.which % 32) - 1) * MS,
  });
}

/** Fills or cancels one of the open orders, in the model and in the check. */
function settle(step: Step, desk: ModelDesk, check: PreTradeCheck): void {
  const at = step.which % Math.max(1, desk.open.length);
  const own = desk.open[at];
  if (own === undefined) return;
  const traded = step.kind === 'fill' ? Math.min(own.lots, Math.max(1, step.lots)) : own.lots;
  own.lots -= traded;
  if (step.kind === 'fill') desk.position += own.order.side === 'buy' ? traded : -traded;
  if (own.lots === 0) desk.open.splice(at, 1);
  check.exposure(0).position = desk.position;
  check.exposure(0).setOpen(own.order, own.lots);
}

function take(step: Step, desk: ModelDesk, check: PreTradeCheck): void {
  switch (step.kind) {
    case 'fill':
    case 'cancel':
      settle(step, desk, check);
      return;
    case 'wait':
      desk.nowMs += step.which % 120;
      return;
    case 'mode':
      desk.mode = step.mode;
      desk.scale = step.scale;
      desk.isPaused = step.isPaused;
      return;
    case 'profit':
      desk.profit = step.profit;
      check.profit.setUnrealised(0, step.profit);
      return;
    case 'quote': {
      const isGone = step.which % 16 === 0;
      desk.mid = isGone ? 0 : step.ticks + 0.5;
      desk.quotedMs = desk.nowMs;
      check.onQuote(0, isGone ? 0 : step.ticks, step.ticks + 1, desk.nowMs * MS);
    }
  }
}

/** Asks for an order; what the check says must be what the model knows. */
function ask(order: OrderIntent, desk: ModelDesk, check: PreTradeCheck): string {
  const broken = desk.broken(order);
  const { mode, nowMs, riskScale, isPaused } = desk;
  const now = {
    nowNs: nowMs * MS,
    mode,
    permissions: PERMISSIONS[mode],
    riskScale,
    isStrategyPaused: isPaused,
  };
  const checked = check.check(order, now);
  if (!checked.ok) {
    assert.ok(broken.includes(checked.error.kind), `${checked.error.kind}, not ${broken}`);
    return checked.error.kind;
  }
  assert.equal(broken, []);
  desk.open.push({ order, lots: order.lots });
  return 'approved';
}

test('an order is approved exactly when it breaks no rule, else refused for one it breaks', () => {
  const seen = new Map<string, number>();
  law(
    fc.property(fc.array(aStep, { maxLength: 100, size: 'max' }), (steps) => {
      const check = new PreTradeCheck([instrument], limits, 0);
      check.onQuote(0, 99, 101, 0);
      const desk = new ModelDesk();
      // Lots that an approval allowed either side to reach; prices may move the limit afterwards.
      let lotsAllowed = 0;
      for (const [index, step] of steps.entries()) {
        take(step, desk, check);
        if (step.kind === 'order') {
          const verdict = ask(orderOf(step, desk, index), desk, check);
          seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
          if (verdict === 'approved') {
            lotsAllowed = Math.max(lotsAllowed, limits.maxPositionNotional / desk.mid);
          }
        }
        const { position, buyLots, sellLots } = check.exposure(0);
        assert.equal([buyLots, sellLots], [desk.openLots('buy'), desk.openLots('sell')]);
        assert.ok(position + buyLots <= lotsAllowed, 'inside the limit above');
        assert.ok(position - sellLots >= -lotsAllowed, 'inside the limit below');
      }
    }),
    400,
  );
  const rules = [
    'approved',
    'mode',
    'strategy-paused',
    'stale-intent',
    'no-market',
    'stale-book',
    'instrument-rule',
  ];
  rules.push('price-band', 'not-reducing', 'self-trade', 'order-too-large', 'position-limit');
  for (const rule of [...rules, 'daily-loss']) {
    assert.ok((seen.get(rule) ?? 0) >= 20, `${rule} was met ${seen.get(rule) ?? 0} times`);
  }
});

test.run();
