import type {
  HandshakeStatus,
  HttpReply,
  HttpRequest,
  Net,
  NetFault,
  WebSocketHandlers,
  WebSocketLink,
} from '../src/core/env.ts';
import type { Result } from '../src/core/result.ts';
import type { Nanos } from '../src/core/units.ts';
import type { Log } from '../src/ops/log.ts';
import { type Connection, SOCKET_LIMITS } from '../src/venues/connection.ts';
import type { Context } from './runtime/actor-spec.ts';

/** How a socket begins and ends; `line` says which, where the actor has several. */
type LineMessage =
  | { readonly kind: 'opened'; readonly line: number }
  | {
      readonly kind: 'closed';
      readonly line: number;
      readonly why: string;
      /** What was answered instead of opening a socket; null where nothing was. */
      readonly refused: HandshakeStatus | null;
    };

/** What a socket tells the actor that owns it. */
export type SocketMessage =
  | LineMessage
  | {
      readonly kind: 'frame';
      readonly frame: Uint8Array;
      readonly receivedNs: Nanos;
    };

/** The same where frames that came together are one message, oldest first. */
export type FeedSocketMessage =
  | LineMessage
  | {
      readonly kind: 'frames';
      readonly line: number;
      readonly frames: readonly Uint8Array[];
      readonly receivedNs: Nanos;
    };

/**
 * Opens a socket whose events are the actor's messages. Each is handled in the very callback that
 * brings it; once the incarnation is over they are dropped.
 */
export function openSocket<M>(
  ctx: Context<M | SocketMessage>,
  net: Net,
  url: string,
): WebSocketLink {
  const message = ctx.fenced((frame: Uint8Array) => {
    ctx.ingest({ kind: 'frame', frame, receivedNs: ctx.clock.mono() });
  });
  return net.webSocket(url, { ...edgesOf(ctx, 0), message }, SOCKET_LIMITS);
}

/** The same for one of several lines that is at times full: frames that come together stay so. */
export function openFeedSocket<M>(
  ctx: Context<M | FeedSocketMessage>,
  net: Net,
  url: string,
  line: number,
): WebSocketLink {
  const messages = ctx.fenced((frames: readonly Uint8Array[]) => {
    ctx.ingest({ kind: 'frames', line, frames, receivedNs: ctx.clock.mono() });
  });
  const message = (frame: Uint8Array): void => messages([frame]);
  return net.webSocket(url, { ...edgesOf(ctx, line), message, messages }, SOCKET_LIMITS);
}

function edgesOf<M>(
  ctx: Context<M | LineMessage>,
  line: number,
): Pick<WebSocketHandlers, 'opened' | 'closed'> {
  return {
    opened: ctx.fenced(() => {
      ctx.ingest({ kind: 'opened', line });
    }),
    closed: ctx.fenced((code: number, reason: string, refused?: HandshakeStatus) => {
      ctx.ingest({ kind: 'closed', line, why: `${code} ${reason}`, refused: refused ?? null });
    }),
  };
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
