import { existsSync } from 'node:fs';
import { WebSocket } from 'ws';
import type { Role } from '../control/authorisation.ts';
import type { Timers } from '../core/env.ts';
import { err, ok, type Result } from '../core/result.ts';
import { type OwnKey, signChallenge } from './keys.ts';
import {
  challengeOf,
  decodeFrame,
  FRAME_BYTES_MAX,
  PROTOCOL_VERSION,
  type ServerFrame,
  serverFrame,
} from './protocol.ts';
import type { RunResult } from './visit.ts';

/** A session with a running daemon. */
export interface RemoteSession {
  readonly user: string;
  readonly role: Role;
  readonly version: string;
  /** Why the role is less than the key's; empty when it is not. */
  readonly note: string;
  run(words: readonly string[]): Promise<Result<RunResult, string>>;
  /** Signs a statement with the key of this session, in base64; null where there is no key. */
  readonly sign: ((statement: Uint8Array) => string) | null;
  onClosed(listener: (reason: string) => void): void;
  close(): void;
}

/** Where a session goes, for messages, and what its login is bound to. */
export interface Route {
  readonly where: string;
  readonly transport: string;
}

const CONNECT_MS_MAX = 5_000;
const RUN_MS_MAX = 60_000;

/** Connects and logs in; one sentence says why it did not work. */
export function attach(
  socketPath: string,
  key: OwnKey,
  timers: Timers,
): Promise<Result<RemoteSession, string>> {
  if (!existsSync(socketPath)) return Promise.resolve(err(`no daemon listens at ${socketPath}`));
  const open = (): WebSocket =>
    new WebSocket(`ws+unix:${socketPath}:/`, {
      perMessageDeflate: false,
      maxPayload: FRAME_BYTES_MAX,
    });
  return openSession(open, { where: socketPath, transport: socketPath }, key, timers);
}

/** Logs in on a connection that is about to be opened. */
export function openSession(
  open: () => WebSocket,
  route: Route,
  key: OwnKey,
  timers: Timers,
): Promise<Result<RemoteSession, string>> {
  const socket = open();
  return new Promise((resolve) => {
    const session = new Session(socket, key, route.transport, timers, (outcome) => {
      deadline.cancel();
      resolve(outcome);
      if (!outcome.ok) socket.terminate();
    });
    const deadline = timers.after(CONNECT_MS_MAX, () =>
      session.give(err(`${route.where}: no login within ${CONNECT_MS_MAX} ms`)),
    );
  });
}

class Session implements RemoteSession {
  user = '';
  role: Role = 'viewer';
  version = '';
  note = '';
  readonly sign = (statement: Uint8Array): string => signChallenge(this.#key, statement);
  readonly #socket: WebSocket;
  readonly #key: OwnKey;
  readonly #transport: string;
  readonly #timers: Timers;
  readonly #waiting = new Map<number, (answer: Result<RunResult, string>) => void>();
  readonly #closed: ((reason: string) => void)[] = [];
  #give: ((outcome: Result<RemoteSession, string>) => void) | null;
  #runs = 0;
  #why = 'the daemon closed the connection';

  constructor(
    socket: WebSocket,
    key: OwnKey,
    transport: string,
    timers: Timers,
    give: (outcome: Result<RemoteSession, string>) => void,
  ) {
    this.#socket = socket;
    this.#key = key;
    this.#transport = transport;
    this.#timers = timers;
    this.#give = give;
    socket.on('message', (data) => this.#onFrame(data.toString()));
    socket.on('error', (error) => {
      this.#why = error.message;
    });
    socket.on('close', () => this.#onClose());
  }

  /** Answers whoever waits for the login; later calls do nothing. */
  give(outcome: Result<RemoteSession, string>): void {
    this.#give?.(outcome);
    this.#give = null;
  }

  run(words: readonly string[]): Promise<Result<RunResult, string>> {
    this.#runs += 1;
    const id = this.#runs;
    return new Promise((resolve) => {
      const deadline = this.#timers.after(RUN_MS_MAX, () => {
        this.#waiting.delete(id);
        resolve(err(`no answer within ${RUN_MS_MAX} ms`));
      });
      this.#waiting.set(id, (answer) => {
        deadline.cancel();
        resolve(answer);
      });
      if (this.#socket.readyState === WebSocket.OPEN) {
        this.#socket.send(JSON.stringify({ kind: 'run', id, words }));
      } else {
        this.#answer(id, err(this.#why));
      }
    });
  }

  onClosed(listener: (reason: string) => void): void {
    this.#closed.push(listener);
  }

  close(): void {
    this.#socket.close();
  }

  #onFrame(text: string): void {
    const decoded = decodeFrame(serverFrame, text);
    if (!decoded.ok) {
      this.#why = `malformed frame from the daemon: ${decoded.error}`;
      this.#socket.terminate();
      return;
    }
    const frame = decoded.value;
    if (frame.kind === 'hello') this.#greeted(frame);
    else if (frame.kind === 'welcome') {
      this.user = frame.user;
      this.role = frame.role;
      this.note = frame.note ?? '';
      this.give(ok(this));
    } else if (frame.kind === 'refused') this.#why = frame.reason;
    else this.#answer(frame.id, ok(frame));
  }

  #greeted(hello: Extract<ServerFrame, { kind: 'hello' }>): void {
    if (hello.protocol !== PROTOCOL_VERSION) {
      const spoken = `the daemon speaks protocol ${hello.protocol}, this program`;
      this.give(err(`${spoken} ${PROTOCOL_VERSION}: use the same version of flyball`));
      return;
    }
    this.version = hello.version;
    const signature = signChallenge(this.#key, challengeOf(hello, this.#transport));
    const frame = { kind: 'authenticate', protocol: PROTOCOL_VERSION, key: this.#key.name };
    this.#socket.send(JSON.stringify({ ...frame, signature }));
  }

  #answer(id: number, answer: Result<RunResult, string>): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.(answer);
  }

  #onClose(): void {
    this.give(err(this.#why));
    for (const id of [...this.#waiting.keys()]) this.#answer(id, err(this.#why));
    for (const listener of this.#closed) listener(this.#why);
  }
}
