/**
 * Both places that verify signatures, those of people and those of the log, against
 * C2SP/wycheproof, testvectors_v1/ed25519_test.json (Apache-2.0), commit dac1dd4729fd.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isSignatureOf } from '../../../src/audit/note/keys.ts';
import { isSignedBy, publicKeyOf } from '../../../src/ops/access/authorised-keys.ts';
import { safetyVectors } from '../../support/safety-vectors.ts';

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

test('every signature of Wycheproof is judged as its authors say', () => {
  const { testGroups } = safetyVectors<Vectors>('wycheproof_ed25519_test');
  let cases = 0;
  let invalid = 0;
  for (const { publicKey, tests } of testGroups) {
    const ofLog = Buffer.from(publicKey.pk, 'hex');
    const ofPerson = publicKeyOf(ofLog.toString('base64url'));
    assert.ok(ofPerson.ok);
    for (const { tcId, comment, msg, sig, result } of tests) {
      const [message, signature] = [Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex')];
      const isValid = result === 'valid';
      const what = `tcId ${tcId}: ${comment}`;
      assert.is(isSignatureOf(ofLog, message, signature), isValid, what);
      assert.is(isSignedBy(ofPerson.value, message, signature.toString('base64')), isValid, what);
      cases += 1;
      if (!isValid) invalid += 1;
    }
  }
  assert.equal([cases, invalid], [82, 31]);
});

test.run();
