import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PERMISSIONS } from '../../src/control/gate.ts';
import type { OrderIntent } from '../../src/execution/order.ts';
import type { Refusal } from '../../src/risk/approved-order.ts';
import { type RiskLimits, riskSection, TIERS_MAX } from '../../src/risk/limits.ts';
import { PreTradeCheck } from '../../src/risk/pre-trade.ts';
import { law } from '../support/law.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { someLimits } from '../support/trade/limits.ts';
import { anOrder, type OrderParts } from '../support/trade/orders.ts';

const grid = { tick: '1', lot: '1', quantityMax: '1000' };
const MARKETS = [
  anInstrument({ ...grid, index: 0, venue: 'east', symbol: 'A' }),
  anInstrument({ ...grid, index: 1, venue: 'east', symbol: 'B' }),
  anInstrument({ ...grid, index: 2, venue: 'west', symbol: 'A' }),
];
const WIDE = { maxOrderNotional: 1e6, maxPositionNotional: 1e6 };

/** Three markets at 100, a lot is worth 100. */
function aDesk(limits: Partial<RiskLimits>): PreTradeCheck {
  const check = new PreTradeCheck(MARKETS, someLimits({ ...WIDE, ...limits }), 0);
  for (const { index } of MARKETS) check.onQuote(index, 99, 101, 0);
  return check;
}

let issued = 0;
function ask(check: PreTradeCheck, parts: OrderParts = {}, riskScale = 1): Refusal | null {
  issued += 1;
  const order: OrderIntent = anOrder({ clientId: `s${issued}`, ticks: 100, ...parts });
  const permissions = PERMISSIONS['full-auto'];
  const moment = { nowNs: 0, mode: 'full-auto', permissions, riskScale, isStrategyPaused: false };
  const checked = check.check(order, moment);
  return checked.ok ? null : checked.error;
}

test('a market with limits of its own keeps the smaller of both', () => {
  const symbols = { 'east:A': { maxOrderNotional: 500, maxPositionNotional: 900 } };
  const check = aDesk({ symbols });
  const tooLarge = { kind: 'order-too-large', notional: 600, limit: 500, largestLots: 5 };
  assert.equal(ask(check, { lots: 6 }), tooLarge);
  assert.is(ask(check, { lots: 5 }), null);
  const tooMuch = { kind: 'position-limit', worst: 1000, limit: 900, largestLots: 4 };
  assert.equal(ask(check, { lots: 5 }), tooMuch);
  assert.is(ask(check, { instrument: 1, lots: 6 }), null);
  check.adopt(someLimits({ ...WIDE, maxOrderNotional: 100, symbols }), 0);
  assert.is(ask(check, { lots: 2 })?.kind, 'order-too-large');
});

test('positions of a venue are limited together, at their worst, whatever their side', () => {
  const check = aDesk({ venues: { east: { maxGrossNotional: 1000 } } });
  check.exposure(1).position = -4;
  assert.is(ask(check, { instrument: 1, side: 'sell', lots: 2 }), null);
  assert.equal(ask(check, { lots: 5 }), {
    kind: 'gross-limit',
    scope: 'east',
    gross: 1100,
    limit: 1000,
    largestLots: 4,
  });
  assert.is(ask(check, { instrument: 2, lots: 500 }), null);
  assert.is(ask(check, { lots: 4 }), null);
  assert.is(ask(check, { instrument: 1, side: 'buy', lots: 4, ticks: 99 }), null, 'it shrinks');
});

test('a market counts once, with what is open on either side, and by the scale of the mode', () => {
  const check = aDesk({ venues: { east: { maxGrossNotional: 1000 } } });
  check.exposure(0).position = 3;
  assert.is(ask(check, { instrument: 1, side: 'sell', lots: 3 }), null);
  const half = { kind: 'gross-limit', scope: 'east', gross: 700, limit: 500, largestLots: 0 };
  assert.equal(ask(check, { lots: 1 }, 0.5), half);
  assert.is(ask(check, { lots: 5 })?.kind, 'gross-limit');
  assert.is(ask(check, { lots: 4 }), null);
});

test('at a venue with a limit a position that was never priced is too large', () => {
  const limits = someLimits({ ...WIDE, venues: { east: { maxGrossNotional: 1000 } } });
  const check = new PreTradeCheck(MARKETS, limits, 0);
  check.onQuote(0, 99, 101, 0);
  check.exposure(1).position = 1;
  const found = ask(check, { lots: 1 });
  assert.is(found?.kind === 'gross-limit' && found.scope, 'east');
});

test('all positions are limited together, by half where only half may be traded', () => {
  const check = aDesk({ maxGrossNotional: 2000 });
  check.exposure(0).position = 6;
  check.exposure(1).position = -6;
  const refused = { kind: 'gross-limit', scope: 'desk', gross: 2100, limit: 2000, largestLots: 8 };
  assert.equal(ask(check, { instrument: 2, lots: 9 }), refused);
  const halved = { ...refused, gross: 2000, limit: 1000, largestLots: 0 };
  assert.equal(ask(check, { instrument: 2, lots: 8 }, 0.5), halved);
  assert.is(ask(check, { instrument: 2, lots: 8 }), null);
});

test('a position goes on counting when its market is lost; one never priced is too large', () => {
  const lost = aDesk({ maxGrossNotional: 1000 });
  lost.exposure(0).position = 8;
  lost.onQuote(0, 0, 0, 0);
  assert.is(ask(lost, { instrument: 2, lots: 3 })?.kind, 'gross-limit');
  const limits = someLimits({ ...WIDE, maxGrossNotional: 1000 });
  const unpriced = new PreTradeCheck(MARKETS, limits, 0);
  unpriced.onQuote(2, 99, 101, 0);
  unpriced.exposure(0).position = 1;
  const found = ask(unpriced, { instrument: 2, lots: 3 });
  assert.ok(found?.kind === 'gross-limit' && Number.isNaN(found.gross) && found.largestLots === 0);
  unpriced.exposure(0).position = 0;
  assert.is(ask(unpriced, { instrument: 2, lots: 3 }), null);
});

const TIERS = [
  { fromEquity: 0, maxOrderNotional: 200, maxPositionNotional: 300, maxGrossNotional: 400 },
  { fromEquity: 1000, maxOrderNotional: 500, maxPositionNotional: 600, maxGrossNotional: 700 },
];

test('a desk that is worth more may trade more; while nobody knows, the first tier holds', () => {
  const check = aDesk({ tiers: TIERS });
  const limitAt = (equity: number): number => {
    check.setEquity(equity);
    const found = ask(check, { lots: 900 });
    return found?.kind === 'order-too-large' ? found.limit : Number.NaN;
  };
  assert.is(limitAt(Number.NaN), 200);
  assert.is(limitAt(999), 200);
  assert.is(limitAt(1000), 500);
  assert.is(limitAt(-5), 200);
  check.exposure(1).position = 3;
  assert.is(ask(check, { lots: 2 })?.kind, 'gross-limit');
});

test('the hint is the least that the venue takes, or nothing', () => {
  const coarse = anInstrument({ tick: '1', lot: '1', quantityMin: '5', quantityMax: '100' });
  const check = new PreTradeCheck([coarse], someLimits({ maxOrderNotional: 400 }), 0);
  check.onQuote(0, 99, 101, 0);
  const refused = { kind: 'order-too-large', notional: 600, limit: 400, largestLots: 0 };
  assert.equal(ask(check, { lots: 6 }), refused);
});

test('the hint passes, and one lot more does not', () => {
  const worth = fc.integer({ min: 1, max: 200_000 });
  const lots = fc.integer({ min: -300, max: 300 });
  law(
    fc.property(
      fc.record({ order: worth, position: worth, gross: worth, venue: worth }),
      fc.tuple(lots, lots, lots),
      fc.integer({ min: 1, max: 1000 }),
      fc.constantFrom('buy' as const, 'sell' as const),
      fc.constantFrom(1, 0.5, 0.8),
      (limits, positions, asked, side, scale) => {
        const desk = (): PreTradeCheck => {
          const check = aDesk({
            maxOrderNotional: limits.order,
            maxPositionNotional: limits.position,
            maxGrossNotional: limits.gross,
            venues: { east: { maxGrossNotional: limits.venue } },
          });
          positions.forEach((position, at) => {
            check.exposure(at).position = position;
          });
          return check;
        };
        const found = ask(desk(), { side, lots: asked }, scale);
        if (found === null || !('largestLots' in found)) return;
        assert.ok(found.largestLots < asked);
        if (found.largestLots > 0)
          assert.is(ask(desk(), { side, lots: found.largestLots }, scale), null);
        const more = ask(desk(), { side, lots: found.largestLots + 1 }, scale);
        assert.ok(more !== null && 'largestLots' in more);
      },
    ),
  );
});

test('tiers are in the order of their equity, from zero, and not too many', () => {
  const [low, high] = TIERS as [(typeof TIERS)[0], (typeof TIERS)[0]];
  const parse = (tiers: unknown): boolean =>
    riskSection.safeParse({ ...someLimits(), tiers }).success;
  assert.ok(parse([low, high]));
  assert.not.ok(parse([high, low]));
  assert.not.ok(parse([high]));
  assert.not.ok(parse([low, low]));
  assert.not.ok(parse([]));
  const many = Array.from({ length: TIERS_MAX + 1 }, (_, at) => ({ ...low, fromEquity: at }));
  assert.not.ok(parse(many));
});

test.run();
