import { assert, err, ok, type Result } from '../../core/result.ts';
import { type BinanceError, badRequest, illegal, missing } from './errors.ts';

const DECIMAL = /^[0-9]{1,20}(\.[0-9]{1,20})?$/;
const DECIMAL_TEXT = '^([0-9]{1,20})(\\.[0-9]{1,20})?$';
const INTEGER = /^[0-9]{1,15}$/;
/** Digits behind the dot that Binance takes. */
const PRECISION_MAX = 8;

/**
 * The parameters of one request. A reader goes on after a mistake and the first mistake is kept, so
 * that a request is read in a straight line and judged once, at `fault`.
 */
export class Parameters {
  readonly #entries: ReadonlyMap<string, string>;
  readonly #read = new Set<string>();
  #fault: BinanceError | null = null;

  constructor(entries: ReadonlyMap<string, string>) {
    this.#entries = entries;
  }

  /** The first mistake; last of all that something was sent which nobody reads. */
  get fault(): BinanceError | null {
    if (this.#fault !== null || this.#read.size >= this.#entries.size) return this.#fault;
    const [read, sent] = [this.#read.size, this.#entries.size];
    const counts = `read '${read}' parameter(s) but was sent '${sent}'`;
    return badRequest(-1104, `Not all sent parameters were read; ${counts}.`);
  }

  /** What was read, once all is read and right; a value that came out null has left a fault. */
  checked<T>(value: T | null): Result<T, BinanceError> {
    if (this.fault !== null) return err(this.fault);
    assert(value !== null, 'what could not be read has left a fault');
    return ok(value);
  }

  /** What nobody reads is no mistake in this request. */
  ignoreOthers(): void {
    for (const name of this.#entries.keys()) this.#read.add(name);
  }

  fail(error: BinanceError): void {
    this.#fault ??= error;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** A parameter that may be left out, but not be empty. */
  optional(name: string): string | null {
    const value = this.#entries.get(name);
    if (value === undefined) return null;
    this.#read.add(name);
    if (value === '') this.fail(badRequest(-1105, `Parameter '${name}' was empty.`));
    return value;
  }

  text(name: string): string {
    const value = this.optional(name);
    if (value === null || value === '') this.fail(missing(name));
    return value ?? '';
  }

  /** A text of a pattern, which is quoted when it does not fit. */
  matching(name: string, pattern: RegExp): string | null {
    const value = this.optional(name);
    if (value !== null && !pattern.test(value)) this.fail(illegal(name, pattern.source));
    return value;
  }

  /** One of the texts of a table, or null when it was not sent. */
  choice<T>(name: string, table: Readonly<Record<string, T>>, error: BinanceError): T | null {
    const value = this.optional(name);
    if (value === null) return null;
    const found = Object.hasOwn(table, value) ? (table[value] as T) : null;
    if (found === null) this.fail(error);
    return found;
  }

  integer(name: string): number | null {
    const value = this.optional(name);
    if (value === null) return null;
    if (!INTEGER.test(value)) this.fail(illegal(name, INTEGER.source));
    return Number(value);
  }

  /** A number of things to answer with: the default when it was not sent, never above `max`. */
  limit(otherwise: number, max: number): number {
    const limit = this.integer('limit');
    if (limit === 0) this.fail(badRequest(-1130, "Data sent for parameter 'limit' is not valid."));
    return Math.min(limit ?? otherwise, max);
  }

  /** A plain decimal, still as a text. */
  decimal(name: string): string | null {
    const value = this.optional(name);
    if (value === null) return null;
    if (!DECIMAL.test(value)) this.fail(illegal(name, DECIMAL_TEXT));
    else if ((value.split('.')[1] ?? '').replace(/0+$/, '').length > PRECISION_MAX) {
      this.fail(badRequest(-1111, `Parameter '${name}' has too much precision.`));
    }
    return value;
  }

  /** A parameter that makes no sense here. */
  mustNot(name: string): void {
    if (this.optional(name) === null) return;
    this.fail(badRequest(-1106, `Parameter '${name}' sent when not required.`));
  }
}

/** Reads `a=1&b=2`, percent-encoded. */
export function parseForm(...forms: readonly string[]): Result<Map<string, string>, BinanceError> {
  const entries = new Map<string, string>();
  for (const pair of forms.flatMap((form) => form.split('&'))) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    const value = decoded(at < 0 ? '' : pair.slice(at + 1));
    if (value === null) return err(illegal(name, 'percent-encoded UTF-8'));
    if (entries.has(name)) {
      return err(badRequest(-1101, 'Duplicate values for a parameter detected.'));
    }
    entries.set(name, value);
  }
  return ok(entries);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
