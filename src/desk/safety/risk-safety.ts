import type { SafetyKernel } from '../../control/safety-kernel.ts';
import { defaultBreakerSettings } from '../../risk/breakers/settings.ts';
import { defaultPortfolioSettings } from '../../risk/portfolio/settings.ts';
import type { RiskSafety } from '../../risk/watch/risk-watch.ts';
import type { DeskParts } from '../desk-parts.ts';
import { loopMeter } from './loop-meter.ts';

const DEFAULTS = defaultBreakerSettings();
const NO_BUDGETS = defaultPortfolioSettings();

/** What the controls of a desk need beside its market: kernel, numbers, the loop's meter. */
export function riskSafety(parts: DeskParts, kernel: SafetyKernel): RiskSafety {
  const { instruments, venues, log, isClockReal } = parts;
  return {
    kernel,
    venues: venues.map(({ name }) => name),
    settings: () => parts.config.breakers ?? DEFAULTS,
    portfolio: () => parts.config.portfolio ?? NO_BUDGETS,
    strategyOf(index) {
      const market = instruments[index];
      const trades = parts.config.strategies.find(
        ({ venue, symbol }) => venue === market?.venue && symbol === market.symbol,
      );
      return trades?.label ?? null;
    },
    warned(control, scope, { measured, limit }) {
      log('warn', 'trading/risk', 'control-warns', { control, scope, measured, limit });
    },
    loop: isClockReal ? loopMeter() : null,
  };
}
