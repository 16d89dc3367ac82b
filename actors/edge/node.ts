import type { DeskStatus } from '../../src/commands/desk.ts';
import type { HealthReport } from '../../src/commands/inspect/inspector.ts';
import type {
  FromPeer,
  ModeNews,
  PeerAnswer,
  PeerMessage,
} from '../../src/commands/peers/node-contract.ts';
import { reasonOf } from '../../src/core/result.ts';
import type { Log } from '../../src/ops/log.ts';
import type { LinkAddress } from '../../src/remote/link/contract.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import { remoteAddress } from '../runtime/links/address.ts';
import type { ActorRef } from '../runtime/ref.ts';
import { type Following, type FollowOptions, renewAt } from './follow.ts';

export type NodeMessage =
  | FromPeer
  /** Time to see whether mode or gate are others than those last told. */
  | { readonly kind: 'look' }
  /** Time to renew the subscriptions at the peers. */
  | { readonly kind: 'renew' }
  | { readonly kind: 'peer-over'; readonly peer: string };

export interface NodeOptions extends FollowOptions {
  readonly peers: readonly string[];
  /** What the desk is asked for. */
  readonly status: () => Promise<DeskStatus>;
  readonly health: () => Promise<HealthReport>;
  readonly mode: () => ModeNews;
  /** Closes the gate before it returns, and journals who asked for it. */
  readonly emergency: (by: string, why: string) => void;
  readonly log: Log;
}

/** By name of the peer. Lost with a crash: peers renew before they miss anything for long. */
interface NodeState extends Following {
  /** To whom mode news go, and until when. */
  readonly subscribers: Map<
    string,
    { readonly to: ActorRef<PeerMessage>; readonly untilNs: number }
  >;
  /** The news last told. */
  told: string;
  /** Questions of peers that the desk works on. */
  questions: number;
}

const LOOK_MS = 100;
const RENEW_MS = 1_000;
/** Several renewals may be lost. */
const LEASE_NS = 10_000 * 1e6;
/** Questions of all peers together; one more is refused. */
const QUESTIONS_MAX = 16;

/**
 * What other daemons reach of this one, and the only thing: questions, mode news and the emergency
 * stop. It follows the mode of each peer in the same way. Its crash costs the answers under way.
 */
export function nodeActor(options: NodeOptions): ActorSpec<NodeState, NodeMessage> {
  const status: Find = async () => ({ kind: 'status', status: await options.status() });
  const health: Find = async () => ({ kind: 'health', health: await options.health() });
  return {
    kind: 'node',
    start(ctx) {
      ctx.timers.start('look', LOOK_MS, { kind: 'look' }, { periodic: true });
      ctx.timers.start('renew', RENEW_MS, { kind: 'renew' }, { periodic: true });
      const none = { subscribers: new Map(), watching: new Set<string>() };
      return { ...none, renewing: new Set<string>(), told: '', questions: 0 };
    },
    receive(state, message, ctx) {
      switch (message.kind) {
        case 'status':
        case 'health':
          answer(state, ctx, message.reply, message.kind === 'status' ? status : health);
          break;
        case 'emergency':
          options.emergency(`${message.by}@${message.from}`, message.why);
          break;
        case 'subscribe':
          subscribe(state, ctx, message);
          send(ctx, message.reply, { kind: 'mode-news', ...options.mode() });
          break;
        case 'mode-news':
          options.heard(message.from, { mode: message.mode, gate: message.gate }, null);
          break;
        case 'look':
          tellChanges(state, ctx, options.mode());
          break;
        case 'renew':
          for (const peer of options.peers) renewAt(peer, state, ctx, options);
          break;
        case 'peer-over':
          state.watching.delete(message.peer);
          options.log('warn', ctx.path, 'peer-over', { peer: message.peer });
          break;
        default:
          message satisfies never;
      }
      return state;
    },
    view: ({ subscribers, questions }) => ({ subscribers: [...subscribers.keys()], questions }),
  };
}

export type NodeContext = Context<NodeMessage>;

type Find = () => Promise<PeerAnswer>;

function answer(state: NodeState, ctx: NodeContext, reply: LinkAddress, find: Find): void {
  if (state.questions >= QUESTIONS_MAX) {
    send(ctx, reply, { kind: 'failed', why: `${QUESTIONS_MAX} questions are under way` });
    return;
  }
  state.questions += 1;
  const found = ctx.fenced((given: PeerAnswer) => {
    state.questions -= 1;
    send(ctx, reply, given);
  });
  find().then(found, (thrown) => found({ kind: 'failed', why: reasonOf(thrown) }));
}

function send(ctx: NodeContext, reply: LinkAddress, given: PeerAnswer): void {
  ctx.send<PeerAnswer>(reply as ActorRef<PeerAnswer>, given);
}

/** Only for the peer itself: nobody is subscribed by somebody else. */
function subscribe(
  { subscribers }: NodeState,
  ctx: NodeContext,
  { from, to }: Extract<FromPeer, { readonly kind: 'subscribe' }>,
): void {
  if (remoteAddress(to.path)?.node !== from) return;
  const untilNs = ctx.clock.mono() + LEASE_NS;
  subscribers.set(from, { to: to as ActorRef<PeerMessage>, untilNs });
}

function tellChanges(state: NodeState, ctx: NodeContext, news: ModeNews): void {
  if (state.subscribers.size === 0) return;
  const text = JSON.stringify(news);
  if (text === state.told) return;
  state.told = text;
  for (const [peer, { to, untilNs }] of state.subscribers) {
    if (untilNs < ctx.clock.mono()) state.subscribers.delete(peer);
    else ctx.send(to, { kind: 'mode-news', ...news });
  }
}
