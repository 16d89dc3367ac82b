import type { HttpReply, Net, NetFault, WebSocketLink } from '../../src/core/env.ts';
import type { Result } from '../../src/core/result.ts';
import type { MarketFact } from '../../src/market/fact.ts';
import type { QuoteMessage } from '../../src/market/quote.ts';
import type { TradePrinted } from '../../src/market/trade.ts';
import type { Log } from '../../src/ops/log.ts';
import type { TapeRelay } from '../../src/storage/columns/tape-relay.ts';
import { MarketFeed, type MarketFeedPort } from '../../src/venues/market/market-feed.ts';
import type { MarketStream } from '../../src/venues/market/market-stream.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { ActorRef } from '../runtime/ref.ts';
import { openSocket, type SocketMessage, sendHttp, watchSocket } from '../socket.ts';

export type FeedMessage =
  | SocketMessage
  | { readonly kind: 'connect' | 'watch' | 'flush' }
  | { readonly kind: 'ask-snapshot'; readonly view: number }
  | {
      readonly kind: 'snapshot';
      readonly view: number;
      readonly outcome: Result<HttpReply, NetFault>;
    };

/** Who hears what a feed tells. Quotes and trades are told by the index of their instrument. */
export interface FeedListeners {
  /** Risk first. */
  readonly quotes: (instrument: number) => readonly ActorRef<QuoteMessage>[];
  readonly trades: (instrument: number) => readonly ActorRef<TradePrinted>[];
  readonly facts: readonly ActorRef<MarketFact>[];
}

export interface FeedOptions {
  /** Each incarnation begins with a stream of its own. */
  readonly stream: () => MarketStream;
  readonly net: Net;
  readonly listeners: FeedListeners;
  /** Hears everything after the listeners; null where nothing is recorded. */
  readonly tape?: TapeRelay | null;
  readonly log: Log;
}

const WATCH_MS = 500;

/** Nothing of it survives a crash: a new incarnation connects and fetches snapshots. */
interface FeedState {
  readonly feed: MarketFeed;
  link: WebSocketLink;
}

/** Market data of one connection to a venue: owns the socket and the books behind it. */
export function feedActor(options: FeedOptions): ActorSpec<FeedState, FeedMessage> {
  const { net, log, listeners, tape = null } = options;
  type Ctx = Context<FeedMessage>;

  const portOf = (ctx: Ctx, link: () => WebSocketLink): MarketFeedPort => ({
    clock: ctx.clock,
    random: ctx.random,
    tellQuote(message) {
      for (const listener of listeners.quotes(message.instrument)) ctx.send(listener, message);
      if (tape !== null) tape.onQuote(message, ctx.clock.mono());
    },
    tellTrade(message) {
      for (const listener of listeners.trades(message.instrument)) ctx.send(listener, message);
      if (tape !== null) tape.onTrade(message);
    },
    tellFact(message) {
      for (const listener of listeners.facts) ctx.send(listener, message);
      if (tape !== null) tape.onFact(message, ctx.clock.mono());
    },
    send: (frame) => void link().send(frame),
    close: () => link().close(),
    ask: (request, view) =>
      sendHttp<FeedMessage>(ctx, net, request, (outcome) => ({ kind: 'snapshot', view, outcome })),
    later: (what, ms) => ctx.timers.start(what, ms, { kind: what }),
    askLater: (view, ms) =>
      ctx.timers.start(`snapshot-${view}`, ms, { kind: 'ask-snapshot', view }),
    log: (level, event, data) => log(level, ctx.path, event, data),
  });

  return {
    kind: 'feed',
    mailbox: { capacity: 8192, overflow: 'reject' },
    start(ctx) {
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      let state: FeedState;
      const stream = options.stream();
      if (tape !== null) for (const view of stream.views) tape.follow(view);
      const feed = new MarketFeed(
        stream,
        portOf(ctx, () => state.link),
      );
      state = { feed, link: openSocket(ctx, net, stream.url) };
      return state;
    },
    receive(state, message, ctx) {
      const { feed } = state;
      if (message.kind === 'frame') feed.onFrame(message.frame, message.receivedNs);
      else if (message.kind === 'opened') feed.onOpened();
      else if (message.kind === 'closed') feed.onClosed(message.why);
      else if (message.kind === 'snapshot') feed.onSnapshot(message.view, message.outcome);
      else if (message.kind === 'ask-snapshot') feed.askSnapshot(message.view);
      else if (message.kind === 'flush') feed.flush();
      else if (message.kind === 'watch')
        watchSocket(ctx.path, log, feed.connection, state.link, () => feed.stream.ping);
      else if (message.kind === 'connect') state.link = openSocket(ctx, net, feed.stream.url);
      else message.kind satisfies never;
      return state;
    },
    stop: ({ link }) => link.close(),
    view: ({ feed }) => feed.summary(),
  };
}
