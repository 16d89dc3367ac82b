import { address } from '../../../actors/addresses.ts';
import { aggregatorActor, type SeriesListeners } from '../../../actors/market-data/aggregator.ts';
import { BAR_KINDS, type BarKind } from '../../market/aggregation/market-series.ts';
import type { TrackedMarket } from '../../market/aggregation/market-track.ts';
import { BookShelf } from '../../market/consolidated/book-shelf.ts';
import type { JournalEvent } from '../../storage/journal/event-table.ts';
import { STRATEGY_KINDS } from '../../strategies/strategy.ts';
import type { MarketStream } from '../../venues/market/market-stream.ts';
import type { DeskParts } from '../desk-parts.ts';
import { atFeesOf } from '../venue/options.ts';

/** What takes the markets of all venues together: the shelf of their books, and the actor. */
export function deskAggregation(parts: DeskParts, journal: (event: JournalEvent) => void) {
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
        listeners: strategyListeners(parts),
        journal,
        log,
      }),
  };
}

/** The strategies on a market whose kind hears of what closes there. */
function strategyListeners({ config, instruments }: DeskParts): SeriesListeners {
  const heard = instruments.map(({ venue, symbol }) => {
    const on = config.strategies.filter((each) => each.venue === venue && each.symbol === symbol);
    return (series: BarKind | 'buckets') =>
      on
        .filter(({ settings }) => STRATEGY_KINDS[settings.kind].hears.includes(series))
        .map(({ label }) => address.strategy(label));
  });
  const bars = heard.map((of) => new Map(BAR_KINDS.map((series) => [series, of(series)])));
  const buckets = heard.map((of) => of('buckets'));
  return {
    bars: (instrument, series) => bars[instrument]?.get(series) ?? [],
    buckets: (instrument) => buckets[instrument] ?? [],
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
