import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy on the loopback that can be cut and healed, as a cable can. */
export class CutProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isCut = false;

  private constructor(targetPort: () => number | null) {
    this.#server = createServer((near) => {
      const port = targetPort();
      if (port === null) {
        near.destroy();
        return;
      }
      const far = connect(port, '127.0.0.1');
      const pair = [near, far] as const;
      this.#pairs.add(pair);
      if (this.#isCut) hold(pair);
      else {
        near.pipe(far);
        far.pipe(near);
      }
      for (const socket of pair) {
        socket.on('error', () => {});
        socket.on('close', () => {
          for (const other of pair) other.destroy();
          this.#pairs.delete(pair);
        });
      }
    });
  }

  /** @param target a port, or what tells it; callers are turned away while that is null */
  static to(target: number | (() => number | null)): Promise<CutProxy> {
    const proxy = new CutProxy(typeof target === 'number' ? () => target : target);
    return new Promise((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', () => resolve(proxy));
    });
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** From now on nothing passes, and nobody is told; connections that are made stay mute. */
  cut(): void {
    this.#isCut = true;
    for (const pair of this.#pairs) hold(pair);
  }

  /** What was cut does not come back, as after a NAT that has forgotten; new ones pass. */
  heal(): void {
    this.#isCut = false;
    this.reset();
  }

  /** Ends all connections at both ends. */
  reset(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  close(): void {
    this.#server.close();
    this.reset();
  }
}

function hold([near, far]: readonly [Socket, Socket]): void {
  near.unpipe(far);
  far.unpipe(near);
  near.pause();
  far.pause();
}
