import type { DeadLetter } from '../mail/dead-letters.ts';
import type {
  ActorFailed,
  ActorRestarting,
  ActorStarted,
  ActorStopped,
  LaneObserver,
  SupervisorGaveUp,
} from '../observers.ts';
import { type EventClass, type EventStream, eventClass, eventSubclass } from './event-stream.ts';

/** What happens to the actors of a lane, as events for actors and diagnostics. */
export type LaneEvent =
  | { readonly kind: 'actor-started'; readonly event: ActorStarted }
  | { readonly kind: 'actor-failed'; readonly event: ActorFailed }
  | { readonly kind: 'actor-resumed'; readonly event: ActorFailed }
  | { readonly kind: 'actor-restarting'; readonly event: ActorRestarting }
  | { readonly kind: 'actor-stopped'; readonly event: ActorStopped }
  | { readonly kind: 'supervisor-gave-up'; readonly event: SupervisorGaveUp }
  | { readonly kind: 'dead-letter'; readonly event: DeadLetter };

/** The one of a kind. */
export type LaneEventOf<K extends LaneEvent['kind']> = Extract<LaneEvent, { readonly kind: K }>;

/** All of them. */
export const laneEvents = eventClass<LaneEvent>('lane');
export const actorStarted = classOf('actor-started');
export const actorFailed = classOf('actor-failed');
export const actorResumed = classOf('actor-resumed');
export const actorRestarting = classOf('actor-restarting');
export const actorStopped = classOf('actor-stopped');
export const supervisorGaveUp = classOf('supervisor-gave-up');
export const deadLettered = classOf('dead-letter');

/**
 * Publishes what the observers of a lane are told. A letter that a publication causes is not
 * published in turn; see `DeadLetters`.
 */
export function publishTo(stream: EventStream): LaneObserver {
  const publish = <E>(of: EventClass<E>, make: () => E): void => {
    if (stream.isHeard(of)) stream.publish(of, make(), '');
  };
  return {
    started: (event) => publish(actorStarted, () => ({ kind: 'actor-started', event })),
    failed: (event) => publish(actorFailed, () => ({ kind: 'actor-failed', event })),
    resumed: (event) => publish(actorResumed, () => ({ kind: 'actor-resumed', event })),
    restarting: (event) => publish(actorRestarting, () => ({ kind: 'actor-restarting', event })),
    stopped: (event) => publish(actorStopped, () => ({ kind: 'actor-stopped', event })),
    gaveUp: (event) => publish(supervisorGaveUp, () => ({ kind: 'supervisor-gave-up', event })),
    deadLetter: (event) => publish(deadLettered, () => ({ kind: 'dead-letter', event })),
  };
}

function classOf<K extends LaneEvent['kind']>(kind: K): EventClass<LaneEventOf<K>> {
  return eventSubclass<LaneEvent, LaneEventOf<K>>(kind, laneEvents);
}
