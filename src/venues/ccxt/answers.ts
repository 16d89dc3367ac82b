import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import type { CcxtExchange } from './exchange-class.ts';
import type {
  ReferenceBalances,
  ReferenceFunding,
  ReferenceInterest,
  ReferenceMarket,
  ReferenceOrder,
  ReferenceQuestion,
  ReferenceTrade,
} from './reference-data.ts';

type Bag = Readonly<Record<string, unknown>>;

/** What is wrong with an answer of ccxt, in words. */
class AnswerFault extends Error {
  override readonly name = 'AnswerFault';
}

/**
 * Asks ccxt, and makes plain facts of what it says: nothing of its objects, which it goes on to
 * change, leaves this function.
 *
 * @returns the name of ccxt's error, or of ours, with what it said
 */
export async function askCcxt(
  exchange: CcxtExchange,
  question: ReferenceQuestion,
): Promise<Result<unknown, { readonly name: string; readonly detail: string }>> {
  try {
    return ok(await answerOf(exchange, question));
  } catch (thrown) {
    const name = thrown instanceof Error ? thrown.name : 'Error';
    return err({ name, detail: reasonOf(thrown) });
  }
}

async function answerOf(exchange: CcxtExchange, question: ReferenceQuestion): Promise<unknown> {
  switch (question.kind) {
    case 'markets': {
      const markets = await exchange.loadMarkets(true);
      return Object.values(markets).flatMap((market) => marketIn(bagIn(market, 'market')));
    }
    case 'trades': {
      const { symbol, sinceMs, limit } = question;
      return list(await exchange.fetchTrades(symbol, sinceMs ?? undefined, limit)).map(tradeIn);
    }
    case 'funding': {
      const { symbol, sinceMs, limit } = question;
      return list(await exchange.fetchFundingRateHistory(symbol, sinceMs ?? undefined, limit)).map(
        fundingIn,
      );
    }
    case 'open-interest':
      return interestIn(await exchange.fetchOpenInterest(question.symbol));
    case 'open-orders':
      return list(await exchange.fetchOpenOrders(question.symbol))
        .filter(standsByItself)
        .map(orderIn);
    case 'balances':
      // By itself it asks Coinbase for accounts of the API before this one.
      return balancesIn(
        await exchange.fetchBalance(exchange.id === 'coinbase' ? { v3: true } : {}),
      );
    default:
      return question satisfies never;
  }
}

/** A market with a grid; those without one cannot be traded by us and are left out. */
function marketIn(market: Bag): ReferenceMarket[] {
  const precision = bagIn(market['precision'], 'precision');
  const limits = bagIn(market['limits'], 'limits');
  const [tick, lot] = [textOr(precision['price']), textOr(precision['amount'])];
  if (tick === null || lot === null) return [];
  const amount = bagIn(limits['amount'] ?? {}, 'limits.amount');
  const cost = bagIn(limits['cost'] ?? {}, 'limits.cost');
  return [
    {
      id: textIn(market['id'], 'id'),
      symbol: textIn(market['symbol'], 'symbol'),
      base: textIn(market['base'], 'base'),
      quote: textIn(market['quote'], 'quote'),
      isActive: market['active'] === true,
      isContract: market['contract'] === true,
      tick,
      lot,
      quantityMin: textOr(amount['min']),
      quantityMax: textOr(amount['max']),
      notionalMin: textOr(cost['min']),
      makerFee: textOr(market['maker']),
      takerFee: textOr(market['taker']),
    },
  ];
}

function tradeIn(value: unknown): ReferenceTrade {
  const trade = bagIn(value, 'trade');
  return {
    id: textIn(trade['id'], 'id'),
    venueMs: wholeIn(trade['timestamp'], 'timestamp'),
    side: sideIn(trade['side']),
    price: textIn(trade['price'], 'price'),
    quantity: textIn(trade['amount'], 'amount'),
  };
}

function fundingIn(value: unknown): ReferenceFunding {
  const funding = bagIn(value, 'funding');
  return {
    venueMs: wholeIn(funding['timestamp'], 'timestamp'),
    rate: textIn(funding['fundingRate'], 'fundingRate'),
  };
}

function interestIn(value: unknown): ReferenceInterest {
  const interest = bagIn(value, 'open interest');
  return {
    venueMs: wholeIn(interest['timestamp'], 'timestamp'),
    quantity: textIn(interest['openInterestAmount'], 'openInterestAmount'),
  };
}

/** Binance lists both orders of a pair: the one that waits for the other to go is left out. */
function standsByItself(value: unknown): boolean {
  const info = bagIn(bagIn(value, 'order')['info'] ?? {}, 'info');
  return !(Number(info['orderListId']) >= 0 && info['isWorking'] === false);
}

function orderIn(value: unknown): ReferenceOrder {
  const order = bagIn(value, 'order');
  const info = bagIn(order['info'] ?? {}, 'info');
  return {
    id: textIn(order['id'], 'id'),
    // ccxt takes Kraken's user reference for it; our own id survives in what the venue sent.
    clientId: textOr(info['cl_ord_id']) ?? textOr(order['clientOrderId']) ?? '',
    symbol: textIn(order['symbol'], 'symbol'),
    side: sideIn(order['side']),
    price: textOr(order['price']),
    quantity: textIn(order['amount'], 'amount'),
    filled: textOr(order['filled']) ?? '0',
  };
}

function balancesIn(value: unknown): ReferenceBalances {
  const total = bagIn(bagIn(value, 'balance')['total'], 'total');
  const held: Record<string, string> = {};
  for (const [asset, amount] of Object.entries(total)) {
    const text = textOr(amount);
    if (text !== null && Number(text) !== 0) held[asset] = text;
  }
  return held;
}

function bagIn(value: unknown, where: string): Bag {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Bag;
  throw new AnswerFault(`${where}: found ${typeof value}, wanted an object`);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new AnswerFault(`found ${typeof value}, wanted a list`);
}

/** A text, or a number as one; null for everything else. */
function textOr(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

function textIn(value: unknown, where: string): string {
  const text = textOr(value);
  if (text !== null) return text;
  throw new AnswerFault(`${where}: found ${typeof value}, wanted a text or number`);
}

function wholeIn(value: unknown, where: string): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new AnswerFault(`${where}: found ${typeof value}, wanted whole milliseconds`);
}

function sideIn(value: unknown): 'buy' | 'sell' {
  if (value === 'buy' || value === 'sell') return value;
  throw new AnswerFault(`side: found ${typeof value}, wanted buy or sell`);
}
