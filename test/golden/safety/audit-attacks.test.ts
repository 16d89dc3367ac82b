/** The list of attacks on an audit log: each has a test that names it, or a reason why not yet. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { safetyVectors } from '../../support/safety-vectors.ts';
import { root } from '../../support/shared.ts';
import { namedTests } from '../run/safety/check-lists.ts';

const attacks = safetyVectors<{ readonly id: string; readonly Attack: string }[]>('audit_attacks');

/** What cannot be built from a folder alone. */
const ABSENT: Readonly<Record<string, string>> = {
  A19: 'a canary secret needs the daemon whose events are redacted',
};

test('every attack of the list has a test that names it, or a reason why not', () => {
  const named = namedTests(join(root, 'test'));
  assert.is(attacks.length, 22);
  for (const { id, Attack } of attacks) {
    assert.is(named.has(id), ABSENT[id] === undefined, `${id}: ${Attack}`);
  }
  for (const [id, reason] of Object.entries(ABSENT)) {
    process.stdout.write(`\nABSENT: attack ${id}: ${reason}\n`);
  }
});

test.run();
