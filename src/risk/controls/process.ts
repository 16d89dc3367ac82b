import { above, type Control, limit, verdict, wired } from './control.ts';

/** The controls of the process, its record and its people: C32 to C37. */

const loopLimits = {
  delayP99Ms: limit(50, 'ms of event-loop delay', { max: 600_000 }),
  delayMaxMs: limit(250, 'ms of one delay', { max: 600_000 }),
  heapFraction: limit(0.8, 'of the heap limit', { max: 1 }),
};

export const eventLoop: Control<
  { readonly delayP99Ms: number; readonly delayMaxMs: number; readonly heapFraction: number },
  typeof loopLimits
> = {
  id: 'C32',
  layer: 'infra',
  name: 'event loop and heap',
  trigger: 'delay p99 above 50 ms; one above 250 ms, or the heap above 80 %',
  action: 'quotes off; emergency',
  scope: 'desk',
  limits: loopLimits,
  reset: { paused: 'A', emergency: '2P' },
  letsFlatten: true,
  coolMs: 5_000,
  source: wired('desk/loop-meter, each second'),
  check({ delayP99Ms, delayMaxMs, heapFraction }, limits) {
    return (
      above('emergency', delayMaxMs, limits.delayMaxMs) ??
      above('emergency', heapFraction, limits.heapFraction) ??
      above('paused', delayP99Ms, limits.delayP99Ms)
    );
  },
};

const auditLimits = {
  lagMs: limit(1_000, 'ms that an event waits for the medium', { max: 600_000 }),
  freeFraction: limit(0.05, 'of the disk', { max: 1 }),
};

export const auditHealth: Control<
  { readonly isBroken: boolean; readonly lagMs: number; readonly freeFraction: number },
  typeof auditLimits
> = {
  id: 'C33',
  layer: 'infra',
  name: 'audit writer',
  trigger: 'a write fails, lags by more than 1 s, or less than 5 % of the disk is free',
  action: 'no record, no trade; a record that cannot be written ends the desk',
  scope: 'desk',
  limits: auditLimits,
  // Space and lag recover without people, so the desk does; whoever lives unattended has to.
  reset: { halted: 'A' },
  coolMs: 0,
  source: wired('actors/safety/audit, which closes the gate itself; the disk every 5 s'),
  check({ isBroken, lagMs, freeFraction }, limits) {
    if (isBroken) return verdict('halted', 1, 0);
    const lag = above('halted', lagMs, limits.lagMs);
    if (lag !== null) return lag;
    return freeFraction >= limits.freeFraction
      ? null
      : verdict('halted', freeFraction, limits.freeFraction);
  },
};

/** Each supervisor has a budget of its own, between 3 and 5 in the window. */
const TREE = 'the supervision tree';

const crashLimits = {
  restartsMax: limit(3, 'restarts of an actor in the window', { max: 100, setBy: TREE }),
  windowMs: limit(60_000, 'ms', { max: 600_000, setBy: TREE }),
};

export const crashLoop: Control<
  {
    readonly restarts: number;
    /** How many supervisors have given up already. */
    readonly escalations: number;
  },
  typeof crashLimits
> = {
  id: 'C34',
  layer: 'infra',
  name: 'crash loop',
  trigger: 'more than 3 restarts of an actor in 60 s',
  action: 'its supervisor gives up; the second one to do so is an emergency',
  scope: 'desk',
  limits: crashLimits,
  reset: { halted: 'O', emergency: '2P' },
  coolMs: 0,
  source: wired('supervisors, whose budgets stand in the tree'),
  check({ restarts, escalations }, { restartsMax }) {
    return above(escalations >= 1 ? 'emergency' : 'halted', restarts, restartsMax);
  },
};

export const mismatch: Control<
  {
    /** Versions or digests that differ, reused flags, signatures that are missing. */
    readonly mismatches: number;
  },
  Record<never, never>
> = {
  id: 'C35',
  layer: 'infra',
  name: 'version or configuration mismatch',
  trigger: 'any, also an unsigned configuration or a dead flag used again',
  action: 'refuse to start or to reload',
  scope: 'desk',
  limits: {},
  reset: { halted: 'R' },
  coolMs: 0,
  source: wired('config/load and storage, which refuse what they do not know'),
  check: ({ mismatches }) => above('halted', mismatches, 0),
};

const alertLimits = {
  openMs: limit(300_000, 'ms that a critical alert is open', {
    max: 86_400_000,
    setBy: 'alerts.acknowledgeSeconds',
  }),
};

export const openAlert: Control<{ readonly openMs: number }, typeof alertLimits> = {
  id: 'C36',
  layer: 'infra',
  name: 'alert that nobody acknowledges',
  trigger: 'a critical alert open for more than 5 minutes',
  action: 'one mode down',
  scope: 'desk',
  limits: alertLimits,
  reset: { reduced: 'O' },
  coolMs: 0,
  source: wired('edge/alerts, once a second, from what people have acknowledged'),
  check: (measured, limits) => above('reduced', measured.openMs, limits.openMs),
};

export const killCommand: Control<{ readonly commands: number }, Record<never, never>> = {
  id: 'C37',
  layer: 'human',
  name: 'kill command',
  trigger: 'anyone: shell, signal, button',
  action: 'emergency',
  scope: 'desk',
  limits: {},
  reset: { emergency: '2P' },
  coolMs: 0,
  source: wired('the shell, SIGUSR2 and the panel, without a question'),
  check: ({ commands }) => above('emergency', commands, 0),
};
