import { chmodSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Timer } from '../core/env.ts';
import { LoginGuard } from './login-guard.ts';
import { FRAME_BYTES_MAX } from './protocol.ts';
import { exportedKey, type TlsListener, tlsServer } from './tls.ts';
import { type Identity, type RunResult, Visit, type VisitOptions } from './visit.ts';

export type { Identity, RunResult };

export interface ServerOptions extends VisitOptions {
  readonly socketPath: string;
  /** Where people from elsewhere are served; null when they are not. */
  readonly tls: TlsListener | null;
}

export interface RemoteServer {
  readonly connections: number;
  /** Port of the TLS listener; null without one. */
  readonly tlsPort: number | null;
  close(): void;
}

/** People who may be attached; one more is let in to look and to stop the desk, no more. */
export const CONNECTIONS_MAX = 8;
const RESERVED = 1;
/** Sockets of one listener, those that have not spoken yet counted in. */
const SOCKETS_MAX = 64;
/** A socket that has not become a WebSocket after so long is given up: half-open, or a scanner. */
const HANDSHAKE_MS_MAX = 10_000;
const SOCKET_MODE = 0o600;
const TRY_LATER = 1013;

/**
 * The shell's end in the daemon: WebSocket over a Unix socket in the private run folder, and over
 * TLS where that is configured; an Ed25519 challenge before anything else, and hard limits on
 * everything a client can ask for.
 */
export async function listen(options: ServerOptions): Promise<RemoteServer> {
  const { socketPath, tls, clock, onEvent } = options;
  const door = new Door(options);
  const local = door.open(createServer(NO_HTTP), () => socketPath);
  await bindPath(local, socketPath);
  let tlsPort: number | null = null;
  try {
    if (tls !== null) {
      tlsPort = await bindPort(
        door.open(tlsServer(tls, NO_HTTP, clock, onEvent), exportedKey),
        tls,
      );
    }
  } catch (thrown) {
    door.close();
    rmSync(socketPath, { force: true });
    throw thrown;
  }
  return {
    get connections() {
      return door.visits;
    },
    tlsPort,
    close() {
      door.close();
      rmSync(socketPath, { force: true });
    },
  };
}

const NO_HTTP: RequestListener = (_request, response) => {
  response.writeHead(426).end();
};

/** Everybody who is connected, whichever way they came. */
class Door {
  readonly #options: ServerOptions;
  readonly #guard = new LoginGuard();
  readonly #visits = new Set<Visit>();
  readonly #servers: { readonly http: Server; readonly sockets: WebSocketServer }[] = [];
  readonly #raw = new Set<Socket>();

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  get visits(): number {
    return this.#visits.size;
  }

  /** @param transportOf what a login on a socket is bound to */
  open<S extends Server>(http: S, transportOf: (socket: Socket) => string): S {
    const { onEvent } = this.#options;
    const sockets = new WebSocketServer({
      server: http,
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
    });
    // Errors of `http` come this way too: of binding, and later of connections not accepted.
    sockets.on('error', (error) => onEvent('listener-broken', { reason: error.message }));
    http.maxConnections = SOCKETS_MAX;
    const waiting = this.#limitHandshakes(http);
    sockets.on('connection', (socket, request) => {
      waiting.get(keyOf(request.socket))?.cancel();
      socket.on('error', (error) => onEvent('connection-broken', { reason: error.message }));
      this.#admit(socket, transportOf(request.socket));
    });
    this.#servers.push({ http, sockets });
    return http;
  }

  close(): void {
    for (const { http, sockets } of this.#servers) {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      http.close();
    }
    for (const socket of this.#raw) socket.destroy();
  }

  #limitHandshakes(http: Server): ReadonlyMap<unknown, Timer> {
    const { timers, onEvent } = this.#options;
    const waiting = new Map<unknown, Timer>();
    http.on('connection', (socket: Socket) => {
      const key = keyOf(socket);
      this.#raw.add(socket);
      const deadline = timers.after(HANDSHAKE_MS_MAX, () => {
        onEvent('handshake-late', { waitedMs: HANDSHAKE_MS_MAX });
        socket.destroy();
      });
      waiting.set(key, deadline);
      socket.on('close', () => {
        deadline.cancel();
        waiting.delete(key);
        this.#raw.delete(socket);
      });
    });
    return waiting;
  }

  /** Whoever has not logged in makes room, the one who has waited longest first. */
  #admit(socket: WebSocket, transport: string): void {
    if (this.#visits.size >= CONNECTIONS_MAX + RESERVED) {
      const oldest = [...this.#visits].find((visit) => !visit.isLoggedIn);
      if (oldest === undefined) {
        socket.close(TRY_LATER, `more than ${CONNECTIONS_MAX} connections`);
        return;
      }
      oldest.refuse('somebody else needs the connection; log in at once');
      this.#visits.delete(oldest);
    }
    const visit = new Visit(socket, transport, this.#options, {
      guard: this.#guard,
      isCrowded: () => this.#others(visit) >= CONNECTIONS_MAX,
    });
    this.#visits.add(visit);
    socket.on('close', () => this.#visits.delete(visit));
    visit.greet();
  }

  #others(visit: Visit): number {
    let others = 0;
    for (const other of this.#visits) if (other !== visit && other.isLoggedIn) others += 1;
    return others;
  }
}

/** The raw socket below TLS and the one above it have the same peer. */
function keyOf(socket: Socket): unknown {
  const { remoteAddress, remotePort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress}:${remotePort}`;
}

/** Whoever holds the lock of the data directory owns the path, so a leftover is taken away. */
function bindPath(http: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    rmSync(socketPath, { force: true });
    const mask = process.umask(0o177);
    http.once('error', reject);
    http.listen(socketPath, () => {
      chmodSync(socketPath, SOCKET_MODE);
      resolve();
    });
    process.umask(mask);
  });
}

/**
 * An address that cannot be had costs access from elsewhere and nothing more: the desk goes on.
 *
 * @returns the port, or null when it is not bound; the event `listener-broken` says why
 */
function bindPort(http: Server, { host, port }: TlsListener): Promise<number | null> {
  return new Promise((resolve) => {
    http.once('error', () => resolve(null));
    http.listen(port, host, () => resolve((http.address() as AddressInfo).port));
  });
}
