import { chmodSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import { reasonOf } from '../core/result.ts';
import { PAYLOAD_BYTES_MAX } from './link-frame.ts';
import type { LinkChannel, LinkChannelHandlers, LinkTransport } from './link-transport.ts';

/** The certificate of a node, whose common name is the node's name, and who may vouch for peers. */
export interface LinkCredentials {
  readonly key: string | Uint8Array;
  readonly certificate: string | Uint8Array;
  readonly authority: string | Uint8Array;
}

/** A socket in a folder that only this user can read, or TLS with certificates on both sides. */
export type LinkPlace =
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: 'tls';
      readonly host: string;
      readonly port: number;
      readonly credentials: LinkCredentials;
    };

export interface LinkListener {
  /** Where it listens; the system chooses the port of a TLS place with port 0. */
  readonly port: number;
  /** The waiting end of the link to one peer. */
  from(peer: string): LinkTransport;
  close(): void;
}

type Opened = Parameters<LinkTransport['open']>[0];

/** A dialled connection that is not open by then is given up. */
export const DIAL_MS_MAX = 5_000;
/** Sockets of all peers together; one more is turned away. */
const SOCKETS_MAX = 64;
const SOCKET_MODE = 0o600;
/**
 * Compression costs 14 times the CPU of a message. A peer that does not answer the close frame is
 * waited for no longer than `closeTimeout`, which the types of ws do not know yet.
 */
const FRAMING = { perMessageDeflate: false, maxPayload: PAYLOAD_BYTES_MAX, closeTimeout: 1_000 };
const CLOSED = 1000;
const TLS = 'TLSv1.3';
const FOLDER = '/links/';

/** The dialling end of a link: one WebSocket to the place where the peer listens. */
export function dialLink(own: string, peer: string, place: LinkPlace): LinkTransport {
  return {
    isDialling: true,
    open(opened, failed) {
      const socket = dial(own, peer, place);
      let why = `no connection within ${DIAL_MS_MAX} ms`;
      let isOpen = false;
      socket.on('error', (error) => {
        why = error.message;
      });
      socket.on('open', () => {
        isOpen = true;
        carry(socket, opened);
      });
      socket.on('close', () => {
        if (!isOpen) failed(why);
      });
      return {
        close() {
          if (isOpen) return;
          isOpen = true;
          socket.terminate();
        },
      };
    },
  };
}

function dial(own: string, peer: string, place: LinkPlace): WebSocket {
  const options = { ...FRAMING, handshakeTimeout: DIAL_MS_MAX };
  const path = `${FOLDER}${own}`;
  if (place.kind === 'unix') return new WebSocket(`ws+unix:${place.path}:${path}`, options);
  const { key, certificate, authority } = place.credentials;
  const secured = {
    ...options,
    key: Buffer.from(key),
    cert: Buffer.from(certificate),
    ca: Buffer.from(authority),
    minVersion: TLS,
    // Nodes are known by their names, wherever they run. The types of ws take this for a test.
    checkServerIdentity: (_host: string, found: unknown) =>
      nameFault(peer, found as PeerCertificate) as never,
  } satisfies ClientOptions as ClientOptions;
  return new WebSocket(`wss://${place.host}:${place.port}${path}`, secured);
}

function nameFault(wanted: string, { subject }: PeerCertificate): Error | undefined {
  if (subject?.CN === wanted) return undefined;
  return new Error(`the certificate is of node ${String(subject?.CN)}, wanted ${wanted}`);
}

/**
 * Where peers can dial in. The path of a request names the peer, and over TLS its certificate must
 * say the same; a peer that nobody here waits for is turned away with a status that says so.
 *
 * Rejects when the place cannot be had.
 */
export function listenForLinks(place: LinkPlace): Promise<LinkListener> {
  const waiting = new Map<string, Opened>();
  const sockets = new WebSocketServer({ ...FRAMING, noServer: true });
  const server = serverOf(place);
  server.maxConnections = SOCKETS_MAX;
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Until ws has it, a broken stream would be an event of the process.
    stream.on('error', () => stream.destroy());
    const peer = (request.url ?? '').slice(FOLDER.length);
    const opened = waiting.get(peer);
    const fault = callerFault(request, peer, opened, sockets.clients.size);
    if (fault !== null || opened === undefined) {
      stream.end(`HTTP/1.1 ${fault}\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => carry(socket, opened));
  });
  return bind(server, place).then(() => ({
    get port() {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    },
    from: (peer) => ({
      isDialling: false,
      open(opened) {
        waiting.set(peer, opened);
        return {
          close() {
            if (waiting.get(peer) === opened) waiting.delete(peer);
          },
        };
      },
    }),
    close() {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
      if (place.kind === 'unix') rmSync(place.path, { force: true });
    },
  }));
}

function serverOf(place: LinkPlace): Server {
  const refuse = (_request: unknown, response: { writeHead(status: number): { end(): void } }) =>
    response.writeHead(426).end();
  if (place.kind === 'unix') return createHttpServer(refuse);
  const { key, certificate, authority } = place.credentials;
  return createTlsServer(
    {
      key: Buffer.from(key),
      cert: Buffer.from(certificate),
      ca: Buffer.from(authority),
      minVersion: TLS,
      requestCert: true,
      rejectUnauthorized: true,
    },
    refuse,
  );
}

/** A status line for a caller that is turned away, or null. */
function callerFault(
  request: IncomingMessage,
  peer: string,
  opened: Opened | undefined,
  socketCount: number,
): string | null {
  if (!(request.url ?? '').startsWith(FOLDER)) return '404 Not Found';
  const { socket } = request;
  if (socket instanceof TLSSocket && socket.getPeerCertificate().subject?.CN !== peer) {
    return '403 Certificate Of Another Node';
  }
  if (opened === undefined) return '403 Unknown Peer';
  return socketCount >= SOCKETS_MAX ? '503 Too Many Connections' : null;
}

function bind(server: Server, place: LinkPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', (error) => reject(new Error(`links: ${reasonOf(error)}`)));
    if (place.kind === 'tls') {
      server.listen(place.port, place.host, resolve);
      return;
    }
    // Whoever holds the lock of the data directory owns the path, so a leftover is taken away.
    rmSync(place.path, { force: true });
    const mask = process.umask(0o177);
    server.listen(place.path, () => {
      chmodSync(place.path, SOCKET_MODE);
      resolve();
    });
    process.umask(mask);
  });
}

/** Hands an open socket to a link. */
function carry(socket: WebSocket, opened: Opened): void {
  let why = '';
  socket.binaryType = 'nodebuffer';
  let handlers: LinkChannelHandlers | null = null;
  const channel: LinkChannel = {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send(bytes) {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(bytes, (error) => {
        if (error === undefined || error === null) handlers?.drained();
      });
    },
    close(reason) {
      why ||= reason;
      // Told properly, so that a refusal that was just sent arrives; and never waited for.
      socket.close(CLOSED);
    },
  };
  socket.on('error', (error) => {
    why ||= error.message;
  });
  socket.on('close', (code) => handlers?.closed(why || `closed with ${code}`));
  handlers = opened(channel);
  const { message } = handlers;
  socket.on('message', (data, isBinary) => {
    if (isBinary) message(data as Buffer);
    else socket.terminate();
  });
}
