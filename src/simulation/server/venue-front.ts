import type { Clock, HandshakeStatus, Timers } from '../../core/env.ts';
import type { Rng } from '../../core/rng.ts';
import type {
  BinanceFacade,
  Session,
  VenueEdge,
  VenueReply,
  VenueRequest,
} from '../binance/facade.ts';
import { DEFAULT_LIMITS, type LimitOptions } from '../binance/limits.ts';
import type { SocketPeer } from '../binance/streams/line.ts';
import type { Retention } from '../exchange/clearing.ts';
import type { FeeSchedule } from '../exchange/fees.ts';
import type { ExchangePort } from '../exchange/port.ts';
import type { RecordStore } from '../exchange/records.ts';
import { type AccountOptions, keysOf } from './accounts.ts';
import { Admin, type VenueProgress } from './admin.ts';
import type { FacadeMaker, VenueFacade } from './venue-facade.ts';

/** What every venue is told, wherever its market comes from. */
export interface FrontOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Another stream of numbers, another run. */
  readonly random: Rng;
  readonly accounts: readonly AccountOptions[];
  /** Where the venue keeps what outlives its process; null for nowhere. */
  readonly records: RecordStore | null;
  /** Null: there is nothing for an administrator. */
  readonly adminToken: string | null;
  readonly fees?: FeeSchedule;
  readonly limits?: LimitOptions;
  readonly retention?: Retention;
}

/** The side of a venue that clients see: its protocol and, in front of it, its administration. */
export class VenueFront<F extends VenueFacade = BinanceFacade> implements VenueEdge {
  readonly facade: F;
  readonly #admin: Admin | null;

  constructor(exchange: ExchangePort, facade: FacadeMaker<F>, options: FrontOptions) {
    const { clock, timers, accounts, adminToken } = options;
    this.facade = facade({
      exchange,
      keys: keysOf(accounts),
      limits: options.limits ?? DEFAULT_LIMITS,
      clock,
      timers,
      random: options.random.fork('client ids'),
    });
    const progress = (): VenueProgress => this.progress;
    this.#admin =
      adminToken === null ? null : new Admin(this.facade, exchange, progress, adminToken);
  }

  /** How far what moves the market has come; a generated one never ends. */
  get progress(): VenueProgress {
    return { isOver: false, fault: null };
  }

  get refusal(): HandshakeStatus | null {
    return this.facade.refusal ?? null;
  }

  handleHttp(request: VenueRequest, done: (reply: VenueReply | null) => void): void {
    const answered = this.#admin?.handle(request) ?? null;
    if (answered !== null) done(answered);
    else this.facade.handleHttp(request, done);
  }

  connect(peer: SocketPeer, path: string, query: string): Session | null {
    return this.facade.connect(peer, path, query);
  }
}
