import { amountText, type Instrument } from '../../../core/instrument.ts';
import { assert } from '../../../core/result.ts';
import { amountOf, NO_AMOUNT } from '../../../core/units.ts';
import type { Line } from '../../binance/streams/line.ts';
import type { VenueOrder } from '../../exchange/orders.ts';
import {
  type AccountEvent,
  accountOf,
  type ExchangePort,
  isAccountEvent,
} from '../../exchange/port.ts';
import { priceOf, sizeOf, timeText } from '../call.ts';
import { orderIdText, tradeIdText } from '../names.ts';
import { triggerMembers, typeName } from '../orders/kind-text.ts';
import { shownClientId } from '../orders/order-desk.ts';
import { raw, writeJson } from '../raw-json.ts';
import { averageText, reasonOf } from '../rest/order-json.ts';

const SNAPSHOT_TRADES = 50;

export type PrivateChannel = 'executions' | 'balances';

interface Subscription {
  readonly line: Line;
  readonly account: string;
  readonly channel: PrivateChannel;
  /** Number of the next frame. */
  sequence: number;
  /** Totals as they were last told, by asset. */
  readonly told: Map<string, bigint>;
}

/** Tells accounts what happens to their orders and balances, numbered for each subscription. */
export class PrivateChannels {
  readonly #exchange: ExchangePort;
  #subscriptions: readonly Subscription[] = [];
  #entries = 0;
  /** Frames that are to be lost, whatever they say. */
  #toLose = 0;

  constructor(exchange: ExchangePort) {
    this.#exchange = exchange;
    exchange.listen((events) => {
      for (const event of events) if (isAccountEvent(event)) this.#tell(event);
    });
  }

  /** The next frames take their numbers and are not sent. */
  lose(frames: number): void {
    this.#toLose = frames;
  }

  /** @returns what is wrong; null when the subscription is made and its snapshot sent */
  add(
    line: Line,
    account: string,
    channel: PrivateChannel,
    snapshots: { readonly orders: boolean; readonly trades: boolean; readonly balances: boolean },
  ): string | null {
    if (this.#subscriptions.some((each) => each.line === line && each.channel === channel)) {
      return 'Already subscribed';
    }
    const told = this.#totals(account);
    const made: Subscription = { line, account, channel, sequence: 1, told };
    this.#subscriptions = [...this.#subscriptions, made];
    if (channel === 'executions') {
      const orders = snapshots.orders ? this.#openOrders(account) : [];
      const trades = snapshots.trades ? this.#latestTrades(account) : [];
      // ccxt takes a frame for what its first entry is, so the two are told apart.
      this.#send(made, 'snapshot', orders);
      if (trades.length > 0) this.#send(made, 'snapshot', trades);
    } else if (snapshots.balances) {
      const data = [...told].map(([asset, total]) => ({
        asset,
        asset_class: 'currency',
        balance: raw(amountText(amountOf(total))),
        wallets: [{ type: 'spot', id: 'main', balance: raw(amountText(amountOf(total))) }],
      }));
      this.#send(made, 'snapshot', data);
    }
    return null;
  }

  /** @param channel null ends all of the connection */
  remove(line: Line, channel: PrivateChannel | null): boolean {
    const left = this.#subscriptions.filter(
      (each) => each.line !== line || (channel !== null && each.channel !== channel),
    );
    const isFound = left.length < this.#subscriptions.length;
    this.#subscriptions = left;
    return isFound;
  }

  #tell(event: AccountEvent): void {
    const account = accountOf(event);
    for (const subscription of this.#subscriptions) {
      if (subscription.account !== account) continue;
      const data =
        subscription.channel === 'executions'
          ? event.kind === 'executed'
            ? this.#executions(event)
            : []
          : this.#balances(subscription, event);
      for (const entry of data) this.#send(subscription, 'update', [entry]);
    }
  }

  #send(subscription: Subscription, type: string, data: readonly unknown[]): void {
    const { channel, sequence, line } = subscription;
    subscription.sequence += 1;
    if (this.#toLose > 0) this.#toLose -= 1;
    else line.send(writeJson({ channel, type, data, sequence }));
  }

  #executions(event: Extract<AccountEvent, { kind: 'executed' }>): readonly unknown[] {
    const { execution, order, trade, venueMs } = event;
    const timestamp = timeText(venueMs);
    const known = { ...this.#orderJson(order), timestamp };
    switch (execution) {
      case 'new': {
        const pending = { ...known, exec_type: 'pending_new', order_status: 'pending_new' };
        return [pending, { ...known, exec_type: 'new', order_status: 'new' }];
      }
      case 'trade': {
        assert(trade !== null, 'a trade execution has its trade');
        const instrument = this.#instrumentOf(order);
        const traded = {
          ...known,
          exec_type: 'trade',
          exec_id: tradeIdText(trade),
          trade_id: trade.tradeId,
          last_qty: raw(sizeOf(instrument, trade.lots)),
          last_price: raw(priceOf(instrument, trade.ticks)),
          liquidity_ind: trade.isMaker ? 'm' : 't',
          cost: raw(amountText(trade.quote)),
          fees: [{ asset: trade.feeAsset, qty: raw(amountText(trade.fee)) }],
        };
        if (order.status !== 'filled') return [traded];
        return [traded, { ...known, exec_type: 'filled' }];
      }
      case 'amended':
        return [{ ...known, exec_type: 'amended' }];
      case 'triggered':
        return [{ ...known, exec_type: 'status' }];
      case 'canceled':
      case 'expired':
        return [{ ...known, exec_type: execution, reason: reasonOf(order.status) }];
      case 'trade-prevention':
        return order.status === 'expired-in-match'
          ? [{ ...known, exec_type: 'canceled', reason: reasonOf(order.status) }]
          : [];
    }
  }

  #orderJson(order: VenueOrder): Readonly<Record<string, unknown>> {
    const instrument = this.#instrumentOf(order);
    const clientId = shownClientId(order);
    const isMarket = order.type === 'market';
    return {
      order_id: orderIdText(order.orderId),
      ...(clientId !== '' && { cl_ord_id: clientId }),
      order_type: typeName(order),
      side: order.side,
      symbol: order.symbol,
      order_qty: raw(sizeOf(instrument, order.lots)),
      ...(!isMarket && { limit_price: raw(priceOf(instrument, order.ticks)) }),
      ...(order.shownLots !== undefined && {
        display_qty: raw(sizeOf(instrument, order.shownLots)),
      }),
      ...triggerMembers(order, instrument),
      time_in_force: order.timeInForce.toUpperCase(),
      post_only: order.type === 'limit-maker',
      order_status: STATUSES[order.status],
      cum_qty: raw(sizeOf(instrument, order.filledLots)),
      cum_cost: raw(amountText(order.filledQuote)),
      avg_price: raw(averageText(order, instrument)),
    };
  }

  #openOrders(account: string): readonly unknown[] {
    const open = [...(this.#exchange.account(account)?.open.values() ?? [])];
    return open.map((order) => ({
      ...this.#orderJson(order),
      exec_type: 'new',
      timestamp: timeText(order.createdMs),
    }));
  }

  #latestTrades(account: string): readonly unknown[] {
    const known = this.#exchange.account(account);
    const trades = [...(known?.trades.values() ?? [])].slice(-SNAPSHOT_TRADES);
    return trades.flatMap((trade) => {
      const order = known?.open.get(trade.orderId) ?? known?.ended.get(trade.orderId);
      if (order === undefined) return [];
      const event = { kind: 'executed', execution: 'trade', order, trade } as const;
      const { venueMs } = trade;
      return this.#executions({ ...event, counterOrderId: 0, venueMs }).slice(0, 1);
    });
  }

  #balances({ told }: Subscription, event: AccountEvent): readonly unknown[] {
    if (event.kind === 'executed') return [];
    const isTransfer = event.kind === 'transferred';
    const assets = isTransfer ? [event.asset] : event.assets;
    const totals = this.#totals(event.account);
    return assets.flatMap((asset) => {
      const total = totals.get(asset) ?? 0n;
      const amount = total - (told.get(asset) ?? 0n);
      told.set(asset, total);
      if (amount === 0n) return [];
      this.#entries += 1;
      const type = isTransfer ? (amount > 0n ? 'deposit' : 'withdrawal') : 'trade';
      return [
        {
          asset,
          asset_class: 'currency',
          amount: raw(amountText(amountOf(amount))),
          balance: raw(amountText(amountOf(total))),
          fee: raw('0.0000'),
          ledger_id: `L${String(this.#entries).padStart(5, '0')}`,
          ref_id: '',
          timestamp: timeText(event.venueMs),
          type,
          subtype: '',
          category: type,
          wallet_type: 'spot',
          wallet_id: 'main',
        },
      ];
    });
  }

  #totals(account: string): Map<string, bigint> {
    const balances = this.#exchange.account(account)?.balances ?? new Map();
    return new Map(
      [...balances].map(([asset, { free = NO_AMOUNT, locked = NO_AMOUNT }]) => [
        asset,
        free + locked,
      ]),
    );
  }

  #instrumentOf(order: VenueOrder): Instrument {
    const market = this.#exchange.markets.get(order.symbol);
    assert(market !== undefined, 'an order belongs to a market of the venue');
    return market.rules.instrument;
  }
}

const STATUSES: Readonly<Record<VenueOrder['status'], string>> = {
  new: 'new',
  'partially-filled': 'partially_filled',
  filled: 'filled',
  canceled: 'canceled',
  expired: 'expired',
  'expired-in-match': 'canceled',
};
