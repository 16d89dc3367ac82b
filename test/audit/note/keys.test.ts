import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  isKeyName,
  isSignatureOf,
  parseVerifierKey,
  signerOf,
  verifierKey,
  verifierKeyText,
} from '../../../src/audit/note/keys.ts';
import { aLogKey, aWitness, LOG_SEED } from '../../support/audit/keys.ts';

const found = (text: string): string => {
  const result = parseVerifierKey(text);
  return result.ok ? 'accepted' : `${result.error.found}, not ${result.error.expected}`;
};
const text = verifierKeyText(aLogKey().key);

test('a verifier key survives its text', () => {
  for (const { key } of [aLogKey(), aWitness()]) {
    const read = parseVerifierKey(verifierKeyText(key));
    assert.ok(read.ok);
    assert.equal(
      { ...read.value, publicKey: [...read.value.publicKey] },
      {
        ...key,
        publicKey: [...key.publicKey],
      },
    );
  }
});

test('a verifier key that was mistyped is refused with what would be right', () => {
  const [name, id, coded] = text.split('+', 3) as [string, string, string];
  const rest = text.slice(name.length + 10);
  assert.match(found(`${name}+00000000+${rest}`), new RegExp(`^id 00000000, not id ${id} of this`));
  assert.match(found(`other+${id}+${rest}`), /^id .*, not id .* of this name and key$/);
  assert.match(found('nothing like it'), /not name\+8 hex digits\+base64/);
  assert.match(found(`a name+${id}+${rest}`), /not name\+8 hex digits\+base64/);
  assert.match(found(`+${id}+${rest}`), /not name\+8 hex digits\+base64/);
  assert.match(found(`${name}+${id}+${coded.slice(0, -1)}`), /not name\+8 hex digits/);
  const coding = (bytes: number[]) => Buffer.from(bytes).toString('base64');
  assert.is(found(`n+00000000+${coding([2, 0])}`), 'algorithm 2, not 1 (log) or 4 (witness)');
  assert.is(found(`n+00000000+${coding([1, 0])}`), 'a key of 1 bytes, not 32 bytes');
});

test('a name has nothing in it that ends a field or a line', () => {
  assert.ok(isKeyName('desk.example/audit'));
  for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u00a0b', 'a\u007fb', 'a'.repeat(256)]) {
    assert.not(isKeyName(name), JSON.stringify(name));
  }
  assert.throws(() => signerOf('a b', 'log', LOG_SEED), /no spaces/);
  assert.throws(() => signerOf('a', 'log', new Uint8Array(31)), /32 bytes/);
  assert.throws(() => verifierKey('a', 'log', new Uint8Array(31)), /32 bytes/);
});

test('A20: the id of a key says what its signatures are over', () => {
  const log = signerOf('same.name', 'log', LOG_SEED).key;
  const witness = signerOf('same.name', 'witness', LOG_SEED).key;
  assert.equal(log.publicKey, witness.publicKey);
  assert.is.not(log.id, witness.id);
});

test('a signature holds for its message and key only, and an odd one is no exception', () => {
  const message = Buffer.from('order');
  const { key, sign } = aLogKey();
  const signature = sign(message);
  assert.ok(isSignatureOf(key.publicKey, message, signature));
  assert.not(isSignatureOf(key.publicKey, Buffer.from('Order'), signature));
  assert.not(isSignatureOf(aWitness().key.publicKey, message, signature));
  assert.not(isSignatureOf(key.publicKey, message, signature.subarray(1)));
  assert.not(isSignatureOf(new Uint8Array(32).fill(255), message, signature));
});

test.run();
