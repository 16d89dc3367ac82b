import { createHash } from 'node:crypto';
import { rngOf } from '../../../src/core/rng.ts';
import type { ExchangeOptions } from '../../../src/simulation/exchange/exchange.ts';
import type { ExchangeEvent } from '../../../src/simulation/exchange/port.ts';
import { DEFAULT_FLOWS, type FlowProfile } from '../../../src/simulation/flow/flow-profile.ts';
import { MarketFlow } from '../../../src/simulation/flow/market-flow.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { anExchange, NEW_YEAR } from './fixtures.ts';

/** A generated BTCUSDT market on virtual time, not yet started. */
export function aFlow(
  over: { seed?: number; profile?: Partial<FlowProfile> } & Partial<ExchangeOptions> = {},
) {
  const { seed = 1, profile, ...options } = over;
  const time = virtualTime(NEW_YEAR);
  const opened = anExchange({ clock: time.clock, ...options });
  const { exchange, market } = opened;
  const flow = new MarketFlow({
    exchange,
    market,
    profile: { ...(DEFAULT_FLOWS['BTCUSDT'] as FlowProfile), ...profile },
    random: rngOf(seed),
    clock: time.clock,
    timers: time.timers,
  });
  const midTicks = (): number => {
    const [bid, ask] = [market.book.best('buy'), market.book.best('sell')];
    return bid === null || ask === null ? Number.NaN : (bid.ticks + ask.ticks) / 2;
  };
  return { ...opened, time, flow, midTicks };
}

/** A running hash of everything that an exchange tells. */
export function eventHash(listen: (listener: (events: readonly ExchangeEvent[]) => void) => void) {
  const hash = createHash('sha256');
  listen((events) => {
    hash.update(JSON.stringify(events, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)));
  });
  return () => hash.digest('hex');
}
