/**
 * Our verification against C2SP/wycheproof, testvectors_v1/ed25519_test.json (Apache-2.0), commit
 * dac1dd4729fd, 82 cases of which 31 must fail.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isSignedBy, publicKeyOf } from '../../src/ops/access/authorised-keys.ts';
import { root } from '../support/shared.ts';

interface Group {
  readonly publicKey: { readonly pk: string };
  readonly tests: readonly {
    readonly tcId: number;
    readonly comment: string;
    readonly msg: string;
    readonly sig: string;
    readonly result: 'valid' | 'invalid';
  }[];
}

const file = join(root, 'test', 'support', 'fixtures', 'wycheproof-ed25519.json');
const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as { testGroups: Group[] };

test('every signature of Wycheproof is judged as its authors say', () => {
  let cases = 0;
  let invalid = 0;
  for (const { publicKey, tests } of testGroups) {
    const key = publicKeyOf(Buffer.from(publicKey.pk, 'hex').toString('base64url'));
    assert.ok(key.ok);
    for (const { tcId, comment, msg, sig, result } of tests) {
      const signature = Buffer.from(sig, 'hex').toString('base64');
      const isValid = isSignedBy(key.value, Buffer.from(msg, 'hex'), signature);
      assert.is(isValid, result === 'valid', `tcId ${tcId}: ${comment}`);
      cases += 1;
      if (result !== 'valid') invalid += 1;
    }
  }
  assert.equal([cases, invalid], [82, 31]);
});

test.run();
