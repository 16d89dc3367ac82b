import fc from 'fast-check';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import type { Exchange } from '../../../src/simulation/exchange/exchange.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import type { NewOrder, VenueTrigger } from '../../../src/simulation/exchange/orders.ts';
import { anOrder, ticks } from './fixtures.ts';

const MIDDLE = ticks('60000.00');

/** Distances from the middle, in ticks of 10, so that orders meet and triggers are reached. */
const away = fc.integer({ min: -4, max: 4 });
const size = fc.integer({ min: 20, max: 60_000 }).map((lots) => lots as Lots);
const side = fc.constantFrom('buy' as const, 'sell' as const);
const trader = fc.constantFrom('alice', 'bob');
const prevention = fc.constantFrom(
  'none' as const,
  'expire-taker' as const,
  'expire-maker' as const,
  'expire-both' as const,
);
const common = { trader, side, away, size, prevention };

const trail = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 1, max: 30 }).map((distance) => ({ ticks: distance as Ticks })),
  fc.constant({ bips: 10 }),
);

/** One operation of an account or the crowd, kinds of orders that the venue keeps among them. */
export const nativeStep = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('limit' as const), ...common }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('market' as const), ...common }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ...common,
      trigger: fc.record({
        direction: fc.constantFrom('rises-to' as const, 'falls-to' as const),
        at: fc.oneof(fc.constant(null), away),
        trail,
      }),
      isMarket: fc.boolean(),
      timeInForce: fc.constantFrom('gtc' as const, 'ioc' as const, 'fok' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('iceberg' as const),
      ...common,
      parts: fc.integer({ min: 2, max: 10 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pair' as const),
      ...common,
      stop: away,
      isMarket: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('bracket' as const),
      ...common,
      stop: away,
      limit: fc.option(away),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('rest' as const), side, away, size }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), side, size }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cancel' as const), trader, nth: fc.nat(20) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel-all' as const), trader }) },
);

export type NativeStep = typeof nativeStep extends fc.Arbitrary<infer T> ? T : never;

const priceAt = (distance: number): Ticks => (MIDDLE + 10 * distance) as Ticks;

/**
 * Carries out one step; what the venue refuses changes nothing.
 *
 * @param adapted the order that is placed instead
 */
export function runNative(
  exchange: Exchange,
  market: MarketState,
  step: NativeStep,
  adapted: (order: NewOrder) => NewOrder = (order) => order,
): void {
  switch (step.kind) {
    case 'rest':
      exchange.crowdRest(market, step.side, priceAt(step.away), step.size);
      return;
    case 'take':
      exchange.crowdTake(market, step.side, step.size, null);
      return;
    case 'cancel': {
      const open = [...(exchange.account(step.trader)?.open.values() ?? [])];
      const order = open[step.nth % Math.max(1, open.length)];
      if (order === undefined) return;
      const { orderId } = order;
      exchange.cancel(step.trader, { symbol: 'BTCUSDT', orderId, clientId: null });
      return;
    }
    case 'cancel-all':
      exchange.cancelAll(step.trader, 'BTCUSDT');
      return;
    case 'pair': {
      const { target, stop } = pairOf(step);
      const clientId = `list of ${target.clientId}`;
      const pair = { target: adapted(target), stop: adapted(stop), clientId };
      exchange.placePair(step.trader, pair);
      return;
    }
    default:
      exchange.place(step.trader, adapted(orderOf(step)));
  }
}

type StepOf<Kind extends NativeStep['kind']> = Extract<NativeStep, { kind: Kind }>;

function orderOf(step: StepOf<'limit' | 'market' | 'wait' | 'iceberg' | 'bracket'>): NewOrder {
  const limit = {
    side: step.side,
    ticks: priceAt(step.away),
    lots: step.size,
    selfTradePrevention: step.prevention,
  };
  const market = { ...limit, type: 'market', ticks: 0 as Ticks, timeInForce: 'ioc' } as const;
  switch (step.kind) {
    case 'limit':
      return anOrder(limit);
    case 'market':
      return anOrder(market);
    case 'wait': {
      const { direction, at, trail: follows } = step.trigger;
      const from = at === null ? (0 as Ticks) : priceAt(at);
      const trigger: VenueTrigger = { direction, ticks: from, reference: 'last', trail: follows };
      const { timeInForce } = step;
      return anOrder(step.isMarket ? { ...market, trigger } : { ...limit, timeInForce, trigger });
    }
    case 'iceberg':
      return anOrder({ ...limit, shownLots: Math.ceil(step.size / step.parts) as Lots });
    case 'bracket': {
      const limitTicks = step.limit === null ? (0 as Ticks) : priceAt(step.limit);
      return anOrder({ ...limit, bracket: { ticks: priceAt(step.stop), limitTicks } });
    }
  }
}

function pairOf({
  side: way,
  away: at,
  size: lots,
  stop,
  isMarket,
  prevention: mode,
}: StepOf<'pair'>) {
  const leg = { side: way, lots, selfTradePrevention: mode };
  const direction = way === 'sell' ? 'falls-to' : 'rises-to';
  const trigger: VenueTrigger = {
    direction,
    ticks: priceAt(stop),
    reference: 'last',
    trail: null,
  };
  const market = { type: 'market', ticks: 0 as Ticks, timeInForce: 'ioc' } as const;
  const limit = { ticks: priceAt(way === 'sell' ? stop - 1 : stop + 1) };
  return {
    target: anOrder({ ...leg, ticks: priceAt(at) }),
    stop: anOrder({ ...leg, ...(isMarket ? market : limit), trigger }),
  };
}
