import { ControlDesk } from '../../../src/control/control-desk.ts';
import type { ControlEvent } from '../../../src/control/events.ts';
import { Gate } from '../../../src/control/gate.ts';
import type { Latch } from '../../../src/control/latch.ts';
import type { ModePolicy } from '../../../src/control/modes.ts';
import { type SafetyEvent, SafetyKernel } from '../../../src/control/safety-kernel.ts';
import type { StopPolicy } from '../../../src/control/stop/flatten-permit.ts';
import { assert } from '../../../src/core/result.ts';
import { manualEnv } from '../manual-env.ts';
import { aFirstMode, SEAL } from './restores.ts';

export type ModeChanged = Extract<ControlEvent, { kind: 'mode-changed' }>;

export interface TestDesk {
  readonly desk: ControlDesk;
  readonly kernel: SafetyKernel;
  readonly gate: Gate;
  readonly latch: Latch;
  /**
   * What the desk did, in order: `reconcile a 7`, `cancel-all a`, `withdraw`, `alert what: why`,
   * `flatten epoch`, `cease`, `note what: detail`, and `journal from>to` with the mode and the
   * causes of the gate at that moment.
   */
  readonly done: string[];
  readonly journal: ModeChanged[];
  /** The latest token that each venue was asked to reconcile under. */
  readonly owed: Map<string, number>;
  wait(ms: number): void;
  /** Reports every venue as reconciled under the latest token. */
  reconcileAll(): void;
  /** What was done since the last call. */
  news(): string[];
}

/** No cool-downs but one of 10 ms in Emergency; climbs to full-auto and back after a fault. */
export function somePolicy(parts: Partial<ModePolicy> = {}): ModePolicy {
  return {
    initial: 'full-auto',
    climbsAfterFault: true,
    semiCooldownMs: 0,
    fullCooldownMs: 0,
    resetCooldownMs: 10,
    ...parts,
  };
}

export interface TestDeskParts {
  readonly venues?: readonly string[];
  readonly policy?: Partial<ModePolicy>;
  readonly isLatched?: boolean;
  /** Why the persisted mode is not believed. */
  readonly distrust?: string;
  readonly onSeverity?: (event: SafetyEvent) => void;
  /** Thrown by the journal, or by the latch when it is set or cleared, each time. */
  readonly journalFault?: () => Error | null;
  readonly latchFault?: Error;
  readonly unlatchFault?: Error;
  /** How an emergency stops the desk; category 0 unless it is said. */
  readonly stop?: () => StopPolicy;
}

/** A control desk of a new data directory, or of one that was left latched. */
export function aDesk(parts: TestDeskParts = {}): TestDesk {
  const { venues = ['a', 'b'], isLatched = false } = parts;
  const env = manualEnv();
  const gate = new Gate();
  const done: string[] = [];
  const journal: ModeChanged[] = [];
  const owed = new Map<string, number>();
  let cause = isLatched ? 'pressed before' : null;
  let told = 0;
  let latest = 0;
  const latch: Latch = {
    cause: () => cause,
    set(why) {
      if (parts.latchFault !== undefined) throw parts.latchFault;
      done.push(`latch ${why}`);
      cause ??= why;
    },
    clear() {
      if (parts.unlatchFault !== undefined) throw parts.unlatchFault;
      done.push('unlatch');
      cause = null;
    },
  };
  const isTrusted = parts.distrust === undefined;
  const first = aFirstMode(somePolicy(parts.policy), { isLatched: isLatched || !isTrusted });
  const kernel = new SafetyKernel({
    gate,
    emergency: (by, reason) => desk.emergency(by, reason),
    onScope: () => desk.evaluate(),
    record: (event) => void parts.onSeverity?.(event),
  });
  const desk: ControlDesk = new ControlDesk(
    {
      gate,
      latch,
      seal: SEAL,
      kernel,
      clock: env.clock,
      venues,
      journal(event) {
        const fault = parts.journalFault?.() ?? null;
        if (fault !== null) throw fault;
        if (event.kind === 'incident') {
          done.push(`note ${event.what}: ${event.detail}`);
          return;
        }
        const changed = event as ModeChanged;
        journal.push(changed);
        const { from, to } = changed;
        done.push(`journal ${from}>${to} at ${gate.mode} ${gate.causes().join('+')}`.trim());
      },
      reconcile(venue, token) {
        owed.set(venue, token);
        assert(token > latest, 'no token is used twice');
        latest = token;
        done.push(`reconcile ${venue} ${token}`);
      },
      cancelAll: (venue) => void done.push(`cancel-all ${venue}`),
      withdraw: () => void done.push('withdraw'),
      ...(parts.stop === undefined ? {} : { stop: parts.stop }),
      flatten: ({ epoch }) => void done.push(`flatten ${epoch}`),
      cease: () => void done.push('cease'),
      alert: (what, detail) => void done.push(`alert ${what}: ${detail}`),
    },
    { ...first, distrust: parts.distrust ?? null },
  );
  return {
    desk,
    kernel,
    gate,
    latch,
    done,
    journal,
    owed,
    wait: (ms) => env.stall(ms),
    reconcileAll() {
      for (const [venue, token] of [...owed]) desk.venueReconciled(venue, token);
    },
    news() {
      const news = done.slice(told);
      told = done.length;
      return news;
    },
  };
}

/** A desk that has started, agrees with its venues and has climbed as far as it may. */
export function aRunningDesk(parts: TestDeskParts = {}): TestDesk {
  const running = aDesk(parts);
  running.desk.started();
  running.reconcileAll();
  running.news();
  return running;
}
