import { type RiskLimits, TRIGGER_BAND_BPS, tierAt } from './limits.ts';

type Value = number | string | undefined;

/**
 * Every limit that another set of limits takes back, `path: from → to`. A larger number is a looser
 * limit, and so is one that is gone. Tiers are compared at every equity at which either set of
 * them steps.
 */
export function looserLimits(from: RiskLimits, to: RiskLimits): readonly string[] {
  const after = flat(to);
  const before = flat(from);
  const found = [...before].flatMap(([path, was]) => {
    const is = after.get(path);
    return isLooser(was, is) ? [`risk.${path}: ${was} → ${is ?? 'none'}`] : [];
  });
  for (const [path, was, is] of tierPairs(from, to)) {
    if (isLooser(was, is)) found.push(`risk.${path}: ${was} → ${is ?? 'none'}`);
  }
  const isAnyones = to.loosenedBy === 'anyone' && from.loosenedBy !== 'anyone';
  if (isAnyones) found.push('risk.loosenedBy: risk-officer → anyone');
  const areEntriesTaken = to.entryTriggers === 'taken' && from.entryTriggers !== 'taken';
  if (areEntriesTaken) found.push('risk.entryTriggers: refused → taken');
  return found;
}

function isLooser(was: Value, is: Value): boolean {
  if (typeof was !== 'number') return false;
  return typeof is !== 'number' || is > was;
}

/** Every number outside the tiers by its path. */
function flat(limits: RiskLimits): ReadonlyMap<string, Value> {
  const { symbols = {}, venues = {}, tiers: _, ...general } = limits;
  const { triggerBandBps = TRIGGER_BAND_BPS } = general;
  const entries: [string, Value][] = Object.entries({ ...general, triggerBandBps });
  for (const [name, own] of Object.entries(symbols)) {
    for (const [key, value] of Object.entries(own)) entries.push([`symbols.${name}.${key}`, value]);
  }
  for (const [name, { maxGrossNotional }] of Object.entries(venues)) {
    entries.push([`venues.${name}.maxGrossNotional`, maxGrossNotional]);
  }
  return new Map(entries);
}

const TIERED = ['maxOrderNotional', 'maxPositionNotional', 'maxGrossNotional'] as const;

/** What both sets say, at every equity at which either steps. */
function tierPairs(from: RiskLimits, to: RiskLimits): (readonly [string, Value, Value])[] {
  const steps = [...(from.tiers ?? []), ...(to.tiers ?? [])].map(({ fromEquity }) => fromEquity);
  return [...new Set(steps)].flatMap((equity) => {
    const was = from.tiers?.[tierAt(from.tiers, equity)];
    const is = to.tiers?.[tierAt(to.tiers, equity)];
    return TIERED.map((key) => [`tiers at ${equity}.${key}`, was?.[key], is?.[key]] as const);
  });
}
