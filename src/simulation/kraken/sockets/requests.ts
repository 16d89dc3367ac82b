import { err, ok, type Result } from '../../../core/result.ts';
import { WireFault, type WireObject } from '../../../venues/binance/wire.ts';
import { exactJson } from '../../../venues/kraken/wire/exact-json.ts';
import type { Right } from '../../binance/signing.ts';
import type { Line } from '../../binance/streams/line.ts';
import { type Desk, timeText } from '../call.ts';
import { INVALID_ARGUMENTS, type KrakenError, UNKNOWN_METHOD, UNKNOWN_ORDER } from '../errors.ts';
import { amendIdText, orderIdText } from '../names.ts';
import { shownClientId } from '../orders/order-desk.ts';
import { amendWishOf, SOCKETS, wishOf } from '../orders/wish.ts';
import { raw, writeJson } from '../raw-json.ts';
import { readerOf } from '../rest/order-methods.ts';
import type { PrivateChannels } from './private-channels.ts';
import { DEFAULT_DEPTH, type PublicChannels } from './public-channels.ts';

const BATCH_MAX = 15;
const SYMBOLS_MAX = 1_024;

/** By which of the venue's hosts a client has come. */
export type Door = 'public' | 'private' | 'level3';

/** A request as it stands in a frame. Numbers are texts. */
export interface SocketRequest {
  readonly method: string;
  /** Absent when the client gave none. */
  readonly requestId: string | null;
  readonly params: WireObject;
}

/** Requests over the v2 sockets: subscriptions, and orders on the private one. */
export class SocketRequests {
  readonly #desk: Desk;
  readonly #publics: PublicChannels;
  readonly #privates: PrivateChannels;

  constructor(desk: Desk, publics: PublicChannels, privates: PrivateChannels) {
    this.#desk = desk;
    this.#publics = publics;
    this.#privates = privates;
  }

  /** Reads a frame; null when it is no request. */
  read(text: string): SocketRequest | null {
    try {
      const frame = exactJson(new TextEncoder().encode(text));
      if (typeof frame !== 'object' || frame === null) return null;
      const { method, req_id: id, params = {} } = frame as WireObject;
      if (typeof method !== 'string' || typeof params !== 'object' || params === null) return null;
      const requestId = typeof id === 'string' && /^\d{1,16}$/.test(id) ? id : null;
      return { method, requestId, params: params as WireObject };
    } catch (thrown) {
      if (thrown instanceof WireFault) return null;
      throw thrown;
    }
  }

  /** Carries a request out. @returns the frames of its answer, one for each subscription */
  answer(line: Line, request: SocketRequest, door: Door): readonly string[] {
    const { method, requestId, params } = request;
    if (method === 'ping') return [this.#frame(requestId, { method: 'pong' })];
    if (method === 'subscribe' || method === 'unsubscribe') {
      return this.#subscriptions(line, request, door);
    }
    const carried = door === 'private' ? this.#order(method, params) : err(UNKNOWN_METHOD);
    return [
      carried.ok
        ? this.#frame(requestId, { method, result: carried.value, success: true })
        : this.failure(request, carried.error),
    ];
  }

  failure({ method, requestId }: SocketRequest, error: string): string {
    return this.#frame(requestId, { error, method, success: false });
  }

  #subscriptions(line: Line, request: SocketRequest, door: Door): readonly string[] {
    const { method, requestId, params } = request;
    const read = readerOf(params);
    const channel = read('channel');
    if (channel === 'executions' || channel === 'balances') {
      return [this.#privateSubscription(line, request, channel, door === 'private')];
    }
    const refused = this.#level3Refusal(channel, read('token'), door);
    if (refused !== null) return [this.failure(request, refused)];
    const listed = params['symbol'];
    const symbols = Array.isArray(listed) ? listed.slice(0, SYMBOLS_MAX).map(String) : [''];
    return symbols.map((symbol) => {
      const subscription = {
        channel,
        symbol,
        depth: Number(read('depth') || DEFAULT_DEPTH),
        minutes: Number(read('interval') || '1'),
        hasSnapshot: read('snapshot') !== 'false',
      };
      const snapshots: string[] = [];
      const error =
        method === 'subscribe'
          ? this.#publics.add(line, subscription, (text) => snapshots.push(text))
          : this.#publics.remove(line, subscription);
      const named = symbol === '' ? {} : { symbol };
      if (error !== null) {
        return this.#frame(requestId, { error, method, success: false, ...named });
      }
      const result = {
        channel,
        ...named,
        ...((channel === 'book' || channel === 'level3') && { depth: subscription.depth }),
      };
      const answer = this.#frame(requestId, { method, result, success: true });
      // The answer comes first, then the snapshot: the line keeps the order.
      line.send(answer);
      for (const text of snapshots) line.send(text);
      return '';
    });
  }

  /** Books by order are for holders of a token, at a host of their own, which has nothing else. */
  #level3Refusal(channel: string, token: string, door: Door): string | null {
    if ((channel === 'level3') !== (door === 'level3')) return `Channel not supported ${channel}`;
    if (channel !== 'level3') return null;
    const key = this.#desk.keys.keyOf(token, 'read', this.#desk.clock.now(), true);
    return key.ok ? null : key.error;
  }

  #privateSubscription(
    line: Line,
    request: SocketRequest,
    channel: 'executions' | 'balances',
    isPrivate: boolean,
  ): string {
    const { method, requestId, params } = request;
    const read = readerOf(params);
    const nowMs = this.#desk.clock.now();
    const key = this.#desk.keys.keyOf(read('token'), 'read', nowMs, true);
    if (!isPrivate || !key.ok) {
      return this.failure(
        request,
        key.ok ? 'Private data and trading are unavailable here' : key.error,
      );
    }
    if (method === 'unsubscribe') {
      return this.#privates.remove(line, channel)
        ? this.#frame(requestId, { method, result: { channel }, success: true })
        : this.failure(request, 'Subscription Not Found');
    }
    line.send(this.#frame(requestId, { method, result: { channel }, success: true }));
    const error = this.#privates.add(line, key.value.account, channel, {
      orders: read('snap_orders') !== 'false',
      trades: read('snap_trades') === 'true',
      balances: read('snapshot') !== 'false',
    });
    return error === null ? '' : this.failure(request, error);
  }

  #order(method: string, params: WireObject): Result<unknown, KrakenError> {
    const run = METHODS[method];
    if (run === undefined) return err(UNKNOWN_METHOD);
    const read = readerOf(params);
    const key = this.#desk.keys.keyOf(read('token'), run.right, this.#desk.clock.now());
    return key.ok ? run.carryOut(this.#desk, key.value.account, params, read) : key;
  }

  #frame(requestId: string | null, members: Readonly<Record<string, unknown>>): string {
    const time = timeText(this.#desk.clock.now());
    const id = requestId === null ? {} : { req_id: raw(requestId) };
    return writeJson({ ...members, ...id, time_in: time, time_out: time });
  }
}

type Carry = (
  desk: Desk,
  account: string,
  params: WireObject,
  read: (name: string) => string,
) => Result<unknown, KrakenError>;

const METHODS: Readonly<Record<string, { readonly right: Right; readonly carryOut: Carry }>> = {
  add_order: { right: 'trade', carryOut: addOrder },
  amend_order: { right: 'trade', carryOut: amendOrder },
  batch_add: { right: 'trade', carryOut: batchAdd },
  cancel_order: { right: 'cancel', carryOut: cancelOrder },
  batch_cancel: { right: 'cancel', carryOut: cancelOrder },
  cancel_all: {
    right: 'cancel',
    carryOut: (desk, account) => ok({ count: desk.orders.cancelAll(account) }),
  },
  cancel_all_orders_after: { right: 'cancel', carryOut: cancelAllAfter },
};

function addOrder(
  desk: Desk,
  account: string,
  _params: WireObject,
  read: (name: string) => string,
): Result<unknown, KrakenError> {
  const wish = wishOf(read, SOCKETS, read('symbol'));
  if (!wish.ok) return wish;
  const placed = desk.orders.place(account, wish.value);
  if (!placed.ok) return placed;
  const clientId = shownClientId(placed.value);
  const named = clientId === '' ? {} : { cl_ord_id: clientId };
  return ok({ order_id: orderIdText(placed.value.orderId), ...named });
}

function amendOrder(
  desk: Desk,
  account: string,
  _params: WireObject,
  read: (name: string) => string,
): Result<unknown, KrakenError> {
  const name = { orderId: read('order_id'), clientId: read('cl_ord_id') };
  const wish = amendWishOf(read);
  const amended = wish.ok ? desk.orders.amend(account, name, wish.value) : wish;
  if (!amended.ok) return amended;
  const orderId = orderIdText(amended.value.orderId);
  const clientId = shownClientId(amended.value);
  const named = clientId === '' ? {} : { cl_ord_id: clientId };
  return ok({ amend_id: amendIdText(amended.value.orderId), order_id: orderId, ...named });
}

function batchAdd(
  desk: Desk,
  account: string,
  params: WireObject,
  read: (name: string) => string,
): Result<unknown, KrakenError> {
  const orders = params['orders'];
  if (!Array.isArray(orders) || orders.length < 2 || orders.length > BATCH_MAX) {
    return err(`${INVALID_ARGUMENTS}:orders`);
  }
  const results = orders.map((entry: unknown) => {
    const own = readerOf(entry);
    const both = (name: string): string => own(name) || (name === 'deadline' ? read(name) : '');
    const wish = wishOf(both, SOCKETS, read('symbol'));
    const placed = wish.ok ? desk.orders.place(account, wish.value) : wish;
    const named = { cl_ord_id: own('cl_ord_id') };
    return placed.ok
      ? { order_id: orderIdText(placed.value.orderId), ...named, success: true }
      : { ...named, success: false, error: placed.error };
  });
  return ok({ orders: results });
}

function cancelOrder(
  desk: Desk,
  account: string,
  params: WireObject,
): Result<unknown, KrakenError> {
  const ids = (name: string): string[] => {
    const listed = params[name];
    return Array.isArray(listed) ? listed.map(String) : [];
  };
  const names = [
    ...ids('order_id').map((orderId) => ({ orderId, clientId: '' })),
    ...ids('orders').map((orderId) => ({ orderId, clientId: '' })),
    ...ids('cl_ord_id').map((clientId) => ({ orderId: '', clientId })),
  ];
  const canceled = names.flatMap((name) => {
    const order = desk.orders.cancel(account, name);
    return order.ok ? [order.value] : [];
  });
  const [first] = canceled;
  if (first === undefined) return err(UNKNOWN_ORDER);
  return ok({ order_id: orderIdText(first.orderId), count: canceled.length });
}

function cancelAllAfter(
  desk: Desk,
  account: string,
  _params: WireObject,
  read: (name: string) => string,
): Result<unknown, KrakenError> {
  const set = desk.orders.cancelAllAfter(account, Number(read('timeout') || Number.NaN));
  if (!set.ok) return set;
  const triggerTime = set.value === null ? '0' : timeText(set.value);
  return ok({ currentTime: timeText(desk.clock.now()), triggerTime });
}
