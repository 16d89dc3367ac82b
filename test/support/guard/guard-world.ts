import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPanel } from '../../../hardware/gpio/panel.ts';
import { openLatchLog } from '../../../src/control/guard/latch-log.ts';
import {
  BEAT_MS,
  type GuardFrame,
  guardSocket,
  readGuardFrame,
  type Ward,
} from '../../../src/control/guard/wire.ts';
import type { Env, HttpRequest } from '../../../src/core/env.ts';
import { nodeEnv } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { ok } from '../../../src/core/result.ts';
import { GuardClient } from '../../../src/desk/guard/guard-client.ts';
import { unixLine } from '../../../src/desk/guard/guard-line.ts';
import { Contacts } from '../../../src/guard/contacts.ts';
import { GuardProcess } from '../../../src/guard/guard-process.ts';
import { openHeads } from '../../../src/guard/heads.ts';
import { PeerSocket } from '../../../src/guard/peer-socket.ts';
import { aLog } from '../actors/logs.ts';
import { quickTimers } from '../gpio/fake-gpiod.ts';
import { until } from '../process/until.ts';
import { must } from '../venue/fixtures.ts';

/** A guard in this process on real sockets and files, with a venue that is made up. */
export class GuardWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'flyball-guard-'));
  /** What the venue was asked: `DELETE BTCUSDT`, `GET openOrders`, `GET time`. */
  readonly asked: string[] = [];
  readonly lines: readonly string[];
  readonly signals: string[] = [];
  /** Symbols of what rests. */
  resting: string[] = [];
  /** How many requests fail before the venue answers. */
  failures = 0;
  /** Answers -1021 to requests whose time stamp is before this. */
  venueMs = 0;
  ended: string | null = null;
  guard!: GuardProcess;
  readonly env: Env;
  readonly log;
  #socket!: PeerSocket;
  readonly #open: { close(): void }[] = [];

  constructor() {
    const { log, lines } = aLog();
    this.log = log;
    this.lines = lines;
    const net = { http: this.#http.bind(this), webSocket: () => never() };
    this.env = nodeEnv(net as unknown as Env['net'], 1);
    nodeFiles.ensureFolder(`${this.folder}/run`, 0o700);
    nodeFiles.replace(`${this.folder}/run/guard.lock`, new Uint8Array());
    must(openPanel(`${this.folder}/run/panel`, this.env)).close();
    const key = JSON.stringify({ apiKey: 'guard-key', secret: 'secret' });
    nodeFiles.replace(this.keyFile, Buffer.from(key));
  }

  get keyFile(): string {
    return `${this.folder}/guard-key.json`;
  }

  ward(parts: Partial<Ward> = {}): Ward {
    return {
      pid: process.pid,
      boot: 1,
      policy: { spawn: true, silentMs: 60_000, deadMs: 600_000 },
      contacts: { driver: 'panel', file: `${this.folder}/run/panel` },
      venues: [
        {
          name: 'made-up',
          restUrl: 'http://venue',
          symbols: ['BTCUSDT', 'ETHUSDT'],
          receiveWindowMs: 2_000,
          timeoutMs: 2_000,
          keyFile: this.keyFile,
          isCancelOnly: true,
          hasDeadMan: false,
        },
      ],
      ...parts,
    };
  }

  async start(isSpawned = true): Promise<this> {
    const { env, folder, log } = this;
    const quick = { ...env, timers: quickTimers };
    const socket = new PeerSocket({
      frame: (frame) => this.guard.heard(frame),
      closed: () => this.guard.connectionClosed(),
      fault: (detail) => log('error', 'guard', 'connection-fault', { detail }),
    });
    this.#socket = socket;
    this.guard = new GuardProcess({
      env,
      log,
      folder,
      latch: must(openLatchLog(nodeFiles, `${folder}/latch.log`)),
      heads: must(openHeads(env, folder, 'guard.made-up')),
      contacts: new Contacts({ env: quick, log, runFolder: `${folder}/run` }),
      send: (frame) => socket.send(frame),
      pid: process.pid,
      tickMs: 2,
      signal: (_, name) => void this.signals.push(name),
      isSpawned,
      onEnd: (reason) => {
        this.ended = reason;
        socket.close();
      },
    });
    must(await socket.listen(guardSocket(folder)));
    return this;
  }

  /** The end of the process, as a crash has it. */
  crash(): void {
    this.guard.stop();
    this.#socket.close();
  }

  client(ward: Ward = this.ward(), onAbsent = () => {}): GuardClient {
    const { env, log, folder } = this;
    const client = new GuardClient({
      ...{ env, log, version: '1', ward, onAbsent },
      connect: unixLine(guardSocket(folder)),
      beatMs: BEAT_MS,
    });
    this.#open.push({ close: () => void client.goodbye() });
    return client;
  }

  /** A client that trades under an armed guard. */
  async armed(ward?: Ward): Promise<GuardClient> {
    const client = this.client(ward);
    client.listen((what) => {
      if (what === 'beat') client.beat(signs());
    });
    await until('an armed guard', () => client.view.isArmed && client.isLeased);
    return client;
  }

  /** A connection that says what the test says. */
  async raw(): Promise<{ readonly socket: Socket; readonly frames: GuardFrame[] }> {
    const socket = connect(guardSocket(this.folder));
    this.#open.push({ close: () => socket.destroy() });
    const frames: GuardFrame[] = [];
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((each) => each !== '')) {
        frames.push(must(readGuardFrame(line)));
      }
    });
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('connect', resolve));
    return { socket, frames };
  }

  logged(kind: string): Promise<string> {
    return until(
      kind,
      () => this.lines.find((line) => line.includes(` ${kind}`)),
      () => this.lines.join('\n'),
    );
  }

  close(): void {
    this.crash();
    for (const each of this.#open) each.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #http({ method, url }: HttpRequest, done: Parameters<Env['net']['http']>[1]): void {
    const { pathname, searchParams } = new URL(url);
    const path = pathname.slice(pathname.lastIndexOf('/') + 1);
    this.asked.push(`${method} ${searchParams.get('symbol') ?? path}`);
    const answer = (status: number, body: unknown): void =>
      this.env.timers.turn(() => done(ok({ status, headers: {}, body: JSON.stringify(body) })));
    const isLate = Number(searchParams.get('timestamp') ?? this.venueMs) < this.venueMs;
    if (path === 'time') answer(200, { serverTime: this.venueMs + 1 });
    else if (isLate) answer(400, { code: -1021, msg: 'Timestamp outside of the recvWindow.' });
    else if (this.failures > 0) {
      this.failures -= 1;
      answer(503, {});
    } else if (method === 'GET') {
      answer(
        200,
        this.resting.map((symbol) => ({ symbol })),
      );
    } else {
      const symbol = searchParams.get('symbol');
      const gone = this.resting.filter((each) => each === symbol);
      this.resting = this.resting.filter((each) => each !== symbol);
      if (gone.length > 0) answer(200, gone);
      else answer(400, { code: -2011, msg: 'Unknown order sent.' });
    }
  }
}

export const signs = (
  parts: { readonly isTripped?: boolean; readonly tripSeen?: number } = {},
) => ({
  isTrading: true,
  isTripped: false,
  tripSeen: 0,
  epoch: 1,
  mode: 'full-auto' as const,
  ...parts,
});

function never(): never {
  throw new Error('a guard opens no socket to a venue');
}

/** A test on a world of its own. */
export function inGuardWorld(use: (world: GuardWorld) => Promise<void>): () => Promise<void> {
  return async () => {
    const world = new GuardWorld();
    try {
      await world.start();
      await use(world);
    } finally {
      world.close();
    }
  };
}
