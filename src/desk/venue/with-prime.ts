import type { Config } from '../../config/schema.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { openPrime, primeFacts } from '../../venues/facts/prime-facts.ts';
import type { DeskVenue } from '../open-venues.ts';

/** Prime is no venue of the desk: its questions are asked beside those of the first Coinbase. */
export function withPrime(
  files: Pick<Files, 'read'>,
  { facts, venues: sections }: Config,
  venues: readonly DeskVenue[],
): Result<readonly DeskVenue[], string> {
  if (facts?.prime === undefined) return ok(venues);
  const at = sections.findIndex(({ kind }) => kind === 'coinbase');
  if (at < 0) return err('facts.prime: wanted a venue of kind coinbase, beside which it is asked');
  const prime = openPrime(files, facts.prime);
  if (!prime.ok) return prime;
  return ok(
    venues.map((venue, index) =>
      index === at
        ? { ...venue, facts: [...(venue.facts ?? []), ...primeFacts(prime.value, venue.name)] }
        : venue,
    ),
  );
}
