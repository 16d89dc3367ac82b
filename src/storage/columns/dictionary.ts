import { z } from 'zod';
import { err, ok, type Result } from '../../core/result.ts';

/** Raised when the meaning of a record changes. */
export const RECORD_SCHEMA = 1;

const decimals = z.number().int().min(0).max(18);
const steps = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const market = z.strictObject({
  /** What `instrument` of a record says. */
  instrument: z.number().int().min(0).max(0xffff),
  venue: z.number().int().min(0).max(0xff),
  symbol: z.string().min(1).max(64),
  /** One tick is `tickSteps` units of 10^-priceDecimals of quote. */
  priceDecimals: decimals,
  tickSteps: steps,
  /** One lot is `lotSteps` units of 10^-quantityDecimals of base. */
  quantityDecimals: decimals,
  lotSteps: steps,
});

const dictionarySchema = z.strictObject({
  schema: z.literal(RECORD_SCHEMA),
  /** Names by the number that `venue` of a record is. */
  venues: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/))
    .min(1)
    .max(256),
  markets: z.array(market).min(1).max(4096),
});

/** What the numbers in records mean. It lies beside them in every file and never changes there. */
export type Dictionary = z.infer<typeof dictionarySchema>;
export type DictionaryMarket = Dictionary['markets'][number];

export function dictionaryOf(
  venues: readonly string[],
  markets: readonly DictionaryMarket[],
): Dictionary {
  return { schema: RECORD_SCHEMA, venues: [...venues], markets: [...markets] };
}

/** Reads what `JSON.stringify` wrote of one; the error says what was found where. */
export function parseDictionary(text: string): Result<Dictionary, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err('found no JSON, wanted a dictionary of markets');
  }
  const parsed = dictionarySchema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return err(`dictionary.${issue?.path.join('.')}: ${issue?.message}`);
}

/** The markets of one venue, as if there were no other. */
export function onlyVenue({ venues, markets }: Dictionary, venue: number): Dictionary {
  return dictionaryOf(
    venues,
    markets.filter((each) => each.venue === venue),
  );
}

/** A price or quantity of so many steps as decimal digits: 5 steps of 2 decimals are `0.05`. */
export function gridText(stepsOf: number, places: number): string {
  const digits = String(stepsOf).padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
