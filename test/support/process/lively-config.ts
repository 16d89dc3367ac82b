import { join } from 'node:path';
import { configText, loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import { root } from '../shared.ts';

/**
 * The paper desk, made to trade: on two markets, with quotes near the mid that follow every move,
 * so that orders leave and fill several times a second.
 *
 * @param change what else is to be different
 */
export function livelyConfig(change: (config: Config) => void = () => {}): string {
  const loaded = loadConfig(join(root, 'config', 'paper.yaml'));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const { config } = loaded.value;
  const paper = config.strategies[0] as Config['strategies'][number];
  const settings = {
    ...paper.settings,
    halfSpreadBps: 0.01,
    volatilityWidening: 0,
    skewBps: 1,
    requoteBps: 0.7,
    smoothingSeconds: 0.2,
  };
  config.strategies = [
    { ...paper, settings },
    { ...paper, label: 'eth', symbol: 'ETHUSDT', settings },
  ];
  for (const venue of config.venues) venue.symbols = ['BTCUSDT', 'ETHUSDT'];
  // The venue takes 100 orders in ten seconds, and a start begins with a burst.
  config.risk.ordersPerSecond = 6;
  config.risk.strategyOrdersPerSecond = 4;
  config.risk.ordersBurst = 10;
  // Many tests share two cores: what stalls there is no daemon that has died.
  config.guard = { ...config.guard, silentMs: 3_000, deadMs: 15_000 };
  change(config);
  return configText(config);
}
