/**
 * `handled`: the handler returned. `awaiting`: it returned a promise, and only the time until then
 * is known. `answered`: it was a synchronous question. `failed`: it threw. `open`: it runs.
 */
export type HopOutcome = 'open' | 'handled' | 'awaiting' | 'answered' | 'failed';

/** One message of an event in the hands of one actor. */
export interface Hop {
  /** Its place among all hops of the lane. */
  readonly n: number;
  /** The number of the event that led to it. */
  readonly cause: number;
  readonly path: string;
  readonly kind: string;
  /** Path of the sender; empty when it came from outside the actors, or is a question. */
  readonly sender: string;
  /** When its handler began, on the lane's clock. */
  readonly atNs: number;
  /** How long it was queued before that, to about a turn of the lane. */
  readonly waitedNs: number;
  readonly tookNs: number;
  readonly outcome: HopOutcome;
}

type Slot = { -readonly [K in keyof Hop]: Hop[K] };

/** Hops of all actors that are kept while a trace is on, whether or not a tap wanted them. */
export const HOPS_MAX = 4_096;
/** Events that a tap has caught; the oldest makes room for the newest. */
export const EVENTS_KEPT = 256;
/** Hops of one kept event. */
export const HOPS_OF_EVENT_MAX = 64;
/** How far back the hops are looked for that an event had before it was caught. */
const LOOK_BACK = 512;

/**
 * What happened to the latest events, hop by hop. The ring is made once and written over, so a
 * trace allocates for what a tap has caught only.
 */
export class HopLog {
  readonly #ring: Slot[] = Array.from({ length: HOPS_MAX }, emptySlot);
  #count = 0;
  /** In the order in which they were caught. */
  readonly #kept = new Map<number, Slot[]>();

  /** The first fields of a hop, in their order. @returns where it is, for `end` */
  begin(
    cause: number,
    path: string,
    kind: string,
    sender: string,
    atNs: number,
    waitedNs: number,
  ): number {
    const at = this.#count % HOPS_MAX;
    const slot = this.#ring[at] as Slot;
    this.#count += 1;
    slot.n = this.#count;
    slot.cause = cause;
    slot.path = path;
    slot.kind = kind;
    slot.sender = sender;
    slot.atNs = atNs;
    slot.waitedNs = waitedNs;
    slot.tookNs = 0;
    slot.outcome = 'open';
    return at;
  }

  /** @returns the finished hop, good until the ring comes round */
  end(at: number, tookNs: number, outcome: HopOutcome): Hop {
    const slot = this.#ring[at] as Slot;
    slot.tookNs = tookNs;
    slot.outcome = outcome;
    const kept = this.#kept.get(slot.cause);
    if (kept !== undefined) this.#add(kept, slot);
    return slot;
  }

  /** Keeps an event that a tap has caught, with the hops that led to it. */
  keep(cause: number): void {
    if (this.#kept.has(cause)) return;
    if (this.#kept.size >= EVENTS_KEPT) {
      const [oldest] = this.#kept.keys();
      this.#kept.delete(oldest as number);
    }
    const hops: Slot[] = [];
    const since = Math.max(0, this.#count - LOOK_BACK);
    for (let n = since; n < this.#count; n += 1) {
      const slot = this.#ring[n % HOPS_MAX] as Slot;
      if (slot.cause === cause && slot.outcome !== 'open') this.#add(hops, slot);
    }
    this.#kept.set(cause, hops);
  }

  /** The hops of an event in the order in which their handlers began; empty when unknown. */
  of(cause: number): Hop[] {
    const kept = this.#kept.get(cause) ?? this.#inRing(cause);
    return kept.map((hop) => ({ ...hop })).sort((left, right) => left.n - right.n);
  }

  /** Numbers of the events that were caught, oldest first. */
  get keptEvents(): number[] {
    return [...this.#kept.keys()];
  }

  #inRing(cause: number): Slot[] {
    return this.#ring.filter((slot) => slot.cause === cause).slice(0, HOPS_OF_EVENT_MAX);
  }

  #add(hops: Slot[], slot: Slot): void {
    if (hops.length < HOPS_OF_EVENT_MAX) hops.push({ ...slot });
  }
}

function emptySlot(): Slot {
  return {
    n: 0,
    cause: 0,
    path: '',
    kind: '',
    sender: '',
    atNs: 0,
    waitedNs: 0,
    tookNs: 0,
    outcome: 'open',
  };
}
