import type { HttpReply } from '../../../src/core/env.ts';
import { err, ok } from '../../../src/core/result.ts';
import type { KrakenAccess } from '../../../src/venues/kraken/rest.ts';
import { krakenKeyOf } from '../../../src/venues/kraken/sign.ts';
import type { HttpOutcome } from '../../../src/venues/port.ts';

/** The sample secret of the venue's own pages. */
export const SAMPLE_SECRET =
  'kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==';

export function anAccess(over: Partial<KrakenAccess> = {}): KrakenAccess {
  return {
    url: 'https://venue',
    key: krakenKeyOf('key', SAMPLE_SECRET),
    receiveWindowMs: 5_000,
    timeoutMs: 1_000,
    ...over,
  };
}

export function replyOf(body: unknown, over: Partial<HttpReply> = {}): HttpOutcome {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ok({ status: 200, headers: {}, body: text, ...over });
}

/** A reply that brings something. */
export const resultOf = (result: unknown): HttpOutcome => replyOf({ error: [], result });
/** A reply that names an error. */
export const errorOf = (...error: string[]): HttpOutcome => replyOf({ error });

export const BROKEN: HttpOutcome = err({ kind: 'timeout', url: 'https://venue', detail: 'late' });
