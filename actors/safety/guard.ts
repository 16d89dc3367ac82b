import type { Gate } from '../../src/control/gate.ts';
import type { GuardJournalEvent } from '../../src/control/guard/events.ts';
import type { GuardLink } from '../../src/control/guard/link.ts';
import type { Log } from '../../src/ops/log.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';

export type GuardMessage =
  | { readonly kind: 'beat' }
  /** The guard has said something, or is gone. */
  | { readonly kind: 'heard' };

export interface GuardActorOptions {
  readonly link: GuardLink;
  readonly gate: Gate;
  /** Whether orders may rest: the tree is up. */
  readonly isTreeUp: () => boolean;
  /** Closes gate and latch at once. */
  readonly trip: (by: string, reason: string) => void;
  readonly journal: (event: GuardJournalEvent) => void;
  readonly log: Log;
}

interface GuardActorState {
  /** Whether the gate is open as far as the guard goes. */
  readonly isGuarded: boolean;
  readonly silences: number;
  readonly tripSeen: number;
}

/**
 * Gives the guard signs of life by way of the lane, so that they prove that the lane works, and
 * closes the gate while no armed guard is heard. Comes back with the gate closed.
 */
export function guardActor(options: GuardActorOptions): ActorSpec<GuardActorState, GuardMessage> {
  const { link, gate, journal, log } = options;

  /** Only the first loss is news: until then the gate was open. */
  const lose = (state: GuardActorState, reason: string, ctx: Context<GuardMessage>) => {
    if (!gate.isClosedBy('guard')) gate.close('guard');
    // In an orderly stop the guard has been told goodbye, and nobody misses it.
    if (!state.isGuarded || gate.isClosedBy('stopping'))
      return { ...state, silences: link.view.silences };
    log('error', ctx.path, 'guard-lost', { reason });
    journal({ kind: 'guard-lost', reason });
    ctx.send(address.control, { kind: 'fault', fault: 'guard', reason });
    return { ...state, isGuarded: false, silences: link.view.silences };
  };

  const look = (state: GuardActorState, ctx: Context<GuardMessage>): GuardActorState => {
    const { pid, isArmed, silences, trip, cause } = link.view;
    if (cause !== null && trip > state.tripSeen) {
      options.trip('guard', cause);
      journal({ kind: 'guard-tripped', trip, cause });
      return { ...state, tripSeen: trip };
    }
    const seen = trip > state.tripSeen ? { ...state, tripSeen: trip } : state;
    if (pid === 0) return lose(seen, 'no guard is connected', ctx);
    if (seen.isGuarded && silences !== seen.silences) {
      return lose(seen, 'the guard took this daemon for silent and has cancelled', ctx);
    }
    // It has stopped the desk and is there: an emergency of category 1 may flatten beside it. What
    // renews the lease is an armed guard, so the lease says nothing as long as that stands.
    if (cause !== null && gate.isClosedBy('emergency')) return seen;
    if (!link.isLeased) return lose(seen, 'the guard does not answer', ctx);
    if (!isArmed) return lose(seen, 'the guard is not armed', ctx);
    if (seen.isGuarded) return seen;
    log('info', ctx.path, 'guard-armed', { pid });
    journal({ kind: 'guard-armed', pid });
    ctx.send(address.control, { kind: 'cleared', fault: 'guard' });
    return { ...seen, isGuarded: true, silences };
  };

  return {
    kind: 'guard',
    start(ctx) {
      gate.close('guard');
      link.listen(ctx.fenced((kind) => void ctx.ingest({ kind })));
      return { isGuarded: false, silences: link.view.silences, tripSeen: 0 };
    },
    receive(state, message, ctx) {
      const next = look(state, ctx);
      if (message.kind === 'beat') {
        link.beat({
          isTrading: options.isTreeUp(),
          isTripped: gate.isClosedBy('emergency'),
          tripSeen: next.tripSeen,
          epoch: gate.epoch,
          mode: gate.mode,
        });
      }
      return next;
    },
    view: (state) => ({ ...state, ...link.view }),
  };
}
