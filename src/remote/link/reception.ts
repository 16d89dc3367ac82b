import { type LinkListener, type LinkPlace, listenForLinks } from './socket.ts';
import type { LinkAttempt, LinkTransport } from './transport.ts';

type Opened = Parameters<LinkTransport['open']>[0];

/**
 * Where peers call, at one place or at several. The links wait here and not at a listener, so that
 * the listeners can be opened anew without the links being any the wiser.
 */
export class Reception {
  readonly #places: readonly LinkPlace[];
  readonly #waiting = new Map<string, Opened>();
  readonly #attempts = new Map<string, readonly LinkAttempt[]>();
  #listeners: LinkListener[] = [];
  #generation = 0;

  constructor(places: readonly LinkPlace[]) {
    this.#places = places;
  }

  /**
   * Opens all places, after closing those that an earlier call has left open. Rejects when one of
   * them cannot be had, and when it is opened or closed again meanwhile; none is open then.
   *
   * @returns the ports; 0 for a Unix socket
   */
  async open(): Promise<readonly number[]> {
    this.close();
    const generation = this.#generation;
    for (const place of this.#places) {
      const listener = await this.#listen(place, generation);
      this.#listeners.push(listener);
      for (const peer of this.#waiting.keys()) this.#attend(listener, peer);
    }
    return this.#listeners.map(({ port }) => port);
  }

  async #listen(place: LinkPlace, generation: number): Promise<LinkListener> {
    try {
      const listener = await listenForLinks(place);
      if (generation === this.#generation) return listener;
      listener.close();
      throw new Error('links: closed while it was opening');
    } catch (thrown) {
      if (generation === this.#generation) this.close();
      throw thrown;
    }
  }

  /** The waiting end of the link to one peer. */
  from(peer: string): LinkTransport {
    return {
      isDialling: false,
      open: (opened) => {
        this.#waiting.set(peer, opened);
        for (const listener of this.#listeners) this.#attend(listener, peer);
        return {
          close: () => {
            if (this.#waiting.get(peer) !== opened) return;
            this.#waiting.delete(peer);
            for (const attempt of this.#attempts.get(peer) ?? []) attempt.close();
            this.#attempts.delete(peer);
          },
        };
      },
    };
  }

  #attend(listener: LinkListener, peer: string): void {
    const opened = this.#waiting.get(peer) as Opened;
    const attempt = listener.from(peer).open(opened, () => {});
    this.#attempts.set(peer, [...(this.#attempts.get(peer) ?? []), attempt]);
  }

  /** Ends what came in at its places, and gives them back. */
  close(): void {
    this.#generation += 1;
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
    this.#attempts.clear();
  }
}
