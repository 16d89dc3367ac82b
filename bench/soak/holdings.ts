import type { EventEmitter } from 'node:events';
import { readdirSync } from 'node:fs';
import type { Lane } from '../../actors/runtime/lane.ts';
import { type Case, caseOf } from '../case.ts';

/** What a process holds besides memory, by name. */
export type Holdings = Readonly<Record<string, number>>;

/** Counts what must be as much after any number of crashes as before. */
export function holdingsOf(lane: Lane, news: EventEmitter): Holdings {
  const active = process.getActiveResourcesInfo();
  const onProcess = process
    .eventNames()
    .reduce((sum, event) => sum + process.listenerCount(event), 0);
  return {
    timers: active.filter((kind) => kind === 'Timeout').length,
    'other resources': active.filter((kind) => kind !== 'Timeout' && kind !== 'Immediate').length,
    listeners: news.listenerCount('news') + onProcess,
    'file descriptors': readdirSync('/proc/self/fd').length,
    'open questions': lane.openAsks,
    actors: lane.describe().length,
  };
}

/** How much more is held than before: nothing may be. */
export function grown(before: Holdings, after: Holdings): Case[] {
  return Object.entries(after).map(([what, value]) =>
    caseOf({
      name: `${what} more than before`,
      value: value - (before[what] as number),
      unit: 'count',
      target: 0,
    }),
  );
}

/** Crashes and restarts of a lane from now on. */
export function countsOf(lane: Lane): { crashes: number; restarts: number } {
  const counts = { crashes: 0, restarts: 0 };
  lane.observe({
    failed() {
      counts.crashes += 1;
    },
    restarting() {
      counts.restarts += 1;
    },
  });
  return counts;
}
