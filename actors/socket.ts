import type {
  HandshakeStatus,
  HttpReply,
  HttpRequest,
  Net,
  NetFault,
  WebSocketLink,
} from '../src/core/env.ts';
import type { Result } from '../src/core/result.ts';
import type { Nanos } from '../src/core/units.ts';
import type { Log } from '../src/ops/log.ts';
import { type Connection, SOCKET_LIMITS } from '../src/venues/connection.ts';
import type { Context } from './runtime/actor-spec.ts';

/** What a socket tells the actor that owns it; `line` says which, where the actor has several. */
export type SocketMessage =
  | { readonly kind: 'opened'; readonly line: number }
  | {
      readonly kind: 'frame';
      readonly line: number;
      readonly frame: Uint8Array;
      readonly receivedNs: Nanos;
    }
  | {
      readonly kind: 'closed';
      readonly line: number;
      readonly why: string;
      /** What was answered instead of opening a socket; null where nothing was. */
      readonly refused: HandshakeStatus | null;
    };

/**
 * Opens a socket whose events are the actor's messages. Each is handled in the very callback that
 * brings it; once the incarnation is over they are dropped.
 */
export function openSocket<M>(
  ctx: Context<M | SocketMessage>,
  net: Net,
  url: string,
  line = 0,
): WebSocketLink {
  return net.webSocket(
    url,
    {
      opened: ctx.fenced(() => {
        ctx.ingest({ kind: 'opened', line });
      }),
      message: ctx.fenced((frame: Uint8Array) => {
        ctx.ingest({ kind: 'frame', line, frame, receivedNs: ctx.clock.mono() });
      }),
      closed: ctx.fenced((code: number, reason: string, refused?: HandshakeStatus) => {
        ctx.ingest({ kind: 'closed', line, why: `${code} ${reason}`, refused: refused ?? null });
      }),
    },
    SOCKET_LIMITS,
  );
}

/** Before the first connection. */
export const NO_LINK: WebSocketLink = { send: () => false, close() {} };

/**
 * Sends a request whose outcome is a message of the actor, unless its incarnation is over.
 *
 * @returns false when it had to leave at once and was refused: then there is no message
 */
export function sendHttp<M>(
  ctx: Context<M>,
  net: Net,
  request: HttpRequest,
  messageOf: (outcome: Result<HttpReply, NetFault>) => M,
): boolean {
  let isRefused = false;
  let isOver = request.line !== 'at-once';
  net.http(
    request,
    ctx.fenced((outcome: Result<HttpReply, NetFault>) => {
      if (isOver) ctx.ingest(messageOf(outcome));
      else isRefused = true;
    }),
  );
  isOver = true;
  return !isRefused;
}

/**
 * Asks a silent peer for a sign of life, and closes the socket of a dead one.
 *
 * @param question what to send; null where the peer speaks by itself and is not to be asked
 */
export function watchSocket(
  path: string,
  log: Log,
  connection: Connection,
  link: WebSocketLink,
  question: () => string | null,
): void {
  const pulse = connection.pulse();
  const asked = pulse === 'ask' ? question() : null;
  if (asked !== null) link.send(asked);
  if (pulse !== 'dead') return;
  log('warn', path, 'silent');
  link.close();
}
