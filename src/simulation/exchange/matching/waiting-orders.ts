import { assert } from '../../../core/result.ts';
import type { Ticks } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import type { VenueOrder, VenueTrigger } from '../orders.ts';
import { isBetter, type Trail, wakesAt } from './trail.ts';

export type Reference = VenueTrigger['reference'];

/** Orders that one market lets wait at most. */
export const WAITING_MAX = 10_000;

/** An order that a price is to come to. */
interface Waiting {
  readonly account: string;
  readonly orderId: number;
  readonly side: Side;
  readonly reference: Reference;
  readonly isRising: boolean;
  /** 0 when it follows at once. */
  readonly ticks: number;
  readonly trail: Trail | null;
  /** Best price since it follows; 0 while no price is known. */
  mark: number;
  isFollowing: boolean;
}

/** Orders by the price that each waits for, nearest first, and those that follow. */
interface Queue {
  readonly rising: Waiting[];
  readonly falling: Waiting[];
  readonly following: Waiting[];
}

export interface WaitingOrder {
  readonly account: string;
  readonly orderId: number;
}

/** What a price did: the orders it has come to, oldest first, and trails that it moved. */
export interface Reached {
  readonly woken: readonly WaitingOrder[];
  readonly moved: readonly WaitingOrder[];
}

const NOTHING: Reached = { woken: [], moved: [] };

/**
 * Orders of one market that wait for a price, in the book or outside of it. A price that reaches
 * none costs a look at the two nearest, and one at each order that follows the price.
 */
export class WaitingOrders {
  readonly #all = new Map<number, Waiting>();
  readonly #queues: Readonly<Record<Reference, Queue>> = {
    last: { rising: [], falling: [], following: [] },
    mark: { rising: [], falling: [], following: [] },
  };

  get size(): number {
    return this.#all.size;
  }

  get isFull(): boolean {
    return this.#all.size >= WAITING_MAX;
  }

  has(orderId: number): boolean {
    return this.#all.has(orderId);
  }

  /** Lets an order wait for its trigger, or while it rests for the second limb of its bracket. */
  add(order: VenueOrder): void {
    assert(!this.isFull && !this.has(order.orderId), 'an order waits once, among few enough');
    const waiting = waitingOf(order);
    this.#all.set(waiting.orderId, waiting);
    const queue = this.#queues[waiting.reference];
    if (waiting.isFollowing) queue.following.push(waiting);
    else if (waiting.isRising) insert(queue.rising, waiting, 1);
    else insert(queue.falling, waiting, -1);
  }

  /** Forgets an order, if it waits. */
  remove(orderId: number): void {
    const waiting = this.#all.get(orderId);
    if (waiting === undefined) return;
    this.#all.delete(orderId);
    const { rising, falling, following } = this.#queues[waiting.reference];
    const among = waiting.isFollowing ? following : waiting.isRising ? rising : falling;
    among.splice(among.indexOf(waiting), 1);
  }

  /** The price is here now. Orders that it has come to wait no more. */
  reach(reference: Reference, ticks: Ticks): Reached {
    const { rising, falling, following } = this.#queues[reference];
    const isQuiet =
      following.length === 0 &&
      (rising[0]?.ticks ?? Number.POSITIVE_INFINITY) > ticks &&
      (falling[0]?.ticks ?? 0) < ticks;
    if (isQuiet) return NOTHING;
    const { woken, moved } = follow(following, ticks);
    for (const each of woken) following.splice(following.indexOf(each), 1);
    const reached = [
      ...cut(rising, (each) => each.ticks <= ticks),
      ...cut(falling, (each) => each.ticks >= ticks),
    ];
    for (const each of reached) {
      if (each.trail === null) {
        woken.push(each);
        continue;
      }
      each.isFollowing = true;
      each.mark = ticks;
      following.push(each);
      moved.push(each);
    }
    for (const { orderId } of woken) this.#all.delete(orderId);
    return { woken: woken.sort((one, other) => one.orderId - other.orderId), moved };
  }
}

/** An order that was woken before its venue stopped waits for any price at all. */
function waitingOf(order: VenueOrder): Waiting {
  const { account, orderId, side, trigger, bracket, markTicks } = order;
  const common = { account, orderId, side, mark: markTicks ?? 0 };
  const at = { reference: trigger?.reference ?? 'last', trail: null, isFollowing: false } as const;
  if (order.wokenMs !== undefined) return { ...common, ...at, isRising: true, ticks: 0 };
  if (trigger === undefined) {
    assert(bracket !== undefined, 'an order waits for its trigger or its second limb');
    return { ...common, ...at, isRising: side === 'buy', ticks: bracket.ticks };
  }
  const { direction, ticks, trail } = trigger;
  const isFollowing = trail !== null && (ticks === 0 || markTicks !== undefined);
  return { ...common, ...at, isRising: direction === 'rises-to', ticks, trail, isFollowing };
}

/** Moves the marks of orders that follow, or finds that the price has fallen back far enough. */
function follow(following: readonly Waiting[], ticks: Ticks) {
  const woken: Waiting[] = [];
  const moved: Waiting[] = [];
  for (const each of following) {
    assert(each.trail !== null, 'an order that follows has a trail');
    if (each.mark === 0 || isBetter(each.side, ticks, each.mark)) {
      each.mark = ticks;
      moved.push(each);
      continue;
    }
    const stop = wakesAt(each.side, each.trail, each.mark as Ticks);
    if (each.side === 'sell' ? ticks <= stop : ticks >= stop) woken.push(each);
  }
  return { woken, moved };
}

/** @param sign 1 for prices that rise, -1 for prices that fall */
function insert(queue: Waiting[], waiting: Waiting, sign: 1 | -1): void {
  let [low, high] = [0, queue.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const isBefore = sign * (queue[middle] as Waiting).ticks <= sign * waiting.ticks;
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, waiting);
}

/** Takes the first of a queue that a price has reached off it. */
function cut(queue: Waiting[], isReached: (waiting: Waiting) => boolean): readonly Waiting[] {
  const end = queue.findIndex((each) => !isReached(each));
  return queue.splice(0, end < 0 ? queue.length : end);
}
