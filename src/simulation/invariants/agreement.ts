import type { Files } from '../../core/env.ts';
import type { Amount } from '../../core/units.ts';
import { EventStore } from '../../storage/event-store/event-store.ts';
import { memoryTables } from '../../storage/event-store/memory-tables.ts';
import { readRecords } from '../../storage/record-reader.ts';
import type { Account } from '../exchange/clearing.ts';
import type { Verdicts } from './verdicts.ts';

/** What a venue has booked, and how the journal names it. */
export interface BookedAt {
  readonly name: string;
  readonly account: Account;
  /** What the account holds by asset, a position as its base. */
  readonly holdings: ReadonlyMap<string, Amount>;
  /** Whether trades go by the exchange's own ids on the wire; else they are only counted. */
  readonly hasTradeIds: boolean;
}

const BATCH = 256;
const SHOWN = 5;

/**
 * I8: replays the journal's bytes from the disk into a store of its own and compares it with what
 * each venue has booked: every unit of every asset, every trade, and that nothing rests.
 */
export function compareAtRest(
  verdicts: Verdicts,
  files: Files,
  folder: string,
  venues: readonly BookedAt[],
): void {
  const store = new EventStore(memoryTables());
  const records = [...readRecords(files, folder, 1)];
  for (let at = 0; at < records.length; at += BATCH) {
    const applied = store.apply(records.slice(at, at + BATCH));
    if (applied.ok) continue;
    verdicts.report('journal', `it cannot be replayed: ${JSON.stringify(applied.error)}`);
    return;
  }
  for (const venue of venues) compareOne(verdicts, store, venue);
  const open = [...store.openOrders()].length;
  if (open > 0) verdicts.report('I8', `${open} orders are open in the journal`);
  for (const [error, times] of store.integrity()) {
    verdicts.report('journal', `${error} was found ${times} times`);
  }
}

function compareOne(
  verdicts: Verdicts,
  store: EventStore,
  { name, account, holdings, hasTradeIds }: BookedAt,
): void {
  const ours = tradesOf(store, name);
  const textsOf = (held: Iterable<readonly [string, Amount]>) =>
    textOf([...held].map(([asset, amount]) => [asset, String(amount)]));
  const [left, right] = [textsOf(store.balances(name)), textsOf(holdings)];
  if (left !== right) verdicts.report('I8', `the journal has ${left}, ${name} ${right}`);
  const theirs = [...account.trades.values()].map(({ tradeId }) => String(tradeId));
  const missing = hasTradeIds ? theirs.filter((id) => !ours.has(id)) : theirs.slice(ours.size);
  if (missing.length > 0) {
    const shown = missing.slice(0, SHOWN).join(', ');
    verdicts.report('I8', `${missing.length} trades of ${name} are not in the journal: ${shown}`);
  }
  if (ours.size > theirs.length + account.droppedTrades) {
    verdicts.report('I8', `the journal has ${ours.size} trades, ${name} ${theirs.length}`);
  }
  if (account.open.size > 0) verdicts.report('I8', `${account.open.size} orders rest at ${name}`);
}

/** Ids of the trades that the journal has of a venue. */
function tradesOf(store: EventStore, venue: string): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { event } of store.readAll(1)) {
    if (event.kind === 'order-filled') {
      const order = store.order(event.clientId)?.record.order;
      if (order?.venue === venue) ids.add(event.fill.tradeId);
    } else if (event.kind === 'external-filled' && event.venue === venue) {
      ids.add(event.fill.tradeId);
    }
  }
  return ids;
}

function textOf(balances: readonly string[][]): string {
  return balances
    .filter(([, amount]) => amount !== '0')
    .map((pair) => pair.join(' '))
    .sort()
    .join(', ');
}
