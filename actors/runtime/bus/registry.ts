import { type ActorRef, nameFault, refOf } from '../ref.ts';
import type { Recipient } from '../switchboard.ts';
import { Groups } from './groups.ts';

declare const offers: unique symbol;

/** A service under which actors that take messages M are found, by the name alone. */
export interface ServiceKey<in M> {
  readonly name: string;
  readonly [offers]?: (message: M) => void;
}

/** Who offers a service now, in the order in which they registered. */
export interface Listing<in M> {
  readonly kind: 'listing';
  readonly service: string;
  readonly refs: readonly ActorRef<M>[];
}

/** Registrations on one lane, and as many who want to know of them. */
export const REGISTRATIONS_MAX = 4096;

/** @throws RangeError for a name that no actor could have either */
export function serviceKey<M>(name: string): ServiceKey<M> {
  const fault = nameFault(name);
  if (fault !== null) throw new RangeError(`service: ${fault}`);
  return Object.freeze({ name });
}

/** Where the actors of a lane find each other without knowing names. */
export class Registry {
  readonly #offering = new Groups<string>('registrations', REGISTRATIONS_MAX, (service) =>
    this.#tellAll(service),
  );
  readonly #listening = new Groups<string>(
    'subscriptions to listings',
    REGISTRATIONS_MAX,
    () => undefined,
  );

  /** Again is as once. @throws RangeError when there are too many registrations */
  register({ name }: ServiceKey<never>, offering: Recipient): void {
    if (this.#offering.join(name, offering)) this.#tellAll(name);
  }

  unregister({ name }: ServiceKey<never>, offering: Recipient): void {
    this.#offering.leave(name, offering);
  }

  /** Sends the listing now and after every change. @throws RangeError when there are too many */
  listen({ name }: ServiceKey<never>, listener: Recipient): void {
    if (this.#listening.join(name, listener)) tell(listener, this.#listing(name));
  }

  find<M>({ name }: ServiceKey<M>): readonly ActorRef<M>[] {
    return this.#listing(name).refs;
  }

  #tellAll(service: string): void {
    const listing = this.#listing(service);
    for (const listener of this.#listening.membersOf(service)) tell(listener, listing);
  }

  #listing(service: string): Listing<unknown> {
    const refs = this.#offering
      .membersOf(service)
      .map(({ text, uid }) => refOf<unknown>(text, uid));
    return Object.freeze({ kind: 'listing', service, refs: Object.freeze(refs) });
  }
}

function tell(listener: Recipient, listing: Listing<unknown>): void {
  listener.accept(listing, listener.uid, '');
}
