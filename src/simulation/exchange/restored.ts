import type { Instrument } from '../../core/instrument.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import type { AccountExchange } from './account-exchange.ts';
import { Clearing, type Retention } from './clearing.ts';
import type { MarketRules } from './market-rules.ts';
import type { Market } from './market-state.ts';
import type { RecordFault, RecordStore } from './records.ts';
import { VenueLog } from './venue-log.ts';

/** Records between two snapshots. */
export const SNAPSHOT_EVERY = 50_000;

export interface RestoreOptions {
  readonly markets: readonly MarketRules[];
  readonly retention: Retention;
  /** Null keeps nothing beyond this process. */
  readonly records: RecordStore | null;
}

/** Makes an exchange over what an earlier process left; its open orders rest again. */
export function restored<E extends AccountExchange<Market>, C extends Clearing = Clearing>(
  { markets, retention, records }: RestoreOptions,
  make: (clearing: C, log: VenueLog) => E,
  Books: new (
    instrumentOf: (symbol: string) => Instrument,
    retention: Retention,
  ) => Clearing = Clearing,
): Result<E, RecordFault> {
  const instruments = new Map(markets.map(({ instrument }) => [instrument.symbol, instrument]));
  const instrumentOf = (symbol: string): Instrument => {
    const instrument = instruments.get(symbol);
    assert(instrument !== undefined, `records name markets of this venue, not ${symbol}`);
    return instrument;
  };
  const clearing = new Books(instrumentOf, retention) as C;
  const log = new VenueLog(records, clearing, SNAPSHOT_EVERY);
  const recovered = log.recover();
  if (!recovered.ok) return recovered;
  const exchange = make(clearing, log);
  const resumed = exchange.resume();
  if (resumed.ok) return ok(exchange);
  const wanted = 'a log that takes records';
  return err({ kind: 'venue-record', sequence: -1, found: resumed.error, wanted });
}
