import { type Channel, channel } from 'node:diagnostics_channel';
import { nameFault } from '../ref.ts';
import type { Recipient } from '../switchboard.ts';
import { Groups } from './groups.ts';

declare const carries: unique symbol;

/** A kind of event, which with a base is also everything that its base is. */
export interface EventClass<out E> {
  readonly name: string;
  readonly base: EventClass<unknown> | null;
  /** Where the process's diagnostics hear these events, whoever else does. */
  readonly channel: Channel;
  readonly [carries]?: E;
}

/** Subscriptions on one lane. */
export const SUBSCRIPTIONS_MAX = 4096;
/** What the names of diagnostics channels begin with. */
const CHANNEL_PREFIX = 'flyball:';

/** @throws RangeError for a name that no actor could have either */
export function eventClass<E>(name: string): EventClass<E> {
  return made(name, null);
}

/** A class whose events are events of `base` too, and reach its subscribers. */
export function eventSubclass<B, E extends B>(name: string, base: EventClass<B>): EventClass<E> {
  return made(name, base);
}

function made<E>(name: string, base: EventClass<unknown> | null): EventClass<E> {
  const fault = nameFault(name);
  if (fault !== null) throw new RangeError(`event class: ${fault}`);
  return Object.freeze({ name, base, channel: channel(CHANNEL_PREFIX + name) });
}

/**
 * Events of one lane for whoever subscribes to their class, each once and in the order in which
 * they were published. It queues with the subscribers and waits for nobody.
 */
export class EventStream {
  readonly #subscribers = new Groups<EventClass<unknown>>(
    'subscriptions',
    SUBSCRIPTIONS_MAX,
    () => undefined,
  );

  /** Again is as once. @throws RangeError when there are too many subscriptions */
  subscribe(of: EventClass<unknown>, subscriber: Recipient): void {
    this.#subscribers.join(of, subscriber);
  }

  unsubscribe(of: EventClass<unknown>, subscriber: Recipient): void {
    this.#subscribers.leave(of, subscriber);
  }

  /** Whether anybody would learn of an event of this class; else it need not be made. */
  isHeard(of: EventClass<unknown>): boolean {
    for (let at: EventClass<unknown> | null = of; at !== null; at = at.base) {
      if (at.channel.hasSubscribers || this.#subscribers.hasAny(at)) return true;
    }
    return false;
  }

  /** A full mailbox of a subscriber loses the event as its overflow policy says. */
  publish<E>(of: EventClass<E>, event: E, sender: string): void {
    const told = new Set<Recipient>();
    for (let at: EventClass<unknown> | null = of; at !== null; at = at.base) {
      if (at.channel.hasSubscribers) at.channel.publish(event);
      for (const subscriber of this.#subscribers.membersOf(at)) {
        if (told.has(subscriber)) continue;
        told.add(subscriber);
        subscriber.accept(event, subscriber.uid, sender);
      }
    }
  }
}
