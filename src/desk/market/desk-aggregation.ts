import { aggregatorActor, type SeriesListeners } from '../../../actors/market-data/aggregator.ts';
import type { TrackedMarket } from '../../market/aggregation/market-track.ts';
import { BookShelf } from '../../market/consolidated/book-shelf.ts';
import type { JournalEvent } from '../../storage/journal/event-table.ts';
import type { MarketStream } from '../../venues/market/market-stream.ts';
import type { DeskParts } from '../desk-parts.ts';
import { atFeesOf } from '../venue/options.ts';

const NOBODY: SeriesListeners = { bars: () => [], buckets: () => [] };

/** What takes the markets of all venues together: the shelf of their books, and the actor. */
export function deskAggregation(
  parts: DeskParts,
  journal: (event: JournalEvent) => void,
  listeners: SeriesListeners = NOBODY,
) {
  const shelf = new BookShelf();
  const { config, venues, log } = parts;
  return {
    /** The same stream, whose books are on the shelf from its beginning on. */
    shelved: (open: () => MarketStream) => (): MarketStream => {
      const stream = open();
      for (const view of stream.views) shelf.follow(view);
      return stream;
    },
    start: () =>
      aggregatorActor({
        markets: trackedMarkets(parts),
        venues: venues.map(({ name }) => name),
        shelf,
        settings: config.aggregation,
        staleMs: () => parts.config.risk.staleBookMs,
        listeners,
        journal,
        log,
      }),
  };
}

/** Every market of the desk with what taking from it costs. */
function trackedMarkets({ config, venues, instruments }: DeskParts): readonly TrackedMarket[] {
  return instruments.map((instrument) => {
    const venue = venues.findIndex(({ name }) => name === instrument.venue);
    const section = config.venues.find(({ name }) => name === instrument.venue);
    const { takerFeeBps } = atFeesOf(config.simulation, section ?? {});
    const contract = venues[venue]?.contract ?? 'spot';
    return { instrument, venue, contract, takerFeeFraction: takerFeeBps / 10_000 };
  });
}
