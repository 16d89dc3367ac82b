import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeEntropy } from '../../../src/core/node-env.ts';
import { isSealed, type Kek, sealed, unsealed } from '../../../src/ops/secrets/sealed.ts';
import { law } from '../../support/law.ts';
import { must } from '../../support/venue/fixtures.ts';

const kek: Kek = { bytes: nodeEntropy(32), from: 'a test' };
const PURPOSE = 'key of the audit log f/x';
const SECRET = Buffer.from('a secret of some length');
const text = sealed(nodeEntropy, kek, PURPOSE, SECRET);

const faultOf = (bytes: Uint8Array, purpose = PURPOSE, key = kek): string => {
  const opened = unsealed(key, purpose, bytes);
  return opened.ok ? 'opened' : opened.error;
};

test('a secret comes back, whatever its bytes, and no two seals of it are alike', () => {
  law(
    fc.property(fc.uint8Array({ maxLength: 300 }), (secret) => {
      const bytes = Buffer.from(sealed(nodeEntropy, kek, PURPOSE, secret));
      assert.ok(isSealed(bytes));
      assert.equal(Uint8Array.from(must(unsealed(kek, PURPOSE, bytes))), secret);
    }),
    50,
  );
  assert.not.equal(sealed(nodeEntropy, kek, PURPOSE, SECRET), text);
  assert.not(text.includes(SECRET.toString('base64')));
  assert.not(isSealed(Buffer.from('made 2026')));
});

test('neither another key nor another purpose opens it', () => {
  const other = { bytes: nodeEntropy(32), from: '/etc/other.key' };
  const wrong =
    'the key-encryption key of /etc/other.key does not open it, ' +
    'wanted the one it was sealed under, and the file as it was';
  assert.is(faultOf(Buffer.from(text), PURPOSE, other), wrong);
  assert.match(faultOf(Buffer.from(text), 'key of the audit log f/y'), /does not open it/);
  assert.throws(() => sealed(nodeEntropy, { ...kek, bytes: SECRET }, PURPOSE, SECRET), /32 bytes/);
});

test('a flip of any bit is seen, and so is every cut', () => {
  const whole = Buffer.from(text);
  for (let bit = 0; bit < 8 * whole.length; bit += 1) {
    const changed = Buffer.from(whole);
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    assert.not.equal(faultOf(changed), 'opened', `bit ${bit}`);
  }
  for (let length = 0; length < whole.length; length += 1) {
    assert.match(faultOf(whole.subarray(0, length)), /is damaged|does not open/, `${length} bytes`);
  }
  assert.match(faultOf(Buffer.from(`${text} x`)), /is damaged/);
});

test('the key of a file is HKDF of the salt, after RFC 5869', () => {
  const [, salt = ''] = text.split(' ');
  const extract = createHmac('sha256', Buffer.from(salt, 'base64')).update(kek.bytes).digest();
  const info = 'flyball sealed file v1';
  const key = createHmac('sha256', extract).update(`${info}\u0001`).digest();
  const [, , nonce = '', tag = '', body = ''] = text.trim().split(' ');
  const { subtle } = globalThis.crypto;
  const from = (part: string): Buffer => Buffer.from(part, 'base64');
  return subtle
    .importKey('raw', key, 'AES-GCM', false, ['decrypt'])
    .then((imported) =>
      subtle.decrypt(
        {
          name: 'AES-GCM',
          iv: from(nonce),
          additionalData: Buffer.from(`flyball-sealed-v1\n${PURPOSE}\n`),
        },
        imported,
        Buffer.concat([from(body), from(tag)]),
      ),
    )
    .then((opened) => assert.is(Buffer.from(opened).toString(), SECRET.toString()));
});

test.run();
