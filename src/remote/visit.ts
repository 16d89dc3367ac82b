import { WebSocket } from 'ws';
import type { Role } from '../control/authorisation.ts';
import type { Clock, Timer, Timers } from '../core/env.ts';
import { RateBudget } from '../core/rate-budget.ts';
import { reasonOf } from '../core/result.ts';
import type { AuthorisedKey } from '../ops/access/authorised-keys.ts';
import { whoSigned } from './keys.ts';
import type { LoginGuard } from './login-guard.ts';
import {
  type ClientFrame,
  challengeOf,
  clientFrame,
  decodeFrame,
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

export interface VisitOptions {
  readonly version: string;
  /** Who may log in now; asked again before every command. */
  readonly keys: () => readonly AuthorisedKey[];
  readonly entropy: (bytes: number) => Uint8Array;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly run: (words: readonly string[], who: Identity) => Promise<RunResult>;
  readonly onEvent: (kind: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface Doorkeeper {
  readonly guard: LoginGuard;
  /** Whether as many others are logged in as may be. */
  readonly isCrowded: () => boolean;
}

const COMMANDS_PER_SECOND = 10;
const LOGIN_MS_MAX = 10_000;
const IDLE_MS_MAX = 600_000;
/** The place that is kept for stopping the desk is given back soon. */
const RESERVED_IDLE_MS_MAX = 60_000;
const POLICY_VIOLATION = 1008;

/** One connection, from the greeting to its end. */
export class Visit {
  readonly #socket: WebSocket;
  readonly #transport: string;
  readonly #options: VisitOptions;
  readonly #door: Doorkeeper;
  readonly #greeting: Hello;
  readonly #commands: RateBudget;
  #key: AuthorisedKey | null = null;
  /** Held to looking and stopping, because there was no room for more. */
  #isReserved = false;
  #deadline: Timer;

  constructor(socket: WebSocket, transport: string, options: VisitOptions, door: Doorkeeper) {
    this.#socket = socket;
    this.#transport = transport;
    this.#options = options;
    this.#door = door;
    this.#greeting = helloOf(options.version, options.entropy);
    this.#commands = new RateBudget(
      { ratePerSecond: COMMANDS_PER_SECOND, burst: COMMANDS_PER_SECOND },
      this.#nowMs(),
    );
    this.#deadline = options.timers.after(LOGIN_MS_MAX, () => this.refuse('no login in time'));
    socket.on('message', (data) => this.#onMessage(data.toString()));
    socket.on('close', () => this.#deadline.cancel());
  }

  get isLoggedIn(): boolean {
    return this.#key !== null;
  }

  greet(): void {
    this.#send(this.#greeting);
  }

  /** Says why, and ends the connection. */
  refuse(reason: string): void {
    this.#send({ kind: 'refused', reason });
    this.#socket.close(POLICY_VIOLATION, reason.slice(0, 120));
  }

  #onMessage(text: string): void {
    // Frames go on arriving until the peer has seen that it was refused.
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const frame = decodeFrame(clientFrame, text);
    if (!frame.ok) this.refuse(`malformed frame: ${frame.error}`);
    else if (this.#key === null && frame.value.kind === 'authenticate') this.#logIn(frame.value);
    else if (this.#key !== null && frame.value.kind === 'run') void this.#run(frame.value);
    else this.refuse(`${frame.value.kind} is out of place`);
    this.#deadline.cancel();
    const idleMs = this.#isReserved ? RESERVED_IDLE_MS_MAX : IDLE_MS_MAX;
    this.#deadline = this.#options.timers.after(idleMs, () => this.refuse('idle'));
  }

  /**
   * Neither a crowd nor a lock keeps out a key that is right: it may look and stop the desk, which
   * nobody may be kept from.
   */
  #logIn(frame: Extract<ClientFrame, { kind: 'authenticate' }>): void {
    const { onEvent } = this.#options;
    const isLocked = this.#door.guard.isLocked(this.#nowMs());
    const key = this.#authenticate(frame, isLocked);
    if (typeof key === 'string') {
      onEvent('login-refused', { key: frame.key, reason: key });
      this.refuse(key);
      return;
    }
    const isCrowded = this.#door.isCrowded();
    this.#key = key;
    this.#isReserved = isLocked || isCrowded;
    const who = this.#identity(key);
    onEvent('login', { ...who });
    const note = isCrowded ? CROWDED : LOCKED;
    this.#send({ kind: 'welcome', ...who, ...(this.#isReserved ? { note } : {}) });
  }

  /** @returns the key that signed, or why nobody is let in */
  #authenticate(
    frame: Extract<ClientFrame, { kind: 'authenticate' }>,
    isLocked: boolean,
  ): AuthorisedKey | string {
    if (frame.protocol !== PROTOCOL_VERSION) {
      return `protocol ${frame.protocol} is not spoken here; ${PROTOCOL_VERSION} is`;
    }
    const challenge = challengeOf(this.#greeting, this.#transport);
    const key = whoSigned(this.#options.keys(), frame.key, challenge, frame.signature);
    if (key !== null) return key;
    this.#door.guard.failed(this.#nowMs());
    return isLocked ? 'too many failed logins; wait a minute' : 'unknown key or bad signature';
  }

  async #run(frame: Extract<ClientFrame, { kind: 'run' }>): Promise<void> {
    const { id, words } = frame;
    if (!this.#commands.take(this.#nowMs())) {
      this.#fail(id, `more than ${COMMANDS_PER_SECOND} commands a second`);
      return;
    }
    const who = this.#whoNow();
    if (who === null) {
      this.refuse('this key may log in no longer');
      return;
    }
    try {
      this.#send({ kind: 'result', id, ...(await this.#options.run(words, who)) });
    } catch (thrown) {
      this.#fail(id, reasonOf(thrown));
    }
  }

  /** Who it is by the keys of this moment: null when the key is gone or is another one now. */
  #whoNow(): Identity | null {
    const known = this.#key as AuthorisedKey;
    const key = this.#options.keys().find(({ name }) => name === known.name);
    return key?.publicKey.equals(known.publicKey) ? this.#identity(key) : null;
  }

  #identity({ name, role }: AuthorisedKey): Identity {
    return { user: name, role: this.#isReserved ? 'viewer' : role };
  }

  #fail(id: number, error: string): void {
    this.#send({ kind: 'result', id, exitCode: 1, data: null, error });
  }

  #send(frame: ServerFrame): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #nowMs(): number {
    return this.#options.clock.mono() / 1e6;
  }
}

const CROWDED = 'all connections are taken: you may look, lower the mode and stop the desk';
const LOCKED = 'too many failed logins: for now you may look, lower the mode and stop the desk';
