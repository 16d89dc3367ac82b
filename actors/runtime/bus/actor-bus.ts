import type { ActorRef } from '../ref.ts';
import type { Recipient } from '../switchboard.ts';
import type { EventClass, EventStream } from './event-stream.ts';
import type { Listing, Registry, ServiceKey } from './registry.ts';

/**
 * How an actor publishes and hears events, and offers and finds services. Subscriptions and
 * registrations end with its incarnation. What it hears queues in its mailbox like any message.
 */
export interface Bus<in M> {
  publish<E>(of: EventClass<E>, event: E): void;
  subscribe(to: EventClass<M>): void;
  unsubscribe(from: EventClass<unknown>): void;
  /** Offers a service of its messages. */
  register(service: ServiceKey<M>): void;
  unregister(service: ServiceKey<never>): void;
  /** Sends the service's `Listing` now and after every change. */
  listen<N>(this: Bus<Listing<N>>, service: ServiceKey<N>): void;
  find<N>(service: ServiceKey<N>): readonly ActorRef<N>[];
}

/** The bus of one context. */
export class ActorBus implements Bus<unknown> {
  readonly #actor: Recipient;
  readonly #events: EventStream;
  readonly #registry: Registry;
  readonly #isLate: () => boolean;

  /** @param isLate whether the context is over, which it counts */
  constructor(
    actor: Recipient,
    shared: { readonly events: EventStream; readonly registry: Registry },
    isLate: () => boolean,
  ) {
    this.#actor = actor;
    this.#events = shared.events;
    this.#registry = shared.registry;
    this.#isLate = isLate;
  }

  publish<E>(of: EventClass<E>, event: E): void {
    if (!this.#isLate()) this.#events.publish(of, event, this.#actor.text);
  }

  subscribe(to: EventClass<unknown>): void {
    if (!this.#isLate()) this.#events.subscribe(to, this.#actor);
  }

  unsubscribe(from: EventClass<unknown>): void {
    if (!this.#isLate()) this.#events.unsubscribe(from, this.#actor);
  }

  register(service: ServiceKey<never>): void {
    if (!this.#isLate()) this.#registry.register(service, this.#actor);
  }

  unregister(service: ServiceKey<never>): void {
    if (!this.#isLate()) this.#registry.unregister(service, this.#actor);
  }

  listen(service: ServiceKey<never>): void {
    if (!this.#isLate()) this.#registry.listen(service, this.#actor);
  }

  find<N>(service: ServiceKey<N>): readonly ActorRef<N>[] {
    return this.#registry.find(service);
  }
}
