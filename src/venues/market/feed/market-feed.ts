import type { HandshakeStatus, HttpReply, NetFault } from '../../../core/env.ts';
import type { Result } from '../../../core/result.ts';
import { refusalOf } from '../../connection/refusal.ts';
import type { QueryFault } from '../../port.ts';
import type { FrameOutcome, MarketStream } from '../market-stream.ts';
import { FeedVoice } from './feed-voice.ts';
import type { MarketFeedPort } from './market-feed-port.ts';
import type { MarketLine } from './market-line.ts';
import { Succession } from './succession.ts';

/**
 * Market data of one venue over one connection, or over two of which one leads. What the leader's
 * frames do is told; the other keeps its own books right, so that it can take over between two
 * frames. Frames pass without a stop; only what changes where a connection is goes through its
 * machine.
 */
export class MarketFeed {
  readonly #port: MarketFeedPort;
  readonly #succession: Succession;
  readonly #voice: FeedVoice;

  /** @param feeds connections that are wanted all the time */
  constructor(openStream: () => MarketStream, port: MarketFeedPort, feeds: 1 | 2 = 1) {
    this.#port = port;
    this.#succession = new Succession({
      ...{ openStream, port, feeds },
      handedOver: ({ stream }, to, why) =>
        this.#voice.goOn(stream, to.stream, {
          news: to.withheld.take(),
          receivedNs: to.silence.heardNs,
          nowMs: to.nowMs,
          why,
        }),
    });
    this.#voice = new FeedVoice(port, this.stream);
  }

  /** The stream whose books are quoted. */
  get stream(): MarketStream {
    return this.#succession.leader.stream;
  }

  /** Connects. */
  begin(): void {
    for (const view of this.stream.views) this.#port.follow(view);
    this.#succession.begin();
  }

  onDue(at: number): void {
    const line = this.#line(at);
    if (line.isWanted) this.#succession.connect(line);
  }

  /** @param turn of the question, as it was asked */
  onTicket(at: number, turn: number, answer: Result<string, QueryFault>): void {
    this.#line(at).onTicket(turn, answer);
  }

  onOpened(at: number): void {
    const line = this.#line(at);
    if (!line.onOpened()) return;
    for (let view = 0; view < line.stream.views.length; view += 1) this.askSnapshot(at, view);
  }

  /** @param refused what the venue answered instead of opening a socket, where it did */
  onClosed(at: number, why: string, refused: HandshakeStatus | null): void {
    const line = this.#line(at);
    const wasGivenUp = line.name === 'closing';
    if (!wasGivenUp) this.#leave(line, 'disconnected');
    line.onClosed(why, refused);
  }

  /** What one read of a socket brought. */
  onFrames(at: number, frames: readonly Uint8Array[], receivedNs: number): void {
    for (const frame of frames) this.onFrame(at, frame, receivedNs);
  }

  onFrame(at: number, frame: Uint8Array, receivedNs: number): void {
    const line = this.#line(at);
    if (!line.isHeard) return;
    const { stream } = line;
    line.silence.heardNs = receivedNs;
    for (let was = stream.onFrame(frame); was !== 'nothing'; was = stream.next()) {
      if (was !== 'quote') this.#onNews(line, was, receivedNs);
      else if (this.#isLeader(line)) this.#voice.quote(stream.quoted, receivedNs);
      if (!line.isHeard) return;
    }
    if (!line.isLive && line.checkSynced()) this.#succession.onLive(line);
    this.#succession.afterFrame(line, receivedNs);
  }

  askSnapshot(at: number, view: number): void {
    const line = this.#line(at);
    const { snapshots } = line.stream;
    if (snapshots === null || !line.isHeard) return;
    const banMs = this.#succession.bannedUntilMs - line.nowMs;
    const waitMs = banMs > 0 ? banMs : snapshots.snapshotWaitMs(this.#port.clock.mono());
    if (waitMs > 0) this.#port.askLater(at, view, waitMs);
    else this.#port.ask(at, view, snapshots.snapshotRequest(view));
  }

  onSnapshot(at: number, view: number, outcome: Result<HttpReply, NetFault>): void {
    const line = this.#line(at);
    const { snapshots, views } = line.stream;
    if (snapshots === null || !line.isHeard || views[view]?.isSynced !== false) return;
    const failed = snapshots.onSnapshot(view, outcome, this.#port.random);
    if (failed === null) {
      const { quoted } = line.stream;
      if (quoted.isLive && this.#isLeader(line)) this.#voice.quote(quoted, this.#port.clock.mono());
      if (line.checkSynced()) this.#succession.onLive(line);
      return;
    }
    this.#port.log('info', 'no-snapshot', { line: at, ...failed });
    const refusal = outcome.ok ? refusalOf(handshakeOf(outcome.value)) : null;
    if (refusal !== null) line.refuse(refusal);
    this.#port.askLater(at, view, failed.againMs);
  }

  /** What came of the question for the rules of the markets. */
  onRules(outcome: Result<HttpReply, NetFault>): void {
    const { rules, views } = this.stream;
    if (rules === undefined) return;
    const { clock, random, log } = this.#port;
    const wereLive = views.map(({ isLive }) => isLive);
    const fault = rules.onAnswer(outcome, clock.mono() / 1e6, random);
    if (fault !== null) log('warn', 'rules-not-told', { fault });
    for (const [at, view] of views.entries()) {
      const { standing, detail } = rules.standOf(view.instrument);
      if (standing !== 'trading') this.#voice.stand(view, standing, detail);
      if (wereLive[at] && !view.isLive) this.#voice.lost(view.lost(standing));
      if (!wereLive[at] && view.isLive) this.#voice.prices(view, clock.mono());
    }
  }

  flush(at: number): void {
    this.#line(at).flush();
  }

  /** A few times a second: silence, rules that are due, and connections that grow old. */
  watch(): void {
    const nowMs = this.#port.clock.mono() / 1e6;
    this.#voice.onTick(nowMs);
    const rules = this.stream.rules?.wants(nowMs, this.#port.random) ?? null;
    if (rules !== null) this.#port.askRules(rules);
    for (const line of this.#succession.lines) {
      if (!line.watch()) continue;
      this.#leave(line, 'disconnected');
      line.giveUp();
    }
    this.#succession.replace();
  }

  /** What an inspector sees of it. */
  summary(): Readonly<Record<string, unknown>> {
    const { leader, handovers, lines: all } = this.#succession;
    const lines = all.map((line) => ({ line: line.at, ...line.summary() }));
    const { state, isOpen, losses } = leader.summary();
    const feed = { state, isOpen, losses, leader: leader.at, handovers, lines };
    return { ...feed, ...this.stream.summary() };
  }

  #isLeader(line: MarketLine): boolean {
    return line === this.#succession.leader;
  }

  #onNews(line: MarketLine, was: Exclude<FrameOutcome, 'quote' | 'nothing'>, ns: number): void {
    const { stream } = line;
    if (was === 'trade') {
      const trade = stream.trade(ns);
      if (this.#isLeader(line)) this.#voice.trade(trade);
      else line.withheld.add(trade);
    } else if (was === 'fact') {
      this.#onFact(line);
    } else if (was === 'lost') {
      this.#onLost(line);
      this.askSnapshot(line.at, stream.views.indexOf(stream.quoted));
    } else if (was === 'resubscribe') {
      this.#onLost(line);
      line.post(stream.frames);
    } else if (was === 'reconnect') {
      this.#port.log('warn', 'books-lost', { line: line.at, reason: stream.lostBy });
      this.#leave(line, stream.lostBy);
      line.giveUp();
    } else if (was === 'ending') {
      line.age();
    } else {
      this.#port.log('warn', `${was}-frame`, { line: line.at, fault: stream.fault });
    }
  }

  #onFact(line: MarketLine): void {
    const { fact } = line.stream;
    if (fact === null) return;
    if (fact.kind === 'venue-announced') line.announce(isTrading(fact.status));
    if (this.#isLeader(line)) this.#voice.fact(fact);
    else line.withheld.add(fact);
  }

  /** One book of a line is lost; one that the venue has halted is still right. */
  #onLost(line: MarketLine): void {
    const { quoted, lostBy: reason } = line.stream;
    const { symbol } = quoted.instrument;
    this.#port.log('warn', 'book-lost', { line: line.at, symbol, reason });
    const leads = this.#isLeader(line);
    if (leads && isStanding(reason)) this.#voice.stand(quoted, reason, quoted.barredBy);
    if (!quoted.isSynced) {
      line.lose();
      if (this.#succession.handOverFrom(line, reason)) return;
    }
    if (leads) this.#voice.lost(quoted.lost(reason));
  }

  /** Nothing more comes of a line: another one takes over, or every price is gone. */
  #leave(line: MarketLine, why: string): void {
    if (!this.#isLeader(line) || this.#succession.handOverFrom(line, why)) return;
    for (const view of line.stream.views) this.#voice.lost(view.lost(why));
  }

  #line(at: number): MarketLine {
    return this.#succession.lines[at] as MarketLine;
  }
}

function handshakeOf({ status, headers }: HttpReply): HandshakeStatus {
  return { status, retryAfterSeconds: Number(headers['retry-after'] ?? Number.NaN) };
}

/** Prices of a venue that only takes cancels are those of nobody who trades. */
function isTrading(status: string): boolean {
  return status !== 'maintenance' && status !== 'cancel-only';
}

function isStanding(reason: string): reason is 'halted' | 'rules-changed' {
  return reason === 'halted' || reason === 'rules-changed';
}
