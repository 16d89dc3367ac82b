import { z } from 'zod';
import type {
  ActorSpec,
  ChildFailed,
  Context,
  Terminated,
} from '../../../actors/runtime/actor-spec.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import { type LinkEvent, type LinkOptions, linkActor } from '../../../actors/runtime/links/link.ts';
import { type ActorRef, type Reply, remoteRef } from '../../../actors/runtime/ref.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { LinkContract } from '../../../src/remote/link-contract.ts';
import { aLane, anActor } from '../lanes.ts';
import { type ManualEnv, manualEnv } from '../manual-env.ts';
import { Network } from './network.ts';

/** What the actors of these tests take. */
export type DeskMessage =
  | { readonly kind: 'note'; readonly n: number }
  | { readonly kind: 'double'; readonly n: number; readonly reply: Reply<number> }
  | { readonly kind: 'meet'; readonly who: ActorRef<never> };

const messages: LinkContract['message'] = ({ ref, reply }) =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('note'), n: z.int() }),
    z.strictObject({ kind: z.literal('double'), n: z.int(), reply }),
    z.strictObject({ kind: z.literal('meet'), who: ref }),
  ]);
const answer = (): z.ZodType => z.int();

export const DESK: LinkContract = {
  path: 'edge/desk',
  version: 1,
  delivery: 'tell',
  message: messages,
  answer,
};
export const COMMAND_DESK: LinkContract = { ...DESK, path: 'edge/command', delivery: 'command' };
/** Where the other node may send back to. */
export const CALLER: LinkContract = { ...DESK, path: 'edge/caller' };

export const INCARNATIONS = { london: '00000000000000aa', tokyo: '00000000000000bb' } as const;

/** An actor that notes what comes; doubles what it is asked; 13 makes it throw. */
export function aDesk(seen: number[], met: ActorRef<never>[] = []): ActorSpec<null, DeskMessage> {
  return anActor<null, DeskMessage>({
    kind: 'desk',
    receive(state, message, ctx) {
      if (message.kind === 'meet') met.push(message.who);
      else if (message.n === 13) throw new Error('thirteen');
      else if (message.kind === 'double') ctx.send(message.reply, message.n * 2);
      else seen.push(message.n);
      return state;
    },
  });
}

export interface Node {
  readonly lane: Lane;
  readonly events: LinkEvent[];
  /** Options for its end of the link. */
  readonly options: LinkOptions;
  readonly link: () => Promise<ActorRef<never>>;
}

export interface TwoNodes {
  readonly env: ManualEnv;
  readonly network: Network;
  readonly london: Node;
  readonly tokyo: Node;
  /** What the desk in tokyo has handled. */
  readonly seen: number[];
  readonly commanded: number[];
}

export const desk = remoteRef<DeskMessage>('tokyo', 'edge/desk');
export const commandDesk = remoteRef<DeskMessage>('tokyo', 'edge/command');

/** london dials, tokyo has the desks; both on one clock. Neither link is started yet. */
export async function twoNodes(
  seed = 1,
  parts: { readonly london?: Partial<LinkOptions>; readonly tokyo?: Partial<LinkOptions> } = {},
): Promise<TwoNodes> {
  const env = manualEnv(seed);
  const network = new Network(env.clock, env.timers, rngOf(seed));
  const london = aNode(env, network, 'london', parts.london);
  const tokyo = aNode(env, network, 'tokyo', parts.tokyo);
  const [seen, commanded]: [number[], number[]] = [[], []];
  await spawnEdge(tokyo.lane, { desk: aDesk(seen), command: aDesk(commanded) });
  return { env, network, london, tokyo, seen, commanded };
}

/** Both links started and up. */
export async function linkedNodes(
  seed = 1,
  parts: Parameters<typeof twoNodes>[1] = {},
): Promise<TwoNodes> {
  const nodes = await twoNodes(seed, parts);
  await nodes.tokyo.link();
  await nodes.london.link();
  await nodes.env.advance(10);
  return nodes;
}

function aNode(
  env: ManualEnv,
  network: Network,
  name: 'london' | 'tokyo',
  parts: Partial<LinkOptions> = {},
): Node {
  const { clock, timers, random } = env;
  const { lane } = aLane({ clock, timers, random });
  const events: LinkEvent[] = [];
  const isLondon = name === 'london';
  const options: LinkOptions = {
    node: { name, incarnation: INCARNATIONS[name] },
    peer: isLondon ? 'tokyo' : 'london',
    transport: isLondon ? network.dialling : network.waiting,
    exports: isLondon ? [CALLER] : [DESK, COMMAND_DESK],
    imports: isLondon ? [DESK, COMMAND_DESK] : [CALLER],
    board: lane.board,
    onEvent: (event) => void events.push(event),
    ...parts,
  };
  const link = (): Promise<ActorRef<never>> =>
    lane.spawn(linkActor(options), 'link') as Promise<ActorRef<never>>;
  return { lane, events, options, link };
}

/** An `edge` with children of these names, so that they have the paths of the contracts. */
export async function spawnEdge(
  lane: Lane,
  children: Readonly<Record<string, ActorSpec<null, DeskMessage>>>,
): Promise<void> {
  const ready: Promise<unknown>[] = [];
  const edge = anActor<null, never>({
    kind: 'edge',
    start(ctx) {
      for (const [name, spec] of Object.entries(children)) ready.push(ctx.spawn(spec, name));
      return null;
    },
  });
  await lane.spawn(edge, 'edge');
  await Promise.all(ready);
}

export const note = (n: number): DeskMessage => ({ kind: 'note', n });

/** What the link of a node shows of itself. */
export function linkView({ lane }: Node): Record<string, unknown> {
  return (lane.view('link') as { value: Record<string, unknown> }).value;
}

/** Why the messages of a node were not handled, oldest first. */
export function buried({ lane }: Node): string[] {
  return lane.deadLetters.latest().map(({ reason }) => reason);
}

/** Asks the desk in tokyo for twice a number. */
export function double(nodes: TwoNodes, n = 1, to = desk, limitMs = 60_000): Promise<number> {
  return nodes.london.lane.ask<DeskMessage, number>(
    to,
    (reply) => ({ kind: 'double', n, reply }),
    limitMs,
  );
}

/** A watcher in london of an actor in tokyo, and the reasons that it is told. */
export async function watching(nodes: TwoNodes, to: ActorRef<never> = desk) {
  const told: string[] = [];
  let context: Context<Terminated | ChildFailed> | null = null;
  await nodes.london.lane.spawn(
    anActor<null, Terminated | ChildFailed>({
      start(ctx) {
        context = ctx;
        ctx.watch(to);
        return null;
      },
      receive(state, news) {
        const { reason } = news as Terminated;
        told.push(reason.kind === 'failed' ? `failed: ${reason.error}` : reason.kind);
        return state;
      },
    }),
    `watcher-${nodes.env.nowMs}-${nodes.london.lane.describe().length}`,
  );
  await nodes.env.advance(10);
  return { told, ctx: context as unknown as Context<Terminated | ChildFailed> };
}
