import { crossCheckActor } from '../../../actors/edge/cross-check.ts';
import { isEnded } from '../../execution/order.ts';
import type { JournalEvent } from '../../storage/journal/event-table.ts';
import { CcxtDesk } from '../../venues/ccxt/ccxt-desk.ts';
import type { AccountLook } from '../../venues/ccxt/cross-check.ts';
import { ccxtThread } from '../../venues/ccxt/thread.ts';
import type { DeskParts } from '../desk-parts.ts';

/** What ccxt may ask of a venue: the share of one who asks four things every few minutes. */
const RATE = { ratePerSecond: 1, burst: 8 };

/** One for each venue; none where the configuration asks for none, or time is not real. */
export function crossChecksOf(parts: DeskParts, journal: (event: JournalEvent) => void) {
  const { config, env, venues, instruments, isClockReal, log } = parts;
  const settings = config.crossCheck;
  if (settings === undefined || !isClockReal) return [];
  const timeoutMs = settings.timeoutSeconds * 1_000;
  return venues.map(({ name, reference, turns }) => ({
    venue: name,
    start: () =>
      crossCheckActor({
        venue: name,
        instruments: instruments.filter(({ venue }) => venue === name),
        hasBalances: reference.exchange !== 'binanceusdm',
        open: (crashed) =>
          new CcxtDesk({
            spawn: ccxtThread({ ...reference, timeoutMs }),
            ...{ clock: env.clock, timers: env.timers, random: env.random.fork(name) },
            // The first answer waits for the class to be loaded.
            timeoutMs: 3 * timeoutMs,
            rate: RATE,
            crashed,
          }),
        turns,
        booked: () => bookedAt(parts, name, reference.exchange),
        everyMs: settings.everySeconds * 1_000,
        journal,
        log,
      }),
  }));
}

function bookedAt(
  { journal, instruments }: DeskParts,
  name: string,
  exchange: string,
): AccountLook {
  const { store } = journal;
  const markets = instruments.filter(({ venue }) => venue === name);
  const open = store
    .openOrders()
    .map(({ record }) => record)
    .filter((record) => record.order.venue === name && !isEnded(record))
    // There what waits for its trigger is not among the open orders.
    .filter(({ isWaiting }) => exchange !== 'binanceusdm' || !isWaiting);
  const balances = [...store.balances(name)].filter(([, amount]) => amount !== 0n);
  return {
    grids: new Map(
      markets.map(({ symbol, tickSize, lotSize }) => [symbol, { tick: tickSize, lot: lotSize }]),
    ),
    balances: new Map(balances),
    openOrders: new Set(open.map(({ venueOrderId }) => venueOrderId).filter((id) => id !== '')),
  };
}
