import { createHash } from 'node:crypto';
import type { DeskStatus } from '../commands/desk.ts';
import { pairs } from '../commands/terminal.ts';
import type { EventStore } from '../storage/event-store/event-store.ts';
import { plainOf } from './plain.ts';

/** What a run came to. Money as decimal texts in quote currency. */
export interface RunSummary {
  readonly mode: string;
  readonly fills: number;
  readonly orders: number;
  readonly rejects: number;
  /** Net of fees, open positions at the mid; null when there was no market at the end. */
  readonly pnl: string | null;
  readonly fees: string;
  readonly restarts: number;
  readonly gaps: number;
  readonly crossed: number;
  /** Socket callback to approved order; null under the virtual clock and without orders. */
  readonly latencyP99Us: number | null;
  readonly journalSequence: number;
  /** SHA-256 over every event of the journal and the state that they lead to. */
  readonly stateHash: string;
}

/** @param store brought up to the head of the journal */
export function summaryOf(
  status: DeskStatus,
  store: EventStore,
  venues: readonly { readonly name: string }[],
): RunSummary {
  const { mode, fills, orders, rejects, pnl, fees, restarts, gaps, crossed } = status;
  return {
    mode,
    fills,
    orders,
    rejects,
    pnl,
    fees,
    restarts,
    gaps,
    crossed,
    latencyP99Us: status.latencyP99Us,
    journalSequence: store.head(),
    stateHash: stateHash(store, venues),
  };
}

function stateHash(store: EventStore, venues: readonly { readonly name: string }[]): string {
  const state = plainOf({
    positions: store.positions(),
    balances: Object.fromEntries(venues.map(({ name }) => [name, store.balances(name)])),
    openOrders: store.openOrders(),
    mode: store.mode()?.event.to ?? null,
  });
  return createHash('sha256').update(store.chain()).update(JSON.stringify(state)).digest('hex');
}

/** The same for people, with the reason when nothing was traded. */
export function showSummary(summary: RunSummary, status: DeskStatus): string {
  const lines = pairs([
    ['mode', summary.mode],
    ['fills', summary.fills],
    ['orders', summary.orders],
    ['rejects', summary.rejects],
    ['profit', summary.pnl],
    ['fees', summary.fees],
    ['restarts', summary.restarts],
    ['gaps', summary.gaps],
    ['crossed', summary.crossed],
    ['decision p99', summary.latencyP99Us === null ? null : `${summary.latencyP99Us} µs`],
    ['journal', summary.journalSequence],
    ['state', summary.stateHash],
  ]);
  return summary.fills > 0 ? lines : `${lines}\n${whyNothingTraded(status)}`;
}

/** `0 trades because …`, the most frequent reason first. */
export function whyNothingTraded(status: DeskStatus): string {
  const reasons = Object.entries(status.refusals)
    .sort(([, left], [, right]) => right - left)
    .map(([reason, count]) => `${count} × ${reason}`);
  if (status.bid === null) reasons.unshift('there is no market');
  if (status.gate.length > 0) reasons.unshift(`the gate is closed: ${status.gate.join(', ')}`);
  if (status.mode !== 'full-auto') reasons.unshift(`the mode is ${status.mode}`);
  if (status.rejects > 0) reasons.push(`${status.rejects} orders were rejected by the venue`);
  if (reasons.length === 0) {
    reasons.push(
      status.orders > 0 ? `none of ${status.orders} orders met a taker` : 'no quote was wanted',
    );
  }
  return `0 trades because ${reasons.join('; ')}`;
}
