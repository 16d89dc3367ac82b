/** The list of attacks on an audit log: each has a test that names it, or a reason why not yet. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { safetyVectors } from '../../support/safety-vectors.ts';
import { root } from '../../support/shared.ts';

const attacks = safetyVectors<{ readonly id: string; readonly Attack: string }[]>('audit_attacks');

/** What cannot be built from a folder alone. */
const ABSENT: Readonly<Record<string, string>> = {};

const FOLDERS = ['test/audit', 'test/storage/audit', 'test/desk/audit', 'test/actors/safety'];

/** Names of the tests below a folder that begin with ids of attacks. */
function namedIn(folder: string): Set<string> {
  const named = new Set<string>();
  for (const name of readdirSync(join(root, folder), { encoding: 'utf8', recursive: true })) {
    if (!name.endsWith('.test.ts')) continue;
    const text = readFileSync(join(root, folder, name), 'utf8');
    for (const [, ids = ''] of text.matchAll(/^test\(['"]((?:A\d\d )*A\d\d):/gm)) {
      for (const id of ids.split(' ')) named.add(id);
    }
  }
  return named;
}

test('every attack of the list has a test that names it, or a reason why not', () => {
  const named = new Set(FOLDERS.flatMap((folder) => [...namedIn(folder)]));
  assert.is(attacks.length, 22);
  for (const { id, Attack } of attacks) {
    assert.is(named.has(id), ABSENT[id] === undefined, `${id}: ${Attack}`);
  }
  for (const [id, reason] of Object.entries(ABSENT)) {
    process.stdout.write(`\nABSENT: attack ${id}: ${reason}\n`);
  }
});

test.run();
