import type { MessagePort } from 'node:worker_threads';

/**
 * How the two ends of a link reach each other: a WebSocket, a port between threads, or a simulated
 * network. It carries whole messages of bytes, in order while a channel lasts.
 */
export interface LinkTransport {
  /** Whether this end dials, and so must dial again; the other end waits to be called. */
  readonly isDialling: boolean;
  /**
   * Dials once, or waits for callers until it is closed. `failed` is called at most once, instead
   * of `opened`, when nothing came of dialling; every wait has an end.
   */
  open(
    opened: (channel: LinkChannel) => LinkChannelHandlers,
    failed: (why: string) => void,
  ): LinkAttempt;
}

export interface LinkAttempt {
  /** Gives up dialling or waiting; channels that are open stay. */
  close(): void;
}

export interface LinkChannel {
  /** Bytes that were sent and have not left yet. */
  readonly bufferedBytes: number;
  /** Takes the bytes, or drops them when the channel is closed. */
  send(bytes: Uint8Array): void;
  /** Ends it at once; `closed` follows. */
  close(why: string): void;
}

export interface LinkChannelHandlers {
  /** One whole message. The bytes are the receiver's to keep. */
  message(bytes: Uint8Array): void;
  /** Something that was sent has left. */
  drained(): void;
  /** Called exactly once. */
  closed(why: string): void;
}

type Opened = Parameters<LinkTransport['open']>[0];

/** What passes through a port between two threads, beside the bytes of a channel. */
type PortMessage =
  | { readonly kind: 'open' | 'close'; readonly channel: number }
  | { readonly kind: 'bytes'; readonly channel: number; readonly bytes: Uint8Array }
  /** So much of what was sent has been handled: a port itself knows no limit. */
  | { readonly kind: 'took'; readonly channel: number; readonly bytes: number };

/**
 * One end of a link between two threads of a process: one thread dials, the other waits. The port
 * outlives the channels on it; when it is closed, dialling fails.
 */
export function portLink(port: MessagePort, isDialling: boolean): LinkTransport {
  let current: PortChannel | null = null;
  let waiting: Opened | null = null;
  let isClosed = false;
  let channels = 0;
  const begin = (opened: Opened, number: number): void => {
    const before = current;
    current = new PortChannel(port, number);
    before?.closed('a newer channel was opened');
    current.handlers = opened(current);
  };
  port.on('message', (message: PortMessage) => {
    if (message.kind === 'open') {
      if (waiting !== null) begin(waiting, message.channel);
    } else if (message.channel === current?.number) current.receive(message);
  });
  port.on('close', () => {
    isClosed = true;
    current?.closed('the port was closed');
  });
  return {
    isDialling,
    open(opened, failed) {
      if (isDialling && isClosed) {
        failed('the port was closed');
      } else if (isDialling) {
        channels += 1;
        port.postMessage({ kind: 'open', channel: channels } satisfies PortMessage);
        begin(opened, channels);
      } else waiting = opened;
      return {
        close() {
          waiting = null;
        },
      };
    },
  };
}

class PortChannel implements LinkChannel {
  readonly number: number;
  bufferedBytes = 0;
  handlers: LinkChannelHandlers | null = null;
  readonly #port: MessagePort;
  #isOpen = true;

  constructor(port: MessagePort, number: number) {
    this.#port = port;
    this.number = number;
  }

  send(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    this.bufferedBytes += bytes.length;
    this.#post({ kind: 'bytes', channel: this.number, bytes });
  }

  receive(message: PortMessage): void {
    if (!this.#isOpen) return;
    if (message.kind === 'close') this.closed('the other thread has closed it');
    else if (message.kind === 'took') {
      this.bufferedBytes -= message.bytes;
      this.handlers?.drained();
    } else if (message.kind === 'bytes') {
      this.handlers?.message(message.bytes);
      this.#post({ kind: 'took', channel: this.number, bytes: message.bytes.length });
    }
  }

  close(why: string): void {
    if (!this.#isOpen) return;
    this.#post({ kind: 'close', channel: this.number });
    this.closed(why);
  }

  closed(why: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.handlers?.closed(why);
  }

  #post(message: PortMessage): void {
    this.#port.postMessage(message);
  }
}
