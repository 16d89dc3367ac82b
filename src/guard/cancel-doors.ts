import type { WardVenue } from '../control/guard/wire.ts';
import { err, ok, type Result, reasonOf } from '../core/result.ts';
import {
  cancelFuturesOrders,
  cancelWaitingOrders,
  futuresTime,
  openFuturesSymbols,
  waitingFuturesSymbols,
} from '../venues/binance/futures/rest.ts';
import { cancelOpenOrders, openOrderSymbols, serverTime } from '../venues/binance/rest.ts';
import { apiKeyOf } from '../venues/binance/sign.ts';
import { arrayIn, objectIn, textOf, wholeOf } from '../venues/binance/wire.ts';
import {
  publicRequest as coinbasePublic,
  signedRequest as coinbaseSigned,
  question,
  UNAUTHORIZED,
} from '../venues/coinbase/rest.ts';
import { tokenSigner } from '../venues/coinbase/sign.ts';
import {
  cancelEverything,
  serverTime as krakenTime,
  openOrderPairs,
} from '../venues/kraken/rest.ts';
import { krakenKeyOf } from '../venues/kraken/sign.ts';
import type { Query } from '../venues/port.ts';

/** The key of a guard, as its file has it. */
export interface GuardKey {
  readonly apiKey: string;
  readonly secret: string;
}

/**
 * How one kind of venue is emptied. Orders are cancelled by handles: a market, an order, or the
 * whole account, whatever the venue takes.
 */
export interface CancelDoor {
  /** Cancelled without being asked for. */
  readonly known: readonly string[];
  /** Whether a handle that was found open is cancelled in every round from then on. */
  readonly keepsFound: boolean;
  cancel(handle: string, nowMs: number): Query<number>;
  /** A handle of each order that is open. */
  open(nowMs: number): Query<readonly string[]>;
  serverTime(): Query<number>;
  /** How the venue refuses a time stamp; null where there are none. */
  readonly clockRefusedCode: number | null;
}

/** Binance: "Timestamp for this request is outside of the recvWindow." */
const BINANCE_CLOCK_REFUSED = -1021;
type DoorMaker = (venue: WardVenue, key: GuardKey) => CancelDoor;

const COINBASE_ORDERS_MAX = 1_000;
const WHOLE_ACCOUNT = 'all';
/** Names what waits for its trigger in a market, where the venue keeps that apart. */
const WAITING = 'waiting-';

const DOORS: Readonly<Record<string, DoorMaker>> = {
  binance: spotDoor,
  'binance-usdm': futuresDoor,
  kraken: krakenDoor,
  coinbase: coinbaseDoor,
};

/** @returns one sentence when the guard cannot cancel there, whatever the reason */
export function doorOf(venue: WardVenue, key: GuardKey): Result<CancelDoor, string> {
  const { kind = 'binance' } = venue;
  const door = Object.hasOwn(DOORS, kind) ? DOORS[kind] : undefined;
  if (door === undefined) {
    return err(`found a venue of kind ${kind}, wanted ${Object.keys(DOORS).join(', ')}`);
  }
  try {
    return ok(door(venue, key));
  } catch (thrown) {
    return err(`${venue.keyFile}: ${reasonOf(thrown)}`);
  }
}

function spotDoor(venue: WardVenue, key: GuardKey): CancelDoor {
  const access = binanceAccess(venue, key);
  return {
    known: venue.symbols,
    keepsFound: true,
    cancel: (symbol, nowMs) => cancelOpenOrders(access, symbol, nowMs),
    open: (nowMs) => openOrderSymbols(access, nowMs),
    serverTime: () => serverTime(access),
    clockRefusedCode: BINANCE_CLOCK_REFUSED,
  };
}

/** What rests in a market and what waits for its trigger are two handles: one request each. */
function futuresDoor(venue: WardVenue, key: GuardKey): CancelDoor {
  const access = binanceAccess(venue, key);
  return {
    known: venue.symbols.flatMap((symbol) => [symbol, WAITING + symbol]),
    keepsFound: true,
    cancel: (handle, nowMs) =>
      handle.startsWith(WAITING)
        ? cancelWaitingOrders(access, handle.slice(WAITING.length), nowMs)
        : cancelFuturesOrders(access, handle, nowMs),
    // What wakes between the two questions is seen in both.
    open: (nowMs) => ({
      ...waitingFuturesSymbols(access, nowMs),
      followUp: (waiting) => {
        const resting = openFuturesSymbols(access, nowMs);
        const decode: typeof resting.decode = (outcome) => {
          const symbols = resting.decode(outcome);
          return symbols.ok ? ok([...symbols.value, ...waiting.map(waitingIn)]) : symbols;
        };
        return { ...resting, decode };
      },
    }),
    serverTime: () => futuresTime(access),
    clockRefusedCode: BINANCE_CLOCK_REFUSED,
  };
}

function waitingIn(symbol: string): string {
  return WAITING + symbol;
}

function binanceAccess(venue: WardVenue, { apiKey, secret }: GuardKey) {
  const { restUrl: url, receiveWindowMs, timeoutMs } = venue;
  return { url, key: apiKeyOf(apiKey, secret), receiveWindowMs, timeoutMs };
}

/** Kraken cancels the whole account in one request. */
function krakenDoor(venue: WardVenue, { apiKey, secret }: GuardKey): CancelDoor {
  const { restUrl: url, receiveWindowMs, timeoutMs } = venue;
  const access = { url, key: krakenKeyOf(apiKey, secret), receiveWindowMs, timeoutMs };
  return {
    known: [WHOLE_ACCOUNT],
    keepsFound: false,
    cancel: (_handle, nowMs) => cancelEverything(access, nowMs),
    open: (nowMs) => openOrderPairs(access, nowMs),
    serverTime: () => krakenTime(access),
    clockRefusedCode: null,
  };
}

/** Coinbase cancels by the ids that it has given, so it is asked for them first. */
function coinbaseDoor(venue: WardVenue, { apiKey, secret }: GuardKey): CancelDoor {
  const { restUrl: url, receiveWindowMs: lifeMs, timeoutMs } = venue;
  const signer = tokenSigner(apiKey, secret);
  if (!signer.ok) throw new Error(`found ${signer.error.found}, wanted ${signer.error.wanted}`);
  const access = { url, signer: signer.value, timeoutMs, lifeMs };
  return {
    known: [],
    keepsFound: false,
    cancel(id, nowMs) {
      const body = JSON.stringify({ order_ids: [id] });
      const request = coinbaseSigned(access, 'POST', 'orders/batch_cancel', nowMs, { body });
      return question(request, (value) => {
        const results = arrayIn(objectIn(value, 'reply')['results'], 'results');
        return results.filter((each) => objectIn(each, 'result')['success'] === true).length;
      });
    },
    open(nowMs) {
      const query = `order_status=OPEN&limit=${COINBASE_ORDERS_MAX}`;
      const request = coinbaseSigned(access, 'GET', 'orders/historical/batch', nowMs, { query });
      return question(request, (value) =>
        arrayIn(objectIn(value, 'reply')['orders'], 'orders').map((order) =>
          textOf(objectIn(order, 'order'), 'order_id'),
        ),
      );
    },
    serverTime: () =>
      question(coinbasePublic(url, 'time', timeoutMs), (value) =>
        wholeOf(objectIn(value, 'time'), 'epochMillis'),
      ),
    clockRefusedCode: UNAUTHORIZED,
  };
}
