import { parseLots, parseTicks } from '../../../src/core/instrument.ts';
import { type Lots, NO_AMOUNT, type Ticks } from '../../../src/core/units.ts';
import { DEFAULT_RETENTION } from '../../../src/simulation/exchange/clearing.ts';
import type { ExchangeOptions } from '../../../src/simulation/exchange/exchange.ts';
import { DEFAULT_FEES } from '../../../src/simulation/exchange/fees.ts';
import type { NewOrder } from '../../../src/simulation/exchange/orders.ts';
import type { ExchangeEvent } from '../../../src/simulation/exchange/port.ts';
import {
  openPerpetuals,
  type PerpetualMarket,
} from '../../../src/simulation/perpetuals/perpetual-exchange.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { aMarket, amount, must, NEW_YEAR } from '../venue/fixtures.ts';

/** BTCUSDT as the perpetual has it. */
export const PERPETUAL = aMarket({ tick: '0.10', lot: '0.001', quantityMax: '1000' });
export const ticks = (price: string): Ticks => parseTicks(PERPETUAL.instrument, price);
export const lots = (quantity: string): Lots => parseLots(PERPETUAL.instrument, quantity);

/** One perpetual; alice and bob have 10,000 USDT each. */
export function aPerpetualExchange(over: Partial<ExchangeOptions> = {}) {
  const time = virtualTime(NEW_YEAR);
  const exchange = must(
    openPerpetuals({
      markets: [PERPETUAL],
      fees: DEFAULT_FEES,
      retention: DEFAULT_RETENTION,
      records: null,
      clock: time.clock,
      ...over,
    }),
  );
  for (const name of ['alice', 'bob']) {
    if (exchange.account(name) !== null) continue;
    exchange.openAccount(name);
    exchange.transfer(name, 'USDT', amount('10000'));
  }
  const events: ExchangeEvent[] = [];
  exchange.listen((batch) => events.push(...batch));
  const market = exchange.market('BTCUSDT') as PerpetualMarket;
  return { exchange, market, events, time };
}

let orders = 0;

/** A good-till-canceled limit buy of 0.1 BTC at 60,000 unless told otherwise. */
export function aContractOrder(
  over: Partial<NewOrder> & { price?: string; quantity?: string } = {},
): NewOrder {
  orders += 1;
  const { price = '60000', quantity = '0.1', ...rest } = over;
  return {
    symbol: 'BTCUSDT',
    clientId: `contract-${orders}`,
    side: 'buy',
    type: 'limit',
    timeInForce: 'gtc',
    ticks: rest.type === 'market' ? (0 as Ticks) : ticks(price),
    lots: lots(quantity),
    quote: NO_AMOUNT,
    selfTradePrevention: 'expire-maker',
    ...rest,
  };
}
