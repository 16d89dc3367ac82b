import type { OrderWatch } from '../../../simulation/invariants/order-watch.ts';
import type { Outgoing } from '../../../venues/port.ts';

/** The laws about orders at every venue of a desk, by its name. */
export class OrderWatches {
  readonly at: ReadonlyMap<string, OrderWatch>;

  constructor(at: ReadonlyMap<string, OrderWatch>) {
    this.at = at;
  }

  booted(words: Int32Array): void {
    for (const watch of this.at.values()) watch.booted(words);
  }

  /** What is about to leave for a venue. @returns its client id if it is an order */
  onSent(venue: string, sent: Outgoing): string | null {
    return this.at.get(venue)?.onSent(sent) ?? null;
  }

  /** Orders that have left, ever. */
  get sent(): number {
    return this.#sum((watch) => watch.sent);
  }

  /** Other terms for orders that have left, ever. */
  get amends(): number {
    return this.#sum((watch) => watch.amends);
  }

  get fills(): number {
    return this.#sum((watch) => watch.fills);
  }

  get resting(): number {
    return this.#sum((watch) => watch.resting);
  }

  /** Orders that each venue has taken, ever. */
  get accepted(): ReadonlyMap<string, number> {
    return new Map([...this.at].map(([name, { accepted }]) => [name, accepted]));
  }

  #sum(of: (watch: OrderWatch) => number): number {
    let sum = 0;
    for (const watch of this.at.values()) sum += of(watch);
    return sum;
  }
}
