import { linkListenerActor } from '../../../actors/edge/link-listener.ts';
import { nodeActor } from '../../../actors/edge/node.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import { type LinkEvent, linkActor } from '../../../actors/runtime/links/link.ts';
import { type Reply, remoteRef } from '../../../actors/runtime/ref.ts';
import type { LinksBranch } from '../../../supervisors/edge.ts';
import type { Desk, DeskStatus } from '../../commands/desk.ts';
import type { HealthReport } from '../../commands/inspect/inspector.ts';
import {
  exportedNode,
  importedNode,
  NODE_PATH,
  type PeerAnswer,
  type PeerMessage,
} from '../../commands/peers/node-contract.ts';
import type { PeerRow, PeersPort } from '../../commands/peers/peers-port.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { Reception } from '../../remote/link/reception.ts';
import { dialLink } from '../../remote/link/socket.ts';
import type { DeskParts } from '../desk-parts.ts';
import type { OpenedLinks } from './open-links.ts';
import { PeerBook } from './peer-book.ts';

/** What the links need of the desk that they belong to. */
export interface LinkedDesk {
  readonly parts: Pick<DeskParts, 'env' | 'log'>;
  readonly lane: Lane;
  readonly desk: Pick<Desk, 'status' | 'mode' | 'recordCommand' | 'inspector'>;
  /** Closes gate and latch before it returns. */
  readonly trip: (by: string, reason: string) => void;
}

const ASK_MS = 5_000;
const INCARNATION_BYTES = 8;

/** The links of a desk to other daemons, and what people ask over them. */
export class DeskLinks implements PeersPort {
  readonly #opened: OpenedLinks;
  readonly #of: LinkedDesk;
  readonly #book: PeerBook;
  readonly #reception: Reception;
  readonly #incarnation: string;

  constructor(opened: OpenedLinks, of: LinkedDesk) {
    const { clock, entropy } = of.parts.env;
    const names = opened.peers.map(({ node }) => node);
    this.#opened = opened;
    this.#of = of;
    this.#book = new PeerBook(names, clock);
    this.#reception = new Reception(opened.listen);
    this.#incarnation = Buffer.from(entropy(INCARNATION_BYTES)).toString('hex');
  }

  /** The actors, for the tree. */
  branch(): LinksBranch {
    const { log } = this.#of.parts;
    const { listen, peers } = this.#opened;
    return {
      node: () => this.#node(),
      listener: listen.length === 0 ? null : () => linkListenerActor(this.#reception, log),
      links: peers.map((peer) => ({ peer: peer.node, start: () => this.#link(peer) })),
    };
  }

  #node() {
    const { parts, desk, trip } = this.#of;
    return nodeActor({
      peers: this.#opened.peers.map(({ node }) => node),
      isUp: (peer) => this.#book.isUp(peer),
      status: () => desk.status(),
      health: () => desk.inspector.health(),
      mode() {
        const { mode, gate } = desk.mode();
        return { mode, gate };
      },
      emergency(by, why) {
        // What stops trading waits for no disk.
        trip(by, why);
        desk.recordCommand(by, `kill ${why}`);
      },
      heard: (peer, news, roundTripMs) => this.#book.heard(peer, news, roundTripMs),
      log: parts.log,
    });
  }

  #link({ node: peer, dial }: OpenedLinks['peers'][number]) {
    const { node } = this.#opened;
    return linkActor({
      node: { name: node, incarnation: this.#incarnation },
      peer,
      transport: dial === null ? this.#reception.from(peer) : dialLink(node, peer, dial),
      exports: [exportedNode(peer)],
      imports: [importedNode],
      board: this.#of.lane.board,
      onEvent: (event) => this.#noted(event),
    });
  }

  #noted(event: LinkEvent): void {
    this.#book.noted(event);
    const { kind, peer, ...fields } = event;
    this.#of.parts.log(
      kind === 'link-up' ? 'info' : 'warn',
      `edge/links/link:${peer}`,
      kind,
      fields,
    );
  }

  rows(): readonly PeerRow[] {
    return this.#book.rows();
  }

  async status(node: string): Promise<Result<DeskStatus, string>> {
    const answer = await this.#ask(node, 'status');
    if (!answer.ok) return answer;
    return answer.value.kind === 'status' ? ok(answer.value.status) : err(whyNot(answer.value));
  }

  async health(node: string): Promise<Result<HealthReport, string>> {
    const answer = await this.#ask(node, 'health');
    if (!answer.ok) return answer;
    return answer.value.kind === 'health' ? ok(answer.value.health) : err(whyNot(answer.value));
  }

  /** The answer follows the emergency on the same link, so it shows what came of it. */
  async emergency(node: string, by: string, why: string): Promise<Result<HealthReport, string>> {
    if (!this.#book.has(node)) return err(this.#unknown(node));
    const emergency: PeerMessage = { kind: 'emergency', by, why };
    if (!this.#of.lane.send(remoteRef<PeerMessage>(node, NODE_PATH), emergency)) {
      return err(`there is no link to ${node}: it was not told`);
    }
    const answer = await this.health(node);
    return answer.ok ? answer : err(`${node} was told, and has not confirmed it: ${answer.error}`);
  }

  async #ask(node: string, kind: 'status' | 'health'): Promise<Result<PeerAnswer, string>> {
    if (!this.#book.has(node)) return err(this.#unknown(node));
    const question = (reply: Reply<PeerAnswer>): PeerMessage => ({ kind, reply });
    try {
      return ok(await this.#of.lane.ask(remoteRef(node, NODE_PATH), question, ASK_MS));
    } catch (thrown) {
      return err(reasonOf(thrown));
    }
  }

  #unknown(node: string): string {
    const names = this.#opened.peers.map((peer) => peer.node);
    return `no peer ${node}: remote.links names ${names.join(', ')}`;
  }
}

/** What a desk without links says. */
export const NO_PEERS: PeersPort = {
  rows: () => [],
  status: async () => err(UNLINKED),
  health: async () => err(UNLINKED),
  emergency: async () => err(UNLINKED),
};
const UNLINKED = 'this desk has no links: remote.links of its configuration names peers';

function whyNot(answer: PeerAnswer): string {
  return answer.kind === 'failed' ? answer.why : `it answered with ${answer.kind}`;
}
