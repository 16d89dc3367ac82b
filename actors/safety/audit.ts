import { CoverageWatch } from '../../src/audit/coverage.ts';
import { BACKLOG_MS_MAX } from '../../src/audit/group-commit.ts';
import type { AuditTrail } from '../../src/audit/trail.ts';
import type { Gate } from '../../src/control/gate.ts';
import type { Log } from '../../src/ops/log.ts';
import type { Journal } from '../../src/storage/journal/journal.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';

export type AuditMessage = { readonly kind: 'watch' } | { readonly kind: 'beat' };

export interface AuditOptions {
  readonly journal: Journal;
  /** The signed log behind the journal; null where nothing is to be proven. */
  readonly audit: AuditTrail | null;
  readonly gate: Gate;
  readonly log: Log;
}

const WATCH_MS = 100;
/** A longer silence in the audit log means that somebody suppressed it. */
export const HEARTBEAT_MS = 10_000;
/** Events that may be lost with the power must not be older than this: no record, no trade. */
const UNSYNCED_MS_MAX = 1_000;
/** A group commit slower than this is worth a line in the log. */
const UNSYNCED_MS_SLOW = 100;
/** Events that the store may be behind: some seconds of a busy desk. */
const BEHIND_MAX = 100_000;

interface AuditState {
  /** Why the gate is closed on the journal's behalf; empty when it is not. */
  trouble: string;
  isSlow: boolean;
  /** Why the log is without a witness; empty while it has one. */
  witness: string;
  /** Age of the oldest event known to be without a signed checkpoint. */
  uncoveredMs: number;
}

/**
 * Owns the journal and the audit log: watches that events reach the medium, the store and a signed
 * checkpoint in time and stay within their budget, and closes the gate when they do not. A record
 * that is broken cannot be mended in this process, so this actor fails until its supervisor gives
 * up.
 */
export function auditActor(options: AuditOptions): ActorSpec<AuditState, AuditMessage> {
  const { journal, audit, gate, log } = options;
  const coverage = new CoverageWatch();

  const troubleOf = ({ uncoveredMs }: AuditState): string => {
    const budget = journal.overBudget();
    if (budget !== null) {
      const { usedBytes, budgetBytes } = budget;
      return `the journal takes ${usedBytes} bytes and may take ${budgetBytes}`;
    }
    const { unsyncedMs, recordsBehind } = journal.lag();
    if (unsyncedMs > UNSYNCED_MS_MAX) return `events are unsynced for ${Math.round(unsyncedMs)} ms`;
    if (recordsBehind > BEHIND_MAX) return `the store is ${recordsBehind} events behind`;
    if (uncoveredMs <= BACKLOG_MS_MAX) return '';
    return `events are without a signed checkpoint for ${Math.round(uncoveredMs)} ms`;
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
    } else if (trouble === '' && state.trouble !== '') {
      log('info', ctx.path, 'journal-well');
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
      if (audit !== null) {
        ctx.timers.start('beat', HEARTBEAT_MS, { kind: 'beat' }, { periodic: true });
      }
      return { trouble: '', isSlow: false, witness: '', uncoveredMs: 0 };
    },
    receive(state, message, ctx) {
      if (message.kind === 'watch') watch(state, ctx);
      else if (audit !== null) beat(audit, ctx);
      return state;
    },
    view: ({ trouble, uncoveredMs }) => ({
      head: journal.head,
      trouble,
      ...journal.lag(),
      ...(audit === null ? {} : { covered: audit.covered(journal.head), uncoveredMs }),
    }),
  };
}
