import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PERMISSIONS } from '../../../src/control/gate.ts';
import type { Refusal } from '../../../src/risk/approved-order.ts';
import { PreTradeCheck } from '../../../src/risk/pre-trade.ts';
import { SizeBoard } from '../../../src/risk/sizing/board.ts';
import { looserSizing } from '../../../src/risk/sizing/settings.ts';
import { law } from '../../support/law.ts';
import { someSizing } from '../../support/risk/sizing-desks.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { someLimits } from '../../support/trade/limits.ts';
import { anOrder, type OrderParts } from '../../support/trade/orders.ts';

const WIDE = { maxOrderNotional: 1e9, maxPositionNotional: 1e9, staleBookMs: 60_000 };

/** A market at 100 a lot, with a size of ten lots and orders of six. */
function aGate(positionLots = 10, orderLots = 6) {
  const market = anInstrument({ tick: '1', lot: '1', quantityMax: '1000000' });
  const check = new PreTradeCheck([market], someLimits({ ...WIDE, ordersBurst: 1e6 }), 0);
  check.onQuote(0, 99, 101, 0);
  const board = new SizeBoard({ instruments: 1, staleMs: 30, bornNs: 0 });
  board.write(0, positionLots, orderLots, 0);
  check.sizing = board;
  let issued = 0;
  const ask = (parts: OrderParts, riskScale = 1, nowNs = 0): Refusal | null => {
    issued += 1;
    const order = anOrder({
      clientId: `g${issued}`,
      ticks: 100,
      deadlineNs: 1e12 as never,
      ...parts,
    });
    const permissions = PERMISSIONS['full-auto'];
    const moment = { nowNs, mode: 'full-auto', permissions, riskScale, isStrategyPaused: false };
    const checked = check.check(order, moment);
    return checked.ok ? null : checked.error;
  };
  return { check, board, ask };
}

test('an order beyond its size is refused with the largest that would pass', () => {
  const { ask } = aGate();
  assert.equal(ask({ lots: 7 }), {
    ...{ kind: 'size-limit', of: 'order', lots: 7, limitLots: 6, largestLots: 6 },
  });
  assert.is(ask({ lots: 6 }), null);
});

test('a position beyond its size is refused, open orders at their worst', () => {
  const { ask, check } = aGate();
  assert.is(ask({ lots: 6 }), null);
  assert.equal(ask({ lots: 5 }), {
    ...{ kind: 'size-limit', of: 'position', lots: 11, limitLots: 10, largestLots: 4 },
  });
  assert.is(ask({ lots: 4 }), null);
  assert.is(ask({ lots: 6, side: 'sell', ticks: 101 }), null, 'the other side has its own room');
  assert.is(check.exposure(0).buyLots, 10);
});

test('mode and severities scale the size', () => {
  const { ask } = aGate();
  assert.equal(ask({ lots: 4 }, 0.5), {
    ...{ kind: 'size-limit', of: 'order', lots: 4, limitLots: 3, largestLots: 3 },
  });
  assert.is(ask({ lots: 3 }, 0.5), null);
  assert.equal(ask({ lots: 3 }, 0.5), {
    ...{ kind: 'size-limit', of: 'position', lots: 6, limitLots: 5, largestLots: 2 },
  });
});

test('a size that is too old refuses what increases, and what reduces always passes', () => {
  const { ask, check } = aGate();
  check.exposure(0).position = 40;
  assert.is(ask({ lots: 1 }, 1, 30e6)?.kind, 'size-limit');
  assert.equal(ask({ lots: 1 }, 1, 31e6), {
    ...{ kind: 'stale-risk', word: 'size', ageMs: 31, limitMs: 30 },
  });
  assert.is(ask({ lots: 40, side: 'sell' }, 1, 31e6), null);
});

test('without a size only what reduces passes', () => {
  const { ask, check } = aGate(0, 0);
  check.exposure(0).position = -3;
  assert.is(ask({ lots: 3 }), null);
  assert.is(ask({ lots: 1, side: 'sell', ticks: 101 })?.kind, 'size-limit');
});

test('no sequence of orders and fills passes a size', () => {
  const step = fc.record({
    isBuy: fc.boolean(),
    lots: fc.integer({ min: 1, max: 30 }),
    isFilled: fc.boolean(),
    size: fc.integer({ min: 0, max: 25 }),
  });
  law(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { ask, check, board } = aGate();
      for (const { isBuy, lots, isFilled, size } of steps) {
        board.write(0, size, size, 0);
        const before = check.exposure(0).worstLots;
        const side = isBuy ? ('buy' as const) : ('sell' as const);
        const ticks = isBuy ? 99 : 101;
        if (ask({ side, lots, ticks }) !== null) continue;
        const exposure = check.exposure(0);
        assert.ok(exposure.worstLots <= Math.max(size, before), `${exposure.worstLots}`);
        if (!isFilled) continue;
        exposure.position += isBuy ? lots : -lots;
        if (isBuy) exposure.buyLots -= lots;
        else exposure.sellLots -= lots;
      }
    }),
  );
});

const LOOSER: Record<string, unknown>[] = [
  { enabled: false },
  { staleSeconds: 60 },
  { kellyFraction: 0.5 },
  { startingFraction: 0.03 },
  { volatilityTarget: 0.02 },
  { valueAtRisk95Max: 0.03 },
  { valueAtRisk99Max: 0.04 },
  { symbolMax: 0.06 },
  { orderFraction: 0.6 },
  { liquidationMinutes: 61 },
  { participation: 0.2 },
  { notionalMin: 0.004 },
  { evidenceHalfLifeHours: 12 },
  { regimeScale: { turbulent: 0.3 } },
];
for (const change of LOOSER) {
  const key = Object.keys(change)[0] as string;
  test(`another sizing.${key} in the looser direction is found, the way back is none`, () => {
    const found = looserSizing(someSizing(), someSizing(change));
    assert.is(found.length, 1);
    assert.match(found[0] ?? '', `sizing.${key}`);
    assert.equal(looserSizing(someSizing(change), someSizing()), []);
  });
}

test('a leverage is looser when it is larger, and settings must fit each other', () => {
  const tight = someSizing({ leverageMax: 2 });
  assert.equal(looserSizing(tight, someSizing()), ['sizing.leverageMax: 2 → 3']);
  assert.throws(() => someSizing({ everySeconds: 20 }), /twice everySeconds/);
  assert.throws(() => someSizing({ symbolMax: 0.02 }), /at most symbolMax/);
  assert.throws(() => someSizing({ leverageMax: 3.5 }));
});

test.run();
