import {
  type ModeNews,
  NODE_PATH,
  type PeerAnswer,
  type PeerMessage,
} from '../../src/commands/peers/node-contract.ts';
import { refByPath, remoteRef } from '../runtime/ref.ts';
import type { NodeContext } from './node.ts';

/** How a node follows the mode of its peers. */
export interface FollowOptions {
  /** Whether there is a link to the peer. */
  readonly isUp: (peer: string) => boolean;
  /** News of a peer; the round trip when they are the answer to a renewal. */
  readonly heard: (peer: string, news: ModeNews, roundTripMs: number | null) => void;
}

export interface Following {
  /** Peers whose end this actor waits for. */
  readonly watching: Set<string>;
  /** Peers that a renewal is under way to. */
  readonly renewing: Set<string>;
}

const ASK_MS = 5_000;

/**
 * Renews the subscription at a peer, and waits for its end. Not without a link: each try would be
 * a dead letter.
 */
export function renewAt(
  peer: string,
  state: Following,
  ctx: NodeContext,
  options: FollowOptions,
): void {
  if (state.renewing.has(peer) || !options.isUp(peer)) return;
  state.renewing.add(peer);
  const node = remoteRef<PeerMessage>(peer, NODE_PATH);
  const askedNs = ctx.clock.mono();
  const to = refByPath<PeerMessage>(NODE_PATH);
  ctx
    .ask<PeerMessage, PeerAnswer>(node, (reply) => ({ kind: 'subscribe', to, reply }), ASK_MS)
    .then(
      ctx.fenced((given: PeerAnswer) => {
        state.renewing.delete(peer);
        if (given.kind !== 'mode-news') return;
        const { mode, gate } = given;
        options.heard(peer, { mode, gate }, (ctx.clock.mono() - askedNs) / 1e6);
        if (state.watching.has(peer)) return;
        state.watching.add(peer);
        ctx.watch(node, { kind: 'peer-over', peer });
      }),
      ctx.fenced(() => void state.renewing.delete(peer)),
    );
}
