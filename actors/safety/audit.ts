import type { Gate } from '../../src/control/gate.ts';
import type { Log } from '../../src/ops/log.ts';
import type { Journal } from '../../src/storage/journal/journal.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';

export type AuditMessage = { readonly kind: 'watch' };

export interface AuditOptions {
  readonly journal: Journal;
  readonly gate: Gate;
  readonly log: Log;
}

const WATCH_MS = 100;
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
}

/**
 * Owns the journal: watches that it reaches the medium and the store in time and stays within its
 * budget, and closes the gate when it does not. A journal that is broken cannot be mended in this
 * process, so this actor fails until its supervisor gives up.
 */
export function auditActor(options: AuditOptions): ActorSpec<AuditState, AuditMessage> {
  const { journal, gate, log } = options;

  const troubleOf = (): string => {
    const budget = journal.overBudget();
    if (budget !== null) {
      const { usedBytes, budgetBytes } = budget;
      return `the journal takes ${usedBytes} bytes and may take ${budgetBytes}`;
    }
    const { unsyncedMs, recordsBehind } = journal.lag();
    if (unsyncedMs > UNSYNCED_MS_MAX) return `events are unsynced for ${Math.round(unsyncedMs)} ms`;
    if (recordsBehind > BEHIND_MAX) return `the store is ${recordsBehind} events behind`;
    return '';
  };

  const assertSound = (): void => {
    const fault = journal.fault ?? journal.storeFault;
    if (fault === null) return;
    gate.close('journal');
    throw new Error(`the journal is broken: ${JSON.stringify(fault)}`);
  };

  const watch = (state: AuditState, ctx: Context<AuditMessage>): void => {
    assertSound();
    const trouble = troubleOf();
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
  };

  return {
    kind: 'audit',
    start(ctx) {
      assertSound();
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      return { trouble: '', isSlow: false };
    },
    receive(state, _message, ctx) {
      watch(state, ctx);
      return state;
    },
    view: ({ trouble }) => ({ head: journal.head, trouble, ...journal.lag() }),
  };
}
