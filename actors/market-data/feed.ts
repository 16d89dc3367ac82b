import type { HttpReply, Net, NetFault, WebSocketLink } from '../../src/core/env.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import type { Result } from '../../src/core/result.ts';
import type { QuoteMessage } from '../../src/market/quote.ts';
import type { Log } from '../../src/ops/log.ts';
import {
  BinanceStream,
  STREAM_PING,
  snapshotRequest,
  streamUrl,
} from '../../src/venues/binance/stream.ts';
import { Connection, type Patience } from '../../src/venues/connection.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { ActorRef } from '../runtime/ref.ts';
import { openSocket, type SocketMessage, watchSocket } from '../socket.ts';

export type FeedMessage =
  | SocketMessage
  | { readonly kind: 'connect' }
  | { readonly kind: 'watch' }
  | { readonly kind: 'ask-snapshot'; readonly view: number }
  | {
      readonly kind: 'snapshot';
      readonly view: number;
      readonly outcome: Result<HttpReply, NetFault>;
    };

export interface FeedOptions {
  readonly streamUrl: string;
  readonly restUrl: string;
  readonly instruments: readonly Instrument[];
  readonly net: Net;
  /** Who hears the quotes of an instrument, by its index; risk first. */
  readonly listeners: (instrument: number) => readonly ActorRef<QuoteMessage>[];
  readonly log: Log;
}

/** A market may be quiet for long; one that trades is stale to risk long before. */
const PATIENCE: Patience = { askAfterMs: 2_000, deadAfterMs: 8_000 };
const WATCH_MS = 500;
const SNAPSHOT_TIMEOUT_MS = 5_000;

/** Nothing of it survives a crash: a new incarnation connects and fetches snapshots. */
interface FeedState {
  readonly stream: BinanceStream;
  readonly connection: Connection;
  link: WebSocketLink;
}

type Ctx = Context<FeedMessage>;

/** Market data of one venue: owns the socket and the books behind it. */
export function feedActor(options: FeedOptions): ActorSpec<FeedState, FeedMessage> {
  const { net, log, instruments } = options;

  const connect = (ctx: Ctx): WebSocketLink =>
    openSocket(ctx, net, streamUrl(options.streamUrl, instruments));

  const tell = (ctx: Ctx, message: QuoteMessage): void => {
    for (const listener of options.listeners(message.instrument)) ctx.send(listener, message);
  };

  const askSnapshot = ({ stream, connection }: FeedState, view: number, ctx: Ctx): void => {
    const instrument = stream.views[view]?.instrument;
    if (instrument === undefined || !connection.isOpen) return;
    const waitMs = stream.snapshotWaitMs(ctx.clock.mono());
    if (waitMs > 0) {
      ctx.timers.start(`snapshot-${view}`, waitMs, { kind: 'ask-snapshot', view });
      return;
    }
    net.http(
      snapshotRequest(options.restUrl, instrument, SNAPSHOT_TIMEOUT_MS),
      ctx.fenced((outcome: Result<HttpReply, NetFault>) => {
        ctx.ingest({ kind: 'snapshot', view, outcome });
      }),
    );
  };

  const onFrame = (state: FeedState, frame: Uint8Array, atNs: number, ctx: Ctx): void => {
    const { stream } = state;
    state.connection.onHeard(atNs);
    const outcome = stream.onFrame(frame);
    if (outcome === 'quote') {
      tell(ctx, stream.quoted.quote(atNs));
    } else if (outcome === 'lost') {
      const lost = stream.quoted.lost(stream.lostBy);
      tell(ctx, lost);
      log('warn', ctx.path, 'book-lost', { ...lost });
      askSnapshot(state, stream.views.indexOf(stream.quoted), ctx);
    } else if (outcome !== 'nothing') {
      log('warn', ctx.path, `${outcome}-frame`, { fault: stream.fault });
    }
  };

  type Snapshot = Extract<FeedMessage, { kind: 'snapshot' }>;

  const onSnapshot = (state: FeedState, { view, outcome }: Snapshot, ctx: Ctx): void => {
    const { stream, connection } = state;
    if (!connection.isOpen || stream.views[view]?.sync.isLive !== false) return;
    const failed = stream.onSnapshot(view, outcome, ctx.random);
    if (failed === null) {
      tell(ctx, stream.quoted.quote(ctx.clock.mono()));
      return;
    }
    log('info', ctx.path, 'no-snapshot', failed);
    ctx.timers.start(`snapshot-${view}`, failed.againMs, { kind: 'ask-snapshot', view });
  };

  const onOpened = (state: FeedState, ctx: Ctx): void => {
    state.connection.onOpened();
    log('info', ctx.path, 'connected');
    for (let view = 0; view < state.stream.views.length; view += 1) askSnapshot(state, view, ctx);
  };

  const onClosed = ({ stream, connection }: FeedState, why: string, ctx: Ctx): void => {
    stream.reset();
    for (const view of stream.views) tell(ctx, view.lost('disconnected'));
    const againMs = connection.onClosed();
    log('warn', ctx.path, 'disconnected', { why, againMs });
    ctx.timers.start('connect', againMs, { kind: 'connect' });
  };

  return {
    kind: 'feed',
    mailbox: { capacity: 8192, overflow: 'reject' },
    start(ctx) {
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      return {
        stream: new BinanceStream(instruments),
        connection: new Connection(ctx.clock, ctx.random, PATIENCE),
        link: connect(ctx),
      };
    },
    receive(state, message, ctx) {
      if (message.kind === 'frame') onFrame(state, message.frame, message.receivedNs, ctx);
      else if (message.kind === 'opened') onOpened(state, ctx);
      else if (message.kind === 'closed') onClosed(state, message.why, ctx);
      else if (message.kind === 'snapshot') onSnapshot(state, message, ctx);
      else if (message.kind === 'ask-snapshot') askSnapshot(state, message.view, ctx);
      else if (message.kind === 'watch')
        watchSocket(ctx.path, log, state.connection, state.link, () => STREAM_PING);
      else if (message.kind === 'connect') state.link = connect(ctx);
      else message satisfies never;
      return state;
    },
    stop: ({ link }) => link.close(),
    view: ({ stream, connection }) => ({ ...connection.summary(), ...stream.summary() }),
  };
}
