import type { Config } from '../../config/schema.ts';
import type { Clock, Files, Timers } from '../../core/env.ts';
import { assert, err, ok, type Result } from '../../core/result.ts';
import type { Rng } from '../../core/rng.ts';
import { amountOf } from '../../core/units.ts';
import { DEFAULT_LIMITS } from '../../simulation/binance/limits.ts';
import type { FeeSchedule } from '../../simulation/exchange/fees.ts';
import type { RecordStore } from '../../simulation/exchange/records.ts';
import type { Recording } from '../../simulation/replay/open-recording.ts';
import { parseQueueModel } from '../../simulation/replay/queue-model.ts';
import type { ReplayOptions } from '../../simulation/replay/replay-venue.ts';
import { FRONT_KINDS } from '../../simulation/server/front-kinds.ts';
import type { VenueOptions } from '../../simulation/server/venue.ts';
import type { SimulationSettings } from '../../simulation/settings.ts';
import { logFaultText } from '../../storage/log-fault.ts';
import { openRecordLog } from '../../storage/record-log.ts';
import { dropSegments, readRecords } from '../../storage/record-reader.ts';
import { LEVERAGE_MAX } from '../../venues/binance/futures/account-check.ts';
import type { VenueAccount } from './notice.ts';

/** Name of the desk's account at the simulated venue. */
export const ACCOUNT = 'desk';
const SEGMENT_BYTES = 4 * 1_048_576;
const PPM_PER_BPS = 100;
const ONE = amountOf(100_000_000n);

/** Where a simulated venue keeps what outlives its process. */
export function venueRecords(files: Files, folder: string): Result<RecordStore, string> {
  const opened = openRecordLog(files, folder, { segmentBytes: SEGMENT_BYTES });
  if (!opened.ok) return err(logFaultText(opened.error));
  const { log } = opened.value;
  return ok({
    append: (payload, length) => log.append(payload, length),
    get fault() {
      return log.fault;
    },
    sync: () => log.sync(),
    close: () => log.close(),
    read: () => readRecords(files, folder, 1),
    dropBelow: (sequence) => void dropSegments(files, folder, sequence),
  });
}

/** The exchange of the configuration with the fees that a venue's own section says. */
export function atFeesOf(
  settings: SimulationSettings,
  { fees }: Pick<VenueSection, 'fees'>,
): SimulationSettings {
  if (fees === undefined) return settings;
  return { ...settings, makerFeeBps: fees.makerBps, takerFeeBps: fees.takerBps };
}

/** @param feeAsset what they are paid in; `quote` of each market; null for what a trade brings */
export function feesOf(settings: SimulationSettings, feeAsset: string | null): FeeSchedule {
  const rates = {
    makerPpm: Math.round(settings.makerFeeBps * PPM_PER_BPS),
    takerPpm: Math.round(settings.takerFeeBps * PPM_PER_BPS),
  };
  if (feeAsset === 'quote') return { ...rates, discount: null, isOnNotional: true };
  return {
    ...rates,
    // Without a discount, and at its price of 1: an asset that is only preferred.
    discount:
      feeAsset === null
        ? null
        : { asset: feeAsset, keptPpm: 1_000_000, prices: new Map([[feeAsset, ONE]]) },
  };
}

/** The desk's account with the desk's key, and the guard's if there is one. */
export function accountsOf(settings: SimulationSettings, account: VenueAccount) {
  const { apiKey, secret, guardKey } = account;
  const keys = [
    { apiKey, secret, right: 'trade' as const },
    ...(guardKey === undefined ? [] : [{ ...guardKey, right: 'cancel' as const }]),
  ];
  return [{ name: ACCOUNT, keys, opening: settings.balances, leverage: LEVERAGE_MAX }];
}

/** A venue of the configuration. */
export type VenueSection = Config['venues'][number];

/** A venue with generated markets for the symbols that are followed there. */
export function generatedVenue(
  settings: SimulationSettings,
  section: Pick<VenueSection, 'kind' | 'symbols' | 'fees'>,
  parts: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly random: Rng;
    readonly account: VenueAccount;
    readonly records: RecordStore | null;
  },
): VenueOptions {
  const { account, ...rest } = parts;
  const { kind, symbols } = section;
  return {
    ...rest,
    accounts: accountsOf(settings, account),
    adminToken: account.adminToken,
    markets: FRONT_KINDS[kind].markets.filter(({ symbol }) => symbols.includes(symbol)),
    flows: FRONT_KINDS[kind].flows,
    open: FRONT_KINDS[kind].open,
    fees: feesOf(atFeesOf(settings, section), FRONT_KINDS[kind].feeAsset),
    limits: settings.limits ?? DEFAULT_LIMITS,
  };
}

/** A venue that plays a recording; what happens there is forgotten with its process. */
export function recordedVenue(
  settings: SimulationSettings,
  recording: Recording,
  parts: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly random: Rng;
    readonly account: VenueAccount;
  },
): ReplayOptions {
  const { account, ...rest } = parts;
  const queue = parseQueueModel(settings.queueModel);
  assert(queue.ok, 'the configuration was checked');
  return {
    ...rest,
    recording,
    queue: queue.value,
    records: null,
    accounts: accountsOf(settings, account),
    adminToken: account.adminToken,
    fees: feesOf(settings, null),
    limits: settings.limits ?? DEFAULT_LIMITS,
  };
}
