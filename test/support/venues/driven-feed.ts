import type { Clock, Net, Timers, WebSocketLink } from '../../../src/core/env.ts';
import type { Rng } from '../../../src/core/rng.ts';
import type { MarketFact } from '../../../src/market/fact.ts';
import type { MarketStood } from '../../../src/market/market-stood.ts';
import type { QuoteMessage } from '../../../src/market/quote.ts';
import type { TradePrinted } from '../../../src/market/trade.ts';
import { SOCKET_LIMITS } from '../../../src/venues/connection.ts';
import { MarketFeed } from '../../../src/venues/market/feed/market-feed.ts';
import type { MarketFeedPort } from '../../../src/venues/market/feed/market-feed-port.ts';
import type { MarketStream } from '../../../src/venues/market/market-stream.ts';
import { askInTurn, KeyTurns } from '../../../src/venues/session/key-turns.ts';

const WATCH_MS = 500;

export interface Driven {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
  readonly net: Net;
  readonly stream: () => MarketStream;
  readonly feeds?: 1 | 2;
  readonly onQuote?: (message: QuoteMessage) => void;
  readonly onTrade?: (message: TradePrinted) => void;
  /** What becomes of a frame on its way to one line; null: it is lost. */
  readonly onWay?: (line: number, frame: Uint8Array) => Uint8Array | null;
}

/** A feed with sockets and timers, as the actor has it, without the actor. */
export function aDrivenFeed(driven: Driven) {
  const { clock, timers, random, net } = driven;
  const links: WebSocketLink[] = [];
  const turns = new KeyTurns();
  const wishes = new Map<string, { cancel(): void }>();
  const later = (name: string, ms: number, run: () => void): void => {
    wishes.get(name)?.cancel();
    wishes.set(name, timers.after(ms, run));
  };
  const told = {
    quotes: 0,
    trades: 0,
    lost: [] as string[],
    facts: [] as MarketFact[],
    log: [] as string[],
    /** Halts, new rules and ends of them, as the journal has them. */
    stood: [] as MarketStood[],
    /** Control frames, by whichever line. */
    sent: [] as string[],
    connects: 0,
    /** Sockets that are open or being opened. */
    sockets: 0,
  };
  const port: MarketFeedPort = {
    clock,
    random,
    tellQuote(message) {
      if (message.kind === 'quote-lost') told.lost.push(message.reason);
      else told.quotes += 1;
      driven.onQuote?.(message);
    },
    tellTrade(message) {
      told.trades += 1;
      driven.onTrade?.(message);
    },
    tellFact: (fact) => void told.facts.push(fact),
    follow() {},
    open(line, url) {
      told.connects += 1;
      told.sockets += 1;
      links[line] = net.webSocket(
        url,
        {
          opened: () => feed.onOpened(line),
          message(sent) {
            const frame = driven.onWay === undefined ? sent : driven.onWay(line, sent);
            if (frame !== null) feed.onFrame(line, frame, clock.mono());
          },
          closed(code, reason, refused) {
            told.sockets -= 1;
            feed.onClosed(line, `${code} ${reason}`, refused ?? null);
          },
        },
        SOCKET_LIMITS,
      );
    },
    send(line, frame) {
      told.sent.push(frame);
      links[line]?.send(frame);
    },
    close: (line) => links[line]?.close(),
    askTicket: (line, turn, query) =>
      askInTurn(turns, net, query, (answer) => feed.onTicket(line, turn, answer)),
    ask: (line, view, request) =>
      net.http(request, (outcome) => feed.onSnapshot(line, view, outcome)),
    askRules: (request) => net.http(request, (outcome) => feed.onRules(outcome)),
    tellStood: (event) => void told.stood.push(event),
    later: (line, what, ms) =>
      later(`${what} ${line}`, ms, () => (what === 'due' ? feed.onDue(line) : feed.flush(line))),
    askLater: (line, view, ms) =>
      later(`snapshot ${line} ${view}`, ms, () => feed.askSnapshot(line, view)),
    log: (level, event, data) => void told.log.push(`${level} ${event} ${JSON.stringify(data)}`),
  };
  const feed: MarketFeed = new MarketFeed(driven.stream, port, driven.feeds);
  const watch = (): void => {
    feed.watch();
    timers.after(WATCH_MS, watch);
  };
  feed.begin();
  watch();
  return { feed, told, links };
}
