import type { BinanceError } from './errors.ts';
import type { Charge, LimitOptions } from './limits.ts';
import { Parameters } from './parameters.ts';
import { ACCOUNT_REQUESTS } from './requests/account-requests.ts';
import { CANCEL_REPLACE } from './requests/cancel-replace.ts';
import { LIST_REQUESTS } from './requests/list-requests.ts';
import { MARKET_REQUESTS } from './requests/market-requests.ts';
import type { Desk, Operation } from './requests/operation.ts';
import { ORDER_REQUESTS } from './requests/order-requests.ts';
import { type ApiKey, authenticate } from './signing.ts';

export const OPERATIONS: readonly Operation[] = [
  ...MARKET_REQUESTS,
  ...ORDER_REQUESTS,
  CANCEL_REPLACE,
  ...LIST_REQUESTS,
  ...ACCOUNT_REQUESTS,
];

/** A request, whatever way it came. */
export interface DeskRequest {
  readonly address: string;
  readonly apiKey: string | null;
  readonly entries: ReadonlyMap<string, string>;
  /** What its signature covers. */
  readonly payload: string;
}

export interface DeskReply {
  readonly status: number;
  readonly outcome:
    | { readonly ok: true; readonly value: unknown }
    | { readonly ok: false; readonly error: BinanceError };
  /** Account of the key, once it is known. */
  readonly account: string | null;
  /** When the client may come back, on the wall clock; 0 when it need not wait. */
  readonly retryAtMs: number;
}

/** Charges, authenticates and carries out requests: what REST and ws-api have in common. */
export class RequestDesk {
  readonly #desk: Desk;
  readonly #keys: ReadonlyMap<string, ApiKey>;
  readonly #limitOptions: LimitOptions;

  constructor(desk: Desk, keys: readonly ApiKey[], limitOptions: LimitOptions) {
    this.#desk = desk;
    this.#keys = new Map(keys.map((key) => [key.apiKey, key]));
    this.#limitOptions = limitOptions;
  }

  answer(operation: Operation, request: DeskRequest): DeskReply {
    const parameters = new Parameters(request.entries);
    const { weight } = operation;
    const cost = typeof weight === 'number' ? weight : weight(parameters);
    const limited = this.charge(request.address, cost);
    if (limited !== null) return limited;
    const account = this.accountOf(operation, request, parameters);
    if (typeof account !== 'string') return refused(account, null);
    const { address } = request;
    const result = operation.run({ desk: this.#desk, parameters, account, address });
    const name = account === '' ? null : account;
    if (!result.ok) return refused(result.error, name, this.#orderRetryAt(result.error));
    return { status: 200, outcome: result, account: name, retryAtMs: 0 };
  }

  /** Account of the key that signed a request; '' when the operation needs none. */
  accountOf(
    { right }: Pick<Operation, 'right'>,
    request: DeskRequest,
    parameters: Parameters,
  ): string | BinanceError {
    if (right === null) return '';
    const signed = { ...request, parameters };
    const key = authenticate(this.#keys, signed, right, this.#desk.clock.now());
    return key.ok ? key.value.account : key.error;
  }

  /** @returns the refusal when the address has used up its weight */
  charge(address: string, weight: number): DeskReply | null {
    const nowMs = this.#desk.clock.now();
    const charge = this.#desk.limits.charge(address, weight, nowMs);
    if (charge.kind === 'taken') return null;
    const error = this.#limitError(charge);
    const retryAtMs = charge.kind === 'banned' ? charge.untilMs : nowMs + charge.retryAfterMs;
    return refused(error, null, retryAtMs);
  }

  #limitError(charge: Charge): BinanceError {
    const advice = 'Please use WebSocket Streams for live updates';
    if (charge.kind === 'banned') {
      const until = `IP banned until ${charge.untilMs}`;
      const msg = `Way too much request weight used; ${until}. ${advice} to avoid bans.`;
      return { status: 418, code: -1003, msg };
    }
    const limit = `${this.#limitOptions.weightPerMinute} request weight per 1 MINUTE`;
    const used = `Too much request weight used; current limit is ${limit}`;
    const msg = `${used}. ${advice} to avoid polling the API.`;
    return { status: 429, code: -1003, msg };
  }

  /** Too many orders: the next ten seconds of the clock may bring more. */
  #orderRetryAt(error: BinanceError): number {
    if (error.code !== -1015) return 0;
    const nowMs = this.#desk.clock.now();
    return nowMs + 10_000 - (nowMs % 10_000);
  }
}

function refused(error: BinanceError, account: string | null, retryAtMs = 0): DeskReply {
  return { status: error.status, outcome: { ok: false, error }, account, retryAtMs };
}
