import { createPublicKey } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../src/core/rng.ts';
import { coinbaseKey } from '../../../src/simulation/coinbase/front.ts';

test('a key made of random bytes is on the right curve, and the same for the same bytes', () => {
  const keyOf = (seed: number) => {
    const random = rngOf(seed);
    return coinbaseKey((bytes) => Uint8Array.from({ length: bytes }, () => random.below(256)));
  };
  const key = keyOf(1);
  assert.match(key.apiKey, /^organizations\/[0-9a-f]{16}\/apiKeys\/[0-9a-f]{16}$/);
  assert.is(createPublicKey(key.secret).asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.equal(keyOf(1), key);
  assert.is.not(keyOf(2).secret, key.secret);
});

test('bytes that are no key are drawn again, and not for ever', () => {
  let draws = 0;
  const zeroFirst = (bytes: number) => {
    draws += 1;
    return new Uint8Array(bytes).fill(draws < 4 ? 0 : 7);
  };
  assert.match(coinbaseKey(zeroFirst).secret, /EC PRIVATE KEY/);
  assert.throws(() => coinbaseKey((bytes) => new Uint8Array(bytes)), /no private key/);
});

test.run();
