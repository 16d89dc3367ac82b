import type { ModeRow, ProofPort } from '../../commands/proof/proof-port.ts';
import { ok, type Result } from '../../core/result.ts';
import type { EventStore } from '../../storage/event-store/event-store.ts';
import type { JournalRecord } from '../../storage/journal/codec.ts';
import { isoTime } from './event-rows.ts';
import { explainOrder } from './explain.ts';

/** Changes of mode that are shown. */
const HISTORY_MAX = 200;
/** Events of control that are read for them, commands and refusals counted in. */
const LOOKED_AT_MAX = 2_000;

/** @param settled the store, once it holds what is written by now; an error in a sentence */
export function journalProof(settled: () => Promise<Result<EventStore, string>>): ProofPort {
  return {
    async explain(clientId) {
      const store = await settled();
      return store.ok ? explainOrder(store.value, clientId) : store;
    },
    async modeHistory() {
      const store = await settled();
      return store.ok ? ok(modeHistory(store.value)) : store;
    },
  };
}

function modeHistory(store: EventStore): ModeRow[] {
  const rows: ModeRow[] = [];
  const first = Math.max(1, store.version('control') - LOOKED_AT_MAX + 1);
  for (const record of store.readStream('control', first)) {
    const row = modeRow(record);
    if (row === null) continue;
    rows.push(row);
    if (rows.length > HISTORY_MAX) rows.shift();
  }
  return rows;
}

function modeRow({ sequence, wallMs, event }: JournalRecord): ModeRow | null {
  const at = isoTime(wallMs);
  if (event.kind === 'mode-changed') {
    const { from, to, requested, by, reason } = event;
    const what = from === to ? `${to}, wanting ${requested}` : `${from} → ${to}`;
    return { sequence, at, what, by, reason };
  }
  if (event.kind === 'mode-requested') {
    const what = 'asked for, signed';
    return { sequence, at, what, by: event.by, reason: oneLine(event.statement) };
  }
  if (event.kind === 'mode-approved') {
    const by = `${event.requestedBy}, ${event.approvedBy}`;
    return { sequence, at, what: 'approved, signed', by, reason: oneLine(event.statement) };
  }
  return null;
}

function oneLine(statement: string): string {
  return statement.split('\n').slice(1).join(', ');
}
