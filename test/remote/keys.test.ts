import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../src/core/node-files.ts';
import { isSignedBy } from '../../src/ops/access/authorised-keys.ts';
import { operatorKey, ownKey, signChallenge, whoSigned } from '../../src/remote/keys.ts';
import { aKeyPair, pemOf } from '../support/edge/shell-server.ts';
import { inTempFolder } from '../support/edge/temp-folder.ts';
import { law } from '../support/law.ts';

const challenge = new Uint8Array(64).fill(7);
const publicKey = pemOf(aKeyPair().authorised.publicKey);

test('without a key of the operator the command that makes it is named', () => {
  const own = operatorKey(nodeFiles, '/nowhere/keys');
  const error = '/nowhere/keys/operator.pem: not found; flyball start makes it';
  assert.equal(own, { ok: false, error });
});

const badOwn: [what: string, pem: string, said: RegExp][] = [
  ['garbage', 'secret', /operator\.pem: /],
  ['a public key', publicKey, /operator\.pem: /],
  [
    'a key that cannot sign',
    pemOf(generateKeyPairSync('x25519').privateKey),
    /operator\.pem: found x25519, wanted ed25519$/,
  ],
];
for (const [what, pem, said] of badOwn) {
  test(`a key of the operator that is ${what} is a fault, and it is not quoted`, () => {
    inTempFolder((folder) => {
      writeFileSync(join(folder, 'operator.pem'), pem);
      const own = operatorKey(nodeFiles, folder);
      assert.ok(!own.ok);
      assert.match(own.error, said);
      assert.is(own.error.includes(pem), false);
    });
  });
}

test('a key of the operator that cannot be read is a fault', () => {
  inTempFolder((folder) => {
    nodeFiles.ensureFolder(join(folder, 'operator.pem'), 0o700);
    const own = operatorKey(nodeFiles, folder);
    assert.ok(!own.ok && own.error.includes('EISDIR'));
  });
});

test('a signature is of one key over one challenge', () => {
  const { own, authorised } = aKeyPair();
  const signed = signChallenge(own, challenge);
  const other = new Uint8Array(challenge);
  other[0] = 8;
  assert.is(whoSigned([authorised], 'operator', challenge, signed), authorised);
  assert.is(whoSigned([authorised], 'operator', other, signed), null);
  assert.is(whoSigned([authorised], 'nobody', challenge, signed), null);
  assert.is(whoSigned([], 'operator', challenge, signed), null);
});

test('no text whatever is mistaken for a signature, and none makes it throw', () => {
  const { authorised } = aKeyPair();
  law(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
      assert.is(whoSigned([authorised], 'operator', challenge, text), null);
    }),
  );
});

test('a key of one’s own is read from wherever it lies', () => {
  inTempFolder((folder) => {
    const { own, authorised } = aKeyPair('ann');
    const file = join(folder, 'ann.pem');
    assert.equal(ownKey(nodeFiles, file, 'ann'), {
      ok: false,
      error: `${file}: not found; flyball key make makes one`,
    });
    writeFileSync(file, pemOf(own.privateKey));
    const read = ownKey(nodeFiles, file, 'ann');
    assert.ok(read.ok && read.value.name === 'ann');
    const signed = signChallenge(read.value, challenge);
    assert.ok(isSignedBy(authorised.publicKey, challenge, signed));
  });
});

test.run();
