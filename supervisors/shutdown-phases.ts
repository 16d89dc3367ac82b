import type { Clock, Timers } from '../src/core/env.ts';
import { assert, err, ok, type Result, reasonOf } from '../src/core/result.ts';

/** One step of an orderly stop: its tasks run together, after every phase in `after`. */
export interface ShutdownPhase {
  readonly name: string;
  readonly after: readonly string[];
  /** What has not ended by then is given up, and the next phase begins. */
  readonly deadlineMs: number;
  readonly tasks: readonly ShutdownTask[];
}

export interface ShutdownTask {
  readonly name: string;
  run(reason: string): void | Promise<void>;
}

export interface TaskReport {
  readonly task: string;
  readonly outcome: 'done' | 'failed' | 'late';
  /** Why it failed; else empty. */
  readonly detail: string;
}

export interface PhaseReport {
  readonly phase: string;
  readonly elapsedMs: number;
  readonly tasks: readonly TaskReport[];
}

export interface ShutdownReport {
  /** Of the first call; later ones change nothing. */
  readonly reason: string;
  readonly phases: readonly PhaseReport[];
}

export interface ShutdownPlan {
  /** Names of the phases in the order in which they run. */
  readonly order: readonly string[];
  /**
   * Runs the phases once. A task that fails or is late is reported and never keeps a later phase
   * from running: the last of them makes the hardware safe. Every call gets the same promise.
   */
  run(reason: string): Promise<ShutdownReport>;
}

/** Why phases make no plan. `cycle` names the phases on it, in order. */
export type PhaseFault =
  | { readonly kind: 'duplicate-phase'; readonly phase: string }
  | { readonly kind: 'unknown-phase'; readonly phase: string; readonly after: string }
  | { readonly kind: 'cycle'; readonly phases: readonly string[] }
  | { readonly kind: 'bad-deadline'; readonly phase: string; readonly found: number };

/** Phases of one plan. */
export const PHASES_MAX = 64;
const DEADLINE_MS_MAX = 3_600_000;

/**
 * Puts phases in order: each after those it names, and otherwise as they are listed. Everything
 * that can be wrong with them is found here, not while stopping.
 */
export function planShutdown(
  phases: readonly ShutdownPhase[],
  env: { readonly clock: Clock; readonly timers: Timers },
): Result<ShutdownPlan, PhaseFault> {
  const fault = phaseFault(phases);
  if (fault !== null) return err(fault);
  const sorted = inOrder(phases);
  if (!sorted.ok) return sorted;
  let running: Promise<ShutdownReport> | null = null;
  return ok({
    order: sorted.value.map(({ name }) => name),
    run(reason) {
      running ??= runPhases(sorted.value, reason, env);
      return running;
    },
  });
}

function phaseFault(phases: readonly ShutdownPhase[]): PhaseFault | null {
  assert(phases.length <= PHASES_MAX, `a plan of ${phases.length} phases is not a plan`);
  const names = new Set<string>();
  for (const { name, deadlineMs } of phases) {
    if (names.has(name)) return { kind: 'duplicate-phase', phase: name };
    if (!(deadlineMs > 0 && deadlineMs <= DEADLINE_MS_MAX)) {
      return { kind: 'bad-deadline', phase: name, found: deadlineMs };
    }
    names.add(name);
  }
  for (const { name, after } of phases) {
    const unknown = after.find((other) => !names.has(other));
    if (unknown !== undefined) return { kind: 'unknown-phase', phase: name, after: unknown };
  }
  return null;
}

/** Takes, again and again, the first phase whose predecessors have all been taken. */
function inOrder(phases: readonly ShutdownPhase[]): Result<ShutdownPhase[], PhaseFault> {
  const sorted: ShutdownPhase[] = [];
  const taken = new Set<string>();
  const left = [...phases];
  while (left.length > 0) {
    const at = left.findIndex(({ after }) => after.every((name) => taken.has(name)));
    if (at < 0) return err({ kind: 'cycle', phases: cycleIn(left, taken) });
    const [next] = left.splice(at, 1) as [ShutdownPhase];
    taken.add(next.name);
    sorted.push(next);
  }
  return ok(sorted);
}

/** Follows predecessors from a phase that waits for ever until one comes up again. */
function cycleIn(left: readonly ShutdownPhase[], taken: ReadonlySet<string>): string[] {
  const path: string[] = [];
  let phase = left[0] as ShutdownPhase;
  while (!path.includes(phase.name)) {
    path.push(phase.name);
    const before = phase.after.find((name) => !taken.has(name));
    phase = left.find(({ name }) => name === before) as ShutdownPhase;
  }
  return path.slice(path.indexOf(phase.name)).reverse();
}

async function runPhases(
  phases: readonly ShutdownPhase[],
  reason: string,
  env: { readonly clock: Clock; readonly timers: Timers },
): Promise<ShutdownReport> {
  const reports: PhaseReport[] = [];
  for (const phase of phases) {
    const beganNs = env.clock.mono();
    const tasks = await Promise.all(phase.tasks.map((task) => runTask(task, phase, reason, env)));
    const elapsedMs = (env.clock.mono() - beganNs) / 1e6;
    reports.push({ phase: phase.name, elapsedMs, tasks });
  }
  return { reason, phases: reports };
}

function runTask(
  task: ShutdownTask,
  phase: ShutdownPhase,
  reason: string,
  env: { readonly timers: Timers },
): Promise<TaskReport> {
  return new Promise((resolve) => {
    const limit = env.timers.after(phase.deadlineMs, () =>
      resolve({ task: task.name, outcome: 'late', detail: `not within ${phase.deadlineMs} ms` }),
    );
    const ended = (outcome: 'done' | 'failed', detail: string): void => {
      limit.cancel();
      resolve({ task: task.name, outcome, detail });
    };
    const failed = (thrown: unknown): void => ended('failed', reasonOf(thrown));
    try {
      Promise.resolve(task.run(reason)).then(() => ended('done', ''), failed);
    } catch (thrown) {
      failed(thrown);
    }
  });
}
