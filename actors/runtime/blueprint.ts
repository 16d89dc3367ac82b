import { RtActor } from './actor.ts';
import { type AnyActorSpec, mailboxOf } from './actor-spec.ts';
import { type Place, type Seat, takeSeat } from './place.ts';

/** Something that makes an actor of its own class: a supervisor. It takes no messages. */
export interface Blueprint {
  incarnate(seat: Seat, predecessor: Place | null): RtActor;
}

declare const mayIgnore: unique symbol;

/** The same for something that may find, when it starts, that there is nothing for it to do. */
export interface OptionalBlueprint extends Blueprint {
  readonly [mayIgnore]: true;
}

export type Spawnable = AnyActorSpec | Blueprint;

/**
 * A new incarnation in a seat, not yet started. Its predecessor there, if any, has ended.
 *
 * @throws RangeError for a name, a path or a spec that is not allowed; nothing has changed then
 */
export function incarnate(
  spawnable: Spawnable,
  seat: Seat,
  predecessor: Place | null = null,
): RtActor {
  if ('incarnate' in spawnable) return spawnable.incarnate(seat, predecessor);
  const spec = seat.engine.wrap(spawnable);
  const inbox = mailboxOf(spec);
  takeSeat(seat, predecessor);
  return new RtActor(seat, spec, inbox, predecessor);
}
