import { address } from '../../../actors/addresses.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';

/** Whether some venue has said for how long nothing is to be asked of it, and that is not over. */
export function isAnyThrottled(lane: Lane, venues: readonly { readonly name: string }[]): boolean {
  return venues.some(({ name }) => {
    const view = lane.view(address.venue(name).path);
    const venue = view.ok ? (view.value as { quietMs: number } | undefined) : undefined;
    return venue !== undefined && venue.quietMs > 0;
  });
}
