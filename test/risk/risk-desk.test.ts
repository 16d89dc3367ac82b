import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountOf, lotsOf } from '../../src/core/units.ts';
import type { LedgerEvent } from '../../src/execution/ledger.ts';
import type { Fill, OrderIntent, Side } from '../../src/execution/order.ts';
import type { OrderUpdated } from '../../src/execution/order-manager.ts';
import { applyFill, FLAT } from '../../src/execution/positions.ts';
import { RiskDesk, type RiskState } from '../../src/risk/risk-desk.ts';
import { law } from '../support/law.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { someLimits } from '../support/trade/limits.ts';
import { accepted, aPair, aStop, triggered } from '../support/trade/natives.ts';
import { aFill, anOrder, aRecord, type LaterEvent } from '../support/trade/orders.ts';

const DAY_MS = 86_400_000;
const ONE = 100_000_000n;
const instruments = [
  anInstrument({ tick: '1', lot: '1', notionalMin: '0' }),
  anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH', tick: '1', lot: '1' }),
];

function aRiskDesk(state: Partial<RiskState> = {}): RiskDesk {
  const whole = { positions: new Map(), openOrders: [], day: null, ...state };
  return new RiskDesk(instruments, someLimits(), whole, 0);
}

/** A fill of so many lots at a price of whole ticks, worth what it says. */
const fillAt = (lots: number, ticks: number, fee = 0n, feeAsset = 'USDT'): Fill =>
  aFill({ lots, ticks, quote: BigInt(lots * ticks) * ONE, fee, feeAsset });

const updated = (order: OrderIntent, ...events: readonly LaterEvent[]): OrderUpdated => ({
  kind: 'order-updated',
  record: aRecord(order, ...events),
  event: events.at(-1) ?? { kind: 'order-submitted', order },
  incident: null,
});

const filled = (side: Side, fill: Fill): OrderUpdated => {
  const order = anOrder({ side, lots: fill.lots, ticks: fill.ticks });
  return updated(order, { kind: 'order-filled', clientId: order.clientId, fill });
};

const external = (side: Side, fill: Fill, symbol = 'BTCUSDT', venue = 'binance'): LedgerEvent => ({
  kind: 'external-filled',
  venue,
  symbol,
  side,
  fill,
});

test('a new desk takes over positions, open orders and the day from the journal', () => {
  const position = applyFill(FLAT, {
    side: 'buy',
    lots: lotsOf(3),
    quote: amountOf(300n * ONE),
    fee: amountOf(2n * ONE),
  });
  const open = aRecord(anOrder({ lots: 10, ticks: 90 }), {
    kind: 'order-filled',
    clientId: 'desk-1-mm-1',
    fill: fillAt(4, 90),
  });
  const desk = aRiskDesk({
    positions: new Map([[0, position]]),
    openOrders: [open],
    day: { kind: 'risk-day-opened', day: 20, profit: amountOf(5n * ONE) },
  });
  const none = { position: 0, buyLots: 0, sellLots: 0, openOrders: 0 };
  assert.equal(desk.summary(), {
    lossToday: 7,
    touches: [null, null],
    exposures: [
      { symbol: 'BTCUSDT', position: 3, buyLots: 6, sellLots: 0, openOrders: 1 },
      { symbol: 'ETHUSDT', ...none },
    ],
  });
  assert.is(desk.roll(20 * DAY_MS + 1), null);
  assert.equal(desk.roll(21 * DAY_MS), {
    kind: 'risk-day-opened',
    day: 21,
    profit: -2n * ONE,
  });
});

test('what waited before a restart waits after it, until it is told to have woken', () => {
  const parts = { side: 'sell', kind: 'market', ticks: 0, lots: 10, trigger: aStop(90) } as const;
  const stop = anOrder(parts);
  const desk = aRiskDesk({ openOrders: [aRecord(stop, accepted())] });
  const exposure = desk.check.exposure(0);
  exposure.position = 10;
  assert.equal([exposure.sellLots, exposure.crosses('buy', 100)], [10, null]);
  assert.not.ok(exposure.isShrunkBy(stop, 1), 'all that is held is kept already');
  desk.onOrder(updated(stop, accepted(), triggered()));
  assert.equal([exposure.sellLots, exposure.crosses('buy', 100)], [10, stop.clientId]);
  const pair = anOrder({ clientId: 'pair', side: 'sell', ticks: 110, trigger: aPair(90) });
  desk.onOrder(updated(pair, accepted('78', 'pair')));
  assert.is(exposure.crosses('buy', 109), stop.clientId);
  desk.onOrder(updated(stop, { kind: 'order-canceled', clientId: stop.clientId, reason: '' }));
  assert.equal([exposure.crosses('buy', 109), exposure.crosses('buy', 110)], [null, 'pair']);
  desk.onOrder(updated(pair, triggered('79', 'pair')));
  assert.is(exposure.crosses('buy', 1), 'pair', 'a market order by now');
});

test('an order counts from its submission until its proven end', () => {
  const desk = aRiskDesk();
  const order = anOrder({ lots: 10, ticks: 100 });
  const { clientId } = order;
  const lotsAfter = (...events: readonly LaterEvent[]): number => {
    desk.onOrder(updated(order, ...events));
    return desk.check.exposure(0).buyLots;
  };
  const unknown = { kind: 'order-outcome-unknown', clientId, reason: 'timeout' } as const;
  const fill = { kind: 'order-filled', clientId, fill: fillAt(4, 100) } as const;
  assert.is(lotsAfter(), 10);
  assert.is(lotsAfter(unknown), 10);
  assert.is(lotsAfter(unknown, fill), 6);
  assert.is(lotsAfter(unknown, fill, { kind: 'order-canceled', clientId, reason: 'x' }), 0);
  assert.is(desk.check.exposure(0).openOrders, 0);
  assert.is(desk.check.exposure(0).position, 4);
});

test('fills of others at the venue move the position of their instrument and no other', () => {
  const desk = aRiskDesk();
  desk.onLedgerEvent(external('sell', fillAt(2, 100), 'ETHUSDT'));
  desk.onLedgerEvent(external('buy', fillAt(9, 100), 'SOLUSDT'));
  desk.onLedgerEvent(external('buy', fillAt(9, 100), 'ETHUSDT', 'kraken'));
  desk.onLedgerEvent({
    kind: 'transferred',
    venue: 'binance',
    transferId: '1',
    asset: 'BTC',
    amount: amountOf(5n),
    reason: 'deposit',
  });
  assert.equal(
    desk.summary().exposures.map(({ position }) => position),
    [0, -2],
  );
});

test('open lots are marked at the mid, long and short', () => {
  const desk = aRiskDesk();
  desk.roll(0);
  desk.onQuote(0, 99, 101, 0);
  desk.onOrder(filled('buy', fillAt(2, 101)));
  assert.is(desk.check.profit.lossToday(), 2);
  desk.onQuote(0, 109, 111, 0);
  assert.is(desk.check.profit.lossToday(), -18);
  desk.onOrder(filled('sell', fillAt(5, 110)));
  assert.is(desk.check.profit.lossToday(), -18);
  desk.onQuote(0, 119, 121, 0);
  assert.is(desk.check.profit.lossToday(), 12);
});

test('a market that is lost leaves the last mark, and a flat position none', () => {
  const desk = aRiskDesk();
  desk.roll(0);
  desk.onOrder(filled('buy', fillAt(2, 100)));
  assert.is(desk.check.profit.lossToday(), 0);
  desk.onQuote(0, 89, 91, 0);
  desk.onQuote(0, 0, 0, 0);
  assert.is(desk.check.profit.lossToday(), 20);
  desk.onOrder(filled('sell', fillAt(2, 95)));
  assert.is(desk.check.profit.lossToday(), 10);
});

test('fees in quote and base cost what they are worth, in a third asset nothing', () => {
  const lossOf = (fee: bigint, asset: string): number => {
    const desk = aRiskDesk();
    desk.roll(0);
    desk.onQuote(0, 100, 100, 0);
    desk.onOrder(filled('buy', fillAt(1, 100, fee, asset)));
    return desk.check.profit.lossToday();
  };
  assert.equal([lossOf(3n * ONE, 'USDT'), lossOf(ONE / 50n, 'BTC'), lossOf(ONE, 'BNB')], [3, 2, 0]);
});

interface Trade {
  readonly side: Side;
  readonly lots: number;
  readonly ticks: number;
  readonly fee: number;
  readonly isOurs: boolean;
}

const aTrade: fc.Arbitrary<Trade> = fc.record({
  side: fc.constantFrom<Side[]>('buy', 'sell'),
  lots: fc.integer({ min: 1, max: 20 }),
  ticks: fc.integer({ min: 80, max: 120 }),
  fee: fc.integer({ min: -3, max: 5 }),
  isOurs: fc.boolean(),
});

test('the loss of the day is the cash that left, less what the position is worth', () => {
  law(
    fc.property(fc.array(aTrade, { maxLength: 30 }), (trades) => {
      const desk = aRiskDesk();
      desk.roll(0);
      let [cash, lots] = [0, 0];
      for (const { side, lots: traded, ticks, fee, isOurs } of trades) {
        const fill = fillAt(traded, ticks, BigInt(fee) * ONE);
        if (isOurs) desk.onOrder(filled(side, fill));
        else desk.onLedgerEvent(external(side, fill));
        const sign = side === 'buy' ? 1 : -1;
        cash -= sign * traded * ticks + fee;
        lots += sign * traded;
        desk.onQuote(0, ticks - 1, ticks + 1, 0);
        const loss = desk.check.profit.lossToday();
        assert.ok(Math.abs(loss + cash + lots * ticks) < 1e-5, `${loss} after ${trades.length}`);
        assert.is(desk.check.exposure(0).position, lots);
      }
    }),
  );
});

test.run();
