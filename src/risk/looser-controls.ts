import { LimitBook } from './breakers/limit-book.ts';
import { type BreakerSettings, REGIMES } from './breakers/settings.ts';
import type { PortfolioSettings, RiskBudget } from './portfolio/settings.ts';

/** The controls whose numbers say how much may be lost, held or risked. */
const MONEY = ['C01', 'C03', 'C04', 'C20', 'C21', 'C22', 'C23'];
/** Their numbers of which the smaller is the looser: times to wait and to look back. */
const LOOSER_WHEN_SMALLER = ['recoverMs', 'windowMs'];

/** Every number of a control of money that other settings take back, `path: from → to`. */
export function looserControls(from: BreakerSettings, to: BreakerSettings): readonly string[] {
  const [before, after] = [new LimitBook(from), new LimitBook(to)];
  const found = REGIMES.flatMap((regime) =>
    MONEY.flatMap((id) =>
      Object.entries(before.all(regime)[id] as Readonly<Record<string, number>>).flatMap(
        ([key, was]) => {
          const is = after.all(regime)[id]?.[key] as number;
          const isLooser = LOOSER_WHEN_SMALLER.includes(key) ? is < was : is > was;
          return isLooser ? [`breakers.${id}.${key}: ${was} → ${is}`] : [];
        },
      ),
    ),
  );
  // A number that every regime takes over is one change.
  return [...new Set(found)];
}

/** Every budget that other settings take back. One that is larger or gone is looser. */
export function looserBudgets(from: PortfolioSettings, to: PortfolioSettings): readonly string[] {
  const found: string[] = [];
  for (const place of ['strategies', 'symbols', 'venues'] as const) {
    for (const [name, budget] of Object.entries(from.budgets[place])) {
      const next: RiskBudget = to.budgets[place][name] ?? {};
      for (const [key, was] of Object.entries(budget) as [keyof RiskBudget, number][]) {
        const is = next[key] ?? Number.POSITIVE_INFINITY;
        if (is <= was) continue;
        const told = Number.isFinite(is) ? is : 'none';
        found.push(`portfolio.budgets.${place}.${name}.${key}: ${was} → ${told}`);
      }
    }
  }
  const [was, is] = [from.closingCostBps, to.closingCostBps];
  if (is < was) found.push(`portfolio.closingCostBps: ${was} → ${is}`);
  return found;
}
