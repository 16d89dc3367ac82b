import type {
  HttpReply,
  HttpRequest,
  Net,
  NetFault,
  WebSocketHandlers,
} from '../../../src/core/env.ts';
import type { Result } from '../../../src/core/result.ts';

/** One request that left the desk, over whichever socket. */
export interface Sent {
  readonly atNs: number;
  /** Method in the ws-api, or verb and path over HTTP. */
  readonly what: string;
  /** Whole text of a frame; empty over HTTP. */
  readonly text: string;
  /** The client order id in a frame that places an order; empty in every other. */
  readonly clientId: string;
}

/** What a frame becomes on its way in: nothing, itself, or several. */
export type FrameRule = (frame: Uint8Array) => readonly Uint8Array[];
/** Another answer than the venue's; null lets the request through. */
export type HttpRule = (request: HttpRequest) => Result<HttpReply, NetFault> | null;

/** Which of the desk's two sockets. */
export type Line = 'market' | 'orders';

/**
 * Stands between the desk and its venue: sees every byte that leaves, and changes what comes in
 * when a test wants that.
 */
export class WireTap {
  readonly sent: Sent[] = [];
  /** Called before a frame is handed to the socket. */
  onSend: (sent: Sent) => void = () => {};
  frameRule: Record<Line, FrameRule | null> = { market: null, orders: null };
  httpRule: HttpRule | null = null;
  /** Opening the market's socket throws, as it does without memory for one. */
  refusesMarket = false;
  readonly net: Net;
  readonly #open: Record<Line, WebSocketHandlers | null> = { market: null, orders: null };

  constructor(inner: Net, nowNs: () => number) {
    const note = (what: string, text: string): void => {
      const clientId = /"newClientOrderId":"([^"]+)"/.exec(text)?.[1] ?? '';
      const sent = { atNs: nowNs(), what, text, clientId };
      this.sent.push(sent);
      this.onSend(sent);
    };
    this.net = {
      webSocket: (url, handlers, limits) => {
        const line: Line = url.includes('ws-api') ? 'orders' : 'market';
        if (line === 'market' && this.refusesMarket) throw new Error('no socket');
        this.#open[line] = handlers;
        const link = inner.webSocket(
          url,
          {
            opened: () => handlers.opened(),
            message: (frame) => {
              const rule = this.frameRule[line];
              for (const each of rule === null ? [frame] : rule(frame)) handlers.message(each);
            },
            closed: (code, reason) => handlers.closed(code, reason),
          },
          limits,
        );
        return {
          send: (text) => {
            note(/"method":"([^"]+)"/.exec(text)?.[1] ?? 'unknown', text);
            return link.send(text);
          },
          close: () => link.close(),
        };
      },
      http: (request, done) => {
        note(`${request.method} ${new URL(request.url).pathname}`, '');
        const instead = this.httpRule?.(request) ?? null;
        inner.http(request, instead === null ? done : () => done(instead));
      },
    };
  }

  /** A frame that no venue sent, in the desk's ears. */
  inject(line: Line, frame: Uint8Array | string): void {
    const bytes = typeof frame === 'string' ? new TextEncoder().encode(frame) : frame;
    this.#open[line]?.message(bytes);
  }

  /** Requests that would place an order. */
  get placed(): readonly Sent[] {
    return this.sent.filter(isPlacement);
  }

  /** Requests that take orders back, over either socket. */
  get cancels(): readonly Sent[] {
    return this.sent.filter(({ what }) => /cancel/i.test(what) || what.startsWith('DELETE'));
  }
}

/** Whether a request would place an order, or the two of a pair. */
export function isPlacement({ what }: Sent): boolean {
  return what === 'order.place' || what === 'orderList.place.oco';
}
