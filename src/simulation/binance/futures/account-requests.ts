import { amountText } from '../../../core/instrument.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import type { Account } from '../../exchange/clearing.ts';
import { LEVERAGE_MAX } from '../../perpetuals/perpetual-exchange.ts';
import { type BinanceError, badRequest } from '../errors.ts';
import { isWithin, page, spanOf } from '../requests/account-requests.ts';
import { type Call, marketOf, marketsOf, type Operation } from '../requests/operation.ts';
import { wireOf } from '../requests/order-json.ts';
import { invalid, mandatory } from '../requests/order-parameters.ts';
import { isMade } from './algo/algo-json.ts';
import { futuresError } from './errors.ts';
import type { FuturesDesk } from './futures-desk.ts';
import { assetJson, bracketJson, orderJson, positionJson, tradeJson } from './json.ts';

const LIST_DEFAULT = 500;
const LIST_MAX = 1_000;
const FLAGS: Readonly<Record<string, boolean>> = { true: true, false: false };
const MARGIN_TYPES: Readonly<Record<string, string>> = { CROSSED: 'cross', ISOLATED: 'isolated' };
const INCOMES: Readonly<Record<string, true>> = { FUNDING_FEE: true };

/** What an account may ask about itself, and set. */
export function futuresAccountRequests(futures: FuturesDesk): readonly Operation[] {
  const { exchange } = futures;
  const known = (name: string): Account => exchange.openAccount(name);
  const assets = (account: Account, nowMs: number) => {
    const quotes = [...exchange.markets.values()].map(({ rules }) => rules.instrument.quote);
    const held = [...account.balances].filter(([, { free }]) => free !== 0n);
    const names = new Set([...quotes, ...held.map(([asset]) => asset)]);
    return [...names].sort().map((asset) => assetJson(exchange, account, asset, nowMs));
  };
  const positions = (account: Account, isEvery: boolean) =>
    [...exchange.markets.values()]
      .filter(({ rules: { instrument } }) => {
        const { lots } = exchange.margin.position(account.name, instrument.symbol);
        return isEvery || lots !== 0 || (account.openCounts.get(instrument.symbol) ?? 0) > 0;
      })
      .map(({ rules }) => positionJson(exchange, account, rules));

  const account = (call: Call) => {
    const read = call.parameters.checked(known(call.account));
    if (!read.ok) return read;
    const all = assets(read.value, call.desk.clock.now());
    const usd = all.find(({ asset }) => asset === 'USDT');
    return ok({
      feeTier: 0,
      canTrade: exchange.haltedBy === null,
      canDeposit: false,
      canWithdraw: false,
      updateTime: 0,
      multiAssetsMargin: false,
      totalInitialMargin: usd?.initialMargin ?? '0',
      totalMaintMargin: usd?.maintMargin ?? '0',
      totalWalletBalance: usd?.walletBalance ?? '0',
      totalUnrealizedProfit: usd?.unrealizedProfit ?? '0',
      totalMarginBalance: usd?.marginBalance ?? '0',
      totalPositionInitialMargin: usd?.positionInitialMargin ?? '0',
      totalOpenOrderInitialMargin: usd?.openOrderInitialMargin ?? '0',
      totalCrossWalletBalance: usd?.crossWalletBalance ?? '0',
      totalCrossUnPnl: usd?.crossUnPnl ?? '0',
      availableBalance: usd?.availableBalance ?? '0',
      maxWithdrawAmount: usd?.maxWithdrawAmount ?? '0',
      assets: all,
      positions: positions(read.value, false),
    });
  };
  const balance = (call: Call) => {
    const read = call.parameters.checked(known(call.account));
    if (!read.ok) return read;
    const all = assets(read.value, call.desk.clock.now());
    return ok(all.map((each) => ({ accountAlias: 'a', ...each })));
  };
  const risk = (isEvery: boolean) => (call: Call) => {
    const symbol = call.parameters.optional('symbol');
    const read = call.parameters.checked(known(call.account));
    if (!read.ok) return read;
    const all = positions(read.value, isEvery);
    return ok(all.filter((each) => symbol === null || each.symbol === symbol));
  };
  const leverage = (call: Call): Result<unknown, BinanceError> => {
    const market = marketOf(call);
    call.parameters.text('leverage');
    const wanted = call.parameters.integer('leverage') ?? 0;
    const read = call.parameters.checked(market);
    if (!read.ok) return read;
    if (wanted < 1 || wanted > LEVERAGE_MAX) {
      return err(badRequest(-4028, `Leverage ${wanted} is not valid`));
    }
    const { symbol } = read.value.rules.instrument;
    const set = exchange.setLeverage(call.account, symbol, wanted);
    if (!set.ok) return err(futuresError(set.error));
    if (!set.value) {
      return err(badRequest(-4161, 'Leverage reduction is not supported with open positions.'));
    }
    return ok({ symbol, leverage: wanted, maxNotionalValue: '1000000000' });
  };
  const marginType = (call: Call): Result<unknown, BinanceError> => {
    const market = marketOf(call);
    const type = mandatory(call.parameters, 'marginType', MARGIN_TYPES, invalid('marginType'));
    const read = call.parameters.checked(market);
    if (!read.ok) return read;
    if (type === 'cross') return err(badRequest(-4046, 'No need to change margin type.'));
    return err(badRequest(-4168, 'Unable to adjust to isolated-margin mode on this venue.'));
  };
  const positionMode = (call: Call) => call.parameters.checked({ dualSidePosition: false });
  const marginMode = (call: Call) => call.parameters.checked({ multiAssetsMargin: false });
  const setPositionMode = (call: Call): Result<unknown, BinanceError> => {
    const wrong = invalid('dualSidePosition');
    const isDual = mandatory(call.parameters, 'dualSidePosition', FLAGS, wrong);
    const read = call.parameters.checked(true);
    if (!read.ok) return read;
    if (isDual === false) return err(badRequest(-4059, 'No need to change position side.'));
    return err(badRequest(-4068, 'Position side cannot be changed on this venue.'));
  };
  const allOrders = (call: Call) => {
    const market = marketOf(call);
    const fromId = call.parameters.integer('orderId');
    const span = spanOf(call.parameters);
    const limit = call.parameters.limit(LIST_DEFAULT, LIST_MAX);
    const read = call.parameters.checked(market);
    if (!read.ok) return read;
    const { instrument } = read.value.rules;
    const { ended, open } = known(call.account);
    const orders = [...ended.values(), ...open.values()]
      .filter(isMade)
      .filter(({ symbol, createdMs }) => symbol === instrument.symbol && isWithin(span, createdMs))
      .filter(({ orderId }) => fromId === null || orderId >= fromId)
      .sort((left, right) => left.orderId - right.orderId);
    const wire = wireOf(instrument);
    return ok(page(orders, fromId !== null, limit).map((order) => orderJson(wire, order)));
  };
  const userTrades = (call: Call) => {
    const market = marketOf(call);
    const orderId = call.parameters.integer('orderId');
    const fromId = call.parameters.integer('fromId');
    const span = spanOf(call.parameters);
    const limit = call.parameters.limit(LIST_DEFAULT, LIST_MAX);
    const read = call.parameters.checked(market);
    if (!read.ok) return read;
    const { instrument } = read.value.rules;
    const trades = [...known(call.account).trades.values()]
      .filter(({ symbol, venueMs }) => symbol === instrument.symbol && isWithin(span, venueMs))
      .filter((trade) => orderId === null || trade.orderId === orderId)
      .filter(({ tradeId }) => fromId === null || tradeId >= fromId);
    const wire = wireOf(instrument);
    return ok(page(trades, fromId !== null, limit).map((trade) => tradeJson(wire, trade)));
  };
  const income = (call: Call) => {
    const symbol = call.parameters.optional('symbol');
    call.parameters.choice('incomeType', INCOMES, invalid('incomeType'));
    const span = spanOf(call.parameters);
    const limit = call.parameters.limit(100, LIST_MAX);
    const read = call.parameters.checked(exchange.margin.incomes(call.account));
    if (!read.ok) return read;
    const found = read.value
      .filter((each) => symbol === null || each.symbol === symbol)
      .filter(({ venueMs }) => isWithin(span, venueMs));
    return ok(
      found.slice(-limit).map((each) => ({
        symbol: each.symbol,
        incomeType: 'FUNDING_FEE',
        income: amountText(each.amount),
        asset: each.asset,
        info: 'FUNDING_FEE',
        time: each.venueMs,
        tranId: each.number,
        tradeId: '',
      })),
    );
  };
  const brackets = (call: Call) => {
    const { markets, isOne } = marketsOf(call);
    const read = call.parameters.checked(markets);
    if (!read.ok) return read;
    const all = read.value.map(({ rules }) => bracketJson(rules.instrument.symbol, LEVERAGE_MAX));
    return ok(isOne ? all[0] : all);
  };
  const symbolConfig = (call: Call) => {
    const { markets } = marketsOf(call);
    const read = call.parameters.checked(markets);
    if (!read.ok) return read;
    return ok(
      read.value.map(({ rules: { instrument } }) => ({
        symbol: instrument.symbol,
        marginType: 'CROSSED',
        isAutoAddMargin: false,
        leverage: exchange.margin.leverage(call.account, instrument.symbol),
        maxNotionalValue: '1000000000',
      })),
    );
  };
  const read = (
    route: string,
    weight: number,
    run: Operation['run'],
    method: string | null = null,
  ) => ({ route: `GET /fapi/${route}`, method, right: 'read', weight, run }) as const;
  const set = (route: string, run: Operation['run']) =>
    ({ route: `POST /fapi/v1/${route}`, method: null, right: 'trade', weight: 1, run }) as const;
  return [
    read('v2/account', 5, account),
    read('v3/account', 5, account, 'v2/account.status'),
    read('v2/balance', 5, balance),
    read('v3/balance', 5, balance, 'v2/account.balance'),
    read('v2/positionRisk', 5, risk(true)),
    read('v3/positionRisk', 5, risk(false), 'v2/account.position'),
    read('v1/positionSide/dual', 30, positionMode),
    read('v1/multiAssetsMargin', 30, marginMode),
    read('v1/allOrders', 5, allOrders),
    read('v1/userTrades', 5, userTrades),
    read('v1/income', 30, income),
    read('v1/leverageBracket', 1, brackets),
    read('v1/symbolConfig', 5, symbolConfig),
    set('leverage', leverage),
    set('marginType', marginType),
    set('positionSide/dual', setPositionMode),
  ];
}
