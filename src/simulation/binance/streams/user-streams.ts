import type { Clock } from '../../../core/env.ts';
import { assert } from '../../../core/result.ts';
import { isOpen } from '../../exchange/orders.ts';
import {
  type AccountEvent,
  accountOf,
  type ExchangePort,
  isAccountEvent,
} from '../../exchange/port.ts';
import { isExecuting, listStatus } from '../requests/list-json.ts';
import { type Wire, wireOf } from '../requests/order-json.ts';
import type { Line } from './line.ts';
import { accountPosition, balanceUpdate, executionReport } from './user-events.ts';

/** Accounts that one connection may listen to. */
const SUBSCRIPTIONS_MAX = 16;

interface Subscription {
  readonly subscriptionId: number;
  readonly line: Line;
  readonly account: string;
}

type Executed = Extract<AccountEvent, { kind: 'executed' }>;

/** Whether a list may have begun, or be done, with what happened to one of its orders. */
function isOfList({ execution, order }: Executed): boolean {
  return execution === 'new' || !isOpen(order);
}

/** Tells accounts what happens to them, on the connections that asked for it. */
export class UserStreams {
  readonly #exchange: ExchangePort;
  readonly #clock: Clock;
  readonly #cancelIds: ReadonlyMap<number, string>;
  #subscriptions: readonly Subscription[] = [];
  readonly #wires: ReadonlyMap<string, Wire>;
  #reports = 0;

  /** @param cancelIds client ids of the cancellations under way, by order id */
  constructor(exchange: ExchangePort, clock: Clock, cancelIds: ReadonlyMap<number, string>) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#cancelIds = cancelIds;
    this.#wires = new Map(
      [...exchange.markets].map(([symbol, { rules }]) => [symbol, wireOf(rules.instrument)]),
    );
    exchange.listen((events) => this.#tellAll(events.filter(isAccountEvent)));
  }

  /** @returns id of the subscription within its connection, or -1 when that has too many */
  add(line: Line, account: string): number {
    const ids = this.#subscriptions
      .filter((subscription) => subscription.line === line)
      .map(({ subscriptionId }) => subscriptionId);
    if (ids.length >= SUBSCRIPTIONS_MAX) return -1;
    const subscriptionId = Math.max(-1, ...ids) + 1;
    this.#subscriptions = [...this.#subscriptions, { subscriptionId, line, account }];
    return subscriptionId;
  }

  /** @param subscriptionId null ends all of the connection */
  remove(line: Line, subscriptionId: number | null): void {
    this.#subscriptions = this.#subscriptions.filter(
      (each) =>
        each.line !== line || (subscriptionId !== null && each.subscriptionId !== subscriptionId),
    );
  }

  /** Lists come after all that happened to their orders, and before the balances. */
  #tellAll(events: readonly AccountEvent[]): void {
    const lists = new Map<number, Executed>();
    for (const event of events) {
      if (event.kind === 'executed') {
        const { listId } = event.order;
        if (listId !== undefined && isOfList(event)) lists.set(listId, event);
      } else {
        this.#tellLists(lists);
      }
      this.#tell(accountOf(event), () => this.#write(event));
    }
    this.#tellLists(lists);
  }

  /** A list is told when it begins and when it is done. */
  #tellLists(lists: Map<number, Executed>): void {
    for (const [listId, { order, execution, venueMs }] of lists) {
      const pair = this.#exchange.findPair(order.account, { listId });
      assert(pair !== null, 'an order that names a list is in it');
      if (execution !== 'new' && isExecuting(pair)) continue;
      this.#tell(order.account, () => listStatus(pair, this.#clock.now(), venueMs));
    }
    lists.clear();
  }

  #tell(account: string, event: () => unknown): void {
    const listening = this.#subscriptions.filter((each) => each.account === account);
    if (listening.length === 0) return;
    const text = JSON.stringify(event());
    for (const { subscriptionId, line } of listening) {
      line.send(`{"subscriptionId":${subscriptionId},"event":${text}}`);
    }
  }

  #write(event: AccountEvent): unknown {
    const nowMs = this.#clock.now();
    switch (event.kind) {
      case 'executed': {
        const wire = this.#wires.get(event.order.symbol);
        assert(wire !== undefined, 'an order belongs to a market of the venue');
        this.#reports += 1;
        const isCanceled = event.execution === 'canceled';
        const cancelId = isCanceled ? (this.#cancelIds.get(event.order.orderId) ?? null) : null;
        return executionReport(wire, event, { nowMs, cancelId, executionId: this.#reports });
      }
      case 'transferred':
        return balanceUpdate(event, nowMs);
      case 'balances-changed':
        return accountPosition(this.#exchange, event, nowMs);
    }
  }
}
