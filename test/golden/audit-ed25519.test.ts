/** Signatures of C2SP/wycheproof (Apache-2.0), commit dac1dd4729fd; 31 must be refused. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isSignatureOf } from '../../src/audit/note/keys.ts';
import { safetyVectors } from '../support/audit/vectors.ts';

interface Vectors {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

test('every signature is judged as the authors of Wycheproof say', () => {
  const hex = (text: string) => Buffer.from(text, 'hex');
  const { testGroups } = safetyVectors<Vectors>('wycheproof_ed25519_test');
  let refused = 0;
  let judged = 0;
  for (const { publicKey, tests } of testGroups) {
    for (const { tcId, comment, msg, sig, result } of tests) {
      const isGood = isSignatureOf(hex(publicKey.pk), hex(msg), hex(sig));
      assert.is(isGood, result === 'valid', `${tcId}: ${comment}`);
      judged += 1;
      if (!isGood) refused += 1;
    }
  }
  assert.equal([judged, refused], [82, 31]);
});

test.run();
