import { assert } from '../../core/result.ts';

/** What was counted of one market within an hour. */
export interface QualityCounts {
  /** Numbered messages that came, and those that were missing at the end of the hour. */
  readonly seen: number;
  readonly missing: number;
  /** Messages that came within the bound of their age, of all with a time stamp. */
  readonly timely: number;
  readonly stamped: number;
  /** Messages that could be read and made sense, of all. */
  readonly valid: number;
  readonly messages: number;
  /** Comparisons with another source or with a checksum that agreed, of all. */
  readonly agreed: number;
  readonly compared: number;
  readonly duplicates: number;
  /** Milliseconds of the hour in which the book was live, and those in which it was wanted. */
  readonly liveMs: number;
  readonly wantedMs: number;
}

export type QualityPart = 'completeness' | 'timeliness' | 'validity' | 'consistency' | 'uniqueness';

/** How much each part counts; they sum to 1. */
export const QUALITY_WEIGHTS: Readonly<Record<QualityPart, number>> = {
  completeness: 0.35,
  timeliness: 0.2,
  validity: 0.2,
  consistency: 0.2,
  uniqueness: 0.05,
};

export interface QualityScore {
  /** 0 … 100; null where nothing was wanted of the market. */
  readonly score: number | null;
  /** 0 … 1 by part; null where there was nothing to judge, whose weight the others take. */
  readonly parts: Readonly<Record<QualityPart, number | null>>;
}

/**
 * Quality of a market's data over an hour: the weighted mean of its parts × 100. Completeness is
 * the share of numbered messages that came, times the share of the time in which the book was live:
 * a feed that is down has no gaps in its numbers.
 */
export function qualityScore(counts: QualityCounts): QualityScore {
  const { seen, missing, timely, stamped, valid, messages, agreed, compared } = counts;
  assert(
    Object.values(counts).every((count) => count >= 0),
    'counts are not negative',
  );
  if (counts.wantedMs === 0) return { score: null, parts: NOTHING };
  const numbered = share(seen, seen + missing) ?? 1;
  const parts: Record<QualityPart, number | null> = {
    completeness: numbered * (share(counts.liveMs, counts.wantedMs) ?? 1),
    timeliness: share(timely, stamped),
    validity: share(valid, messages),
    consistency: share(agreed, compared),
    uniqueness: share(messages, messages + counts.duplicates),
  };
  let [sum, weight] = [0, 0];
  for (const [part, value] of Object.entries(parts) as [QualityPart, number | null][]) {
    if (value === null) continue;
    sum += QUALITY_WEIGHTS[part] * value;
    weight += QUALITY_WEIGHTS[part];
  }
  return { score: (100 * sum) / weight, parts };
}

const NOTHING: QualityScore['parts'] = {
  completeness: null,
  timeliness: null,
  validity: null,
  consistency: null,
  uniqueness: null,
};

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.min(part / whole, 1);
}
