import type { Files } from '../../core/env.ts';
import { EventStore } from '../../storage/event-store/event-store.ts';
import { memoryTables } from '../../storage/event-store/memory-tables.ts';
import { readRecords } from '../../storage/record-reader.ts';
import type { Account } from '../exchange/clearing.ts';
import type { Verdicts } from './verdicts.ts';

const BATCH = 256;
const SHOWN = 5;

/**
 * I8: replays the journal's bytes from the disk into a store of its own and compares it with what
 * the venue has booked: every unit of every asset, every trade, and that nothing rests.
 */
export function compareAtRest(
  verdicts: Verdicts,
  files: Files,
  folder: string,
  venue: { readonly name: string; readonly account: Account },
): void {
  const store = new EventStore(memoryTables());
  const records = [...readRecords(files, folder, 1)];
  const ours = new Set<string>();
  for (let at = 0; at < records.length; at += BATCH) {
    const applied = store.apply(records.slice(at, at + BATCH));
    if (applied.ok) continue;
    verdicts.report('journal', `it cannot be replayed: ${JSON.stringify(applied.error)}`);
    return;
  }
  for (const { event } of store.readAll(1)) {
    if (event.kind === 'order-filled') ours.add(event.fill.tradeId);
    else if (event.kind === 'external-filled') ours.add(event.fill.tradeId);
  }
  const { account, name } = venue;
  const journaled = [...store.balances(name)].map(([asset, held]) => [asset, String(held)]);
  const held = [...account.balances].map(([asset, { free, locked }]) => [
    asset,
    String(free + locked),
  ]);
  const [left, right] = [textOf(journaled), textOf(held)];
  if (left !== right) verdicts.report('I8', `the journal has ${left}, the venue ${right}`);
  const theirs = [...account.trades.values()].map(({ tradeId }) => String(tradeId));
  const missing = theirs.filter((id) => !ours.has(id));
  if (missing.length > 0) {
    const shown = missing.slice(0, SHOWN).join(', ');
    verdicts.report('I8', `${missing.length} trades are not in the journal: ${shown}`);
  }
  if (ours.size > theirs.length + account.droppedTrades) {
    verdicts.report('I8', `the journal has ${ours.size} trades, the venue ${theirs.length}`);
  }
  if (account.open.size > 0) verdicts.report('I8', `${account.open.size} orders rest at the venue`);
  const open = [...store.openOrders()].length;
  if (open > 0) verdicts.report('I8', `${open} orders are open in the journal`);
  for (const [error, times] of store.integrity()) {
    verdicts.report('journal', `${error} was found ${times} times`);
  }
}

function textOf(balances: readonly string[][]): string {
  return balances
    .filter(([, amount]) => amount !== '0')
    .map((pair) => pair.join(' '))
    .sort()
    .join(', ');
}
