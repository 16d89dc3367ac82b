import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import type { Role } from '../control/authorisation.ts';
import type { Clock, Timers } from '../core/env.ts';
import { RateBudget } from '../core/rate-budget.ts';
import { reasonOf } from '../core/result.ts';
import { type AuthorisedKey, whoSigned } from './keys.ts';
import {
  type ClientFrame,
  challengeOf,
  clientFrame,
  decodeFrame,
  FRAME_BYTES_MAX,
  type Hello,
  helloOf,
  PROTOCOL_VERSION,
  type ServerFrame,
} from './protocol.ts';

/** Who runs a command. */
export interface Identity {
  readonly user: string;
  readonly role: Role;
}

/** What a command answers. */
export interface RunResult {
  readonly exitCode: number;
  readonly data: unknown;
  readonly error: string | null;
}

export interface ServerOptions {
  readonly socketPath: string;
  readonly version: string;
  readonly keys: readonly AuthorisedKey[];
  readonly entropy: (bytes: number) => Uint8Array;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly run: (words: readonly string[], who: Identity) => Promise<RunResult>;
  readonly onEvent: (kind: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface RemoteServer {
  readonly connections: number;
  close(): void;
}

const CONNECTIONS_MAX = 8;
const COMMANDS_PER_SECOND = 10;
/** Failed logins before everybody waits, and how fast they are forgotten. */
const FAILURES_MAX = 5;
const FAILURES_PER_SECOND = FAILURES_MAX / 60;
const LOGIN_MS_MAX = 10_000;
const IDLE_MS_MAX = 600_000;
const SOCKET_MODE = 0o600;
const POLICY_VIOLATION = 1008;
const TRY_LATER = 1013;

/**
 * The shell's end in the daemon: WebSocket over a Unix socket in the private run folder, an Ed25519
 * challenge before anything else, and hard limits on everything a client can ask for.
 */
export function listen(options: ServerOptions): Promise<RemoteServer> {
  const { socketPath, clock } = options;
  const http = createServer((_request, response) => {
    response.writeHead(426).end();
  });
  const sockets = new WebSocketServer({
    server: http,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
  });
  const failures = new RateBudget(
    { ratePerSecond: FAILURES_PER_SECOND, burst: FAILURES_MAX },
    clock.mono() / 1e6,
  );
  sockets.on('connection', (socket) => {
    socket.on('error', (error) => options.onEvent('connection-broken', { reason: error.message }));
    if (sockets.clients.size > CONNECTIONS_MAX) {
      socket.close(TRY_LATER, `more than ${CONNECTIONS_MAX} connections`);
      return;
    }
    serve(socket, options, failures);
  });
  return bind(http, sockets, options).then(() => ({
    get connections() {
      return sockets.clients.size;
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      http.close();
      rmSync(socketPath, { force: true });
    },
  }));
}

/** Whoever holds the lock of the data directory owns the path, so a leftover is taken away. */
function bind(http: Server, sockets: WebSocketServer, options: ServerOptions): Promise<void> {
  const { socketPath, onEvent } = options;
  return new Promise((resolve, reject) => {
    rmSync(socketPath, { force: true });
    const mask = process.umask(0o177);
    // Errors of `http` come this way too: of binding, and later of connections not accepted.
    sockets.on('error', (error) => {
      onEvent('listener-broken', { reason: error.message });
      reject(error);
    });
    http.listen(socketPath, () => {
      chmodSync(socketPath, SOCKET_MODE);
      resolve();
    });
    process.umask(mask);
  });
}

function serve(socket: WebSocket, options: ServerOptions, failures: RateBudget): void {
  const { clock, timers } = options;
  const greeting = helloOf(options.version, options.entropy);
  const commands = new RateBudget(
    { ratePerSecond: COMMANDS_PER_SECOND, burst: COMMANDS_PER_SECOND },
    clock.mono() / 1e6,
  );
  let who: Identity | null = null;
  const send = (frame: ServerFrame): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  const refuse = (reason: string): void => {
    send({ kind: 'refused', reason });
    socket.close(POLICY_VIOLATION, reason.slice(0, 120));
  };
  let deadline = timers.after(LOGIN_MS_MAX, () => refuse('no login in time'));

  const logIn = (frame: Extract<ClientFrame, { kind: 'authenticate' }>): void => {
    const key = authenticate(frame, greeting, options, failures);
    if (typeof key === 'string') {
      options.onEvent('login-refused', { key: frame.key, reason: key });
      refuse(key);
      return;
    }
    who = { user: key.name, role: key.role };
    options.onEvent('login', { ...who });
    send({ kind: 'welcome', ...who });
  };

  const run = async (frame: Extract<ClientFrame, { kind: 'run' }>, by: Identity) => {
    if (!commands.take(clock.mono() / 1e6)) {
      const error = `more than ${COMMANDS_PER_SECOND} commands a second`;
      send({ kind: 'result', id: frame.id, exitCode: 1, data: null, error });
      return;
    }
    try {
      send({ kind: 'result', id: frame.id, ...(await options.run(frame.words, by)) });
    } catch (thrown) {
      const error = reasonOf(thrown);
      send({ kind: 'result', id: frame.id, exitCode: 1, data: null, error });
    }
  };

  socket.on('message', (data) => {
    // Frames go on arriving until the peer has seen that it was refused.
    if (socket.readyState !== WebSocket.OPEN) return;
    deadline.cancel();
    deadline = timers.after(IDLE_MS_MAX, () => refuse('idle'));
    const frame = decodeFrame(clientFrame, data.toString());
    if (!frame.ok) refuse(`malformed frame: ${frame.error}`);
    else if (who === null && frame.value.kind === 'authenticate') logIn(frame.value);
    else if (who !== null && frame.value.kind === 'run') void run(frame.value, who);
    else refuse(`${frame.value.kind} is out of place`);
  });
  socket.on('close', () => deadline.cancel());
  send(greeting);
}

/** @returns the key that signed, or why nobody is let in */
function authenticate(
  frame: Extract<ClientFrame, { kind: 'authenticate' }>,
  greeting: Hello,
  options: ServerOptions,
  failures: RateBudget,
): AuthorisedKey | string {
  if (frame.protocol !== PROTOCOL_VERSION) {
    return `protocol ${frame.protocol} is not spoken here; ${PROTOCOL_VERSION} is`;
  }
  const nowMs = options.clock.mono() / 1e6;
  if (failures.available(nowMs) < 1) return 'too many failed logins; wait a minute';
  const challenge = challengeOf(greeting, options.socketPath);
  const key = whoSigned(options.keys, frame.key, challenge, frame.signature);
  if (key !== null) return key;
  failures.take(nowMs);
  return 'unknown key or bad signature';
}
