import type { ControlEvent } from '../../src/control/events.ts';
import { Aggregation, type AggregationOptions } from '../../src/market/aggregation/aggregation.ts';
import type {
  BarClosed,
  BarKind,
  BucketClosed,
} from '../../src/market/aggregation/market-series.ts';
import type { TrackedMarket, UnsoundState } from '../../src/market/aggregation/market-track.ts';
import type { Log } from '../../src/ops/log.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { ActorRef } from '../runtime/ref.ts';
import type { AggregatorMessage } from './aggregator-message.ts';

/** Who wants to hear of what closes in a market, by the index of its instrument. */
export interface SeriesListeners {
  readonly bars: (instrument: number, series: BarKind) => readonly ActorRef<BarClosed>[];
  readonly buckets: (instrument: number) => readonly ActorRef<BucketClosed>[];
}

export interface AggregatorOptions
  extends Omit<AggregationOptions, 'onUnsound' | 'onBar' | 'wantsBuckets' | 'onBucket'> {
  readonly listeners: SeriesListeners;
  readonly journal: (event: ControlEvent) => void;
  readonly log: Log;
}

const WATCH_MS = 250;
/** A book that comes and goes is an incident of its market at most so often. */
const INCIDENT_NS = 10e9;

/**
 * One market out of those of all venues: best execution, bars, health and failover. It begins anew
 * after a crash and prices nothing until each market is heard of again; no order waits for it.
 */
export function aggregatorActor(
  options: AggregatorOptions,
): ActorSpec<Aggregation, AggregatorMessage> {
  const { listeners, journal, log } = options;
  type Ctx = Context<AggregatorMessage>;

  const unsoundness = (ctx: Ctx) => {
    const toldNs = options.markets.map(() => Number.NEGATIVE_INFINITY);
    return ({ instrument }: TrackedMarket, state: UnsoundState): void => {
      // Risk opens C13 for it, as for a book that its feed has given up.
      ctx.send(address.risk, { kind: 'quote-lost', instrument: instrument.index, reason: state });
      const nowNs = ctx.clock.mono();
      if (nowNs - (toldNs[instrument.index] as number) < INCIDENT_NS) return;
      toldNs[instrument.index] = nowNs;
      const detail = `the book of ${instrument.symbol} at ${instrument.venue} is ${state}`;
      log('warn', ctx.path, 'book-unsound', { detail });
      journal({ kind: 'incident', what: 'book-unsound', where: ctx.path, detail });
    };
  };

  return {
    kind: 'aggregator',
    mailbox: { capacity: 16_384, overflow: 'reject' },
    start(ctx) {
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      return new Aggregation(
        {
          ...options,
          onUnsound: unsoundness(ctx),
          wantsBuckets: (instrument) => listeners.buckets(instrument).length > 0,
          onBar(closed) {
            for (const listener of listeners.bars(closed.bar.instrument, closed.series)) {
              ctx.send(listener, closed);
            }
          },
          onBucket(closed) {
            for (const listener of listeners.buckets(closed.instrument)) ctx.send(listener, closed);
          },
        },
        ctx.clock.mono() / 1e6,
      );
    },
    receive(state, message, ctx) {
      const nowMs = ctx.clock.mono() / 1e6;
      switch (message.kind) {
        case 'quote-updated':
        case 'quote-lost':
          state.onQuote(message, nowMs);
          break;
        case 'trade-printed':
          state.onTrade(message, nowMs);
          break;
        case 'api-answered':
          state.onAnswer(message.venue, !NO_ANSWER.includes(message.outcome), nowMs);
          break;
        case 'clock-measured':
          state.onRoundTrip(message.venue, 2 * message.errorMs);
          break;
        case 'watch':
          state.tick(nowMs);
          break;
        case 'report':
          ctx.send(message.reply, state.report(nowMs));
          break;
        case 'place':
          ctx.send(
            message.reply,
            message.orders.map((order) => options.shelf.placeOf(order)),
          );
          break;
        case 'price':
          ctx.send(message.reply, state.execution(message.symbol, message.wish, nowMs));
          break;
        case 'tell-bars':
          ctx.send(message.reply, state.series(message.symbol, message.series, message.count));
          break;
        case 'venue-announced':
          state.onAnnounced(message.venue, message.status);
          break;
        default:
          // What else is told of a market or a venue says nothing about how to choose one.
          break;
      }
      return state;
    },
    view: (state) => state.report(),
  };
}

const NO_ANSWER: readonly string[] = ['timeout', '5xx'];
