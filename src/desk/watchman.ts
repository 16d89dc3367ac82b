import { address } from '../../actors/addresses.ts';
import type { Lane } from '../../actors/runtime/lane.ts';
import type { ActorFailed, ActorStarted, LaneObserver } from '../../actors/runtime/observers.ts';
import type { Gate } from '../control/gate.ts';
import { reasonOf } from '../core/result.ts';
import type { Log } from '../ops/log.ts';
import type { Journal } from '../storage/journal/journal.ts';

/** What a failed actor means for the rest of the desk. */
type Concern = 'orders' | 'strategy' | 'market' | 'none';

/**
 * Watches the actors. Its hooks run before the runtime does anything else about a failure, so the
 * gate is closed while the failed actor is still on the stack.
 */
export class Watchman implements LaneObserver {
  /** Restarts since the desk began. */
  restarts = 0;
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
    const concern = concernOf(path);
    if (concern === 'orders') this.#gate.close('reconciling');
    const reason = reasonOf(event.error);
    this.#log('error', path, 'actor-failed', { during, messageKind, reason });
    // A broken journal has closed the gate already, and takes no note of anything.
    this.#journal.append({ kind: 'incident', what: 'actor-failed', where: path, detail: reason });
    if (concern === 'orders') {
      this.#lane.send(address.control, { kind: 'fault', fault: `down:${path}`, reason });
    } else if (concern === 'strategy') {
      const strategy = path.slice(path.lastIndexOf(':') + 1);
      this.#lane.send(address.execution, { kind: 'withdraw', strategy });
    } else if (concern === 'market') {
      this.#lane.send(address.execution, { kind: 'withdraw', strategy: 'all' });
    }
  }

  started({ path, restarts }: ActorStarted): void {
    if (restarts === 0 || concernOf(path) !== 'orders') return;
    this.#lane.send(address.control, { kind: 'cleared', fault: `down:${path}` });
  }

  restarting(): void {
    this.restarts += 1;
  }

  fatal(event: ActorFailed): void {
    this.#onFatal(`${event.path}: ${reasonOf(event.error)}`);
  }
}

function concernOf(path: string): Concern {
  if (path.startsWith('trading/strategies/')) return 'strategy';
  if (path.startsWith('market-data/')) return 'market';
  return path === 'edge' || path.startsWith('edge/') ? 'none' : 'orders';
}
