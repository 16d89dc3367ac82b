import type { HandshakeStatus, HttpReply, NetFault } from '../../core/env.ts';
import type { Result } from '../../core/result.ts';
import { type Standing, StoodMarkets } from '../../market/market-stood.ts';
import { refusalOf } from '../connection/refusal.ts';
import type { QueryFault } from '../port.ts';
import type { MarketFeedPort } from './market-feed-port.ts';
import { MarketLine } from './market-line.ts';
import type { FrameOutcome, MarketStream } from './market-stream.ts';
import type { MarketView } from './market-view.ts';
import { Told } from './told.ts';

/** A successor that is never behind its predecessor takes over so late all the same. */
const SUCCESSION_MS_MAX = 5_000;
/** A line that speaks for so long while the one that leads is silent leads from then on. */
const SILENT_NS = 500e6;

/**
 * Market data of one venue over one connection, or over two of which one leads. What the leader's
 * frames do is told; the other keeps its own books right, so that it can take over between two
 * frames: when the leader loses a book, falls silent, or grows as old as the venue lets a
 * connection be. With one connection a second is made only to take over from an old one. Frames
 * pass without a stop; only what changes where a connection is goes through its machine.
 */
export class MarketFeed {
  readonly #port: MarketFeedPort;
  readonly #openStream: () => MarketStream;
  readonly #feeds: 1 | 2;
  readonly #told: Told;
  readonly #lines: MarketLine[];
  #leader: MarketLine;
  /** Who is to lead as soon as nothing is lost by it, because the leader grows old. */
  #heir: MarketLine | null = null;
  #heirSinceMs = 0;
  #handovers = 0;
  readonly #stood = new StoodMarkets();
  /** When a connection was begun last; the venue counts them. */
  #connectedMs = Number.NEGATIVE_INFINITY;

  /** @param feeds connections that are wanted all the time */
  constructor(openStream: () => MarketStream, port: MarketFeedPort, feeds: 1 | 2 = 1) {
    this.#port = port;
    this.#openStream = openStream;
    this.#feeds = feeds;
    this.#leader = new MarketLine(0, openStream(), port);
    this.#lines = [this.#leader];
    this.#told = new Told(this.stream.views, this.stream.hasVenueIds);
    // What stood when the feed before this one ended is on record already.
    const { rules, views } = this.stream;
    if (rules === undefined) return;
    for (const { instrument } of views)
      this.#stood.take(instrument, rules.standOf(instrument).standing);
  }

  /** The stream whose books are quoted. */
  get stream(): MarketStream {
    return this.#leader.stream;
  }

  /** Connects. */
  begin(): void {
    for (const view of this.stream.views) this.#port.follow(view);
    this.#connect(this.#leader);
    if (this.#feeds === 2) this.#connect(this.#other());
  }

  onDue(at: number): void {
    const line = this.#line(at);
    if (line.isWanted) this.#connect(line);
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
    const line = this.#lines[at] as MarketLine;
    if (!line.isHeard) return;
    const { stream } = line;
    line.silence.heardNs = receivedNs;
    for (let was = stream.onFrame(frame); was !== 'nothing'; was = stream.next()) {
      if (was === 'quote') this.#onQuote(line, receivedNs);
      else this.#onNews(line, was, receivedNs);
      if (!line.isHeard) return;
    }
    if (!line.isLive && line.checkSynced()) this.#onLive(line);
    if (line !== this.#leader) this.#compareSilence(line, receivedNs);
    else if (this.#heir !== null) this.#succeed(line, this.#heir);
  }

  askSnapshot(at: number, view: number): void {
    const line = this.#line(at);
    const { snapshots } = line.stream;
    if (snapshots === null || !line.isHeard) return;
    const banMs = this.#bannedUntilMs() - line.nowMs;
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
      if (line.stream.quoted.isLive) this.#onQuote(line, this.#port.clock.mono());
      if (line.checkSynced()) this.#onLive(line);
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
      if (standing !== 'trading') this.#stand(view, standing, detail);
      if (wereLive[at] && !view.isLive) this.#tellLost(view.lost(standing));
      if (!wereLive[at] && view.isLive) this.#tellPrices(view, clock.mono());
    }
  }

  flush(at: number): void {
    this.#line(at).flush();
  }

  /** A few times a second: silence, rules that are due, and connections that grow old. */
  watch(): void {
    const nowMs = this.#port.clock.mono() / 1e6;
    this.#told.onTick(nowMs);
    const rules = this.stream.rules?.wants(nowMs, this.#port.random) ?? null;
    if (rules !== null) this.#port.askRules(rules);
    for (const line of this.#lines) {
      if (!line.watch()) continue;
      this.#leave(line, 'disconnected');
      line.giveUp();
    }
    this.#replace();
  }

  /** What an inspector sees of it. */
  summary(): Readonly<Record<string, unknown>> {
    const lines = this.#lines.map((line) => ({ line: line.at, ...line.summary() }));
    const { state, isOpen, losses } = this.#leader.summary();
    const leader = this.#leader.at;
    const feed = { state, isOpen, losses, leader, handovers: this.#handovers, lines };
    return { ...feed, ...this.stream.summary() };
  }

  #onQuote(line: MarketLine, receivedNs: number): void {
    if (line !== this.#leader) return;
    const view = line.stream.quoted;
    if (this.#told.isCatchingUp && this.#told.hasPrices(view)) return;
    this.#tellPrices(view, receivedNs);
  }

  #tellPrices(view: MarketView, receivedNs: number): void {
    const message = view.quote(receivedNs);
    if (this.#stood.areAnyBarred) this.#stand(view, 'trading');
    this.#told.onQuote(message);
    this.#port.tellQuote(message);
  }

  #onNews(line: MarketLine, was: Exclude<FrameOutcome, 'quote' | 'nothing'>, ns: number): void {
    const { stream } = line;
    if (was === 'trade') {
      const trade = stream.trade(ns);
      if (line === this.#leader) this.#tellTrade(trade);
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

  #tellTrade(trade: Parameters<MarketFeedPort['tellTrade']>[0]): void {
    if (this.#told.isCatchingUp && this.#told.hasTrade(trade)) return;
    this.#told.onTrade(trade);
    this.#port.tellTrade(trade);
  }

  #onFact(line: MarketLine): void {
    const { fact } = line.stream;
    if (fact === null) return;
    if (fact.kind === 'venue-announced') line.announce(isTrading(fact.status));
    if (line === this.#leader) this.#tellFact(fact);
    else line.withheld.add(fact);
  }

  #tellFact(fact: Parameters<MarketFeedPort['tellFact']>[0]): void {
    if (this.#told.isCatchingUp && this.#told.hasFact(fact)) return;
    this.#told.onFact(fact);
    this.#port.tellFact(fact);
  }

  /** One book of a line is lost; one that the venue has halted is still right. */
  #onLost(line: MarketLine): void {
    const { quoted, lostBy: reason } = line.stream;
    const { symbol } = quoted.instrument;
    this.#port.log('warn', 'book-lost', { line: line.at, symbol, reason });
    if (line === this.#leader && isStanding(reason)) this.#stand(quoted, reason, quoted.barredBy);
    if (!quoted.isSynced) {
      line.lose();
      if (this.#handOverFrom(line, reason)) return;
    }
    if (line === this.#leader) this.#tellLost(quoted.lost(reason));
  }

  /** On record once for each change. */
  #stand({ instrument }: MarketView, standing: Standing, detail = ''): void {
    const stood = this.#stood.take(instrument, standing, detail);
    if (stood !== null) this.#port.tellStood(stood);
  }

  #tellLost(message: ReturnType<MarketStream['quoted']['lost']>): void {
    this.#told.onLost(message);
    this.#port.tellQuote(message);
  }

  /** Nothing more comes of a line: another one takes over, or every price is gone. */
  #leave(line: MarketLine, why: string): void {
    if (line !== this.#leader || this.#handOverFrom(line, why)) return;
    for (const view of line.stream.views) this.#tellLost(view.lost(why));
  }

  /** @returns whether another line could take over from this one, which leads */
  #handOverFrom(line: MarketLine, why: string): boolean {
    const heir = this.#lines.find((each) => each !== line && each.isLive);
    if (line !== this.#leader || heir === undefined) return false;
    this.#handOver(heir, why);
    return true;
  }

  #handOver(to: MarketLine, why: string): void {
    const from = this.#leader;
    const { views } = to.stream;
    this.#leader = to;
    this.#heir = null;
    this.#handovers += 1;
    this.#told.handOver(from.stream.views, views, to.nowMs);
    this.#port.log('info', 'handed-over', { from: from.at, to: to.at, why });
    for (const view of views) this.#port.follow(view);
    for (const news of to.withheld.take()) {
      if (news.kind === 'trade-printed') this.#tellTrade(news);
      else this.#tellFact(news);
    }
    for (const view of views) {
      if (!view.isLive) {
        if (this.#told.hasQuote(view)) this.#tellLost(view.lost(why));
      } else if (!this.#told.hasPrices(view)) {
        this.#tellPrices(view, to.silence.heardNs);
      }
    }
  }

  /** Every book of a line is right now. */
  #onLive(line: MarketLine): void {
    if (line !== this.#leader && !this.#leader.isLive) this.#handOver(line, this.#leader.name);
    this.#replace();
  }

  #compareSilence(line: MarketLine, receivedNs: number): void {
    if (!line.isLive) return;
    if (line.aheadSinceNs <= this.#leader.silence.heardNs) line.aheadSinceNs = receivedNs;
    else if (receivedNs - line.aheadSinceNs >= SILENT_NS) this.#handOver(line, 'silent');
  }

  /** Makes a new connection before the venue ends an old one, and lets go of what is too much. */
  #replace(): void {
    const leader = this.#leader;
    const other = this.#lines.find((line) => line !== leader) ?? null;
    if (leader.isAging) this.#appoint(leader, other ?? this.#other());
    else if (other === null || !other.isWanted) return;
    else if (this.#feeds === 1) {
      if (leader.isLive) other.retire();
    } else if (other.isAging && leader.isLive) other.giveUp();
  }

  /** Has somebody ready to lead in place of a line that grows old. */
  #appoint(old: MarketLine, heir: MarketLine): void {
    if (!heir.isWanted) {
      this.#connect(heir);
    } else if (heir.isAging) {
      heir.giveUp();
    } else if (heir.isLive) {
      if (this.#heir !== heir) this.#heirSinceMs = old.nowMs;
      this.#heir = heir;
      if (old.nowMs - this.#heirSinceMs >= SUCCESSION_MS_MAX) this.#crown(old, heir);
    }
  }

  /** Between two frames at which the heir is not ahead, nothing is lost: it tells what is next. */
  #succeed(old: MarketLine, heir: MarketLine): void {
    const isAhead = heir.stream.views.some((view, at) =>
      view.isAheadOf(old.stream.views[at] as MarketView, heir.stream.hasVenueIds),
    );
    if (heir.isLive && !isAhead) this.#crown(old, heir);
  }

  #crown(old: MarketLine, heir: MarketLine): void {
    this.#handOver(heir, 'old');
    if (this.#feeds === 1) old.retire();
    else old.giveUp();
  }

  #connect(line: MarketLine): void {
    const { nowMs } = line;
    const earlyMs = this.#connectedMs + line.stream.reconnectMsMin - nowMs;
    line.isWanted = true;
    if (earlyMs > 0) {
      this.#port.later(line.at, 'due', earlyMs);
      return;
    }
    this.#connectedMs = nowMs;
    line.connect();
  }

  /** The place for a second connection, which begins when it is first needed. */
  #other(): MarketLine {
    const found = this.#lines.find((line) => line !== this.#leader);
    if (found !== undefined) return found;
    const line = new MarketLine(this.#lines.length, this.#openStream(), this.#port);
    this.#lines.push(line);
    return line;
  }

  #line(at: number): MarketLine {
    return this.#lines[at] as MarketLine;
  }

  /** The venue bans an address, and both lines have the same. */
  #bannedUntilMs(): number {
    return Math.max(...this.#lines.map(({ bannedUntilMs }) => bannedUntilMs));
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
