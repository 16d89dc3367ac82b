import type { Clock, Timers } from '../../../src/core/env.ts';
import type { Rng } from '../../../src/core/rng.ts';
import type {
  LinkChannel,
  LinkChannelHandlers,
  LinkTransport,
} from '../../../src/remote/link-transport.ts';

/** What goes wrong with single messages; fractions, and the longest delay in milliseconds. */
export interface NetworkFaults {
  readonly loss: number;
  readonly duplicate: number;
  readonly delayMsMax: number;
  /** Whether a message may overtake an earlier one. */
  readonly reorders: boolean;
}

export const NO_FAULTS: NetworkFaults = { loss: 0, duplicate: 0, delayMsMax: 0, reorders: false };

type Caller = Parameters<LinkTransport['open']>[0];

/** A network between one end that dials and one that waits, on the test's time and chance. */
export class Network {
  faults = NO_FAULTS;
  /** While it is down nobody gets through; what is sent is lost without a word. */
  isDown = false;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #random: Rng;
  readonly #channels = new Set<Channel>();
  #waiting: Caller | null = null;

  constructor(clock: Clock, timers: Timers, random: Rng) {
    this.#clock = clock;
    this.#timers = timers;
    this.#random = random;
  }

  get openChannels(): number {
    return this.#channels.size;
  }

  /** Ends every channel at both ends. */
  reset(): void {
    for (const channel of [...this.#channels]) channel.close('connection reset');
  }

  readonly dialling: LinkTransport = {
    isDialling: true,
    open: (opened, failed) => {
      let isGivenUp = false;
      this.#timers.after(this.#delayMs(), () => {
        if (isGivenUp) return;
        if (this.isDown || this.#waiting === null) failed('nobody answers');
        else this.#connect(opened, this.#waiting);
      });
      return {
        close() {
          isGivenUp = true;
        },
      };
    },
  };

  readonly waiting: LinkTransport = {
    isDialling: false,
    open: (opened) => {
      this.#waiting = opened;
      return {
        close: () => {
          if (this.#waiting === opened) this.#waiting = null;
        },
      };
    },
  };

  #connect(caller: Caller, callee: Caller): void {
    const near = new Channel(this, this.#clock);
    const far = new Channel(this, this.#clock);
    near.peer = far;
    far.peer = near;
    this.#channels.add(near).add(far);
    far.handlers = callee(far);
    near.handlers = caller(near);
  }

  #delayMs(): number {
    return this.faults.delayMsMax * this.#random.next();
  }

  /** Lets a message travel. */
  carry(from: Channel, to: Channel, bytes: Uint8Array): void {
    const { loss, duplicate, reorders } = this.faults;
    const copies = this.#random.next() < duplicate ? 2 : 1;
    const isLost = this.isDown || this.#random.next() < loss;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#timers.after(reorders ? this.#delayMs() : from.inTurn(this.#delayMs()), () => {
        from.left(copy === 0 ? bytes.length : 0);
        if (!isLost && !this.isDown) to.handlers?.message(bytes.slice());
      });
    }
  }

  ended(channel: Channel, why: string): void {
    if (!this.#channels.delete(channel)) return;
    this.#timers.turn(() => channel.handlers?.closed(why));
    // The news of a hang-up travels behind what was sent before; a line that is down loses it.
    const hangUp = (): void => {
      if (!this.isDown) channel.peer?.close('the peer hung up');
    };
    if (!this.isDown) this.#timers.after(channel.inTurn(this.#delayMs()), hangUp);
  }
}

class Channel implements LinkChannel {
  handlers: LinkChannelHandlers | null = null;
  peer: Channel | null = null;
  bufferedBytes = 0;
  readonly #network: Network;
  readonly #clock: Clock;
  #isClosed = false;
  #lastNs = 0;

  constructor(network: Network, clock: Clock) {
    this.#network = network;
    this.#clock = clock;
  }

  send(bytes: Uint8Array): void {
    if (this.#isClosed || this.peer === null) return;
    this.bufferedBytes += bytes.length;
    this.#network.carry(this, this.peer, bytes);
  }

  /** A delay with which nothing overtakes what was sent before. */
  inTurn(delayMs: number): number {
    const nowNs = this.#clock.mono();
    this.#lastNs = Math.max(nowNs + delayMs * 1e6, this.#lastNs);
    return (this.#lastNs - nowNs) / 1e6;
  }

  left(bytes: number): void {
    if (bytes === 0) return;
    this.bufferedBytes -= bytes;
    if (!this.#isClosed) this.handlers?.drained();
  }

  close(why: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#network.ended(this, why);
  }
}
