import { CoverageWatch } from '../../src/audit/coverage.ts';
import type { AuditTrail } from '../../src/audit/trail.ts';
import type { Gate } from '../../src/control/gate.ts';
import type { Log } from '../../src/ops/log.ts';
import type { LimitsOf } from '../../src/risk/controls/control.ts';
import type { auditHealth } from '../../src/risk/controls/process.ts';
import { recordTrouble } from '../../src/risk/watch/record-health.ts';
import type { Journal } from '../../src/storage/journal/journal.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';

export type AuditMessage =
  | { readonly kind: 'watch' }
  | { readonly kind: 'measure-disk' }
  | { readonly kind: 'beat' };

export interface AuditOptions {
  readonly journal: Journal;
  /** The signed log behind the journal; null where nothing is to be proven. */
  readonly audit: AuditTrail | null;
  readonly gate: Gate;
  /** The numbers in force. */
  readonly limits: () => LimitsOf<typeof auditHealth.limits>;
  /** What is free of the disk under the journal, 0 … 1; NaN when the system does not say. */
  readonly freeFraction: () => number;
  readonly log: Log;
}

const WATCH_MS = 100;
/** A disk fills in minutes, and the system is asked on the lane. */
export const DISK_MS = 5_000;
/** A longer silence in the audit log means that somebody suppressed it. */
export const HEARTBEAT_MS = 10_000;
/** A group commit slower than this is worth a line in the log. */
const UNSYNCED_MS_SLOW = 100;

interface AuditState {
  /** Why the gate is closed on the journal's behalf; empty when it is not. */
  trouble: string;
  isSlow: boolean;
  /** Why the log is without a witness; empty while it has one. */
  witness: string;
  /** Age of the oldest event known to be without a signed checkpoint. */
  uncoveredMs: number;
  /** Of the disk; NaN when the system does not say. */
  freeFraction: number;
}

/**
 * Owns the journal and the audit log: watches that events reach the medium, the store and a signed
 * checkpoint in time, stay within their budget and leave room on the disk (C33), and closes the
 * gate when they do not. What recovers is open again without people. A record that is broken cannot
 * be mended in this process, so this actor fails until its supervisor gives up.
 */
export function auditActor(options: AuditOptions): ActorSpec<AuditState, AuditMessage> {
  const { journal, audit, gate, log } = options;
  const coverage = new CoverageWatch();

  const troubleOf = ({ uncoveredMs, freeFraction }: AuditState): string => {
    const { unsyncedMs, recordsBehind } = journal.lag();
    const overBudget = journal.overBudget();
    const figures = { overBudget, unsyncedMs, recordsBehind, uncoveredMs, freeFraction };
    return recordTrouble(figures, options.limits());
  };

  const assertSound = (): void => {
    const fault = journal.fault ?? journal.storeFault;
    if (fault === null && (audit === null || audit.fault === null)) return;
    gate.close('journal');
    throw new Error(
      fault === null
        ? `the audit log is broken: ${audit?.fault}`
        : `the journal is broken: ${JSON.stringify(fault)}`,
    );
  };

  const watch = (state: AuditState, ctx: Context<AuditMessage>): void => {
    assertSound();
    const { head } = journal;
    state.uncoveredMs =
      audit === null ? 0 : coverage.look(head, audit.covered(head), ctx.clock.mono());
    const trouble = troubleOf(state);
    if (trouble !== '' && state.trouble === '') {
      gate.close('journal');
      log('error', ctx.path, 'journal-trouble', { trouble });
      ctx.send(address.control, { kind: 'fault', fault: 'journal', reason: trouble });
    } else if (trouble === '' && gate.isClosedBy('journal')) {
      // Said until it is heard: a control that is being replaced does not read its messages.
      if (state.trouble !== '') log('info', ctx.path, 'journal-well');
      ctx.send(address.control, { kind: 'cleared', fault: 'journal' });
    }
    state.trouble = trouble;
    const isSlow = journal.lag().unsyncedMs > UNSYNCED_MS_SLOW;
    if (isSlow && !state.isSlow) log('warn', ctx.path, 'slow-sync', { ...journal.lag() });
    state.isSlow = isSlow;
    watchWitness(state, ctx);
  };

  /** Without a witness a log that is rolled back as a whole would pass: no Full-Auto meanwhile. */
  const watchWitness = (state: AuditState, ctx: Context<AuditMessage>): void => {
    const fault = audit?.witnessFault ?? '';
    if (fault !== '' && state.witness === '') {
      log('warn', ctx.path, 'no-witness', { reason: fault });
      ctx.send(address.control, { kind: 'fault', fault: 'witness', reason: fault });
    } else if (fault === '' && state.witness !== '') {
      ctx.send(address.control, { kind: 'cleared', fault: 'witness' });
    }
    state.witness = fault;
  };

  /** Shows that somebody writes, and hands the log over to another key when that is due. */
  const beat = (trail: AuditTrail, ctx: Context<AuditMessage>): void => {
    journal.append({ kind: 'heartbeat', covered: trail.covered(journal.head) });
    const due = trail.dueKey(ctx.clock.now());
    if (!due.ok) log('error', ctx.path, 'audit-key-not-made', { reason: due.error });
    else if (due.value !== null) {
      journal.appendDurable({ kind: 'audit-key-rotated', newKey: due.value });
      log('info', ctx.path, 'audit-key-rotated', { newKey: due.value });
    }
  };

  return {
    kind: 'audit',
    start(ctx) {
      assertSound();
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      ctx.timers.start('measure-disk', DISK_MS, { kind: 'measure-disk' }, { periodic: true });
      if (audit !== null) {
        ctx.timers.start('beat', HEARTBEAT_MS, { kind: 'beat' }, { periodic: true });
      }
      const measured = { uncoveredMs: 0, freeFraction: options.freeFraction() };
      return { trouble: '', isSlow: false, witness: '', ...measured };
    },
    receive(state, message, ctx) {
      if (message.kind === 'watch') watch(state, ctx);
      else if (message.kind === 'measure-disk') state.freeFraction = options.freeFraction();
      else if (audit !== null) beat(audit, ctx);
      return state;
    },
    view: ({ trouble, uncoveredMs, freeFraction }) => ({
      ...{ head: journal.head, trouble, freeFraction },
      ...journal.lag(),
      ...(audit === null ? {} : { covered: audit.covered(journal.head), uncoveredMs }),
    }),
  };
}
