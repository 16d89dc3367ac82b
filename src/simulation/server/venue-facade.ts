import type { Clock, Timers } from '../../core/env.ts';
import type { Rng } from '../../core/rng.ts';
import type { VenueEdge } from '../binance/facade.ts';
import type { FrameFault, RequestFault } from '../binance/faults.ts';
import type { LimitOptions } from '../binance/limits.ts';
import type { ApiKey } from '../binance/signing.ts';
import type { ExchangePort } from '../exchange/port.ts';

/** A protocol in front of an exchange, and what an operator may do to it. */
export interface VenueFacade extends VenueEdge {
  readonly faults: {
    /** @returns false when too many are waiting */
    planRequests(target: string, fault: RequestFault, times: number): boolean;
    planFrames(symbol: string, fault: FrameFault, times: number): boolean;
    clear(): void;
  };
  /** Bans so far for asking too much, and when the last ends; left out where there are none. */
  readonly bans?: { readonly count: number; readonly untilMs: number };
  /** Lets everybody ask again who has asked too much. */
  forgive(): void;
  /** Lets connections go dumb: the sockets stay open, nothing passes. */
  goDumb(): void;
  /** Cuts all connections. */
  dropAll(): void;
  /** Ends all connections with a word. */
  close(): void;
}

export interface FacadeParts {
  readonly exchange: ExchangePort;
  readonly keys: readonly ApiKey[];
  readonly limits: LimitOptions;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Rng;
}

export type FacadeMaker<F extends VenueFacade = VenueFacade> = (parts: FacadeParts) => F;
