import * as assert from 'uvu/assert';

/**
 * Fails unless the number is within a relative distance of what was expected, or an absolute one.
 */
export function near(found: number, expected: number, relative = 1e-12, absolute = 0): void {
  const limit = Math.max(absolute, relative * Math.abs(expected));
  assert.ok(Math.abs(found - expected) <= limit, `${found} for ${expected}, within ${limit}`);
}
