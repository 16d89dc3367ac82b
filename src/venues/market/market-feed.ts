import type { Clock, HttpReply, HttpRequest, NetFault } from '../../core/env.ts';
import type { Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import type { MarketFact } from '../../market/fact.ts';
import type { QuoteMessage } from '../../market/quote.ts';
import type { TradePrinted } from '../../market/trade.ts';
import type { LogLevel } from '../../ops/log.ts';
import { Connection } from '../connection.ts';
import type { FrameOutcome, MarketStream } from './market-stream.ts';
import { PacedFrames } from './paced-frames.ts';

/** What a feed needs of the actor around it; nothing of it works once the actor is gone. */
export interface MarketFeedPort {
  readonly clock: Clock;
  readonly random: Rng;
  tellQuote(message: QuoteMessage): void;
  tellTrade(message: TradePrinted): void;
  tellFact(message: MarketFact): void;
  send(frame: string): void;
  /** Ends the connection, whose end is told like every other. */
  close(): void;
  /** Sends a question whose outcome comes back as the snapshot of a view. */
  ask(request: HttpRequest, view: number): void;
  /** Calls back later, once, replacing an earlier wish of the same name. */
  later(what: 'connect' | 'flush', ms: number): void;
  askLater(view: number, ms: number): void;
  log(level: LogLevel, event: string, data?: Readonly<Record<string, unknown>>): void;
}

/**
 * Carries frames between a socket and the stream that understands them. What waits, is asked again
 * or is given up is decided here; frames pass without a stop.
 */
export class MarketFeed {
  readonly stream: MarketStream;
  readonly connection: Connection;
  readonly #port: MarketFeedPort;
  readonly #control: PacedFrames;
  /** The stream has given this connection up: what still comes of it is not heard. */
  #isGivenUp = false;

  constructor(stream: MarketStream, port: MarketFeedPort) {
    this.stream = stream;
    this.connection = new Connection(port.clock, port.random, stream.patience);
    this.#port = port;
    this.#control = new PacedFrames(stream.pace);
  }

  onOpened(): void {
    this.#isGivenUp = false;
    this.connection.onOpened();
    this.#port.log('info', 'connected');
    this.#post(this.stream.subscribe(this.#port.clock.now()));
    for (let view = 0; view < this.stream.views.length; view += 1) this.askSnapshot(view);
  }

  onClosed(why: string): void {
    const { stream } = this;
    this.#loseAll('disconnected');
    this.#control.clear();
    const againMs = Math.max(this.connection.onClosed(), stream.reconnectMsMin);
    this.#port.log('warn', 'disconnected', { why, againMs });
    this.#port.later('connect', againMs);
  }

  onFrame(frame: Uint8Array, receivedNs: number): void {
    if (this.#isGivenUp) return;
    const { stream } = this;
    this.connection.onHeard(receivedNs);
    for (let was = stream.onFrame(frame); was !== 'nothing'; was = stream.next()) {
      if (was === 'quote') this.#port.tellQuote(stream.quoted.quote(receivedNs));
      else this.#onNews(was, receivedNs);
      if (this.#isGivenUp) return;
    }
  }

  askSnapshot(view: number): void {
    const { snapshots } = this.stream;
    if (snapshots === null || !this.connection.isOpen) return;
    const waitMs = snapshots.snapshotWaitMs(this.#port.clock.mono());
    if (waitMs > 0) this.#port.askLater(view, waitMs);
    else this.#port.ask(snapshots.snapshotRequest(view), view);
  }

  onSnapshot(view: number, outcome: Result<HttpReply, NetFault>): void {
    const { stream, connection } = this;
    const { snapshots } = stream;
    if (snapshots === null || !connection.isOpen || stream.views[view]?.isLive !== false) return;
    const failed = snapshots.onSnapshot(view, outcome, this.#port.random);
    if (failed === null) {
      this.#port.tellQuote(stream.quoted.quote(this.#port.clock.mono()));
      return;
    }
    this.#port.log('info', 'no-snapshot', failed);
    this.#port.askLater(view, failed.againMs);
  }

  /** Sends the control frames that the venue takes by now. */
  flush(): void {
    const { clock } = this.#port;
    const againMs = this.#control.flush(clock.mono(), (frame) => this.#port.send(frame));
    if (againMs > 0) this.#port.later('flush', againMs);
  }

  /** What an inspector sees of it. */
  summary(): Readonly<Record<string, unknown>> {
    return { ...this.connection.summary(), ...this.stream.summary() };
  }

  #onNews(was: Exclude<FrameOutcome, 'quote' | 'nothing'>, receivedNs: number): void {
    const { stream } = this;
    if (was === 'trade') {
      this.#port.tellTrade(stream.trade(receivedNs));
    } else if (was === 'fact') {
      if (stream.fact !== null) this.#port.tellFact(stream.fact);
    } else if (was === 'lost') {
      this.#onLost();
      this.askSnapshot(stream.views.indexOf(stream.quoted));
    } else if (was === 'resubscribe') {
      this.#onLost();
      this.#post(stream.frames);
    } else if (was === 'reconnect') {
      this.#port.log('warn', 'books-lost', { reason: stream.lostBy });
      this.#isGivenUp = true;
      this.#loseAll(stream.lostBy);
      this.#port.close();
    } else {
      this.#port.log('warn', `${was}-frame`, { fault: stream.fault });
    }
  }

  #onLost(): void {
    const { quoted, lostBy } = this.stream;
    this.#port.tellQuote(quoted.lost(lostBy));
    this.#port.log('warn', 'book-lost', { symbol: quoted.instrument.symbol, reason: lostBy });
  }

  #loseAll(why: string): void {
    this.stream.reset();
    for (const view of this.stream.views) this.#port.tellQuote(view.lost(why));
  }

  #post(frames: readonly string[]): void {
    this.#control.add(frames);
    this.flush();
  }
}
