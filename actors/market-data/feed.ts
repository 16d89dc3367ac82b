import type { HttpReply, Net, NetFault, WebSocketLink } from '../../src/core/env.ts';
import type { Result } from '../../src/core/result.ts';
import type { MarketFact } from '../../src/market/fact.ts';
import type { MarketStood } from '../../src/market/market-stood.ts';
import type { QuoteMessage } from '../../src/market/quote.ts';
import type { TradePrinted } from '../../src/market/trade.ts';
import type { Log } from '../../src/ops/log.ts';
import type { TapeRelay } from '../../src/storage/columns/tape-relay.ts';
import { MarketFeed } from '../../src/venues/market/feed/market-feed.ts';
import type { MarketFeedPort } from '../../src/venues/market/feed/market-feed-port.ts';
import type { MarketStream } from '../../src/venues/market/market-stream.ts';
import type { QueryFault } from '../../src/venues/port.ts';
import { askInTurn, KeyTurns } from '../../src/venues/session/key-turns.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { ActorRef } from '../runtime/ref.ts';
import { type FeedSocketMessage, openFeedSocket, sendHttp } from '../socket.ts';

export type FeedMessage =
  | FeedSocketMessage
  | { readonly kind: 'due' | 'flush'; readonly line: number }
  | { readonly kind: 'ask-snapshot'; readonly line: number; readonly view: number }
  | {
      readonly kind: 'snapshot';
      readonly line: number;
      readonly view: number;
      readonly outcome: Result<HttpReply, NetFault>;
    }
  | { readonly kind: 'rules'; readonly outcome: Result<HttpReply, NetFault> }
  /** The ticket of a line is there, or none is to be had; it is no secret that messages carry. */
  | { readonly kind: 'ticket'; readonly line: number; readonly turn: number }
  | { readonly kind: 'watch' };

/** Who hears what a feed tells. Quotes and trades are told by the index of their instrument. */
export interface FeedListeners {
  /** Risk first. */
  readonly quotes: (instrument: number) => readonly ActorRef<QuoteMessage>[];
  readonly trades: (instrument: number) => readonly ActorRef<TradePrinted>[];
  readonly facts: readonly ActorRef<MarketFact>[];
}

export interface FeedOptions {
  /** Each connection has a stream of its own. */
  readonly stream: () => MarketStream;
  /** Connections at the same time: with two, the second takes over when the first fails. */
  readonly feeds?: 1 | 2;
  readonly net: Net;
  /** Of all who ask with the key of the desk; left out where no stream needs a ticket. */
  readonly turns?: KeyTurns;
  readonly listeners: FeedListeners;
  /** Hears everything after the listeners; null where nothing is recorded. */
  readonly tape?: TapeRelay | null;
  /** Left out where nobody keeps a journal. */
  readonly journal?: (event: MarketStood) => void;
  readonly log: Log;
}

const WATCH_MS = 500;

/** Nothing of it survives a crash: a new incarnation connects and fetches snapshots. */
interface FeedState {
  readonly feed: MarketFeed;
  /** By line. */
  readonly links: WebSocketLink[];
  /** By line. */
  readonly tickets: Result<string, QueryFault>[];
}

/** Market data of one venue: owns the sockets and the books behind them. */
export function feedActor(options: FeedOptions): ActorSpec<FeedState, FeedMessage> {
  const { net, log, listeners, feeds = 1, tape = null, turns = new KeyTurns() } = options;
  type Ctx = Context<FeedMessage>;

  const portOf = (ctx: Ctx, { links, tickets }: Omit<FeedState, 'feed'>): MarketFeedPort => ({
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
    follow: (view) => void tape?.follow(view),
    open(line, url) {
      links[line] = openFeedSocket(ctx, net, url, line);
    },
    send: (line, frame) => void links[line]?.send(frame),
    close: (line) => void links[line]?.close(),
    askTicket(line, turn, query) {
      const answered = ctx.fenced((answer: Result<string, QueryFault>) => {
        tickets[line] = answer;
        ctx.ingest({ kind: 'ticket', line, turn });
      });
      askInTurn(turns, net, query, answered);
    },
    ask: (line, view, request) =>
      sendHttp<FeedMessage>(ctx, net, request, (outcome) => ({
        kind: 'snapshot',
        ...{ line, view, outcome },
      })),
    askRules: (request) =>
      sendHttp<FeedMessage>(ctx, net, request, (outcome) => ({ kind: 'rules', outcome })),
    tellStood: (event) => options.journal?.(event),
    later: (line, what, ms) => ctx.timers.start(`${what}-${line}`, ms, { kind: what, line }),
    askLater: (line, view, ms) =>
      ctx.timers.start(`snapshot-${line}-${view}`, ms, { kind: 'ask-snapshot', line, view }),
    log: (level, event, data) => log(level, ctx.path, event, data),
  });

  return {
    kind: 'feed',
    mailbox: { capacity: 8192, overflow: 'reject' },
    start(ctx) {
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      const edges = { links: [], tickets: [] };
      const feed = new MarketFeed(options.stream, portOf(ctx, edges), feeds);
      feed.begin();
      return { feed, ...edges };
    },
    receive(state, message) {
      const { feed, tickets } = state;
      const { kind } = message;
      if (kind === 'frames') feed.onFrames(message.line, message.frames, message.receivedNs);
      else if (kind === 'opened') feed.onOpened(message.line);
      else if (kind === 'closed') feed.onClosed(message.line, message.why, message.refused);
      else if (kind === 'snapshot') feed.onSnapshot(message.line, message.view, message.outcome);
      else if (kind === 'ask-snapshot') feed.askSnapshot(message.line, message.view);
      else if (kind === 'rules') feed.onRules(message.outcome);
      else if (kind === 'flush') feed.flush(message.line);
      else if (kind === 'due') feed.onDue(message.line);
      else if (kind === 'ticket') {
        const { line, turn } = message;
        feed.onTicket(line, turn, tickets[line] as Result<string, QueryFault>);
      } else if (kind === 'watch') feed.watch();
      else kind satisfies never;
      return state;
    },
    stop({ links }) {
      for (const link of links) link.close();
    },
    view: ({ feed }) => feed.summary(),
  };
}
