import { crc32 } from 'node:zlib';
import type { Instrument } from '../../../core/instrument.ts';
import { ticksOf } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import type { MarketView, OrderView } from '../../exchange/port.ts';
import { priceOf, sizeOf, timeText } from '../call.ts';
import { orderIdText } from '../names.ts';
import { raw, writeJson } from '../raw-json.ts';

/** Levels a side that a checksum covers. */
const CHECKSUM_LEVELS = 10;

/** An order as subscribers know it. */
interface ToldOrder {
  readonly orderId: number;
  readonly ticks: number;
  readonly lots: number;
  /** When it was told so; the book itself keeps no times. */
  readonly ms: number;
}

interface Change extends ToldOrder {
  readonly event: 'add' | 'modify' | 'delete' | null;
}

/** Levels best first, each with its orders, first to trade first. */
type Levels = readonly (readonly ToldOrder[])[];

/**
 * One book by order at one depth as subscribers see it. They put what is new, larger or elsewhere
 * at the back of its queue, in the order of the frame, and let go of levels that become too deep.
 */
export class Level3Channel {
  readonly #market: MarketView;
  readonly #depth: number;
  /** What subscribers have been told. */
  #told: Readonly<Record<Side, Levels>> = { buy: [], sell: [] };

  /** Null for a market that knows levels alone. */
  static of(market: MarketView, depth: number): Level3Channel | null {
    const knowsOrders = market.queue('buy', ticksOf(1)) !== null;
    return knowsOrders ? new Level3Channel(market, depth) : null;
  }

  private constructor(market: MarketView, depth: number) {
    this.#market = market;
    this.#depth = depth;
  }

  /** The book as it was last told. */
  snapshot(nowMs: number, moreDecimals: number): string {
    const all = (which: Side): readonly Change[] =>
      this.#told[which].flat().map((order) => ({ ...order, event: null }));
    return this.#frame('snapshot', { buy: all('buy'), sell: all('sell') }, nowMs, moreDecimals);
  }

  /** What has changed since; null when nothing has within the depth. */
  update(nowMs: number, moreDecimals: number): string | null {
    const before = this.#told;
    const now = { buy: this.#levels('buy', nowMs), sell: this.#levels('sell', nowMs) };
    const changed = {
      buy: changes(before.buy, now.buy, this.#depth, -1),
      sell: changes(before.sell, now.sell, this.#depth, 1),
    };
    this.#told = now;
    if (changed.buy.length + changed.sell.length === 0) return null;
    return this.#frame('update', changed, nowMs, moreDecimals);
  }

  #levels(side: Side, nowMs: number): Levels {
    const told = new Map(this.#told[side].flat().map((order) => [order.orderId, order]));
    return this.#market.depth(side, this.#depth).map(({ ticks }) =>
      (this.#market.queue(side, ticks) ?? []).map(({ orderId, lots }: OrderView): ToldOrder => {
        const known = told.get(orderId);
        const isSame = known?.ticks === ticks && known.lots === lots;
        return isSame ? known : { orderId, ticks, lots, ms: nowMs };
      }),
    );
  }

  #frame(
    type: 'snapshot' | 'update',
    orders: Readonly<Record<Side, readonly Change[]>>,
    nowMs: number,
    moreDecimals: number,
  ): string {
    const { instrument } = this.#market.rules;
    const side = (which: Side): unknown =>
      orders[which].map(({ event, orderId, ticks, lots, ms }) => ({
        event: event ?? undefined,
        order_id: orderIdText(orderId),
        limit_price: raw(priceOf(instrument, ticks, moreDecimals)),
        order_qty: raw(sizeOf(instrument, lots)),
        timestamp: timeText(type === 'snapshot' ? ms : nowMs),
      }));
    const book = {
      symbol: instrument.symbol,
      checksum: checksumOf(this.#told, instrument, moreDecimals),
      bids: side('buy'),
      asks: side('sell'),
    };
    return writeJson({ channel: 'level3', type, data: [book] });
  }
}

/** What leads from one side to the other for who keeps the rule of the queue. */
function changes(before: Levels, now: Levels, depth: number, sign: 1 | -1): readonly Change[] {
  const places = new Map(before.flat().map((order, place) => [order.orderId, { order, place }]));
  const kept = new Set(now.flat().map(({ orderId }) => orderId));
  const deepest = now.length < depth ? Number.POSITIVE_INFINITY : sign * (lastTicks(now) ?? 0);
  const gone: Change[] = before
    .flat()
    .filter(({ orderId, ticks }) => !kept.has(orderId) && sign * ticks <= deepest)
    .map((order) => ({ ...order, event: 'delete' }));
  const put: Change[] = [];
  for (const level of now) {
    // Who stays does so before all that are put at the back.
    let place = -1;
    for (const order of level) {
      const known = places.get(order.orderId);
      const stays =
        known !== undefined &&
        known.order.ticks === order.ticks &&
        known.order.lots >= order.lots &&
        known.place > place;
      if (stays && known.order.lots === order.lots) {
        place = known.place;
      } else if (stays) {
        place = known.place;
        put.push({ ...order, event: 'modify' });
      } else {
        place = Number.POSITIVE_INFINITY;
        const isBehind = known?.order.ticks === order.ticks && known.order.lots >= order.lots;
        if (isBehind) gone.push({ ...known.order, event: 'delete' });
        put.push({ ...order, event: known === undefined || isBehind ? 'add' : 'modify' });
      }
    }
  }
  return [...gone, ...put];
}

function lastTicks(levels: Levels): number | undefined {
  return levels.at(-1)?.[0]?.ticks;
}

/** By the venue's description, in texts: it knows nothing of how a client counts. */
function checksumOf(
  { buy, sell }: Readonly<Record<Side, Levels>>,
  instrument: Instrument,
  moreDecimals: number,
): number {
  const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '');
  const side = (levels: Levels): string =>
    levels
      .slice(0, CHECKSUM_LEVELS)
      .flat()
      .map(({ ticks, lots }) => {
        const price = priceOf(instrument, ticks, moreDecimals);
        return digits(price) + digits(sizeOf(instrument, lots));
      })
      .join('');
  return crc32(side(sell) + side(buy));
}
