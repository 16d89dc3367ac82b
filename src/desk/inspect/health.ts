import type { HealthReport, TreeRow } from '../../commands/inspect/inspector.ts';
import type { ControlSummary } from '../../control/control-desk.ts';

/** What the desk knows of itself beside its actors. */
export interface DeskHealth {
  readonly control: ControlSummary;
  readonly journalFault: string | null;
  readonly storeFault: string | null;
  readonly journalSequence: number;
  readonly journalBehind: number;
  readonly overBudget: string | null;
  readonly restarts: number;
  readonly deadLetters: number;
}

/** More restarts of one actor within a minute than this are no accident. */
const RESTARTS_MAX = 3;
/** A mailbox that is as full as this share of its capacity is about to lose messages. */
const FULL_FRACTION = 0.8;

/** Every complaint is a sentence that names who, what was found, and what would be right. */
export function healthOf(
  rows: readonly TreeRow[],
  desk: DeskHealth,
  suspended: readonly string[],
): HealthReport {
  const { control } = desk;
  const complaints = [
    ...rows.flatMap(actorComplaints),
    ...(control.mode === 'emergency' ? ['the desk is in emergency; `reset` comes first'] : []),
    ...control.gate.map((cause) => `the gate is closed: ${cause}`),
    ...control.faults.map((fault) => `control has a fault: ${fault}`),
    ...[desk.journalFault, desk.storeFault, desk.overBudget].filter((fault) => fault !== null),
  ];
  return {
    isHealthy: complaints.length === 0,
    complaints,
    mode: control.mode,
    gate: control.gate,
    actors: rows.length,
    suspended,
    restarts: desk.restarts,
    deadLetters: desk.deadLetters,
    journalSequence: desk.journalSequence,
    journalBehind: desk.journalBehind,
  };
}

function actorComplaints(row: TreeRow): string[] {
  const { path, status, mailbox, capacity, recentRestarts } = row;
  const complaints: string[] = [];
  if (status !== 'running' && status !== 'awaiting') {
    complaints.push(`${path} is ${status}, it should run`);
  }
  if (mailbox > capacity * FULL_FRACTION) {
    complaints.push(`${path} has ${mailbox} messages in a mailbox of ${capacity}`);
  }
  if (recentRestarts > RESTARTS_MAX) {
    complaints.push(`${path} was restarted ${recentRestarts} times within a minute`);
  }
  return complaints;
}
