import type {
  HttpReply,
  HttpRequest,
  Net,
  NetFault,
  WebSocketHandlers,
} from '../../../src/core/env.ts';
import type { Result } from '../../../src/core/result.ts';

export interface FakeSocket {
  readonly url: string;
  readonly sent: string[];
  /** The desk's end has asked for the close. */
  isClosing: boolean;
  open(): void;
  hear(text: string): void;
  /** Frames that come with one read, to whoever takes them so. */
  hearTogether(texts: readonly string[]): void;
  close(code: number, reason: string): void;
}

export interface FakeRequest {
  readonly request: HttpRequest;
  answer(outcome: Result<HttpReply, NetFault>): void;
}

/** A net whose other end is the test: nothing happens on it by itself. */
export function aFakeNet() {
  const sockets: FakeSocket[] = [];
  const requests: FakeRequest[] = [];
  const net: Net = {
    webSocket(url, handlers: WebSocketHandlers) {
      const socket: FakeSocket = {
        url,
        sent: [],
        isClosing: false,
        open: () => handlers.opened(),
        hear: (text) => handlers.message(new TextEncoder().encode(text)),
        hearTogether: (texts) =>
          handlers.messages?.(texts.map((text) => new TextEncoder().encode(text))),
        close: (code, reason) => handlers.closed(code, reason),
      };
      sockets.push(socket);
      return {
        send: (text) => socket.sent.push(text) > 0,
        close() {
          socket.isClosing = true;
        },
      };
    },
    http: (request, done) => void requests.push({ request, answer: done }),
  };
  return { net, sockets, requests };
}
