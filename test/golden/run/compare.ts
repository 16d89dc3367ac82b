/** How far a number may be off; a limit that is absent is 0. */
export interface Tolerance {
  readonly abs?: number;
  readonly rel?: number;
  readonly exact?: boolean;
}

/** By dotted path, by key, or `*`. */
export type Tolerances = Readonly<Record<string, Tolerance>>;

/** The value that is furthest beyond its limit. */
export interface Mismatch {
  readonly path: string;
  readonly found: unknown;
  readonly expected: unknown;
  /** Null where only the equal value would do. */
  readonly limit: number | null;
  /** Distance over limit: 1 is at the limit. Infinite where there is no distance. */
  readonly excess: number;
}

/** For an expected 0 when only a relative limit is given. */
const ZERO_MAX = 1e-12;

/**
 * Holds what was found against what was expected: the keys of `expected` only, arrays of the same
 * length, element by element.
 *
 * @returns the worst value beyond its limit, or null when all are within
 */
export function worstMismatch(
  expected: unknown,
  found: unknown,
  tolerances: Tolerances,
): Mismatch | null {
  let worst: Mismatch | null = null;
  for (const mismatch of mismatches({ expected, found, keys: [], path: '' }, tolerances)) {
    if (worst === null || mismatch.excess > worst.excess) worst = mismatch;
  }
  return worst;
}

interface Pair {
  readonly expected: unknown;
  readonly found: unknown;
  /** The way here without the indices of arrays, and with them. */
  readonly keys: readonly string[];
  readonly path: string;
}

function* mismatches(pair: Pair, tolerances: Tolerances): Generator<Mismatch> {
  const { expected, found, keys, path } = pair;
  const different = { path, found, expected, limit: null, excess: Number.POSITIVE_INFINITY };
  if (Array.isArray(expected)) {
    if (!Array.isArray(found)) return yield different;
    if (found.length !== expected.length) {
      const at = `${path}.length`;
      yield { ...different, path: at, found: found.length, expected: expected.length };
    }
    for (const [at, value] of expected.entries()) {
      const inside = { expected: value, found: found[at], keys, path: `${path}[${at}]` };
      yield* mismatches(inside, tolerances);
    }
  } else if (isRecord(expected)) {
    if (!isRecord(found)) return yield different;
    for (const [key, value] of Object.entries(expected)) {
      const at = path === '' ? key : `${path}.${key}`;
      const inside = { expected: value, found: found[key], keys: [...keys, key], path: at };
      yield* mismatches(inside, tolerances);
    }
  } else if (typeof expected === 'number' && typeof found === 'number') {
    yield* numberMismatch(pair, expected, found, toleranceOf(keys, tolerances));
  } else if (found !== expected) {
    yield different;
  }
}

function* numberMismatch(
  { path }: Pair,
  expected: number,
  found: number,
  { abs = 0, rel = 0, exact = false }: Tolerance,
): Generator<Mismatch> {
  if (found === expected) return;
  const isRelativeOnly = expected === 0 && abs === 0 && rel > 0;
  const limit = isRelativeOnly ? ZERO_MAX : Math.max(abs, rel * Math.abs(expected));
  const distance = Math.abs(found - expected);
  // Written so that NaN is beyond every limit.
  if (!exact && distance <= limit) return;
  const excess = exact || !(distance > limit) ? Number.POSITIVE_INFINITY : distance / limit;
  yield { path, found, expected, limit: exact ? null : limit, excess };
}

/** The full path, then the key itself, then its ancestors from the nearest outwards, then `*`. */
function toleranceOf(keys: readonly string[], tolerances: Tolerances): Tolerance {
  const names = [keys.join('.'), ...[...keys].reverse(), '*'];
  const name = names.find((each) => Object.hasOwn(tolerances, each));
  return name === undefined ? { exact: true } : (tolerances[name] as Tolerance);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
