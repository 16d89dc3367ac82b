import type { Socket } from 'node:net';
import {
  FRAMES_TOGETHER_MAX,
  type WebSocketHandlers,
  type WebSocketLimits,
} from '../../core/env.ts';
import { assert } from '../../core/result.ts';
import { FrameSplitter } from './frame-splitter.ts';

/**
 * Stands between a socket and `ws`: takes whole messages out of every chunk, so that those of one
 * chunk come together, and hands on the rest. What `ws` makes of that keeps its place among them.
 */
export class SocketIntake {
  readonly #handlers: WebSocketHandlers;
  readonly #frameBytesMax: number;
  #frames: Uint8Array[] = [];
  #isReading = false;
  #stop = (): void => {};

  constructor(handlers: WebSocketHandlers, { frameBytesMax }: WebSocketLimits) {
    this.#handlers = handlers;
    this.#frameBytesMax = frameBytesMax;
  }

  /** From now on it reads the socket, in the place of the only listener that `ws` has there. */
  standBefore(tcp: Socket): void {
    const [theirs, ...others] = tcp.listeners('data') as ((chunk: Buffer) => void)[];
    assert(theirs !== undefined && others.length === 0, 'ws reads its socket by one listener');
    const splitter = new FrameSplitter(this.#frameBytesMax, {
      whole: (frame) => this.onMessage(frame),
      other: (bytes) => theirs.call(tcp, bytes),
      left: () => {
        this.#stop();
        tcp.on('data', theirs);
      },
    });
    const read = (chunk: Buffer): void => {
      this.#isReading = true;
      splitter.take(chunk);
      this.#isReading = false;
      this.#flush();
    };
    this.#stop = () => {
      tcp.off('data', read);
      splitter.release();
    };
    tcp.off('data', theirs);
    tcp.on('data', read);
    // What a socket still holds when it is closed is read by ws, and would be heard twice.
    tcp.prependListener('close', this.#stop);
  }

  /** Nothing is heard any more but what `ws` says. */
  end(): void {
    this.#stop();
  }

  /** A message, by whomever it was read. */
  onMessage(frame: Uint8Array): void {
    this.#frames.push(frame);
    if (!this.#isReading || this.#frames.length === FRAMES_TOGETHER_MAX) this.#flush();
  }

  #flush(): void {
    const frames = this.#frames;
    if (frames.length === 0) return;
    this.#frames = [];
    if (this.#handlers.messages !== undefined) this.#handlers.messages(frames);
    else for (const frame of frames) this.#handlers.message(frame);
  }
}
