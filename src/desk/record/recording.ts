import { recorderActor } from '../../../actors/market-data/recorder.ts';
import type { Timers } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { Log } from '../../ops/log.ts';
import { type Dictionary, dictionaryOf } from '../../storage/columns/dictionary.ts';
import { type RecorderSettings, storeLimits } from '../../storage/columns/settings.ts';
import { TapeRelay } from '../../storage/columns/tape-relay.ts';
import {
  type MarketStore,
  type MarketStoreOptions,
  openMarketStore,
  RING_SLOTS,
} from '../../storage/columns/threads/market-store.ts';
import { type HeldLock, lockFile } from '../../storage/directory-lock.ts';
import type { JournalEvent } from '../../storage/journal/event-table.ts';

export interface RecordingParts {
  /** Folder of the data directory; the recording is in `market/` of it. */
  readonly folder: string;
  readonly settings: RecorderSettings;
  /** Venues in the order of their numbers. */
  readonly venues: readonly string[];
  readonly instruments: readonly Instrument[];
  /** Of the real clock: the store lives in threads. */
  readonly timers: Timers;
  readonly sealsAtEnd: boolean;
  readonly journal: (event: JournalEvent) => void;
  readonly log: Log;
}

/** Where a data directory has its market data. */
export function marketFolder(dataDirectory: string): string {
  return `${dataDirectory}/market`;
}

/**
 * What records the markets of a desk: the relay that its feeds tell, and the actor behind it. The
 * folder is held from the first start of the actor until the process ends, whatever becomes of
 * the actor meanwhile, so that nobody seals beside it.
 */
export function recordingOf(parts: RecordingParts) {
  const { folder, settings, venues, instruments, timers, sealsAtEnd, journal, log } = parts;
  const relay = new TapeRelay();
  let onOpened: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    onOpened = resolve;
  });
  const held: { lock: HeldLock | null; store: MarketStore | null } = { lock: null, store: null };
  const options = (onEvent: MarketStoreOptions['onEvent']): MarketStoreOptions => ({
    ...storeLimits(settings),
    folder: marketFolder(folder),
    dictionary: dictionaryFor(venues, instruments),
    ringSlots: RING_SLOTS,
    sealsAtEnd,
    timers,
    lock(path) {
      const taken = held.lock === null ? lockFile(path) : null;
      if (taken?.ok === false) return taken;
      if (taken !== null) held.lock = taken.value;
      return { ok: true, value: { release: () => {} } };
    },
    onEvent,
  });
  return {
    relay,
    /** Resolves when the first store is open. */
    opened,
    /** What is sealed, as far as the newest store knows. */
    sealed: () => held.store?.totals ?? null,
    start: () =>
      recorderActor({
        async open(onEvent) {
          const outcome = await openMarketStore(options(onEvent));
          if (outcome.ok) {
            held.store = outcome.value;
            onOpened();
          }
          return outcome;
        },
        relay,
        venues: instruments.map(({ venue }) => venues.indexOf(venue)),
        venueNames: venues,
        journal,
        log,
      }),
  };
}

function dictionaryFor(venues: readonly string[], instruments: readonly Instrument[]): Dictionary {
  return dictionaryOf(
    venues,
    instruments.map((each) => ({
      instrument: each.index,
      venue: venues.indexOf(each.venue),
      symbol: each.symbol,
      priceDecimals: each.priceDecimals,
      tickSteps: each.tickSteps,
      quantityDecimals: each.quantityDecimals,
      lotSteps: each.lotSteps,
    })),
  );
}
