import { assert } from '../../core/result.ts';
import { FaultPlan } from '../binance/faults.ts';
import { WAITING_MAX } from '../binance/futures/algo/algo-requests.ts';
import { FuturesFacade } from '../binance/futures/facade.ts';
import { DEFAULT_MARKETS, type MarketOptions } from '../exchange/market-rules.ts';
import { FUNDING_PERIOD_MS, PerpetualClock } from '../perpetuals/perpetual-clock.ts';
import { PerpetualExchange } from '../perpetuals/perpetual-exchange.ts';
import type { FacadeMaker } from './venue-facade.ts';

/** A callback rate of 0.1 to 10 %, 200 orders that wait, and no icebergs. */
const USDM_NATIVES = {
  algoOrdersMax: WAITING_MAX,
  trailBipsMin: 10,
  trailBipsMax: 1_000,
  icebergPartsMax: 0,
};

/** The perpetuals of a venue that is told nothing else. */
export const DEFAULT_PERPETUALS: readonly MarketOptions[] = DEFAULT_MARKETS.map((market) => ({
  ...market,
  tick: market.symbol === 'BTCUSDT' ? '0.10' : '0.01',
  lot: '0.001',
  quantityMax: '1000',
  native: USDM_NATIVES,
}));

/** Binance USD-M futures in front of an exchange of perpetuals, whose clock it keeps. */
export const usdmFront: FacadeMaker<FuturesFacade> = (parts) => {
  const { exchange, clock, timers } = parts;
  assert(exchange instanceof PerpetualExchange, 'futures are traded on perpetuals');
  const due = new PerpetualClock(exchange, { clock, timers, periodMs: FUNDING_PERIOD_MS });
  due.start();
  return new FuturesFacade({ ...parts, exchange, due, faults: new FaultPlan() });
};
