import { address } from '../../../actors/addresses.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import type {
  ActorStarted,
  ActorStopped,
  LaneObserver,
} from '../../../actors/runtime/observers.ts';
import type { ActorAction } from '../../commands/desk.ts';
import type { Gate } from '../../control/gate.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Log } from '../../ops/log.ts';
import { concernOf } from '../watchman.ts';
import { actionRefusal } from './actor-policy.ts';

/** A queue that is not worked off in this time is left alone again. */
export const DRAIN_MS_MAX = 5_000;

/**
 * What people do to actors. While somebody whom orders depend on is suspended the gate is closed
 * and control has a fault of it, exactly as if the actor were down.
 */
export class Administration implements LaneObserver {
  readonly #lane: Lane;
  readonly #gate: Gate;
  readonly #log: Log;
  readonly #venues: readonly string[];
  /** Paths, and who suspended them. */
  readonly #suspended = new Map<string, string>();

  constructor(parts: {
    readonly lane: Lane;
    readonly gate: Gate;
    readonly log: Log;
    readonly venues: readonly string[];
  }) {
    this.#lane = parts.lane;
    this.#gate = parts.gate;
    this.#log = parts.log;
    this.#venues = parts.venues;
  }

  get suspended(): readonly string[] {
    return [...this.#suspended.keys()];
  }

  async act(action: ActorAction, path: string, by: string): Promise<Result<string, string>> {
    const lane = this.#lane;
    if (!lane.actorAt(path).ok) return err(`no actor at ${path}`);
    const refusal = actionRefusal(action, path);
    if (refusal !== null) return err(refusal);
    this.#log('warn', path, `actor-${action}`, { by });
    switch (action) {
      case 'kill':
        lane.inject(path, new Error(`killed by ${by}`));
        return ok(`${path} was made to crash`);
      case 'suspend':
        return ok(this.#suspend(path, by));
      case 'resume':
        return this.#resume(path) ? ok(`${path} goes on`) : err(`${path} is not suspended`);
      case 'drain':
        return this.#drain(path);
      case 'stop':
      case 'restart':
        await lane.stop(path);
        return ok(`${path} was stopped; its supervisor decides about a new one`);
    }
  }

  /** Lets everybody go on, so that a desk that stops can agree with its venues. */
  resumeAll(): void {
    for (const path of this.suspended) this.#resume(path);
  }

  /** Asks every venue to cancel what rests there; the cancels have left when this returns. */
  cancelAll(): void {
    this.#lane.send(address.execution, { kind: 'withdraw', strategy: 'all' });
    for (const venue of this.#venues) {
      this.#lane.ingest(address.venue(venue), { kind: 'cancel-all' });
    }
  }

  /** A new incarnation is not suspended. */
  started({ path }: ActorStarted): void {
    if (this.#suspended.has(path)) this.#forget(path);
  }

  /** One that ends without a successor is down, and that is the watchman's fault to tell. */
  stopped({ path }: ActorStopped): void {
    if (this.#suspended.has(path)) this.#forget(path);
  }

  #suspend(path: string, by: string): string {
    const lane = this.#lane;
    const concern = concernOf(path);
    // Before the actor stands still nothing new may leave, and what rests is asked back: nobody
    // would look after it.
    if (concern === 'orders') {
      this.#gate.close('reconciling');
      this.cancelAll();
    }
    lane.suspend(path);
    this.#suspended.set(path, by);
    if (concern === 'orders') {
      const reason = `suspended by ${by}`;
      lane.send(address.control, { kind: 'fault', fault: faultOf(path), reason });
      return `${path} is suspended; the gate is closed until \`actor resume ${path}\``;
    }
    if (concern === 'strategy') {
      const strategy = path.slice(path.lastIndexOf(':') + 1);
      lane.send(address.execution, { kind: 'withdraw', strategy });
      return `${path} is suspended, and its quotes are withdrawn`;
    }
    if (concern === 'none') return `${path} is suspended`;
    lane.send(address.execution, { kind: 'withdraw', strategy: 'all' });
    return `${path} is suspended, and all quotes are withdrawn`;
  }

  #resume(path: string): boolean {
    if (!this.#suspended.has(path)) return false;
    this.#lane.resume(path);
    this.#forget(path);
    return true;
  }

  #forget(path: string): void {
    const by = this.#suspended.get(path);
    this.#suspended.delete(path);
    if (concernOf(path) !== 'orders') return;
    const fault = faultOf(path);
    // The fault again, so that what is reconciled is the time after and not before.
    const reason = `no longer suspended by ${by}`;
    this.#lane.send(address.control, { kind: 'fault', fault, reason });
    this.#lane.send(address.control, { kind: 'cleared', fault });
  }

  async #drain(path: string): Promise<Result<string, string>> {
    if (this.#suspended.has(path)) return err(`${path} is suspended; resume it first`);
    const drained = await this.#lane.drain(path, DRAIN_MS_MAX);
    if (!drained.ok) return err(`no actor at ${path}`);
    if (drained.value) return ok(`${path} has handled what was queued, and was stopped`);
    return err(`${path} did not come to the end of its mailbox in ${DRAIN_MS_MAX} ms; it goes on`);
  }
}

function faultOf(path: string): string {
  return `suspended:${path}`;
}
