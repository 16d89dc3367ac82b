import type { ItemReader } from './item-reader.ts';

/** What the status channel has said of one product, over all connections of a stream. */
export class ProductState {
  #isOnline = true;
  #isGridKept = true;
  /** Increments of price and quantity as they were first told: the desk's orders follow these. */
  #grid = '';
  #status = '';

  /** Whether the product trades, on the grid that the desk knows. True until it is told. */
  get isTrading(): boolean {
    return this.#isOnline && this.#isGridKept;
  }

  /** Why it does not trade. */
  get reason(): 'halted' | 'rules-changed' {
    return this.#isOnline ? 'rules-changed' : 'halted';
  }

  onStatus(item: ItemReader): void {
    this.#status = item.text('status');
    this.#isOnline = this.#status === 'online';
    const grid = `${item.text('quote_increment')} ${item.text('base_increment')}`;
    if (this.#grid === '') this.#grid = grid;
    this.#isGridKept = this.#grid === grid;
  }

  /** What an inspector sees of it. */
  summary() {
    return { status: this.#status, isTrading: this.isTrading };
  }
}
