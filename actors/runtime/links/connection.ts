import type { Clock } from '../../../src/core/env.ts';
import {
  batchOf,
  decodeBatch,
  decodeOpening,
  encodeOpening,
  type LinkBatch,
  type LinkFrame,
  type LinkHello,
  PAYLOAD_BYTES_MAX,
} from '../../../src/remote/link-frame.ts';
import type { LinkChannel, LinkChannelHandlers } from '../../../src/remote/link-transport.ts';
import type { ActorRef } from '../ref.ts';

/** A message and what is needed to make it a dead letter. */
export interface Letter {
  readonly to: ActorRef<never>;
  readonly message: unknown;
  readonly sender: string;
}

export interface ConnectionEvents {
  greeted(hello: LinkHello): void;
  /** The last command that the peer has received, then what it sent. */
  received(ack: number, frames: readonly LinkFrame[]): void;
  /** Room, or the moment, to flush what is queued. */
  drained(): void;
  /** Called once; nothing follows. */
  over(why: string): void;
}

/** What waits for the socket: refused beyond this. */
export const QUEUE_BYTES_MAX = 4 * 1024 * 1024;
/** Bytes handed to the socket and not gone yet; the rest waits here, where it can be counted. */
export const BUFFERED_BYTES_MAX = 1024 * 1024;
/** A batch is closed when it is this large, so that with one more frame it fits the payload. */
const BATCH_BYTES = PAYLOAD_BYTES_MAX / 2;
/** What a queued frame costs beside its bytes, so that many small ones are bounded too. */
const FRAME_OVERHEAD_BYTES = 64;

/** Longest reason that a refusal gives. */
const REASON_MAX = 500;

interface Queued {
  readonly bytes: Uint8Array;
  /** Null for what is not a dead letter of its own when the connection is lost. */
  readonly letter: Letter | null;
}

/**
 * One channel to the peer from its greeting to its loss: batches with consecutive numbers, a
 * bounded queue, and when it last heard of the peer. A repeated batch is dropped and a gap ends
 * it, so that within it everything arrives in order and once.
 */
export class Connection {
  readonly openedNs: number;
  heardNs: number;
  hasGreeted = false;
  duplicates = 0;
  readonly #channel: LinkChannel;
  readonly #clock: Clock;
  readonly #events: ConnectionEvents;
  #isOver = false;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #sentBatches = 0;
  #receivedBatches = 0;

  constructor(channel: LinkChannel, clock: Clock, events: ConnectionEvents) {
    this.#channel = channel;
    this.#clock = clock;
    this.#events = events;
    this.openedNs = clock.mono();
    this.heardNs = this.openedNs;
  }

  handlers(): LinkChannelHandlers {
    return {
      message: (bytes) => this.#onMessage(bytes),
      drained: () => {
        if (!this.#isOver) this.#events.drained();
      },
      closed: (why) => this.end(why),
    };
  }

  greet(hello: LinkHello): void {
    this.#channel.send(encodeOpening(hello));
  }

  /** Says why before it ends. */
  refuse(reason: string): void {
    this.#channel.send(encodeOpening({ kind: 'refused', reason: reason.slice(0, REASON_MAX) }));
    this.end(reason);
  }

  #onMessage(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.heardNs = this.#clock.mono();
    if (this.hasGreeted) this.#onBatch(bytes);
    else this.#onOpening(bytes);
  }

  #onOpening(bytes: Uint8Array): void {
    const decoded = decodeOpening(bytes);
    if (!decoded.ok) this.refuse(`malformed greeting: ${decoded.error}`);
    else if (decoded.value.kind === 'refused') this.end(`refused: ${decoded.value.reason}`);
    else {
      this.hasGreeted = true;
      this.#events.greeted(decoded.value);
    }
  }

  #onBatch(bytes: Uint8Array): void {
    const decoded = decodeBatch(bytes);
    if (!decoded.ok) {
      // The peer may have turned down a greeting after its own was accepted here.
      const late = decodeOpening(bytes);
      const isRefusal = late.ok && late.value.kind === 'refused';
      this.end(isRefusal ? `refused: ${late.value.reason}` : `malformed batch: ${decoded.error}`);
      return;
    }
    const [number, ack, ...frames] = decoded.value satisfies LinkBatch;
    if (number <= this.#receivedBatches) {
      this.duplicates += 1;
      return;
    }
    if (number > this.#receivedBatches + 1) {
      this.end(`batch ${number} after ${this.#receivedBatches}: something was lost between them`);
      return;
    }
    this.#receivedBatches = number;
    this.#events.received(ack, frames as LinkFrame[]);
  }

  /** @returns false when the queue is full */
  offer(bytes: Uint8Array, letter: Letter | null): boolean {
    const cost = costOf(bytes);
    if (this.#queuedBytes + cost > QUEUE_BYTES_MAX) return false;
    this.#queue.push({ bytes, letter });
    this.#queuedBytes += cost;
    return true;
  }

  /** Sends what the socket has room for; with nothing queued a batch that only says `ack`. */
  flush(ack: number): void {
    let taken = 0;
    do {
      if (this.#channel.bufferedBytes > BUFFERED_BYTES_MAX) break;
      const from = taken;
      for (let size = 0; taken < this.#queue.length && size < BATCH_BYTES; taken += 1) {
        size += (this.#queue[taken] as Queued).bytes.length;
      }
      this.#sentBatches += 1;
      const frames = this.#queue.slice(from, taken).map(({ bytes }) => bytes);
      this.#channel.send(batchOf(this.#sentBatches, ack, frames));
    } while (taken < this.#queue.length);
    for (const { bytes } of this.#queue.splice(0, taken)) this.#queuedBytes -= costOf(bytes);
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Takes out what has not been sent yet. */
  discard(bytes: ReadonlySet<Uint8Array>): void {
    this.#queue = this.#queue.filter((queued) => !bytes.has(queued.bytes));
    this.#queuedBytes = this.#queue.reduce((sum, queued) => sum + costOf(queued.bytes), 0);
  }

  /** Ends it, once. */
  end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#channel.close(why);
    this.#events.over(why);
  }

  /** The messages that never left. */
  unsent(): Letter[] {
    const letters = this.#queue.flatMap(({ letter }) => (letter === null ? [] : [letter]));
    this.#queue = [];
    this.#queuedBytes = 0;
    return letters;
  }
}

const costOf = (bytes: Uint8Array): number => bytes.length + FRAME_OVERHEAD_BYTES;
