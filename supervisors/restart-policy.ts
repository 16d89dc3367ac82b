import type { StopReason } from '../actors/runtime/actor-spec.ts';
import type { Nanos } from '../src/core/units.ts';
import type { Restart, Strategy } from './child-spec.ts';

/** Whether a child that ended this way is started again. */
export function isRestarted(restart: Restart, reason: StopReason): boolean {
  if (restart === 'transient') return reason.kind === 'failed' || reason.kind === 'killed';
  return restart === 'permanent';
}

/** The children that are restarted when `ended` is, in the order in which they start. */
export function restartGroup(
  strategy: Strategy,
  ids: Iterable<string>,
  ended: string,
): readonly string[] {
  if (strategy === 'one-for-one' || strategy === 'dynamic') return [ended];
  const all = [...ids];
  return strategy === 'one-for-all' ? all : all.slice(all.indexOf(ended));
}

/**
 * Admits a restart at `nowNs` if fewer than `intensity` have been admitted in the `periodMs`
 * before it, both ends included.
 *
 * @param earlier when the restarts that are still within the window were admitted, oldest first
 * @returns the same with this one, or null: then it is time to give up
 */
export function admitRestart(
  earlier: readonly Nanos[],
  nowNs: Nanos,
  limits: { readonly intensity: number; readonly periodMs: number },
): readonly Nanos[] | null {
  const recent = earlier.filter((atNs) => nowNs - atNs <= limits.periodMs * 1e6);
  return recent.length < limits.intensity ? [...recent, nowNs] : null;
}
