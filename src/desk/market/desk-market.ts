import { address } from '../../../actors/addresses.ts';
import type { BarsAnswer, QuoteAnswer } from '../../../actors/market-data/aggregator-message.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import type { Reply } from '../../../actors/runtime/ref.ts';
import { didYouMean } from '../../commands/command.ts';
import type {
  BackfillLine,
  BarRow,
  BucketRow,
  MarketLine,
  MarketPort,
  QueueRow,
  VenueReport,
} from '../../commands/market-data/market-port.ts';
import { type Instrument, priceText, quantityText } from '../../core/instrument.ts';
import { err, ok } from '../../core/result.ts';
import { lotsOf, ticksOf } from '../../core/units.ts';
import { isWorking } from '../../execution/native/waking.ts';
import type { OrderRecord } from '../../execution/order.ts';
import type {
  AggregationReport,
  MarketRow,
  WordFault,
} from '../../market/aggregation/aggregation.ts';
import type { Bar } from '../../market/bars/bar.ts';
import type { EventBucket } from '../../market/bars/event-buckets.ts';
import type { OrderPlace } from '../../market/consolidated/book-shelf.ts';
import { oneWay } from '../../market/latency/one-way.ts';
import type { MarketQualitySummary } from '../../market/quality/market-quality.ts';

const ASK_TIMEOUT_MS = 5_000;

/** What a venue actor shows of its clock. */
interface ClockView {
  readonly clockAheadMs: number | null;
  readonly clockErrorMs: number | null;
}

/** What a venue actor shows of its orders. */
interface OrdersView {
  readonly orders: readonly OrderRecord[];
}

const NO_ORDERS: OrdersView = { orders: [] };
const NO_CLOCK: ClockView = { clockAheadMs: null, clockErrorMs: null };

/** What people may ask of all venues taken together, from the actors that know. */
export function deskMarket(lane: Lane, instruments: readonly Instrument[]): MarketPort {
  const view = <T>(path: string, otherwise: T): T => {
    const found = lane.view(path);
    // An actor that has not started yet has no state to show.
    return found.ok && found.value !== undefined ? (found.value as T) : otherwise;
  };
  const clockOf = (venue: string): ClockView => {
    const { clockAheadMs, clockErrorMs } = view(address.venue(venue).path, NO_CLOCK);
    return { clockAheadMs, clockErrorMs };
  };
  const lineOf = (
    row: MarketRow,
    quality: Readonly<Record<string, MarketQualitySummary>>,
  ): MarketLine => {
    const judged = quality[`${row.venue} ${row.symbol}`];
    const { clockAheadMs, clockErrorMs } = clockOf(row.venue);
    const latency = judged?.latency ?? null;
    const isTimed = latency !== null && clockAheadMs !== null && clockErrorMs !== null;
    return {
      ...row,
      score: judged?.score ?? null,
      missing: judged?.missing ?? 0,
      latency: isTimed ? oneWay(latency, clockAheadMs, clockErrorMs) : null,
    };
  };
  return {
    async report() {
      const ask = (reply: Reply<AggregationReport>) => ({ kind: 'report' as const, reply });
      const { venues, markets, ...rest } = await lane.ask(address.aggregator, ask, ASK_TIMEOUT_MS);
      const quality = view<Readonly<Record<string, MarketQualitySummary>>>(
        address.quality.path,
        {},
      );
      return {
        ...rest,
        venues: venues.map((row): VenueReport => ({ ...row, ...clockOf(row.venue) })),
        markets: markets.map((row) => lineOf(row, quality)),
        backfill: view<BackfillLine | null>(address.backfill.path, null),
      };
    },
    async quote(symbol, wish) {
      const ask = (reply: Reply<QuoteAnswer>) => ({ kind: 'price' as const, symbol, wish, reply });
      const answer = await lane.ask(address.aggregator, ask, ASK_TIMEOUT_MS);
      if (answer.ok) return answer;
      if (answer.error.kind === 'unknown-market') return err(unknownText(answer.error));
      return err(`found the size ${answer.error.found}, wanted a number above 0`);
    },
    async queues() {
      const venues = [...new Set(instruments.map(({ venue }) => venue))];
      const resting = venues
        .flatMap((venue) => view<OrdersView>(address.venue(venue).path, NO_ORDERS).orders)
        .filter((record) => record.order.ticks > 0 && isWorking(record));
      const orders = resting.map(({ order: { instrument, side, ticks }, venueOrderId }) => ({
        ...{ instrument, side, ticks, venueOrderId },
      }));
      const ask = (reply: Reply<readonly OrderPlace[]>) => ({
        ...{ kind: 'place' as const, orders, reply },
      });
      const places = await lane.ask(address.aggregator, ask, ASK_TIMEOUT_MS);
      return resting.map((record, at): QueueRow => {
        const of = instruments[record.order.instrument] as Instrument;
        return queueRow(of, record, places[at] as OrderPlace);
      });
    },
    async bars(symbol, series, count) {
      const ask = (reply: Reply<BarsAnswer>) => ({
        ...{ kind: 'tell-bars' as const, symbol, series, count, reply },
      });
      const answer = await lane.ask(address.aggregator, ask, ASK_TIMEOUT_MS);
      if (!answer.ok) return err(unknownText(answer.error));
      return ok(
        answer.value.flatMap(({ instrument, rows }) => {
          const of = instruments[instrument] as Instrument;
          return rows.map((row) => ('openMs' in row ? barRow(of, row) : bucketRow(of, row)));
        }),
      );
    },
  };
}

function queueRow(
  instrument: Instrument,
  { order, filledLots }: OrderRecord,
  { ahead, levelLots }: OrderPlace,
): QueueRow {
  const size = (lots: number): string => quantityText(instrument, lotsOf(Math.round(lots)));
  return {
    market: `${instrument.venue} ${instrument.symbol}`,
    clientId: order.clientId,
    side: order.side,
    price: priceText(instrument, order.ticks),
    left: size(order.lots - filledLots),
    ahead: ahead === null ? null : size(ahead.lots),
    ordersAhead: ahead === null ? null : ahead.orders,
    level: levelLots === null ? null : size(levelLots),
  };
}

function unknownText({ found, known }: WordFault): string {
  const meant = didYouMean(known, found);
  const hint = meant === null ? `wanted one of ${known.join(', ')}` : `did you mean ${meant}?`;
  return `no market is called ${found}: ${hint}`;
}

function barRow(instrument: Instrument, bar: Bar): BarRow {
  const price = (ticks: number): string => priceText(instrument, ticksOf(Math.round(ticks)));
  const size = (lots: number): string => quantityText(instrument, lotsOf(Math.round(lots)));
  return {
    market: `${instrument.venue} ${instrument.symbol}`,
    openAt: new Date(bar.openMs).toISOString(),
    closeAt: new Date(bar.closeMs).toISOString(),
    open: price(bar.open),
    high: price(bar.high),
    low: price(bar.low),
    close: price(bar.close),
    quantity: size(bar.lots),
    bought: size(bar.boughtLots),
    notional: bar.notional * instrument.tickSize * instrument.lotSize,
    trades: bar.trades,
  };
}

function bucketRow({ venue, symbol, tickSize }: Instrument, bucket: EventBucket): BucketRow {
  return {
    market: `${venue} ${symbol}`,
    ...bucket,
    firstMid: bucket.firstMid * tickSize,
    lastMid: bucket.lastMid * tickSize,
    highMid: bucket.highMid * tickSize,
    lowMid: bucket.lowMid * tickSize,
  };
}
