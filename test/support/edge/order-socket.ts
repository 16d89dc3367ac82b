import { Gate } from '../../../src/control/gate.ts';
import type { HttpReply, HttpRequest, NetFault } from '../../../src/core/env.ts';
import type { Instrument } from '../../../src/core/instrument.ts';
import { ok, type Result } from '../../../src/core/result.ts';
import type { OrderIntent } from '../../../src/execution/order.ts';
import type { ApprovedOrder } from '../../../src/risk/approved-order.ts';
import { binanceOrders } from '../../../src/venues/binance/orders.ts';
import { binanceQueries } from '../../../src/venues/binance/queries.ts';
import { binanceSession } from '../../../src/venues/binance/session.ts';
import type { Venue } from '../../../src/venues/port.ts';
import { aKey } from '../binance/api-keys.ts';
import { anInstrument } from '../trade/instruments.ts';
import { anOrder, type OrderParts } from '../trade/orders.ts';

export const RECEIVE_WINDOW_MS = 5_000;

/** Binance as a desk sees it, with nobody behind it. */
export function aVenue(instruments: readonly Instrument[] = [anInstrument()]): Venue {
  const key = aKey();
  const access = {
    url: 'https://venue',
    key,
    receiveWindowMs: RECEIVE_WINDOW_MS,
    timeoutMs: 2_000,
  };
  return {
    name: 'binance',
    index: 0,
    session: binanceSession('wss://venue', key, RECEIVE_WINDOW_MS, instruments),
    orders: binanceOrders(key, RECEIVE_WINDOW_MS),
    queries: binanceQueries(access, instruments),
    replyIn: null,
  };
}

/** A gate that lets everything of epoch 1 pass. */
export function anOpenGate(): Gate {
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  return gate;
}

/** An order as risk would have passed it. */
export function anApproved(parts: OrderParts = {}): ApprovedOrder {
  const order: OrderIntent = anOrder(parts);
  return order as ApprovedOrder;
}

/** A frame that was sent, read back. */
export interface SentFrame {
  readonly id: string;
  readonly method: string;
  readonly params: Readonly<Record<string, string | number>>;
}

export const sentFrame = (text: string): SentFrame => JSON.parse(text);

/** A reply of the order socket. */
export const replyTo = (id: string, status: number, rest: object): string =>
  JSON.stringify({ id, status, ...rest });

export type HttpOutcome = Result<HttpReply, NetFault>;

export const httpReply = (
  body: unknown,
  status = 200,
  headers: HttpReply['headers'] = {},
): HttpOutcome =>
  ok({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

/** What a venue without orders, trades or money answers to each question. */
export function emptyAccount(request: HttpRequest, nowMs: number): HttpOutcome {
  const { pathname } = new URL(request.url);
  if (pathname === '/api/v3/time') return httpReply({ serverTime: nowMs });
  if (pathname === '/api/v3/openOrders' || pathname === '/api/v3/myTrades') return httpReply([]);
  if (pathname === '/api/v3/account') return httpReply({ balances: [] });
  return httpReply({ code: -2013, msg: 'Order does not exist.' }, 400);
}
