import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { HandshakeStatus, Timers } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { VenueEdge, VenueReply } from '../binance/facade.ts';
import type { SocketPeer } from '../binance/streams/line.ts';
import { openVenue, type Venue, type VenueFault, type VenueOptions } from './venue.ts';

export interface TransportOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Told what an operator should know; never on the path of a request. */
  readonly note: (note: ServerNote) => void;
  /** Of the real clock, whatever the venue's own clock shows. */
  readonly timers: Timers;
}

export interface ServerOptions extends VenueOptions, TransportOptions {}

/** What can be served: a venue of any kind. */
export interface ServedVenue extends VenueEdge {
  /** Ends connections, and leaves the state behind. */
  stop(): void;
}

export type ServerNote =
  | {
      readonly kind: 'slow-client-dropped';
      readonly address: string;
      readonly bufferedBytes: number;
    }
  | { readonly kind: 'connection-refused'; readonly address: string; readonly path: string }
  | { readonly kind: 'request-too-large'; readonly address: string };

export interface VenueServer<V extends ServedVenue = Venue> {
  readonly venue: V;
  readonly port: number;
  /** Ends connections, writes the state down, frees the port. */
  stop(): Promise<void>;
}

export interface ListenFault {
  readonly kind: 'listen';
  readonly port: number;
  readonly found: string;
  readonly wanted: string;
}

const HOST = '127.0.0.1';
const BODY_BYTES_MAX = 65_536;
const FRAME_BYTES_MAX = 65_536;
/** A client that leaves more than this unread is dropped. */
export const BUFFERED_BYTES_MAX = 8_388_608;
const SOCKETS_MAX = 512;
const HEADERS_WITHIN_MS = 5_000;
const REQUEST_WITHIN_MS = 10_000;
const KEEP_ALIVE_MS = 65_000;
/** How long closing connections may take before they are cut. */
const CLOSE_WITHIN_MS = 500;

/** Opens a venue, serves it on the loopback interface and lets its markets go. */
export async function startVenueServer(
  options: ServerOptions,
): Promise<Result<VenueServer, VenueFault | ListenFault>> {
  const opened = openVenue(options);
  if (!opened.ok) return opened;
  const served = await serveVenue(opened.value, options);
  if (served.ok) opened.value.start();
  return served;
}

/** Serves a venue on the loopback interface; when that fails, the venue is stopped. */
export async function serveVenue<V extends ServedVenue>(
  venue: V,
  { port, note, timers }: TransportOptions,
): Promise<Result<VenueServer<V>, ListenFault>> {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    clientTracking: true,
  });
  const server = createServer((request, response) => serve(venue, request, response, note));
  server.maxConnections = SOCKETS_MAX;
  server.headersTimeout = HEADERS_WITHIN_MS;
  server.requestTimeout = REQUEST_WITHIN_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('upgrade', (request, socket, head) => {
    upgrade({ venue, sockets, note }, request, socket, head);
  });
  const listening = await listen(server, port);
  if (!listening.ok) {
    venue.stop();
    return listening;
  }
  const stop = () => stopAll(venue, server, sockets, timers);
  return ok({ venue, port: listening.value, stop });
}

function listen(server: Server, port: number): Promise<Result<number, ListenFault>> {
  return new Promise((resolve) => {
    server.once('error', (error) => {
      const wanted = 'a port that is free, or 0';
      resolve(err({ kind: 'listen', port, found: error.message, wanted }));
    });
    server.listen(port, HOST, () => resolve(ok((server.address() as AddressInfo).port)));
  });
}

function serve(
  venue: VenueEdge,
  request: IncomingMessage,
  response: ServerResponse,
  note: TransportOptions['note'],
): void {
  const address = addressOf(request);
  const parts: Buffer[] = [];
  let bytes = 0;
  request.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes <= BODY_BYTES_MAX) parts.push(part);
    else {
      note({ kind: 'request-too-large', address });
      request.destroy();
    }
  });
  request.on('end', () => {
    const { path, query } = targetOf(request);
    const headers = headersOf(request);
    const body = Buffer.concat(parts).toString('utf8');
    const { method = 'GET' } = request;
    venue.handleHttp({ method, path, query, headers, body, address }, (reply) => {
      send(response, reply);
    });
  });
}

function send(response: ServerResponse, reply: VenueReply | null): void {
  if (reply === null) {
    response.destroy();
    return;
  }
  response.writeHead(reply.status, reply.headers);
  response.end(reply.body);
}

function upgrade(
  edge: {
    readonly venue: VenueEdge;
    readonly sockets: WebSocketServer;
    readonly note: TransportOptions['note'];
  },
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const refusal = edge.venue.refusal ?? null;
  if (refusal !== null) {
    socket.end(refusalText(refusal));
    return;
  }
  edge.sockets.handleUpgrade(request, socket, head, (webSocket) => {
    const address = addressOf(request);
    const { path, query } = targetOf(request);
    const session = edge.venue.connect(peerOf(webSocket, address, edge.note), path, query);
    // An error is always followed by a close, and that is all there is to do about it.
    webSocket.on('error', () => {});
    if (session === null) {
      edge.note({ kind: 'connection-refused', address, path });
      webSocket.close(1008, 'refused');
      return;
    }
    webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) webSocket.close(1003, 'text frames only');
      else session.message(data.toString('utf8'));
    });
    webSocket.on('pong', () => session.pong());
    webSocket.on('close', () => session.closed());
  });
}

/** A plain answer in place of a socket. */
function refusalText({ status, retryAfterSeconds }: HandshakeStatus): string {
  const isSaid = Number.isFinite(retryAfterSeconds);
  const retryAfter = isSaid ? `Retry-After: ${retryAfterSeconds}\r\n` : '';
  const end = 'Content-Length: 0\r\nConnection: close\r\n\r\n';
  return `HTTP/1.1 ${status} Refused\r\n${retryAfter}${end}`;
}

function peerOf(webSocket: WebSocket, address: string, note: TransportOptions['note']): SocketPeer {
  return {
    address,
    send(text) {
      if (webSocket.readyState !== webSocket.OPEN) return;
      if (webSocket.bufferedAmount > BUFFERED_BYTES_MAX) {
        note({ kind: 'slow-client-dropped', address, bufferedBytes: webSocket.bufferedAmount });
        webSocket.terminate();
        return;
      }
      webSocket.send(text);
    },
    ping() {
      if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
    },
    close: (code, reason) => webSocket.close(code, reason),
    drop: () => webSocket.terminate(),
  };
}

function stopAll(
  venue: ServedVenue,
  server: Server,
  sockets: WebSocketServer,
  timers: Timers,
): Promise<void> {
  venue.stop();
  return new Promise((resolve) => {
    const cut = timers.after(CLOSE_WITHIN_MS, () => {
      for (const webSocket of sockets.clients) webSocket.terminate();
      server.closeAllConnections();
    });
    server.close(() => {
      cut.cancel();
      resolve();
    });
    server.closeIdleConnections();
  });
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

function targetOf({ url = '/' }: IncomingMessage): { path: string; query: string } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') single[name] = value;
  }
  return single;
}
