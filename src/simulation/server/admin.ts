import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { parseBigDecimal } from '../../core/decimal.ts';
import { amountText } from '../../core/instrument.ts';
import { amountOf } from '../../core/units.ts';
import type { VenueReply, VenueRequest } from '../binance/facade.ts';
import { FAULT_TIMES_MAX } from '../binance/faults.ts';
import { accountTradeJson, queriedOrder, wireOf } from '../binance/requests/order-json.ts';
import type { Account } from '../exchange/clearing.ts';
import type { ExchangePort } from '../exchange/port.ts';
import type { VenueFacade } from './venue-facade.ts';

const PREFIX = '/sim/';
const DELAY_MS_MAX = 600_000;

const times = z.int().min(1).max(FAULT_TIMES_MAX).default(1);
const delayMs = z.number().min(0).max(DELAY_MS_MAX);
const isExecuted = z.boolean();

const faultOrder = z.discriminatedUnion('on', [
  z.strictObject({
    on: z.literal('requests'),
    /** Name of the operation in the ws-api, or `*`. */
    target: z.string().default('*'),
    times,
    fault: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('status'),
        status: z.int().min(400).max(599),
        retryAfterSeconds: z.int().min(0).max(86_400).default(1),
        isExecuted,
      }),
      z.strictObject({ kind: z.literal('garbage'), isExecuted }),
      z.strictObject({ kind: z.literal('lost'), isExecuted }),
      z.strictObject({ kind: z.literal('slow-request'), delayMs }),
      z.strictObject({ kind: z.literal('slow-reply'), delayMs }),
    ]),
  }),
  z.strictObject({
    on: z.literal('frames'),
    symbol: z.string().default('*'),
    times,
    fault: z.enum(['skip', 'duplicate', 'reorder']),
  }),
  z.strictObject({ on: z.literal('connections'), fault: z.enum(['drop', 'go-dumb']) }),
]);

const transferOrder = z.strictObject({
  account: z.string(),
  asset: z.string().regex(/^[A-Z0-9]{1,20}$/),
  /** Signed decimal of at most eight places; below 0 leaves the account. */
  amount: z.string(),
});

/** How far a market has come. */
export interface VenueProgress {
  /** Nothing moves the market any more. */
  readonly isOver: boolean;
  /** Why it ended before its end; null when it did not. */
  readonly fault: string | null;
}

/**
 * What operators and tests may do to a venue that a client may not: order faults, move money,
 * forgive who has asked too much, see the whole truth about an account. For the same machine only,
 * and only with the token.
 */
export class Admin {
  readonly #facade: VenueFacade;
  readonly #exchange: ExchangePort;
  readonly #progress: () => VenueProgress;
  readonly #token: string;
  readonly #refusals = new Map<string, Map<string, number>>();

  constructor(
    facade: VenueFacade,
    exchange: ExchangePort,
    progress: () => VenueProgress,
    token: string,
  ) {
    this.#facade = facade;
    this.#exchange = exchange;
    this.#progress = progress;
    this.#token = token;
    exchange.listen((events) => {
      for (const event of events) {
        if (event.kind === 'rejected') this.#count(event.account, event.refusal.kind);
      }
    });
  }

  /** @returns null when the request is none for the administrator */
  handle(request: VenueRequest): VenueReply | null {
    if (!request.path.startsWith(PREFIX)) return null;
    if (!isLoopback(request.address)) return reply(403, { error: 'from this machine only' });
    if (!isSame(request.headers['x-sim-token'] ?? '', this.#token)) {
      return reply(403, { error: 'the header X-Sim-Token does not hold the token' });
    }
    switch (`${request.method} ${request.path.slice(PREFIX.length)}`) {
      case 'POST faults':
        return this.#read(request.body, faultOrder, (order) => this.#order(order));
      case 'DELETE faults':
        this.#facade.faults.clear();
        return reply(200, {});
      case 'DELETE weights':
        this.#facade.forgive();
        return reply(200, {});
      case 'POST transfers':
        return this.#read(request.body, transferOrder, (order) => this.#transfer(order));
      case 'GET progress':
        return reply(200, this.#progress());
      case 'GET truth':
        return this.#truth(new URLSearchParams(request.query).get('account') ?? '');
      default:
        return reply(404, { error: `no such request: ${request.method} ${request.path}` });
    }
  }

  #read<T>(body: string, schema: z.ZodType<T>, then: (value: T) => VenueReply): VenueReply {
    const read = schema.safeParse(jsonOf(body));
    return read.success ? then(read.data) : reply(400, { error: z.prettifyError(read.error) });
  }

  #order(order: z.infer<typeof faultOrder>): VenueReply {
    const { faults } = this.#facade;
    let isTaken = true;
    if (order.on === 'requests') {
      isTaken = faults.planRequests(order.target, order.fault, order.times);
    } else if (order.on === 'frames') {
      isTaken = faults.planFrames(order.symbol, order.fault, order.times);
    } else if (order.fault === 'drop') this.#facade.dropAll();
    else this.#facade.goDumb();
    return isTaken ? reply(200, {}) : reply(409, { error: 'too many faults are waiting' });
  }

  #transfer({ account, asset, amount }: z.infer<typeof transferOrder>): VenueReply {
    const units = parseBigDecimal(amount, 8);
    if (units === null) return reply(400, { error: `amount: ${amount} is no decimal of 8 places` });
    const moved = this.#exchange.transfer(account, asset, amountOf(units));
    return moved.ok ? reply(200, {}) : reply(409, { error: moved.error.kind });
  }

  #truth(name: string): VenueReply {
    const account = this.#exchange.account(name);
    if (account === null) return reply(404, { error: `no account: ${name}` });
    return reply(200, { ...truthOf(account, this.#exchange), refusals: this.#refusalsOf(name) });
  }

  #refusalsOf(name: string): Record<string, number> {
    return Object.fromEntries(this.#refusals.get(name) ?? []);
  }

  #count(account: string, kind: string): void {
    const counts = this.#refusals.get(account) ?? new Map<string, number>();
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    this.#refusals.set(account, counts);
  }
}

/** Everything that the venue knows of an account, as plain JSON. */
export function truthOf(account: Account, exchange: ExchangePort) {
  const wire = (symbol: string) => {
    const market = exchange.markets.get(symbol);
    return market === undefined ? null : wireOf(market.rules.instrument);
  };
  const orders = [...account.ended.values(), ...account.open.values()];
  return {
    account: account.name,
    balances: Object.fromEntries(
      [...account.balances].map(([asset, { free, locked }]) => [
        asset,
        { free: amountText(free), locked: amountText(locked) },
      ]),
    ),
    orders: orders
      .sort((left, right) => left.orderId - right.orderId)
      .flatMap((order) => {
        const written = wire(order.symbol);
        return written === null ? [] : [queriedOrder(written, order)];
      }),
    trades: [...account.trades.values()].flatMap((trade) => {
      const written = wire(trade.symbol);
      return written === null ? [] : [accountTradeJson(written, trade)];
    }),
    dropped: { orders: account.droppedOrders, trades: account.droppedTrades },
  };
}

function reply(status: number, body: unknown): VenueReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || address === '::1';
}

function isSame(given: string, right: string): boolean {
  const [left, other] = [Buffer.from(given), Buffer.from(right)];
  return left.length === other.length && timingSafeEqual(left, other);
}
