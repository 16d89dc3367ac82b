import { err, ok, type Result } from '../../../src/core/result.ts';
import type { AddressTranslation, LinkAddress } from '../../../src/remote/link-contract.ts';
import { NODE_MARK } from '../ref.ts';
import { ASK_PATH } from '../switchboard.ts';

/** An address on another node; the incarnation is the node's, and fences a uid that it gave. */
export interface RemoteAddress {
  readonly node: string;
  readonly incarnation: string | null;
  readonly path: string;
}

/** What a link needs to know for translating addresses. */
export interface Ends {
  readonly peer: string;
  /** The peer's. */
  readonly incarnation: string;
  /** Whether a local path may be reached from the peer. */
  isExported(path: string): boolean;
}

const REMOTE = /^@([^/!]+)(?:!([0-9a-f]{16}))?\/(.+)$/;

/** Takes `@node/path` or `@node!incarnation/path` apart; null for anything else. */
export function remoteAddress(path: string): RemoteAddress | null {
  const found = REMOTE.exec(path);
  if (found === null) return null;
  return { node: found[1] as string, incarnation: found[2] ?? null, path: found[3] as string };
}

/** Addresses of a message on its way out. @param asked is told the question to be answered */
export function outward(ends: Ends, asked: (id: number) => string | null): AddressTranslation {
  const ref = (given: LinkAddress): Result<unknown, string> => {
    const remote = remoteAddress(given.path);
    if (remote === null) {
      if (!ends.isExported(given.path)) return err(`${given.path} is not exported to ${ends.peer}`);
      return ok({ at: 'sender', path: given.path, uid: given.uid });
    }
    if (remote.node !== ends.peer) return err(`${given.path} is on a node that is not the peer`);
    if (isStale(remote, given.uid, ends.incarnation)) return err(`${given.path} is of an old life`);
    return ok({ at: 'recipient', path: remote.path, uid: given.uid });
  };
  return {
    ref,
    reply(given) {
      if (given.path !== ASK_PATH) return ref(given);
      const fault = asked(given.uid);
      return fault === null ? ok({ at: 'sender', path: ASK_PATH, uid: given.uid }) : err(fault);
    },
  };
}

/** Addresses of a message that came. @param reply where its answer goes; null for a statement */
export function inward(ends: Ends, reply: LinkAddress | null): AddressTranslation {
  const ref = (given: LinkAddress & { readonly at?: string }): Result<unknown, string> => {
    const { at, path, uid } = given;
    if (at === 'sender') {
      const node = uid === 0 ? ends.peer : `${ends.peer}!${ends.incarnation}`;
      return ok(Object.freeze({ path: `${NODE_MARK}${node}/${path}`, uid }));
    }
    // Else a peer could make an actor here send to any other one.
    if (!ends.isExported(path)) return err(`${path} is not exported to ${ends.peer}`);
    return ok(Object.freeze({ path, uid }));
  };
  return {
    ref,
    reply(given) {
      if (given.path !== ASK_PATH) return ref(given);
      return reply === null ? err('a reply in a message that asks nothing') : ok(reply);
    },
  };
}

/** Whether a reference belongs to a life of its node that is over. */
export function isStale(remote: RemoteAddress, uid: number, incarnation: string): boolean {
  return remote.incarnation === null ? uid !== 0 : remote.incarnation !== incarnation;
}
