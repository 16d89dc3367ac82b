import type { ActorSpec, AnyActorSpec } from '../../../actors/runtime/actor-spec.ts';
import { CAPACITY_DEFAULT } from '../../../actors/runtime/mail/mailbox.ts';
import { kindOf } from '../../../actors/runtime/ref.ts';
import type { HandlerFault } from '../../simulation/faults/fault.ts';

/** Stands in the handlers of all actors: notes what they are given, and spoils the next message. */
export class HandlerFaults {
  readonly #planned = new Map<string, HandlerFault>();
  readonly #handled: (path: string, kind: string) => void;
  readonly #declared: (path: string, capacity: number) => void;

  /**
   * @param handled told of every message before its handler
   * @param declared told what the mailbox of a path is to hold, whenever an actor starts
   */
  constructor(
    handled: (path: string, kind: string) => void,
    declared: (path: string, capacity: number) => void,
  ) {
    this.#handled = handled;
    this.#declared = declared;
  }

  spoil(path: string, how: HandlerFault): void {
    this.#planned.set(path, how);
  }

  clear(): void {
    this.#planned.clear();
  }

  readonly wrap = (anySpec: AnyActorSpec): AnyActorSpec => {
    const spec = anySpec as ActorSpec<unknown, unknown>;
    const wrapped: ActorSpec<unknown, unknown> = {
      ...spec,
      start: (ctx) => {
        this.#declared(ctx.path, spec.mailbox?.capacity ?? CAPACITY_DEFAULT);
        return spec.start(ctx);
      },
      receive: (state, message, ctx) => {
        this.#handled(ctx.path, kindOf(message));
        const how = this.#planned.get(ctx.path);
        if (how === undefined) return spec.receive(state, message, ctx);
        this.#planned.delete(ctx.path);
        if (how === 'throws-before') throw new Error('injected: before the handler');
        if (how === 'out-of-memory') throw new RangeError('Array buffer allocation failed');
        const next = spec.receive(state, message, ctx);
        if (how === 'throws-after') throw new Error('injected: after the handler');
        return new Promise<never>(() => next);
      },
    };
    return wrapped as unknown as AnyActorSpec;
  };
}
