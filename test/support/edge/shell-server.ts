import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { WebSocket } from 'ws';
import type { Role } from '../../../src/control/authorisation.ts';
import type { Clock } from '../../../src/core/env.ts';
import type { AuthorisedKey } from '../../../src/ops/access/authorised-keys.ts';
import { type OwnKey, signChallenge } from '../../../src/remote/keys.ts';
import { challengeOf, type Hello, PROTOCOL_VERSION } from '../../../src/remote/protocol.ts';
import {
  type Identity,
  listen,
  type RemoteServer,
  type RunResult,
} from '../../../src/remote/server.ts';
import type { TlsListener } from '../../../src/remote/tls.ts';
import { type ManualEnv, manualEnv } from '../manual-env.ts';

/** A key pair as both ends hold it. */
export function aKeyPair(name = 'operator', role: Role = 'operator') {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const own: OwnKey = { name, privateKey };
  const authorised: AuthorisedKey = { name, role, publicKey };
  return { own, authorised };
}

export interface TestServer {
  readonly env: ManualEnv;
  readonly server: RemoteServer;
  readonly socketPath: string;
  readonly own: OwnKey;
  readonly events: { readonly kind: string; readonly fields: unknown }[];
  readonly commands: { readonly words: readonly string[]; readonly who: Identity }[];
  stop(): void;
}

export const echo = async (words: readonly string[]): Promise<RunResult> => ({
  exitCode: 0,
  data: words,
  error: null,
});

/** The daemon's end on a socket of its own; its time stands still until the test moves it. */
export async function aServer(
  parts: {
    readonly run?: (words: readonly string[]) => Promise<RunResult>;
    readonly entropy?: (bytes: number) => Uint8Array;
    readonly role?: Role;
    readonly tls?: TlsListener;
    readonly socketPath?: string;
    /** Instead of the manual one. */
    readonly clock?: Clock;
    /** Instead of the one key that is made. */
    readonly keys?: AuthorisedKey[];
  } = {},
): Promise<TestServer> {
  const env = manualEnv();
  const folder = mkdtempSync(join(tmpdir(), 'flyball-shell-'));
  const socketPath = parts.socketPath ?? join(folder, 'shell.sock');
  const { own, authorised } = aKeyPair('operator', parts.role);
  const events: { kind: string; fields: unknown }[] = [];
  const commands: { words: readonly string[]; who: Identity }[] = [];
  const run = parts.run ?? echo;
  let greetings = 0;
  const server = await listen({
    socketPath,
    tls: parts.tls ?? null,
    version: '1.2.3',
    keys: () => parts.keys ?? [authorised],
    entropy:
      parts.entropy ??
      ((bytes) => {
        greetings += 1;
        return new Uint8Array(bytes).fill(greetings);
      }),
    clock: parts.clock ?? env.clock,
    timers: env.timers,
    run(words, who) {
      commands.push({ words, who });
      return run(words);
    },
    onEvent: (kind, fields) => void events.push({ kind, fields }),
  });
  return {
    env,
    server,
    socketPath,
    own,
    events,
    commands,
    stop() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Frame = Readonly<Record<string, unknown>>;

/** A client that sends what a test wants, right or wrong. */
export interface RawClient {
  readonly socket: WebSocket;
  /** The next frame of the server; `closed CODE` once there is none any more. */
  next(): Promise<Frame | string>;
  send(frame: object | string): void;
  logIn(own: OwnKey): Promise<Frame | string>;
}

export function aRawClient(socketPath: string): RawClient {
  const socket = new WebSocket(`ws+unix:${socketPath}:/`);
  const frames: (Frame | string)[] = [];
  const waiting: ((frame: Frame | string) => void)[] = [];
  let last: string | null = null;
  const give = (frame: Frame | string): void => {
    const wanted = waiting.shift();
    if (wanted === undefined) frames.push(frame);
    else wanted(frame);
  };
  socket.on('message', (data) => give(JSON.parse(data.toString())));
  socket.on('error', () => {});
  socket.on('close', (code) => {
    last = `closed ${code}`;
    give(last);
  });
  const next = (): Promise<Frame | string> => {
    const frame = frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    if (last !== null) return Promise.resolve(last);
    return new Promise((resolve) => void waiting.push(resolve));
  };
  const send = (frame: object | string): void =>
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  return {
    socket,
    next,
    send,
    async logIn(own) {
      const hello = (await next()) as unknown as Hello;
      send(authentication(own, hello, socketPath));
      return next();
    },
  };
}

/** The answer of a client to a greeting. */
export function authentication(own: OwnKey, hello: Hello, transport: string) {
  const signature = signChallenge(own, challengeOf(hello, transport));
  return { kind: 'authenticate', protocol: PROTOCOL_VERSION, key: own.name, signature };
}

/** A key as PEM. */
export const pemOf = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }) as string;

/** A test with a server that is gone after it. */
export function served(
  name: string,
  body: (server: TestServer) => Promise<void>,
  parts: Parameters<typeof aServer>[0] = {},
): void {
  test(name, async () => {
    const server = await aServer(parts);
    try {
      await body(server);
    } finally {
      server.stop();
    }
  });
}

export const refusal = (reason: string) => ({ kind: 'refused', reason });
export const BAD_LOGIN = 'unknown key or bad signature';
