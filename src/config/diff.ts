import type { Config } from './schema.ts';

/** One key that two configurations hold differently. */
export interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Keys that a running desk takes over. Everything else needs a restart. */
const HOT = [
  /^control\./,
  /^risk\./,
  /^breakers(\.|$)/,
  /^portfolio(\.|$)/,
  /^sizing\./,
  /^strategies\.\d+\.settings\./,
  /^log\./,
];

/** Every leaf that differs, in the order of the schema. */
export function changesBetween(from: Config, to: Config): Change[] {
  return leavesThatDiffer(from, to, '');
}

/** The changes that a running desk cannot take over. */
export function coldChanges(changes: readonly Change[]): Change[] {
  return changes.filter(({ path }) => !HOT.some((hot) => hot.test(path)));
}

function leavesThatDiffer(from: unknown, to: unknown, path: string): Change[] {
  if (isBranch(from) && isBranch(to) && Array.isArray(from) === Array.isArray(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) =>
      leavesThatDiffer(from[key], to[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return Object.is(from, to) ? [] : [{ path, from, to }];
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
