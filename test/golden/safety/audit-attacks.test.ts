/** The list of attacks on an audit log: each has a test that names it. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { safetyVectors } from '../../support/safety-vectors.ts';
import { root } from '../../support/shared.ts';
import { namedTests } from '../run/safety/check-lists.ts';

const attacks = safetyVectors<{ readonly id: string; readonly Attack: string }[]>('audit_attacks');

test('every attack of the list has a test that names it', () => {
  const named = namedTests(join(root, 'test'));
  assert.is(attacks.length, 22);
  for (const { id, Attack } of attacks) assert.ok(named.has(id), `${id}: ${Attack}`);
});

test.run();
