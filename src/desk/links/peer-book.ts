import type { LinkEvent } from '../../../actors/runtime/links/link.ts';
import type { ModeNews } from '../../commands/peers/node-contract.ts';
import type { PeerRow } from '../../commands/peers/peers-port.ts';
import type { Clock } from '../../core/env.ts';

/** Sentences that are kept about refusals, for each peer. */
export const REFUSED_KEPT = 4;

/** What is known of each peer; it outlives the actors that tell it. */
export class PeerBook {
  readonly #clock: Clock;
  readonly #rows: Map<string, PeerRow>;

  constructor(peers: readonly string[], clock: Clock) {
    this.#clock = clock;
    this.#rows = new Map(peers.map((node) => [node, { node, ...STRANGER }]));
  }

  has(peer: string): boolean {
    return this.#rows.has(peer);
  }

  isUp(peer: string): boolean {
    return this.#rows.get(peer)?.isUp === true;
  }

  rows(): readonly PeerRow[] {
    return [...this.#rows.values()];
  }

  noted(event: LinkEvent): void {
    const { peer } = event;
    const since = new Date(this.#clock.now()).toISOString();
    if (event.kind === 'link-up') {
      const { incarnation } = event;
      this.#change(peer, { isUp: true, since, incarnation });
    } else if (event.kind === 'link-lost') this.#change(peer, { ...DOWN, since });
    else if (event.kind === 'link-refused') this.#refused(peer, event.why);
    else this.#refused(peer, `${event.path}: ${event.detail}`);
  }

  /** Late news of a link that is lost are none. */
  heard(peer: string, { mode, gate }: ModeNews, roundTripMs: number | null): void {
    if (!this.isUp(peer)) return;
    this.#change(peer, { mode, gate, ...(roundTripMs === null ? {} : { roundTripMs }) });
  }

  #refused(peer: string, why: string): void {
    const others = this.#rows.get(peer)?.refused.filter((known) => known !== why) ?? [];
    this.#change(peer, { refused: [...others, why].slice(-REFUSED_KEPT) });
  }

  #change(peer: string, change: Partial<PeerRow>): void {
    const row = this.#rows.get(peer);
    if (row !== undefined) this.#rows.set(peer, { ...row, ...change });
  }
}

const DOWN = { isUp: false, roundTripMs: null, mode: null, gate: null } as const;
const STRANGER = { ...DOWN, since: null, incarnation: null, refused: [] } as const;
