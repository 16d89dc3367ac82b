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
