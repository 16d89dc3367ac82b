import type { Env } from '../../core/env.ts';

/** How long people's curiosity may hold the lane at a time. */
export const TURN_BUDGET_NS = 200_000;

/**
 * Works through items, and gives the event loop its turn whenever the budget is used up, so that a
 * look at a large tree never holds up an order. What happens in between shows in what comes later:
 * the whole is no picture of one moment, each item is.
 */
export async function overTurns<T>(
  env: Pick<Env, 'clock' | 'timers'>,
  items: Iterable<T>,
  act: (item: T) => void,
): Promise<void> {
  const { clock, timers } = env;
  let endNs = clock.mono() + TURN_BUDGET_NS;
  for (const item of items) {
    act(item);
    if (clock.mono() < endNs) continue;
    await new Promise<void>((resolve) => timers.turn(resolve));
    endNs = clock.mono() + TURN_BUDGET_NS;
  }
}
