import type { MarketFact } from '../../market/fact.ts';
import type { Query } from '../port.ts';

/** What a venue can be asked about beside prices, by the word for it in the configuration. */
export const FACT_TOPICS = [
  'funding',
  'open-interest',
  'funding-history',
  'interest-history',
  'positioning',
  'option-flow',
  'venue-status',
  'staking',
  'margin',
  'fees',
  'prime',
] as const;
export type FactTopic = (typeof FACT_TOPICS)[number];

/** One question that is asked again and again. */
export interface FactSource {
  readonly topic: FactTopic;
  /** A market, an asset, an account: what tells it from others of its topic. */
  readonly subject: string;
  /** Requests that an answer takes at most; left out, one. */
  readonly requests?: number;
  /** @param nowMs the venue's clock, for what is signed and for what comes without a time */
  query(nowMs: number): Query<readonly MarketFact[]>;
}

/**
 * A question whose answer is told as facts. What the question itself would ask further is left out.
 *
 * @param followUp what to ask next, whose facts hold those that were told before
 */
export function asFacts<T>(
  query: Query<T>,
  factsOf: (answer: T) => readonly MarketFact[],
  followUp?: (told: readonly MarketFact[]) => Query<readonly MarketFact[]> | null,
): Query<readonly MarketFact[]> {
  const { isOneAtATime } = query;
  return {
    // Not copied: some are made anew whenever they are read.
    get request() {
      return query.request;
    },
    ...(isOneAtATime && { isOneAtATime }),
    ...(followUp && { followUp }),
    decode(outcome) {
      const answer = query.decode(outcome);
      return answer.ok ? { ok: true, value: factsOf(answer.value) } : answer;
    },
  };
}

/** Makes figures of one venue and subject, as of one time; what has no value is left out. */
export function figuresOf(
  venue: string,
  subject: string,
  venueMs: number,
  values: Readonly<Record<string, number | null>>,
): readonly MarketFact[] {
  return Object.entries(values).flatMap(([figure, value]) =>
    value === null ? [] : [{ kind: 'figure-told', venue, subject, figure, value, venueMs }],
  );
}
