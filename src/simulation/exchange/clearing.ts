import { baseAmount, type Instrument } from '../../core/instrument.ts';
import { assert, BrokenInvariant } from '../../core/result.ts';
import { type Amount, amountOf, type Lots, NO_AMOUNT } from '../../core/units.ts';
import type { Side } from '../../execution/order.ts';
import { heldAfter } from './matching/holds.ts';
import { type AccountTrade, heldAsset, isOpen, type VenueOrder } from './orders.ts';
import type { StateRecord, TradeParty } from './records.ts';

export interface Balance {
  readonly free: Amount;
  readonly locked: Amount;
}

/** How much of an account's past is kept; the oldest goes first and is counted. */
export interface Retention {
  readonly endedOrdersMax: number;
  readonly tradesMax: number;
}

export const DEFAULT_RETENTION: Retention = { endedOrdersMax: 5_000, tradesMax: 10_000 };

/** An account as the venue sees it. Maps keep the order of arrival. */
export interface Account {
  readonly name: string;
  readonly balances: Map<string, Balance>;
  readonly open: Map<number, VenueOrder>;
  /** Number of open orders by symbol. */
  readonly openCounts: Map<string, number>;
  readonly ended: Map<number, VenueOrder>;
  /** Latest order of each client id, by symbol and id. */
  readonly byClientId: Map<string, number>;
  readonly trades: Map<number, AccountTrade>;
  tradeCount: number;
  droppedOrders: number;
  droppedTrades: number;
}

interface OrderName {
  readonly account: string;
  readonly orderId: number;
}

type RecordOf<Kind extends StateRecord['kind']> = Extract<StateRecord, { kind: Kind }>;

/**
 * Balances, holds, orders and trades of all accounts: a fold over venue records. What is locked
 * for an order is released in every end it can have. All amounts are exact, and of every asset
 * accounts + crowd + fees come to what was transferred in, whatever the sequence.
 */
export class Clearing {
  readonly accounts = new Map<string, Account>();
  /** What the anonymous crowd has won or lost in trades with accounts. */
  readonly crowd = new Map<string, Amount>();
  /** Fees that the venue has taken. */
  readonly fees = new Map<string, Amount>();
  /** Deposits less withdrawals of all accounts. */
  readonly transfers = new Map<string, Amount>();
  readonly #instrumentOf: (symbol: string) => Instrument;
  readonly #retention: Retention;

  constructor(instrumentOf: (symbol: string) => Instrument, retention: Retention) {
    this.#instrumentOf = instrumentOf;
    this.#retention = retention;
  }

  /** The account of a name, made when it is new. */
  account(name: string): Account {
    const known = this.accounts.get(name);
    if (known !== undefined) return known;
    const account: Account = {
      name,
      balances: new Map(),
      open: new Map(),
      openCounts: new Map(),
      ended: new Map(),
      byClientId: new Map(),
      trades: new Map(),
      tradeCount: 0,
      droppedOrders: 0,
      droppedTrades: 0,
    };
    this.accounts.set(name, account);
    return account;
  }

  /** What a snapshot keeps besides balances, orders and trades. */
  moreState(): Iterable<StateRecord> {
    return [];
  }

  /** What a trade would win or lose for an account; undefined where nothing is held on margin. */
  realisedBy(
    _account: string,
    _trade: {
      readonly symbol: string;
      readonly side: Side;
      readonly lots: Lots;
      readonly quote: Amount;
      /** The account has the other side as well, which is booked before this one. */
      readonly isWithItself: boolean;
    },
  ): Amount | undefined {
    return undefined;
  }

  /** Books a record. Records of counters and prices concern others and change nothing here. */
  apply(record: StateRecord): void {
    switch (record.kind) {
      case 'transferred':
        this.credit(this.account(record.account), record.asset, record.amount);
        add(this.transfers, record.asset, record.amount);
        return;
      case 'order-accepted':
        this.#accept(record.order);
        return;
      case 'pair-accepted':
        this.#accept(record.target);
        this.#accept(record.stop);
        return;
      case 'order-woken':
        this.#change(record, {
          isWaiting: false,
          wokenMs: record.venueMs,
          updatedMs: record.venueMs,
        });
        return;
      case 'mark-moved':
        this.#change(record, { markTicks: record.ticks });
        return;
      case 'traded':
        this.#trade(record);
        return;
      case 'order-ended':
        this.#end(record);
        return;
      case 'order-amended':
        this.#amend(record);
        return;
      case 'balance-kept':
        this.#keepBalance(record);
        return;
      case 'transfers-kept':
        this.transfers.set(record.asset, record.total);
        return;
      case 'order-kept':
        this.#keepOrder(this.account(record.order.account), record.order);
        return;
      case 'trade-kept':
        this.#keepTrade(this.account(record.account), record.trade);
        return;
      case 'dropped-kept': {
        const account = this.account(record.account);
        account.droppedOrders = record.orders;
        account.droppedTrades = record.trades;
        return;
      }
      default:
        return;
    }
  }

  #accept(order: VenueOrder): void {
    const account = this.account(order.account);
    const asset = heldAsset(this.#instrumentOf(order.symbol), order.side);
    this.#move(account, asset, amountOf(-order.held), order.held);
    this.#keepOrder(account, order);
  }

  #trade(record: RecordOf<'traded'>): void {
    const makerSide = record.takerSide === 'buy' ? 'sell' : 'buy';
    this.settle(record, record.maker, makerSide, true);
    this.settle(record, record.taker, record.takerSide, false);
  }

  /** Books one side of a trade. */
  protected settle(
    record: RecordOf<'traded'>,
    party: TradeParty | null,
    side: Side,
    isMaker: boolean,
  ): void {
    const instrument = this.#instrumentOf(record.symbol);
    const base = baseAmount(instrument, record.lots);
    const [paid, got] = side === 'buy' ? [record.quote, base] : [base, record.quote];
    const paidAsset = heldAsset(instrument, side);
    const gotAsset = side === 'buy' ? instrument.base : instrument.quote;
    if (party === null) {
      add(this.crowd, paidAsset, amountOf(-paid));
      add(this.crowd, gotAsset, got);
      return;
    }
    const account = this.account(party.account);
    const order = openOrder(account, party.orderId);
    const filledLots = (order.filledLots + record.lots) as Lots;
    const held = heldAfter(instrument, order, filledLots, paid);
    const released = amountOf(order.held - held);
    this.#move(account, paidAsset, amountOf(released - paid), amountOf(-released));
    this.credit(account, gotAsset, got);
    this.credit(account, party.feeAsset, amountOf(-party.fee));
    add(this.fees, party.feeAsset, party.fee);
    this.fillOrder(record, party, side, isMaker, held);
  }

  /** Takes a fill down in the order and among the trades of its account. */
  protected fillOrder(
    record: RecordOf<'traded'>,
    party: TradeParty,
    side: Side,
    isMaker: boolean,
    held: Amount,
  ): void {
    const account = this.account(party.account);
    const order = openOrder(account, party.orderId);
    const filledLots = (order.filledLots + record.lots) as Lots;
    this.#keepTrade(account, accountTrade(record, party, side, isMaker));
    this.#update(account, {
      ...order,
      status: filledLots === order.lots ? 'filled' : 'partially-filled',
      filledLots,
      filledQuote: amountOf(order.filledQuote + record.quote),
      held,
      updatedMs: record.venueMs,
    });
  }

  #amend(record: RecordOf<'order-amended'>): void {
    const { ticks, lots, held, venueMs } = record;
    this.#rehold(record, held);
    this.#change(record, { ticks, lots, updatedMs: venueMs });
  }

  /** Locks another amount for an open order. */
  #rehold(named: OrderName, held: Amount): void {
    const account = this.account(named.account);
    const order = openOrder(account, named.orderId);
    const asset = heldAsset(this.#instrumentOf(order.symbol), order.side);
    const more = amountOf(held - order.held);
    this.#move(account, asset, amountOf(-more), more);
    this.#change(named, { held });
  }

  #change({ account, orderId }: OrderName, change: Partial<VenueOrder>): void {
    const { open } = this.account(account);
    open.set(orderId, { ...openOrder(this.account(account), orderId), ...change });
  }

  #end(record: RecordOf<'order-ended'>): void {
    const { status, preventedLots, preventedMatchId, venueMs: updatedMs, paired } = record;
    const account = this.account(record.account);
    const order = openOrder(account, record.orderId);
    this.#update(account, { ...order, status, preventedLots, preventedMatchId, updatedMs });
    if (paired === undefined) return;
    if ('held' in paired) {
      this.#rehold({ account: account.name, orderId: paired.orderId }, paired.held);
      return;
    }
    const other = openOrder(account, paired.orderId);
    this.#update(account, { ...other, status: paired.status, updatedMs });
  }

  /** Stores the next state of an open order; an end releases what is still locked for it. */
  #update(account: Account, order: VenueOrder): void {
    if (isOpen(order)) {
      account.open.set(order.orderId, order);
      return;
    }
    const asset = heldAsset(this.#instrumentOf(order.symbol), order.side);
    this.#move(account, asset, order.held, amountOf(-order.held));
    account.open.delete(order.orderId);
    countOpen(account, order.symbol, -1);
    this.#keepOrder(account, { ...order, held: NO_AMOUNT });
  }

  #keepOrder(account: Account, order: VenueOrder): void {
    account.byClientId.set(clientKey(order.symbol, order.clientId), order.orderId);
    if (isOpen(order)) {
      account.open.set(order.orderId, order);
      countOpen(account, order.symbol, 1);
      return;
    }
    account.ended.set(order.orderId, order);
    if (account.ended.size <= this.#retention.endedOrdersMax) return;
    const [oldest] = account.ended.values();
    assert(oldest !== undefined, 'a map above its bound has a first entry');
    account.ended.delete(oldest.orderId);
    account.droppedOrders += 1;
    const key = clientKey(oldest.symbol, oldest.clientId);
    if (account.byClientId.get(key) === oldest.orderId) account.byClientId.delete(key);
  }

  #keepTrade(account: Account, trade: AccountTrade): void {
    account.tradeCount += 1;
    account.trades.set(account.tradeCount, trade);
    if (account.trades.size <= this.#retention.tradesMax) return;
    account.trades.delete(account.tradeCount - this.#retention.tradesMax);
    account.droppedTrades += 1;
  }

  #keepBalance(record: RecordOf<'balance-kept'>): void {
    const { account, asset, free, locked } = record;
    if (account === null) this.crowd.set(asset, free);
    else if (account === '') this.fees.set(asset, free);
    else this.account(account).balances.set(asset, { free, locked });
  }

  protected credit(account: Account, asset: string, amount: Amount): void {
    if (amount !== 0n) this.#move(account, asset, amount, NO_AMOUNT);
  }

  #move(account: Account, asset: string, toFree: Amount, toLocked: Amount): void {
    const { free, locked } = account.balances.get(asset) ?? { free: NO_AMOUNT, locked: NO_AMOUNT };
    const next = { free: amountOf(free + toFree), locked: amountOf(locked + toLocked) };
    if (next.free < 0n || next.locked < 0n) {
      throw new BrokenInvariant(
        `${account.name} ${asset}: ${next.free} free, ${next.locked} locked`,
      );
    }
    account.balances.set(asset, next);
  }
}

/** A trade as it is booked in one account. */
export function accountTrade(
  record: Omit<RecordOf<'traded'>, 'kind' | 'maker' | 'taker'>,
  party: TradeParty,
  side: Side,
  isMaker: boolean,
): AccountTrade {
  const { symbol, tradeId, ticks, lots, quote, venueMs } = record;
  const { orderId, fee, feeAsset, realised } = party;
  const trade = { symbol, tradeId, orderId, side, ticks, lots, quote, fee, feeAsset };
  const booked = { ...trade, isMaker, venueMs };
  return realised === undefined ? booked : { ...booked, realised };
}

function openOrder(account: Account, orderId: number): VenueOrder {
  const order = account.open.get(orderId);
  assert(order !== undefined, `what ${account.name} does meets the open order ${orderId}`);
  return order;
}

export function clientKey(symbol: string, clientId: string): string {
  return `${symbol} ${clientId}`;
}

export function freeBalance(account: Account, asset: string): Amount {
  return account.balances.get(asset)?.free ?? NO_AMOUNT;
}

function countOpen(account: Account, symbol: string, change: number): void {
  account.openCounts.set(symbol, (account.openCounts.get(symbol) ?? 0) + change);
}

export function add(amounts: Map<string, Amount>, asset: string, amount: Amount): void {
  if (amount === 0n) return;
  amounts.set(asset, amountOf((amounts.get(asset) ?? NO_AMOUNT) + amount));
}
