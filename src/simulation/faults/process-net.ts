import type {
  HttpReply,
  HttpRequest,
  Net,
  NetFault,
  WebSocketHandlers,
  WebSocketLink,
} from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { FaultyFrameRoad, type FrameSwitches, SOUND_FRAMES } from './frame-faults.ts';

/** Which of the desk's sockets. */
export type Line = 'market' | 'orders';

/** What goes wrong between one process and its venue now. */
export interface NetSwitches {
  readonly frames: Record<Line, FrameSwitches>;
  /** Nothing passes in either direction, and nobody is told. */
  isPartitioned: boolean;
  /** Nothing can be connected. */
  isRefusing: boolean;
  /** Every signed request is answered with a refusal of the key. */
  isKeyRefused: boolean;
  /** Answers over HTTP have every balance with a minus before it. */
  isBalanceFalse: boolean;
}

export function soundNet(): NetSwitches {
  return {
    frames: { market: { ...SOUND_FRAMES }, orders: { ...SOUND_FRAMES } },
    isPartitioned: false,
    isRefusing: false,
    isKeyRefused: false,
    isBalanceFalse: false,
  };
}

export interface NetHooks {
  readonly isAlive: () => boolean;
  /** Told of every text before it is handed to the socket of an address. */
  readonly sent: (text: string, url: string) => void;
  /** Told of every request over HTTP. */
  readonly asked: (request: HttpRequest) => void;
  readonly random: Rng;
  readonly after: (ms: number, run: () => void) => void;
  /** Runs when the process runs: at once, unless it is held up. */
  readonly awake: (run: () => void) => void;
}

const ABNORMAL = 1006;
/** Where orders and reports go, at whatever venue. */
const ORDER_LINE = /^\/(ws-api|ws-fapi|private|auth|user)\b/;
const BAD_KRAKEN_KEY = { error: ['EAPI:Invalid key'] };
const BAD_KEY = { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' };

interface Connection {
  readonly url: string;
  readonly link: WebSocketLink;
  readonly handlers: WebSocketHandlers;
  /** Something was swallowed, so the connection is of no use after a partition. */
  isHoled: boolean;
  isOver: boolean;
}

/** The sockets of one process: with their faults, watched from outside, and gone with it. */
export class ProcessNet implements Net {
  readonly #inner: Net;
  readonly #switches: NetSwitches;
  readonly #hooks: NetHooks;
  readonly #open = new Set<Connection>();

  constructor(inner: Net, switches: NetSwitches, hooks: NetHooks) {
    this.#inner = inner;
    this.#switches = switches;
    this.#hooks = hooks;
  }

  webSocket(
    url: string,
    handlers: WebSocketHandlers,
    limits: Parameters<Net['webSocket']>[2],
  ): WebSocketLink {
    if (!this.#hooks.isAlive()) return DEAD_LINK;
    if (this.#switches.isRefusing) {
      this.#hooks.after(1, () => {
        if (this.#hooks.isAlive()) handlers.closed(ABNORMAL, 'injected: refused');
      });
      return DEAD_LINK;
    }
    const line: Line = ORDER_LINE.test(new URL(url).pathname) ? 'orders' : 'market';
    const over = (code: number, reason: string): void => this.#end(connection, code, reason);
    const road = new FaultyFrameRoad(this.#switches.frames[line], {
      random: this.#hooks.random,
      later: this.#hooks.after,
      arrive: (frame) =>
        this.#hooks.awake(() => {
          if (this.#isUp(connection)) handlers.message(frame);
        }),
    });
    const link = this.#inner.webSocket(
      url,
      {
        opened: () =>
          this.#hooks.awake(() => {
            if (this.#isUp(connection)) handlers.opened();
          }),
        message: (frame) => {
          if (!this.#isUp(connection)) return;
          if (this.#switches.isPartitioned) connection.isHoled = true;
          else road.pass(frame);
        },
        closed: (code, reason) => {
          // The news of a close cannot pass either; the partition's end brings it.
          if (this.#switches.isPartitioned) connection.isHoled = true;
          else this.#hooks.awake(() => over(code, reason));
        },
      },
      limits,
    );
    const connection: Connection = { url, link, handlers, isHoled: false, isOver: false };
    this.#open.add(connection);
    return { send: (text) => this.#send(connection, text), close: () => link.close() };
  }

  http(request: HttpRequest, done: (outcome: Result<HttpReply, NetFault>) => void): void {
    const { isAlive, after } = this.#hooks;
    if (!isAlive()) return;
    this.#hooks.asked(request);
    const answer = (outcome: Result<HttpReply, NetFault>): void =>
      this.#hooks.awake(() => {
        if (isAlive()) done(this.#rewritten(request, outcome));
      });
    const fault = (kind: NetFault['kind']) => err({ kind, url: request.url, detail: 'injected' });
    if (this.#switches.isRefusing) after(1, () => answer(fault('refused')));
    else if (this.#switches.isPartitioned) {
      after(request.timeoutMs, () => answer(fault('timeout')));
    } else if (this.#switches.isKeyRefused && isSigned(request)) {
      const refusal = request.headers['API-Sign'] === undefined ? BAD_KEY : BAD_KRAKEN_KEY;
      const status = refusal === BAD_KEY ? 401 : 200;
      after(1, () => answer(ok({ status, headers: {}, body: JSON.stringify(refusal) })));
    } else this.#inner.http(request, answer);
  }

  /** Ends connections that have lost something, as the end of a partition does. */
  heal(): void {
    for (const connection of [...this.#open]) {
      if (connection.isHoled) this.#end(connection, ABNORMAL, 'injected: partition');
    }
  }

  /** What the system does with the sockets of a process that is dead. */
  closeAll(): void {
    for (const { link } of this.#open) link.close();
    this.#open.clear();
  }

  #isUp(connection: Connection): boolean {
    return this.#hooks.isAlive() && !connection.isOver;
  }

  #send(connection: Connection, text: string): boolean {
    if (!this.#isUp(connection)) return false;
    const { isPartitioned, isKeyRefused } = this.#switches;
    this.#hooks.sent(text, connection.url);
    if (isPartitioned) {
      connection.isHoled = true;
      return true;
    }
    if (!isKeyRefused || !text.includes('"signature"')) return connection.link.send(text);
    const id = /"id":"([^"]*)"/.exec(text)?.[1] ?? '';
    const refusal = new TextEncoder().encode(JSON.stringify({ id, status: 401, error: BAD_KEY }));
    this.#hooks.after(1, () => {
      if (this.#isUp(connection)) connection.handlers.message(refusal);
    });
    return true;
  }

  #end(connection: Connection, code: number, reason: string): void {
    if (!this.#isUp(connection)) return;
    connection.isOver = true;
    this.#open.delete(connection);
    connection.link.close();
    connection.handlers.closed(code, reason);
  }

  #rewritten(
    request: HttpRequest,
    outcome: Result<HttpReply, NetFault>,
  ): Result<HttpReply, NetFault> {
    if (!outcome.ok || !this.#switches.isBalanceFalse) return outcome;
    if (!request.url.includes('/api/v3/account')) return outcome;
    const body = outcome.value.body.replaceAll('"free":"', '"free":"-');
    return ok({ ...outcome.value, body });
  }
}

const DEAD_LINK: WebSocketLink = { send: () => false, close() {} };

function isSigned({ url, headers }: HttpRequest): boolean {
  if (url.includes('signature=')) return true;
  return headers['API-Sign'] !== undefined || headers['authorization'] !== undefined;
}
