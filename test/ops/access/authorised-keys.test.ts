import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROLES } from '../../../src/control/authorisation.ts';
import {
  authorisedKeysText,
  keyText,
  parseAuthorisedKeys,
  publicKeyOf,
} from '../../../src/ops/access/authorised-keys.ts';
import { law } from '../../support/law.ts';

const aKey = (): string => keyText(generateKeyPairSync('ed25519').publicKey);
const [ANN, BEN] = [aKey(), aKey()];

const faultOf = (text: string): string => {
  const keys = parseAuthorisedKeys(text);
  return keys.ok ? 'no fault' : keys.error;
};

test('a list holds one person a line, with comments and blank lines between', () => {
  const keys = parseAuthorisedKeys(
    `# people\n\nann viewer ${ANN}  # of the day shift\n  ben  risk-officer ${BEN}\n`,
  );
  assert.ok(keys.ok);
  const read = keys.value.map(({ name, role, publicKey }) => [name, role, keyText(publicKey)]);
  assert.equal(read, [
    ['ann', 'viewer', ANN],
    ['ben', 'risk-officer', BEN],
  ]);
});

test('an empty list lets nobody in, and is no fault', () => {
  assert.equal(parseAuthorisedKeys(''), { ok: true, value: [] });
});

const faults: [what: string, text: string, said: RegExp][] = [
  ['too few words', '\nann viewer', /^2: found 2 words, wanted NAME ROLE KEY$/],
  ['too many words', `ann viewer ${ANN} x`, /^1: found 4 words/],
  ['an unknown role', `ann root ${ANN}`, /^1: ann: found the role root, wanted viewer, operator/],
  ['a name in capitals', `Ann viewer ${ANN}`, /^1: found the name Ann, wanted up to 32/],
  ['a key that is short', 'ann viewer AAAA', /^1: ann: found a key of 4 letters, wanted an Ed/],
  ['one name twice', `ann viewer ${ANN}\nann admin ${BEN}`, /^2: ann: found twice, wanted once$/],
  [
    'one key under two names',
    `ann operator ${ANN}\nben risk-officer ${ANN}`,
    /^2: ben: found the key of ann, wanted another$/,
  ],
];
for (const [what, text, said] of faults) {
  test(`a list with ${what} is refused with the line and what would be right`, () => {
    assert.match(faultOf(text), said);
  });
}

test('the 65th key is too many', () => {
  const lines = Array.from({ length: 65 }, (_, at) => `k${at} viewer ${aKey()}`);
  assert.match(faultOf(lines.join('\n')), /^65: found more than 64 keys/);
  assert.is(faultOf(lines.slice(0, 64).join('\n')), 'no fault');
});

test('what is written is read back', () => {
  const role = fc.constantFrom(...ROLES);
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/);
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const entries = fc.uniqueArray(fc.tuple(name, role, key), {
    maxLength: 8,
    selector: ([each]) => each,
  });
  law(
    fc.property(entries, (list) => {
      const lines = list.map(
        ([each, may, bytes]) => `${each} ${may} ${Buffer.from(bytes).toString('base64url')}`,
      );
      const keys = parseAuthorisedKeys(lines.join('\n'));
      if (!keys.ok) return;
      const text = authorisedKeysText(keys.value);
      const again = parseAuthorisedKeys(text);
      assert.ok(again.ok && authorisedKeysText(again.value) === text);
      assert.is(again.value.length, list.length);
    }),
  );
});

test('no text makes the reader of keys throw', () => {
  law(
    fc.property(fc.string(), (text) => {
      parseAuthorisedKeys(text);
      publicKeyOf(text);
    }),
  );
});

test.run();
