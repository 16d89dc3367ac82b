import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { redacted } from '../../src/audit/redaction.ts';
import { law } from '../support/law.ts';

test('A19: what stands behind the name of a secret is taken out, the rest stays', () => {
  const cases: readonly [string, string][] = [
    ['mode manual password=hunter2 now', 'mode manual password=(redacted) now'],
    ['venue add --api-key abc123 --as ann', 'venue add --api-key (redacted) --as ann'],
    ['{"apiSecret":"abc","side":"buy"}', '{"apiSecret":(redacted),"side":"buy"}'],
    ['passphrase: "two words" end', 'passphrase: (redacted) end'],
    [
      'GET https://ann:pw@host/x?signature=00ff&a=1',
      'GET https://(redacted)@host/x?signature=(redacted)&a=1',
    ],
    [
      'key\n-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\nend',
      'key\n(redacted)\nend',
    ],
    ['-----BEGIN EC PRIVATE KEY-----\nMC4CAQ', '(redacted)'],
  ];
  for (const [text, expected] of cases) assert.is(redacted(text), expected);
});

test('what names no secret is left as it is', () => {
  for (const text of [
    '',
    'lunch with ann',
    'down:trading/risk',
    'https://host/path',
    'token ring',
  ]) {
    assert.is(redacted(text), text);
  }
});

test('A19: no secret behind its name is left, whatever stands around it', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9+/]{12,30}$/);
  const name = fc.constantFrom('secret', 'API_KEY', 'password', 'Passphrase', 'private-key');
  law(
    fc.property(
      fc.string(),
      name,
      fc.constantFrom('=', ': ', ' = '),
      word,
      (before, key, tie, value) => {
        assert.not.ok(redacted(`${before} ${key}${tie}${value} and more`).includes(value));
      },
    ),
  );
});

test.run();
