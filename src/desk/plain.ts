/** Deeper, longer or more than this is cut: an inspector shows, it does not copy. */
const DEPTH_MAX = 6;
const MEMBERS_MAX = 200;
const CUT = '…';

/** A value as JSON can carry it: amounts as text, maps as objects, bounded in every direction. */
export function plainOf(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return CUT;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH_MAX) return CUT;
  if (value instanceof Map) return plainObject([...value], depth);
  if (Array.isArray(value) || value instanceof Set) {
    const members = [...value];
    const shown = members.slice(0, MEMBERS_MAX).map((member) => plainOf(member, depth + 1));
    return members.length > MEMBERS_MAX ? [...shown, CUT] : shown;
  }
  return plainObject(Object.entries(value), depth);
}

function plainObject(entries: readonly (readonly [unknown, unknown])[], depth: number): unknown {
  const shown = entries
    .slice(0, MEMBERS_MAX)
    .map(([key, member]) => [String(key), plainOf(member, depth + 1)]);
  return Object.fromEntries(entries.length > MEMBERS_MAX ? [...shown, [CUT, CUT]] : shown);
}
