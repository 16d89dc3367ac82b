import type { ControlEvent } from '../../src/control/events.ts';
import type { Result } from '../../src/core/result.ts';
import type { Log } from '../../src/ops/log.ts';
import type { MarketDataRemoved } from '../../src/storage/columns/sealed/retention.ts';
import { MarketTape, type Rung } from '../../src/storage/columns/tape.ts';
import type { TapeRelay } from '../../src/storage/columns/tape-relay.ts';
import type {
  MarketStoreEvent,
  OpenStore,
} from '../../src/storage/columns/threads/market-store.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';

export type RecorderMessage =
  | { readonly kind: 'opened'; readonly outcome: Result<OpenStore, string> }
  | { readonly kind: 'happened'; readonly event: MarketStoreEvent }
  | { readonly kind: 'watch' };

export interface RecorderOptions {
  readonly open: (onEvent: (event: MarketStoreEvent) => void) => Promise<Result<OpenStore, string>>;
  readonly relay: TapeRelay;
  /** Number of the venue in the dictionary of the store, by instrument. */
  readonly venues: readonly number[];
  /** Names of venues in the order of their numbers. */
  readonly venueNames: readonly string[];
  readonly journal: (event: MarketDataRemoved | ControlEvent) => void;
  readonly log: Log;
}

/** Local time follows the wall clock, and rungs are looked at, this often. */
const WATCH_MS = 1_000;
/** Every book is written anew with the hour, so that the files of an hour stand for themselves. */
const HOUR_MS = 3_600_000;

interface RecorderState {
  /** The store, once its threads are up; whoever ends the recorder waits for it. */
  readonly opening: Promise<Result<OpenStore, string>>;
  store: OpenStore | null;
  tape: MarketTape | null;
  rung: Rung;
  hour: number;
}

/**
 * Records what the feeds tell. They never wait for it: it opens its store beside them, and when a
 * disk fails it is started again with patience while they go on. What is durable survives it.
 */
export function recorderActor(options: RecorderOptions): ActorSpec<RecorderState, RecorderMessage> {
  const { open, relay, venues, venueNames, journal, log } = options;
  type Ctx = Context<RecorderMessage>;

  const tell = (ctx: Ctx, what: string, detail: string): void => {
    log('warn', ctx.path, what, { detail });
    journal({ kind: 'incident', what, where: ctx.path, detail });
  };

  const begin = (state: RecorderState, store: OpenStore, ctx: Ctx): void => {
    const { recovered } = store;
    log('info', ctx.path, 'recording', { ...recovered });
    if (recovered.lostRecords > 0) {
      tell(ctx, 'market-data-lost', `${recovered.lostRecords} records that were acknowledged`);
    }
    state.store = store;
    state.tape = new MarketTape(store.ring, venues, venueNames);
    state.tape.anchor(ctx.clock.now(), ctx.clock.mono());
    relay.attach(state.tape);
  };

  const onEvent = (event: MarketStoreEvent, ctx: Ctx): void => {
    if (event.kind === 'failed') throw new Error(`${event.by}: ${event.detail}`);
    if (event.kind === 'sealed') log('info', ctx.path, 'sealed', { ...event.totals });
    else if (event.kind === 'missing') {
      const { from, to, why } = event.missing;
      tell(ctx, 'market-data-missing', `records ${from} to ${to}: ${why}`);
    } else {
      const isDry = event.kind === 'would-remove';
      const why = isDry ? 'dry-run' : event.why;
      journal({ kind: 'market-data-removed', why, what: event.text });
      log('info', ctx.path, event.kind, { what: event.text });
      // Age is the order of things; what goes because the disk is full is not.
      if (!isDry && event.why !== 'age') tell(ctx, 'market-data-over-budget', event.text);
    }
  };

  const watch = (state: RecorderState, ctx: Ctx): void => {
    const { store, tape } = state;
    if (store === null || tape === null) return;
    tape.anchor(ctx.clock.now(), ctx.clock.mono());
    const hour = Math.floor(ctx.clock.now() / HOUR_MS);
    if (hour !== state.hour) {
      state.hour = hour;
      tape.freshen();
      store.roll();
    }
    const rung = tape.takeWorst();
    if (rung === state.rung) return;
    const { lost, conflated } = tape.counts;
    const counts = `${lost} records lost and ${conflated} conflated so far`;
    tell(ctx, 'recording-degraded', `from ${state.rung} to ${rung}, ${counts}`);
    state.rung = rung;
  };

  return {
    kind: 'recorder',
    start(ctx) {
      const onEventOf = ctx.fenced((event: MarketStoreEvent) => {
        ctx.ingest({ kind: 'happened', event });
      });
      const opened = ctx.fenced((outcome: Result<OpenStore, string>) => {
        ctx.ingest({ kind: 'opened', outcome });
      });
      const opening = open(onEventOf);
      void opening.then(opened);
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      return {
        opening,
        store: null,
        tape: null,
        rung: 'whole',
        hour: Math.floor(ctx.clock.now() / HOUR_MS),
      };
    },
    receive(state, message, ctx) {
      if (message.kind === 'opened') {
        if (!message.outcome.ok) throw new Error(message.outcome.error);
        begin(state, message.outcome.value, ctx);
      } else if (message.kind === 'happened') onEvent(message.event, ctx);
      else if (message.kind === 'watch') watch(state, ctx);
      else message satisfies never;
      return state;
    },
    async stop({ opening }) {
      relay.detach();
      const outcome = await opening;
      if (outcome.ok) await outcome.value.stop();
    },
    view: ({ store, tape, rung }) => ({
      rung,
      fill: tape?.fill ?? 0,
      recorded: tape?.counts ?? null,
      durable: store?.durable ?? 0,
      visible: store?.visible ?? 0,
      sealed: store?.totals ?? null,
    }),
  };
}
