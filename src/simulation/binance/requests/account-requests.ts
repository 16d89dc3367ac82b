import { formatDecimal } from '../../../core/decimal.ts';
import { amountText } from '../../../core/instrument.ts';
import { ok, type Result } from '../../../core/result.ts';
import { NO_AMOUNT } from '../../../core/units.ts';
import type { Account } from '../../exchange/clearing.ts';
import type { FeeSchedule } from '../../exchange/fees.ts';
import type { AccountTrade } from '../../exchange/orders.ts';
import { type BinanceError, badRequest } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { type Call, marketOf, type Operation } from './operation.ts';
import { accountTradeJson, queriedOrder, wireOf } from './order-json.ts';

const LIST_DEFAULT = 500;
const LIST_MAX = 1_000;
const BAD_BOOLEAN = badRequest(-1130, "Data sent for parameter 'omitZeroBalances' is not valid.");
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

/** What an account may ask about itself. */
export const ACCOUNT_REQUESTS: readonly Operation[] = [
  { route: 'GET account', method: 'account.status', right: 'read', weight: 20, run: account },
  { route: 'GET allOrders', method: 'allOrders', right: 'read', weight: 20, run: allOrders },
  {
    route: 'GET myTrades',
    method: 'myTrades',
    right: 'read',
    weight: (parameters) => (parameters.has('orderId') ? 5 : 20),
    run: myTrades,
  },
  {
    route: 'GET rateLimit/order',
    method: 'account.rateLimits.orders',
    right: 'read',
    weight: 40,
    run: orderLimits,
  },
  {
    route: 'GET account/commission',
    method: 'account.commission',
    right: 'read',
    weight: 20,
    run: commission,
  },
];

function account(call: Call): Result<unknown, BinanceError> {
  const { desk, parameters } = call;
  const omitsZero = parameters.choice('omitZeroBalances', BOOLEANS, BAD_BOOLEAN);
  const read = parameters.checked(desk.exchange.account(call.account));
  if (!read.ok) return read;
  const { fees } = desk.exchange;
  const rates = { ...feeRates(fees), buyer: rateText(0), seller: rateText(0) };
  return ok({
    makerCommission: Math.round(fees.makerPpm / 100),
    takerCommission: Math.round(fees.takerPpm / 100),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: rates,
    canTrade: desk.exchange.haltedBy === null,
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: desk.clock.now(),
    accountType: 'SPOT',
    balances: balancesJson(desk.exchange.markets.values(), read.value, omitsZero === true),
    permissions: ['SPOT'],
    uid: 0,
  });
}

/** Every asset of the venue and every other that the account has, by name. */
function balancesJson(
  markets: Iterable<{ rules: { instrument: { base: string; quote: string } } }>,
  { balances }: Account,
  omitsZero: boolean,
) {
  const assets = new Set(balances.keys());
  for (const { rules } of markets) assets.add(rules.instrument.base).add(rules.instrument.quote);
  return [...assets].sort().flatMap((asset) => {
    const { free, locked } = balances.get(asset) ?? { free: NO_AMOUNT, locked: NO_AMOUNT };
    if (omitsZero && free === 0n && locked === 0n) return [];
    return [{ asset, free: amountText(free), locked: amountText(locked) }];
  });
}

function allOrders(call: Call): Result<unknown, BinanceError> {
  const { desk, parameters } = call;
  const market = marketOf(call);
  const fromId = parameters.integer('orderId');
  const span = spanOf(parameters);
  const limit = parameters.limit(LIST_DEFAULT, LIST_MAX);
  const read = parameters.checked(market);
  if (!read.ok) return read;
  const { instrument } = read.value.rules;
  const known = desk.exchange.account(call.account);
  const orders = [...(known?.ended.values() ?? []), ...(known?.open.values() ?? [])]
    .filter(({ symbol, createdMs }) => symbol === instrument.symbol && isWithin(span, createdMs))
    .filter(({ orderId }) => fromId === null || orderId >= fromId)
    .sort((left, right) => left.orderId - right.orderId);
  const wire = wireOf(instrument);
  return ok(page(orders, fromId !== null, limit).map((order) => queriedOrder(wire, order)));
}

function myTrades(call: Call): Result<unknown, BinanceError> {
  const { desk, parameters } = call;
  const market = marketOf(call);
  const orderId = parameters.integer('orderId');
  const fromId = parameters.integer('fromId');
  const span = spanOf(parameters);
  const limit = parameters.limit(LIST_DEFAULT, LIST_MAX);
  const read = parameters.checked(market);
  if (!read.ok) return read;
  const { instrument } = read.value.rules;
  const known = desk.exchange.account(call.account);
  const trades = [...(known?.trades.values() ?? [])]
    .filter(({ symbol, venueMs }) => symbol === instrument.symbol && isWithin(span, venueMs))
    .filter((trade) => orderId === null || trade.orderId === orderId)
    .filter(({ tradeId }) => fromId === null || tradeId >= fromId);
  const wire = wireOf(instrument);
  const listOf = ({ orderId: id }: AccountTrade): number =>
    (known?.ended.get(id) ?? known?.open.get(id))?.listId ?? -1;
  const shown = page(trades, fromId !== null, limit);
  return ok(shown.map((trade) => accountTradeJson(wire, trade, listOf(trade))));
}

function orderLimits(call: Call): Result<unknown, BinanceError> {
  const { desk, parameters } = call;
  const uses = desk.limits.uses(call.address, call.account, desk.clock.now());
  return parameters.checked(uses.filter(({ rateLimitType }) => rateLimitType === 'ORDERS'));
}

function commission(call: Call): Result<unknown, BinanceError> {
  const { desk, parameters } = call;
  const read = parameters.checked(marketOf(call));
  if (!read.ok) return read;
  const { fees } = desk.exchange;
  const none = { maker: rateText(0), taker: rateText(0), buyer: rateText(0), seller: rateText(0) };
  return ok({
    symbol: read.value.rules.instrument.symbol,
    standardCommission: { ...none, ...feeRates(fees) },
    specialCommission: none,
    taxCommission: none,
    discount: {
      enabledForAccount: fees.discount !== null,
      enabledForSymbol: fees.discount !== null,
      discountAsset: fees.discount?.asset ?? 'BNB',
      discount: rateText(fees.discount?.keptPpm ?? 1_000_000),
    },
  });
}

function feeRates({ makerPpm, takerPpm }: FeeSchedule) {
  return { maker: rateText(makerPpm), taker: rateText(takerPpm) };
}

/** Parts per million as a fraction with eight digits. */
function rateText(ppm: number): string {
  return formatDecimal(ppm * 100, 8);
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export function spanOf(parameters: Parameters): Span {
  const fromMs = parameters.integer('startTime') ?? 0;
  return { fromMs, toMs: parameters.integer('endTime') ?? Number.MAX_SAFE_INTEGER };
}

export function isWithin({ fromMs, toMs }: Span, ms: number): boolean {
  return ms >= fromMs && ms <= toMs;
}

/** From a named first entry on, or else the latest entries; oldest first in both cases. */
export function page<T>(entries: readonly T[], isFromFirst: boolean, limit: number): readonly T[] {
  return isFromFirst ? entries.slice(0, limit) : entries.slice(-limit);
}
