import type { HandshakeStatus } from '../../../core/env.ts';
import type { Result } from '../../../core/result.ts';
import {
  FIRST_LIFECYCLE,
  type Lifecycle,
  type LifecycleEvent,
  nextLifecycle,
  waitMs,
} from '../../connection/lifecycle.ts';
import { type Refusal, refusalOf } from '../../connection/refusal.ts';
import { Silence } from '../../connection/silence.ts';
import type { QueryFault } from '../../port.ts';
import type { MarketStream } from '../market-stream.ts';
import type { MarketFeedPort } from './market-feed-port.ts';
import { PacedFrames } from './paced-frames.ts';
import { Withheld } from './withheld.ts';

/** So long before the venue ends a connection another one is to speak, give or take half of it. */
const REPLACE_BEFORE_MS = 3_600_000;
/** A socket whose end is not told for so long after it was given up is cut. */
const CLOSE_WITHIN_MS = 5_000;
/**
 * A ticket that is not there by then is not waited for any more: its question has a time-out of its
 * own, and a turn to wait for before it.
 */
const TICKET_WITHIN_MS = 15_000;

type Timeless<Event> = Event extends unknown ? Omit<Event, 'nowMs'> : never;
/** A lifecycle event without its time, which the line knows. */
type LineEvent = Timeless<LifecycleEvent>;

/** One connection of a feed over its lives: its lifecycle, its books, what waits to be sent. */
export class MarketLine {
  readonly at: number;
  readonly stream: MarketStream;
  readonly silence: Silence;
  readonly withheld = new Withheld();
  /** Whether the feed wants a connection here; without it a wait that ends begins nothing. */
  isWanted = false;
  /** Since when it speaks while the line that leads says nothing; before that one's last word. */
  aheadSinceNs = 0;
  readonly #port: MarketFeedPort;
  readonly #control: PacedFrames;
  #lifecycle: Lifecycle = FIRST_LIFECYCLE;
  /** Monotonic time from which another connection is to take its place. */
  #agesAtMs = Number.POSITIVE_INFINITY;
  #givenUpMs = 0;
  /** Counts the tickets that were asked for, so that a late one is known. */
  #ticketTurn = 0;
  #ticketAskedMs = 0;

  constructor(at: number, stream: MarketStream, port: MarketFeedPort) {
    this.at = at;
    this.stream = stream;
    this.#port = port;
    this.silence = new Silence(port.clock, stream.patience);
    this.#control = new PacedFrames(stream.pace);
  }

  get name(): Lifecycle['name'] {
    return this.#lifecycle.name;
  }

  get isLive(): boolean {
    return this.name === 'live';
  }

  /** Whether the socket is open, and what comes of it is heard. */
  get isHeard(): boolean {
    return this.#lifecycle.context.isOpen && this.name !== 'closing';
  }

  get isAging(): boolean {
    return this.nowMs >= this.#agesAtMs;
  }

  get bannedUntilMs(): number {
    return this.#lifecycle.context.bannedUntilMs;
  }

  get nowMs(): number {
    return this.#port.clock.mono() / 1e6;
  }

  /** The wait is over: opens a socket, or goes on with the one that stayed open through a ban. */
  connect(): void {
    const before = this.name;
    const { ticket } = this.stream;
    this.isWanted = true;
    this.#step({ type: 'due', needsTicket: ticket !== undefined });
    if (this.name === 'banned') this.#rest();
    if (this.name === before) return;
    if (this.name === 'connecting') this.#port.open(this.at, this.stream.url);
    if (this.name !== 'authorising' || ticket === undefined) return;
    this.#ticketTurn += 1;
    this.#ticketAskedMs = this.nowMs;
    this.#port.askTicket(this.at, this.#ticketTurn, ticket.fetch(this.#port.clock.now()));
  }

  /** What became of the question for a ticket. One that nobody waits for any more is let go. */
  onTicket(turn: number, answer: Result<string, QueryFault>): void {
    if (this.name !== 'authorising' || turn !== this.#ticketTurn) return;
    if (!answer.ok) {
      this.#unauthorised(answer.error);
      return;
    }
    this.stream.ticket?.take(answer.value);
    this.#step({ type: 'authorised' });
    this.#port.open(this.at, this.stream.url);
  }

  /** @returns false when the line was given up before its socket was open */
  onOpened(): boolean {
    this.#step({ type: 'opened' });
    if (this.name !== 'syncing') return false;
    this.silence.onOpened();
    const early = REPLACE_BEFORE_MS * (0.5 + this.#port.random.next());
    this.#agesAtMs = this.nowMs + this.stream.lifeMs - early;
    this.#port.log('info', 'connected', { line: this.at });
    this.post(this.stream.subscribe(this.#port.clock.now()));
    return true;
  }

  onClosed(why: string, refused: HandshakeStatus | null): void {
    this.#forget();
    this.#step({ type: 'closed', refusal: refused === null ? null : refusalOf(refused) });
    if (this.name === 'idle') this.#port.log('info', 'retired', { line: this.at, why });
    else this.#port.log('warn', 'disconnected', { line: this.at, why, againMs: this.#rest() });
  }

  /** Looks whether every book is right. @returns whether the line has become live by it */
  checkSynced(): boolean {
    const { name, context } = this.#lifecycle;
    const mayBe =
      name === 'syncing' ||
      name === 'gap' ||
      name === 'banned' ||
      (name === 'maintenance' && context.closedBy === 'refusal');
    if (!mayBe || !context.isOpen) return false;
    if (!this.stream.views.every(({ isSynced }) => isSynced)) return false;
    this.#step({ type: 'synced' });
    return this.isLive;
  }

  /** A book is being made anew. */
  lose(): void {
    this.#step({ type: 'lost' });
  }

  /** The venue says by an answer that no question is to be asked. */
  refuse(refusal: Refusal): void {
    this.#step({ type: 'refused', refusal });
    if (this.name === 'banned') this.#rest();
  }

  /** The venue says on the socket whether anybody can trade. */
  announce(isTrading: boolean): void {
    this.#step({ type: 'announced', isTrading });
  }

  /** Nothing more is to be had of this socket; another one is made after it. */
  giveUp(): void {
    this.#end({ type: 'give-up' });
  }

  /** Nobody wants this connection any more. */
  retire(): void {
    this.isWanted = false;
    this.#end({ type: 'retire' });
  }

  /** The venue will end it soon. */
  age(): void {
    this.#agesAtMs = Math.min(this.#agesAtMs, this.nowMs);
  }

  post(frames: readonly string[]): void {
    this.#control.add(frames);
    this.flush();
  }

  /** Sends the control frames that the venue takes by now. */
  flush(): void {
    const send = (frame: string): void => this.#port.send(this.at, frame);
    const againMs = this.#control.flush(this.#port.clock.mono(), send);
    if (againMs > 0) this.#port.later(this.at, 'flush', againMs);
  }

  /** A few times a second: asks a silent peer, ends a dead one. @returns whether it is dead */
  watch(): boolean {
    if (this.name === 'authorising' && this.nowMs - this.#ticketAskedMs >= TICKET_WITHIN_MS) {
      const detail = `not answered within ${TICKET_WITHIN_MS} ms`;
      this.#unauthorised({ kind: 'no-answer', detail });
      return false;
    }
    if (this.name === 'closing') {
      if (this.nowMs - this.#givenUpMs >= CLOSE_WITHIN_MS) this.#port.close(this.at);
      return false;
    }
    if (!this.isHeard) return false;
    const pulse = this.silence.pulse();
    if (pulse === 'ask' && this.stream.ping !== null) {
      this.#port.send(this.at, this.stream.ping);
    }
    if (pulse === 'dead') this.#port.log('warn', 'silent', { line: this.at });
    return pulse === 'dead';
  }

  /** What an inspector sees of it. */
  summary(): Readonly<Record<string, unknown>> {
    const { name, context } = this.#lifecycle;
    const { isOpen, losses, attempts, closedBy } = context;
    const ageSeconds = isOpen ? (this.nowMs - context.openedMs) / 1_000 : null;
    const bannedSeconds = Math.max(0, context.bannedUntilMs - this.nowMs) / 1_000;
    const isReplaced = Number.isFinite(this.#agesAtMs);
    const replacedInSeconds = isReplaced ? (this.#agesAtMs - this.nowMs) / 1_000 : null;
    const times = { ageSeconds, replacedInSeconds, bannedSeconds };
    return { state: name, isOpen, losses, attempts, closedBy, ...times };
  }

  #unauthorised(fault: QueryFault): void {
    const isThrottled = fault.kind === 'throttled';
    const refusal = isThrottled ? ({ kind: 'banned', forMs: fault.retryAfterMs } as const) : null;
    this.#step({ type: 'closed', refusal });
    const why = fault.kind === 'refused' ? `${fault.code}: ${fault.detail}` : fault.detail;
    this.#port.log('warn', 'no-ticket', { line: this.at, why, againMs: this.#rest() });
  }

  #end(event: LineEvent): void {
    const before = this.name;
    this.#step(event);
    if (this.name !== 'closing' || before === 'closing') return;
    this.#givenUpMs = this.nowMs;
    this.#forget();
    this.#port.close(this.at);
  }

  #forget(): void {
    this.stream.reset();
    this.withheld.clear();
    this.#control.clear();
    this.#agesAtMs = Number.POSITIVE_INFINITY;
  }

  /** @returns how long it rests, in milliseconds */
  #rest(): number {
    const { nowMs } = this;
    const leastMs = this.stream.reconnectMsMin;
    const ms = waitMs(this.#lifecycle, this.#port.random, { nowMs, leastMs });
    this.#port.later(this.at, 'due', ms);
    return ms;
  }

  #step(event: LineEvent): void {
    const from = this.name;
    this.#lifecycle = nextLifecycle(this.#lifecycle, {
      ...event,
      nowMs: this.nowMs,
    } as LifecycleEvent);
    if (this.name !== from) {
      this.#port.log('debug', 'line', { line: this.at, from, to: this.name, by: event.type });
    }
  }
}
