/** Orders that were edited and are still remembered as one. */
const CHAINS_MAX = 10_000;
const UUID = /^00000000-0000-4000-8000-([0-9a-f]{12})$/;

/**
 * Names of orders as this venue gives them. An order that is edited keeps its name, while the
 * exchange below replaces it by another.
 */
export class OrderNames {
  /** Order ids of the exchange by the first of them, oldest first. */
  readonly #chains = new Map<number, number[]>();
  readonly #firsts = new Map<number, number>();
  readonly #listeners: ((account: string, orderId: number) => void)[] = [];
  /** An edit is under way: what is told of orders now is part of it. */
  isEditing = false;

  nameOf(orderId: number): string {
    const first = this.#firsts.get(orderId) ?? orderId;
    return `00000000-0000-4000-8000-${first.toString(16).padStart(12, '0')}`;
  }

  /** All that stood under a name, oldest first; empty for a name that this venue never gave. */
  idsOf(name: string): readonly number[] {
    const match = UUID.exec(name);
    if (match === null) return [];
    const first = Number.parseInt(match[1] as string, 16);
    return this.#chains.get(first) ?? [first];
  }

  /** Whether an order stands for another one now, or another one stands for it. */
  isReplaced(orderId: number): boolean {
    const first = this.#firsts.get(orderId) ?? orderId;
    const chain = this.#chains.get(first);
    return chain !== undefined && chain.at(-1) !== orderId;
  }

  /** Calls back when an edit is complete, with the order that stands now. */
  listen(listener: (account: string, orderId: number) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Replaces an order by another one. What the exchange tells meanwhile is part of the edit.
   *
   * @param work ends the old order and places the new one; null when that was refused
   */
  edit(account: string, orderId: number, work: () => number | null): void {
    this.isEditing = true;
    const by = work();
    this.isEditing = false;
    if (by !== null) this.#replace(orderId, by);
    for (const listener of this.#listeners) listener(account, by ?? orderId);
  }

  #replace(orderId: number, by: number): void {
    const first = this.#firsts.get(orderId) ?? orderId;
    this.#chains.set(first, [...(this.#chains.get(first) ?? [first]), by]);
    this.#firsts.set(by, first);
    if (this.#chains.size <= CHAINS_MAX) return;
    const [oldest] = this.#chains.keys();
    for (const id of this.#chains.get(oldest as number) ?? []) this.#firsts.delete(id);
    this.#chains.delete(oldest as number);
  }
}
