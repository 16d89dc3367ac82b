import type { WardVenue } from '../control/guard/wire.ts';
import type { Env } from '../core/env.ts';
import { err, type Result } from '../core/result.ts';
import type { Log } from '../ops/log.ts';
import {
  cancelFuturesOrders,
  futuresTime,
  openFuturesSymbols,
} from '../venues/binance/futures/rest.ts';
import {
  cancelOpenOrders,
  openOrderSymbols,
  type RestAccess,
  serverTime,
} from '../venues/binance/rest.ts';
import type { ApiKey } from '../venues/binance/sign.ts';
import type { Query, QueryFault } from '../venues/port.ts';
import { VenueClock } from '../venues/venue-clock.ts';

/** How often the venue is asked for its time, which also keeps a connection open to it. */
const PROBE_MS = 5_000;
/** Markets beyond the desk's own in which orders were found open. */
const SYMBOLS_MAX = 256;
/** Binance: "Timestamp for this request is outside of the recvWindow." */
const CLOCK_REFUSED = -1021;

/** What is asked of each kind of venue. */
const SPOT = { cancel: cancelOpenOrders, open: openOrderSymbols, time: serverTime };
const FUTURES: typeof SPOT = {
  cancel: cancelFuturesOrders,
  open: openFuturesSymbols,
  time: futuresTime,
};

/** What the guard may do at one venue: cancel everything, and ask what is open. */
export class Canceller {
  readonly name: string;
  readonly #env: Env;
  readonly #log: Log;
  readonly #access: RestAccess;
  readonly #clock: VenueClock;
  readonly #rest: typeof SPOT;
  readonly #symbols: Set<string>;
  #probedNs = Number.NEGATIVE_INFINITY;

  constructor(env: Env, venue: WardVenue, key: ApiKey, log: Log) {
    this.name = venue.name;
    this.#rest = venue.kind === 'binance-usdm' ? FUTURES : SPOT;
    this.#env = env;
    this.#log = log;
    this.#access = {
      url: venue.restUrl,
      key,
      receiveWindowMs: venue.receiveWindowMs,
      timeoutMs: venue.timeoutMs,
    };
    this.#clock = new VenueClock(env.clock);
    this.#symbols = new Set(venue.symbols);
  }

  /** Asks for the venue's time if it was not asked for some while. */
  probeIfDue(): void {
    const nowNs = this.#env.clock.mono();
    if (nowNs - this.#probedNs > PROBE_MS * 1e6) void this.#probe();
  }

  /**
   * Cancels in every market at once, then asks what is open anywhere. What is found in other
   * markets is cancelled in the next round.
   *
   * @returns how many orders are open, null when that is not known for certain
   */
  async sweep(): Promise<number | null> {
    const cancelled = await Promise.all([...this.#symbols].map((symbol) => this.#cancel(symbol)));
    const open = await this.#ask((nowMs) => this.#rest.open(this.#access, nowMs));
    const fault = [...cancelled, open].find((each) => !each.ok);
    const gone = cancelled.reduce((sum, each) => sum + (each.ok ? each.value : 0), 0);
    if (!open.ok || fault !== undefined) {
      this.#log('error', 'guard', 'not-swept', { venue: this.name, gone, fault });
      return null;
    }
    for (const symbol of open.value) {
      if (this.#symbols.size < SYMBOLS_MAX) this.#symbols.add(symbol);
    }
    this.#log('warn', 'guard', 'swept', { venue: this.name, gone, open: open.value.length });
    return open.value.length;
  }

  #cancel(symbol: string): Promise<Result<number, QueryFault>> {
    return this.#ask((nowMs) => this.#rest.cancel(this.#access, symbol, nowMs));
  }

  /** Once more, with the venue's time asked anew, when the venue takes ours for wrong. */
  async #ask<T>(query: (nowMs: number) => Query<T>): Promise<Result<T, QueryFault>> {
    const answer = await this.#send(query(this.#clock.nowMs()));
    const isClockWrong =
      !answer.ok && answer.error.kind === 'refused' && answer.error.code === CLOCK_REFUSED;
    if (!isClockWrong) return answer;
    this.#clock.doubt();
    await this.#probe();
    return this.#send(query(this.#clock.nowMs()));
  }

  async #probe(): Promise<void> {
    const sentNs = this.#env.clock.mono();
    this.#probedNs = sentNs;
    const answer = await this.#send(this.#rest.time(this.#access));
    if (answer.ok) this.#clock.onProbe(answer.value, sentNs, this.#env.clock.mono());
  }

  #send<T>({ request, decode }: Query<T>): Promise<Result<T, QueryFault>> {
    return new Promise((resolve) => {
      try {
        this.#env.net.http(request, (outcome) => resolve(decode(outcome)));
      } catch (thrown) {
        resolve(err({ kind: 'no-answer', detail: String(thrown) }));
      }
    });
  }
}
