import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Canonical } from '../../../src/audit/canonical.ts';
import type { AuditEntry } from '../../../src/audit/entry.ts';
import { KEY_ROTATED, rotatedKey, rotationPayload } from '../../../src/audit/note/key-rotation.ts';
import { verifierKeyText } from '../../../src/audit/note/keys.ts';
import { anEntry } from '../../support/audit/entries.ts';
import { aForeignKey, aLaterKey, aLogKey, aWitness } from '../../support/audit/keys.ts';

const [old, next] = [aLogKey(), aLaterKey()];
const payload = rotationPayload(old, next, 7);
const verdict = (over: AuditEntry['payload'], seq = 7): string => {
  const entry = anEntry({ seq, type: KEY_ROTATED, payload: { ...payload, ...over } });
  const result = rotatedKey(old.key, entry);
  return result.ok ? `on to ${result.value.id}` : result.error.found;
};

test('a log goes on to the key that its key and itself have signed for', () => {
  assert.is(verdict({}), `on to ${next.key.id}`);
});

test('A10: a rotation needs both keys', () => {
  const thief = aForeignKey();
  const { old_signature, new_signature } = rotationPayload(thief, next, 7);
  assert.match(verdict({ old_signature: old_signature ?? null }), /^an old_signature/);
  assert.match(verdict({ new_signature: old_signature ?? null }), /^a new_signature/);
  assert.match(
    verdict({ old_key: verifierKeyText(thief.key), new_signature: new_signature ?? null }),
    /^a rotation from "/,
  );
  assert.match(verdict({ new_key: verifierKeyText(thief.key) }), /^an old_signature/);
});

test('the signatures of a rotation fit no other place in the log', () => {
  assert.match(verdict({}, 8), /^an old_signature/);
});

test('a rotation stays within the log and the kind of key', () => {
  assert.match(verdict({ new_key: verifierKeyText(aWitness().key) }), /^a witness key of witness/);
  assert.match(verdict({ new_key: verifierKeyText(aWitness(old.key.name).key) }), /^a witness key/);
  assert.match(
    verdict({ new_key: verifierKeyText(aLaterKey('other').key) }),
    /^a log key of other/,
  );
});

test('a rotation of odd values is refused and does not throw', () => {
  const strange: Canonical[] = [[], {}, { toString: 'x', valueOf: 'y' }];
  const odd = [...strange, null, true, 'text', '\u001b[2J'];
  for (const value of odd) {
    assert.match(verdict({ old_key: value }), /^a rotation from/);
    assert.match(verdict({ new_key: value }), /^new_key "/);
    assert.match(verdict({ old_signature: value }), /^an old_signature/);
    assert.match(verdict({ new_signature: value }), /^a new_signature/);
  }
  assert.not(verdict({ new_key: '\u001b[2J' }).includes('\u001b'));
});

test.run();
