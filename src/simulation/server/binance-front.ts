import { BinanceFacade } from '../binance/facade.ts';
import { FaultPlan } from '../binance/faults.ts';
import { MarketStreams } from '../binance/streams/market-streams.ts';
import type { FacadeMaker } from './venue-facade.ts';

/** Binance spot in front of a market that makes its own prices. */
export const binanceFront: FacadeMaker<BinanceFacade> = (parts) => {
  const { exchange, clock, timers } = parts;
  const faults = new FaultPlan();
  const streams = new MarketStreams({ exchange, clock, timers, faults });
  return new BinanceFacade({ ...parts, streams, faults });
};
