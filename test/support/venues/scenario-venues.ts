import type { Net } from '../../../src/core/env.ts';
import { ok } from '../../../src/core/result.ts';
import type { VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';

/** How a report of a trade comes twice, the second time under another id. */
export interface Tamper {
  readonly frames: (frame: string) => readonly string[];
  readonly net: (net: Net) => Net;
}

/** What is different between the venues as far as scenarios see it. */
export interface ScenarioVenue {
  readonly kind: VenueKindName;
  readonly symbol: string;
  /** Column of `native` in the scenarios. */
  readonly column: 'Binance spot' | 'Binance USD-M' | 'Kraken spot' | 'Coinbase Advanced';
  /** Names by which faults are ordered at the venue's server, and of placing over REST. */
  readonly operations: {
    readonly place: string;
    readonly cancel: string;
    readonly amend: string;
    readonly restPlace: string;
  };
  /** What ccxt calls the market. */
  readonly unified: string;
  /** How an order says that it is not to meet another of ours, in ccxt's words. */
  readonly prevention: Readonly<Record<string, string>>;
  /** @param text a frame, or method and path */
  readonly isPlacement: (text: string) => boolean;
  /** Seconds after which the venue cancels what nobody vouches for; null where it never does. */
  readonly deadManSeconds: number | null;
  /** Whether an answer to an order says for how long the venue wants to be left alone. */
  readonly saysRetryAfter: boolean;
  /** Whether it bans addresses, with 418. */
  readonly bans: boolean;
  readonly tamper: Tamper;
}

const asItIs = (net: Net): Net => net;
const isOrderPlace = (text: string): boolean => text.includes('"order.place"');
const ANOTHER = 1_000;

/** Orders and reports on one socket, trade ids are numbers. */
const binanceReports: Tamper = {
  net: asItIs,
  frames: (frame) => {
    if (!frame.includes('"x":"TRADE"')) return [frame];
    return [frame, frame.replace(/"t":(\d+)/, (_, id) => `"t":${Number(id) + ANOTHER}`)];
  },
};

export const SCENARIO_VENUES: readonly ScenarioVenue[] = [
  {
    kind: 'binance',
    symbol: 'BTCUSDT',
    column: 'Binance spot',
    operations: {
      place: 'order.place',
      cancel: 'order.cancel',
      amend: 'order.amend.keepPriority',
      restPlace: 'order.place',
    },
    unified: 'BTC/USDT',
    prevention: { selfTradePreventionMode: 'EXPIRE_TAKER' },
    isPlacement: isOrderPlace,
    deadManSeconds: null,
    saysRetryAfter: true,
    bans: true,
    tamper: binanceReports,
  },
  {
    kind: 'binance-usdm',
    symbol: 'BTCUSDT',
    column: 'Binance USD-M',
    operations: {
      place: 'order.place',
      cancel: 'order.cancel',
      amend: 'order.modify',
      restPlace: 'order.place',
    },
    unified: 'BTC/USDT:USDT',
    prevention: { selfTradePreventionMode: 'EXPIRE_TAKER' },
    isPlacement: isOrderPlace,
    deadManSeconds: 120,
    saysRetryAfter: true,
    bans: true,
    tamper: binanceReports,
  },
  {
    kind: 'kraken',
    symbol: 'BTC/USD',
    column: 'Kraken spot',
    operations: {
      place: 'add_order',
      cancel: 'cancel_order',
      amend: 'amend_order',
      restPlace: 'AddOrder',
    },
    unified: 'BTC/USD',
    prevention: { stptype: 'cancel-newest' },
    isPlacement: (text) => text.includes('"add_order"'),
    deadManSeconds: 60,
    saysRetryAfter: false,
    bans: false,
    tamper: {
      net: asItIs,
      frames: (frame) => {
        if (!frame.includes('"exec_type":"trade"')) return [frame];
        // In one frame with the first, for frames are numbered.
        return [frame.replace(/"data":\[(.*)\]/, (_, all) => `"data":[${all},${another(all)}]`)];
      },
    },
  },
  {
    kind: 'coinbase',
    symbol: 'BTC-USD',
    column: 'Coinbase Advanced',
    operations: {
      place: 'orders.create',
      cancel: 'orders.cancel',
      amend: 'orders.edit',
      restPlace: 'orders.create',
    },
    unified: 'BTC/USD',
    prevention: { self_trade_prevention_id: '5ca1ab1e-0000-4000-8000-000000000001' },
    isPlacement: (text) => text === 'POST /api/v3/brokerage/orders',
    deadManSeconds: null,
    saysRetryAfter: true,
    bans: false,
    tamper: {
      frames: (frame) => [frame],
      // Its fills come from the history alone.
      net: (net) => ({
        webSocket: net.webSocket,
        http: (request, done) =>
          net.http(request, (outcome) => {
            const isHistory = outcome.ok && request.url.includes('/fills');
            done(isHistory ? ok({ ...outcome.value, body: doubled(outcome.value.body) }) : outcome);
          }),
      }),
    },
  },
];

const another = (entries: string): string =>
  entries.replace(/"exec_id":"([^"]+)"/g, '"exec_id":"X$1"');

function doubled(body: string): string {
  const history = JSON.parse(body) as { fills: { entry_id: string; trade_id: string }[] };
  const fills = history.fills.flatMap((fill) => [
    fill,
    { ...fill, entry_id: `${fill.entry_id}-b`, trade_id: `${fill.trade_id}-b` },
  ]);
  return JSON.stringify({ ...history, fills });
}
