import { crc32 } from 'node:zlib';
import type { Instrument } from '../../../core/instrument.ts';
import type { Side } from '../../../execution/order.ts';
import type { LevelView, MarketView } from '../../exchange/port.ts';
import { priceOf, sizeOf, timeText } from '../call.ts';
import { raw, writeJson } from '../raw-json.ts';

/** Levels a side that a checksum covers. */
const CHECKSUM_LEVELS = 10;

type Levels = ReadonlyMap<number, number>;

/**
 * One book at one depth as subscribers see it. What falls out of the depth is not told of; what
 * comes into it is.
 */
export class BookChannel {
  readonly #market: MarketView;
  readonly #depth: number;
  /** What subscribers have been told, best first. */
  #told: Readonly<Record<Side, Levels>> = { buy: new Map(), sell: new Map() };

  constructor(market: MarketView, depth: number) {
    this.#market = market;
    this.#depth = depth;
    this.#told = this.#levels();
  }

  /** The book as it was last told. */
  snapshot(nowMs: number, moreDecimals: number): string {
    const { buy, sell } = this.#told;
    return this.#frame('snapshot', { buy: [...buy], sell: [...sell] }, nowMs, moreDecimals);
  }

  /** What has changed since; null when nothing has within the depth. */
  update(nowMs: number, moreDecimals: number): string | null {
    const before = this.#told;
    const now = this.#levels();
    const changed = {
      buy: changes(before.buy, now.buy, this.#depth, -1),
      sell: changes(before.sell, now.sell, this.#depth, 1),
    };
    this.#told = now;
    if (changed.buy.length + changed.sell.length === 0) return null;
    return this.#frame('update', changed, nowMs, moreDecimals);
  }

  #levels(): Readonly<Record<Side, Levels>> {
    const side = (which: Side): Levels =>
      new Map(
        this.#market
          .depth(which, this.#depth)
          .map(({ ticks, lots }: LevelView) => [ticks as number, lots as number]),
      );
    return { buy: side('buy'), sell: side('sell') };
  }

  #frame(
    type: 'snapshot' | 'update',
    levels: Readonly<Record<Side, readonly (readonly [number, number])[]>>,
    nowMs: number,
    moreDecimals: number,
  ): string {
    const { instrument } = this.#market.rules;
    const side = (which: Side): unknown =>
      levels[which].map(([ticks, lots]) => ({
        price: raw(priceOf(instrument, ticks, moreDecimals)),
        qty: raw(sizeOf(instrument, lots)),
      }));
    const book = {
      symbol: instrument.symbol,
      bids: side('buy'),
      asks: side('sell'),
      checksum: checksumOf(this.#told, instrument, moreDecimals),
      timestamp: timeText(nowMs),
    };
    return writeJson({ channel: 'book', type, data: [book] });
  }
}

/** Levels whose size has changed, and those that are gone; not those that are merely too deep. */
function changes(
  before: Levels,
  now: Levels,
  depth: number,
  sign: 1 | -1,
): readonly (readonly [number, number])[] {
  const changed = [...now].filter(([ticks, lots]) => before.get(ticks) !== lots);
  const deepest = now.size < depth ? Number.POSITIVE_INFINITY : sign * (lastOf(now) ?? 0);
  const gone = [...before.keys()]
    .filter((ticks) => !now.has(ticks) && sign * ticks < deepest)
    .map((ticks) => [ticks, 0] as const);
  return [...gone, ...changed];
}

function lastOf(levels: Levels): number | undefined {
  return [...levels.keys()].at(-1);
}

/** By the venue's description, in texts: it knows nothing of how a client counts. */
function checksumOf(
  { buy, sell }: Readonly<Record<Side, Levels>>,
  instrument: Instrument,
  moreDecimals: number,
): number {
  const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '');
  const side = (levels: Levels): string =>
    [...levels]
      .slice(0, CHECKSUM_LEVELS)
      .map(([ticks, lots]) => {
        const price = priceOf(instrument, ticks, moreDecimals);
        return digits(price) + digits(sizeOf(instrument, lots));
      })
      .join('');
  return crc32(side(sell) + side(buy));
}
