import { z } from 'zod';
import { MODES } from '../../control/gate.ts';
import { RESET_CLASSES, SEVERITIES } from '../../control/safety-cause.ts';
import type { LinkAddress, LinkContract } from '../../remote/link/contract.ts';
import type { DeskStatus } from '../desk.ts';
import type { HealthReport } from '../inspect/inspector.ts';

/** The only actor of a desk that another daemon may reach. */
export const NODE_PATH = 'edge/node';
/** Raised when a message or an answer below changes; daemons of different versions do not link. */
const VERSION = 2;
/** Longer texts and lists are cut: what is owed to a peer and does not fit would end the link. */
const TEXT_MAX = 500;
const ENTRIES_MAX = 100;
const NAME_MAX = 64;

/** Mode and gate of a desk, for those who follow it. */
export interface ModeNews {
  readonly mode: string;
  /** Why the gate is closed; empty when it is open. */
  readonly gate: readonly string[];
}

/** What one daemon asks of another, or tells it. */
export type PeerMessage =
  | { readonly kind: 'status' | 'health'; readonly reply: LinkAddress }
  /** Stops the trading of the one who gets it. Anybody may; nobody lifts it from elsewhere. */
  | { readonly kind: 'emergency'; readonly by: string; readonly why: string }
  /** Asks for mode news from now on, until the lease ends; the answer is the news of now. */
  | { readonly kind: 'subscribe'; readonly to: LinkAddress; readonly reply: LinkAddress }
  | ({ readonly kind: 'mode-news' } & ModeNews);

export type PeerAnswer =
  | { readonly kind: 'status'; readonly status: DeskStatus }
  | { readonly kind: 'health'; readonly health: HealthReport }
  | ({ readonly kind: 'mode-news' } & ModeNews)
  | { readonly kind: 'failed'; readonly why: string };

/** A message that came over a link; `from` is the node at its other end, whatever it says. */
export type FromPeer = PeerMessage & { readonly from: string };

/** What may be sent to the node of a peer. */
export const importedNode: LinkContract = {
  path: NODE_PATH,
  version: VERSION,
  // Acknowledged and, within its time, sent again: an emergency is worth that.
  delivery: 'command',
  message: peerMessage,
  answer: () => peerAnswer,
};

/** What a peer may send to the node of this desk, with the peer's name put on each message. */
export function exportedNode(peer: string): LinkContract {
  return {
    ...importedNode,
    message: (schemas) =>
      peerMessage(schemas).transform((message) => ({ ...message, from: peer }) as FromPeer),
  };
}

const text = z.string().overwrite((given) => given.slice(0, TEXT_MAX));
const texts = z.array(text).overwrite((given) => given.slice(0, ENTRIES_MAX));
const count = z.int().nonnegative();
const news = { mode: text, gate: texts };

function peerMessage({ ref, reply }: Parameters<LinkContract['message']>[0]) {
  return z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['status', 'health']), reply }),
    z.strictObject({
      kind: z.literal('emergency'),
      by: z.string().min(1).max(NAME_MAX),
      why: text,
    }),
    z.strictObject({ kind: z.literal('subscribe'), to: ref, reply }),
    z.strictObject({ kind: z.literal('mode-news'), ...news }),
  ]) satisfies z.ZodType<PeerMessage>;
}

/** Eight venues with 64 markets each. */
const MARKETS_MAX = 512;
const market = z.strictObject({
  venue: text,
  symbol: text,
  bid: text.nullable(),
  ask: text.nullable(),
  position: text,
});
const status = z.strictObject({
  mode: z.enum(MODES),
  requested: z.enum(MODES),
  faults: texts,
  gate: texts,
  cooldownMs: z.number().nonnegative(),
  latch: text.nullable(),
  riskScale: z.number().min(0).max(1),
  raised: z
    .array(
      z.strictObject({
        id: text,
        severity: z.enum(SEVERITIES),
        reset: z.enum(RESET_CLASSES),
        owner: text,
        reason: text,
        isProbing: z.boolean(),
        count,
        forSeconds: count,
      }),
    )
    .overwrite((given) => given.slice(0, ENTRIES_MAX)),
  version: text,
  pid: count,
  uptimeSeconds: count,
  bid: text.nullable(),
  ask: text.nullable(),
  symbol: text,
  position: text,
  markets: z.array(market).max(MARKETS_MAX),
  pnl: text.nullable(),
  fees: text,
  orders: count,
  fills: count,
  rejects: count,
  refusals: z.record(z.string(), count),
  restarts: count,
  gaps: count,
  crossed: count,
  latencyP99Us: z.number().nullable(),
  submissionP99Us: z.number().nullable(),
  journalSequence: count,
});

const health = z.strictObject({
  isHealthy: z.boolean(),
  complaints: texts,
  mode: text,
  gate: texts,
  actors: count,
  suspended: texts,
  restarts: count,
  deadLetters: count,
  journalSequence: count,
  journalBehind: count,
});

const peerAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('status'), status }),
  z.strictObject({ kind: z.literal('health'), health }),
  z.strictObject({ kind: z.literal('mode-news'), ...news }),
  z.strictObject({ kind: z.literal('failed'), why: text }),
]);
