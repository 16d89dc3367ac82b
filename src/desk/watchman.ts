import { address } from '../../actors/addresses.ts';
import type { StopReason } from '../../actors/runtime/actor-spec.ts';
import type { Lane } from '../../actors/runtime/lane.ts';
import type { DeadLetter, DeadLetterReason } from '../../actors/runtime/mail/dead-letters.ts';
import type {
  ActorFailed,
  ActorRestarting,
  ActorStarted,
  ActorStopped,
  LaneObserver,
} from '../../actors/runtime/observers.ts';
import type { Gate } from '../control/gate.ts';
import { reasonOf } from '../core/result.ts';
import type { AmendIntent } from '../execution/amend/amendment.ts';
import type { OrderIntent } from '../execution/order.ts';
import type { Log } from '../ops/log.ts';
import type { Journal } from '../storage/journal/journal.ts';

/** Where the tree hangs; nobody restarts it. */
export const ROOT = 'root';

/** A handler had it, so the order may be in the journal and may have left. */
const IN_HAND: ReadonlySet<DeadLetterReason> = new Set(['failed', 'abandoned']);

/** What a failed actor means for the rest of the desk. */
export type Concern = 'orders' | 'strategy' | 'market' | 'none';

/**
 * Watches the actors. Its hooks run before the runtime does anything else about a failure, so the
 * gate is closed while the failed actor is still on the stack.
 */
export class Watchman implements LaneObserver {
  /** Restarts since the desk began. */
  restarts = 0;
  /** Paths whose actors are missed: control has a fault for each. */
  readonly #down = new Set<string>();
  /** Orders that a venue had in hand when it failed; its successor is asked about them. */
  readonly #inHand: { readonly venue: string; readonly order: OrderIntent }[] = [];
  readonly #lane: Lane;
  readonly #gate: Gate;
  readonly #journal: Journal;
  readonly #log: Log;
  readonly #onFatal: (reason: string) => void;

  constructor(parts: {
    readonly lane: Lane;
    readonly gate: Gate;
    readonly journal: Journal;
    readonly log: Log;
    readonly onFatal: (reason: string) => void;
  }) {
    this.#lane = parts.lane;
    this.#gate = parts.gate;
    this.#journal = parts.journal;
    this.#log = parts.log;
    this.#onFatal = parts.onFatal;
  }

  failed(event: ActorFailed): void {
    const { path, during, messageKind } = event;
    if (concernOf(path) === 'orders') this.#gate.close('reconciling');
    const reason = reasonOf(event.error);
    this.#log('error', path, 'actor-failed', { during, messageKind, reason });
    // A broken journal has closed the gate already, and takes no note of anything.
    this.#journal.append({ kind: 'incident', what: 'actor-failed', where: path, detail: reason });
    this.#missing(path, reason);
    if (path === ROOT) this.#onFatal(`${path}: ${reason}`);
  }

  /** Whoever is started again, below whatever supervisor, is missed no longer. */
  started({ path }: ActorStarted): void {
    for (const { venue, order } of this.#inHand.splice(0)) {
      if (path === address.venue(venue).path) {
        this.#lane.send(address.venue(venue), { kind: 'account-for', order });
      } else this.#inHand.push({ venue, order });
    }
    if (!this.#down.delete(path)) return;
    this.#lane.send(address.control, { kind: 'cleared', fault: `down:${path}` });
  }

  /** One that was stopped, or whose supervisor gave up, leaves what one that failed leaves. */
  restarting({ path, reason }: ActorRestarting): void {
    this.restarts += 1;
    if (reason.kind !== 'failed') this.#missing(path, endText(reason));
  }

  stopped({ path, reason }: ActorStopped): void {
    if (concernOf(path) === 'orders') this.#gate.close('reconciling');
    const isPlanned = this.#gate.isClosedBy('stopping');
    if (path === ROOT && !isPlanned) this.#onFatal(`${path} ended: ${endText(reason)}`);
  }

  fatal(event: ActorFailed): void {
    this.#onFatal(`${event.path}: ${reasonOf(event.error)}`);
  }

  /** An approved order that no venue handled to its end: audited, and not counted for nothing. */
  deadLetter({ kind, path, message, reason }: DeadLetter): void {
    if (kind !== 'place' && kind !== 'amend' && kind !== 'account-for') return;
    const isAmend = kind === 'amend';
    const order = isAmend
      ? (message as { readonly change: AmendIntent }).change.wanted
      : (message as { readonly order: OrderIntent }).order;
    const isInDoubt = kind === 'account-for' || IN_HAND.has(reason);
    const about = isAmend ? 'amend' : 'order';
    const what = `${about}-${isInDoubt ? 'in-doubt' : 'discarded'}`;
    this.#log('warn', path, what, { clientId: order.clientId, reason });
    const detail = `${order.clientId}: ${reason}`;
    this.#journal.append({ kind: 'incident', what, where: path, detail });
    if (isInDoubt) {
      // Terms in doubt count until the order has ended, which the reconciliation sees to.
      if (!isAmend) this.#inHand.push({ venue: order.venue, order });
      return;
    }
    this.#lane.send(address.risk, { kind: `${about}-dropped`, order });
    this.#lane.send(address.execution, { kind: `${about}-dropped`, order });
  }

  /** Takes back what rests on the actor, and has everything reconciled once it is there again. */
  #missing(path: string, reason: string): void {
    const concern = concernOf(path);
    if (concern === 'orders') {
      this.#down.add(path);
      this.#lane.send(address.control, { kind: 'fault', fault: `down:${path}`, reason });
    } else if (concern === 'strategy') {
      const strategy = path.slice(path.lastIndexOf(':') + 1);
      this.#lane.send(address.execution, { kind: 'withdraw', strategy });
    } else if (concern === 'market') {
      this.#lane.send(address.execution, { kind: 'withdraw', strategy: 'all' });
    }
  }
}

/** How an actor ended, for people. */
export function endText(reason: StopReason): string {
  if (reason.kind === 'failed') return reasonOf(reason.error);
  return reason.kind === 'shutdown' ? `shut down, ${reason.why}` : reason.kind;
}

/** What depends on an actor, by its place in the tree. */
export function concernOf(path: string): Concern {
  if (path.startsWith('trading/strategies/')) return 'strategy';
  if (path.startsWith('market-data/feed:')) return 'market';
  const isBeside = /^(?:edge$|edge\/|market-data\/)/.test(path);
  return isBeside ? 'none' : 'orders';
}
