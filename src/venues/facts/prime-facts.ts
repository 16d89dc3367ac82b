import { z } from 'zod';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { type PrimeAccess, type PrimeKey, primeQueries } from '../coinbase/prime.ts';
import { asFacts, type FactSource, figuresOf } from './fact-source.ts';

const PRIME_TIMEOUT_MS = 5_000;
/** A key is some hundreds of bytes; what is larger is no key. */
const KEY_BYTES_MAX = 16_384;

const keyFile = z.strictObject({
  accessKey: z.string().min(1),
  passphrase: z.string().min(1),
  secret: z.string().min(1),
  serviceAccountId: z.string().min(1),
  portfolioId: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
}) satisfies z.ZodType<PrimeKey>;

/** Reads the key of a Prime portfolio. @returns a sentence that shows nothing of what it holds */
export function openPrime(
  files: Pick<Files, 'read'>,
  { url, keyFile: path }: { readonly url: string; readonly keyFile: string },
): Result<PrimeAccess, string> {
  let found: unknown;
  try {
    const bytes = files.read(path);
    if (bytes === null) return err(`facts.prime.keyFile: ${path} is not there`);
    if (bytes.length > KEY_BYTES_MAX) return err(`facts.prime.keyFile: ${path} is too large`);
    found = JSON.parse(new TextDecoder().decode(bytes));
  } catch (thrown) {
    // What JSON.parse says shows a piece of the text.
    const why = thrown instanceof SyntaxError ? 'is no JSON' : reasonOf(thrown);
    return err(`facts.prime.keyFile: ${path} ${why}`);
  }
  const read = keyFile.safeParse(found);
  if (read.success) return ok({ url, key: read.data, timeoutMs: PRIME_TIMEOUT_MS });
  const wanted = Object.keys(keyFile.shape).join(', ');
  return err(`facts.prime.keyFile: ${path}: wanted a JSON object with ${wanted}`);
}

/** What Prime tells an institution of one portfolio: credit, what it pays, what it holds. */
export function primeFacts(access: PrimeAccess, venue: string): readonly FactSource[] {
  const asked = primeQueries(access);
  return [
    {
      topic: 'prime',
      subject: 'credit',
      query: (nowMs) =>
        asFacts(asked.credit(nowMs), ({ currency, limit, utilized, available, isFrozen }) =>
          figuresOf(venue, `prime credit ${currency}`, nowMs, {
            'credit-limit': Number(limit) / 1e8,
            'credit-utilized': Number(utilized) / 1e8,
            'credit-available': Number(available) / 1e8,
            'credit-is-frozen': isFrozen ? 1 : 0,
          }),
        ),
    },
    {
      topic: 'prime',
      subject: 'commission',
      query: (nowMs) =>
        asFacts(asked.commission(nowMs), ({ type, rateFraction, tradingVolume }) =>
          figuresOf(venue, `prime ${type}`, nowMs, {
            'fee-fraction': rateFraction,
            'volume-usd': Number(tradingVolume) / 1e8,
          }),
        ),
    },
    {
      topic: 'prime',
      subject: 'balances',
      query: (nowMs) =>
        asFacts(asked.balances(nowMs), (balances) =>
          balances.flatMap(({ asset, total, held }) =>
            figuresOf(venue, `prime ${asset}`, nowMs, {
              'total-quantity': Number(total) / 1e8,
              'held-quantity': Number(held) / 1e8,
            }),
          ),
        ),
    },
  ];
}
