/** One end of a WebSocket connection, as the transport gives it. */
export interface SocketPeer {
  readonly address: string;
  send(text: string): void;
  ping(): void;
  close(code: number, reason: string): void;
  /** Cuts the connection without a word. */
  drop(): void;
}

/** A connection as the façade uses it: it can go dumb while the socket stays open. */
export class Line {
  readonly peer: SocketPeer;
  /** Nothing is sent and nothing is heard, as on a half-open connection. */
  isDumb = false;
  /** Frames are wrapped with the name of their stream. */
  isCombined: boolean;

  constructor(peer: SocketPeer, isCombined: boolean) {
    this.peer = peer;
    this.isCombined = isCombined;
  }

  send(text: string): void {
    if (!this.isDumb) this.peer.send(text);
  }
}
