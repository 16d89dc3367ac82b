import { backfillActor } from '../../../actors/market-data/backfill.ts';
import type { BackfillJob } from '../../market/quality/backfill.ts';
import type { TapeRelay } from '../../storage/columns/tape-relay.ts';
import type { JournalEvent } from '../../storage/journal/event-table.ts';
import type { DeskParts } from '../desk-parts.ts';

/** What fetches missed trades of a desk: markets with a position first, then those it trades. */
export function deskBackfill(
  { instruments, venues, config, journal: { store }, env: { net } }: DeskParts,
  tape: TapeRelay | null,
  journal: (event: JournalEvent) => void,
  restore: () => Promise<readonly BackfillJob[]>,
) {
  const stakeOf = (index: number): BackfillJob['stake'] => {
    const isOf = (each: { readonly venue: string; readonly symbol: string }): boolean =>
      each.venue === instruments[index]?.venue && each.symbol === instruments[index]?.symbol;
    const held = store.positions().find(isOf);
    if (held !== undefined && held.position.lots !== 0) return 'position';
    return config.strategies.some(isOf) ? 'traded' : 'watched';
  };
  return () =>
    backfillActor({
      ...{ instruments, stakeOf, restore, journal, tape, net },
      histories: new Map(venues.map(({ name, history }) => [name, history])),
    });
}
