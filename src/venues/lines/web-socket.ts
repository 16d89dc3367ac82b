import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type {
  HandshakeStatus,
  WebSocketHandlers,
  WebSocketLimits,
  WebSocketLink,
} from '../../core/env.ts';
import { SocketIntake } from './socket-intake.ts';

/** A peer that does not answer the close frame is not waited for any longer. */
const CLOSE_TIMEOUT_MS = 1000;

/**
 * Opens a socket. `ws` shakes hands, sends, answers pings and judges whatever is not plain; whole
 * messages are taken out of the bytes in front of it. Closing a second time ends it at once.
 * Compression costs 14 times the CPU of a message and is off everywhere.
 */
export function openWebSocket(
  url: string,
  handlers: WebSocketHandlers,
  limits: WebSocketLimits,
): WebSocketLink {
  // Named first, because the types of ws do not know closeTimeout yet.
  const options = {
    perMessageDeflate: false,
    handshakeTimeout: limits.openTimeoutMs,
    closeTimeout: CLOSE_TIMEOUT_MS,
    maxPayload: limits.frameBytesMax,
    skipUTF8Validation: true,
  };
  const socket = new WebSocket(url, options);
  const intake = new SocketIntake(handlers, limits);
  let tcp: Socket | null = null;
  let why = '';
  let refused: HandshakeStatus | undefined;
  socket.binaryType = 'nodebuffer';
  socket.on('upgrade', (response) => {
    tcp = response.socket;
  });
  socket.on('open', () => {
    intake.standBefore(tcp as Socket);
    handlers.opened();
  });
  socket.on('message', (data) => intake.onMessage(data as Buffer));
  socket.on('error', (error) => {
    intake.end();
    // Ending a refused handshake is an error of its own, which says less.
    why = refused === undefined ? error.message : why;
  });
  socket.on('unexpected-response', (_, { statusCode = 0, headers }) => {
    refused = { status: statusCode, retryAfterSeconds: Number(headers['retry-after']) };
    why = `the handshake was answered with status ${statusCode}`;
    socket.terminate();
  });
  socket.on('close', (code, reason) => handlers.closed(code, why || reason.toString(), refused));
  return {
    send(text) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      if (socket.bufferedAmount > limits.bufferedBytesMax) return false;
      socket.send(text);
      return true;
    },
    close() {
      if (socket.readyState === WebSocket.OPEN) socket.close(1000);
      else socket.terminate();
    },
  };
}
