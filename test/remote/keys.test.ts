import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../src/core/node-files.ts';
import { authorisedKeys, operatorKey, signChallenge, whoSigned } from '../../src/remote/keys.ts';
import { aKeyPair, pemOf } from '../support/edge/shell-server.ts';
import { inTempFolder } from '../support/edge/temp-folder.ts';
import { law } from '../support/law.ts';

const challenge = new Uint8Array(64).fill(7);

/** A keys folder that holds the given list of who may log in. */
function withAuthorised(text: string, use: (folder: string) => void): void {
  inTempFolder((folder) => {
    writeFileSync(join(folder, 'authorised.json'), text);
    use(folder);
  });
}

function faultOf(text: string): string {
  let fault = '';
  withAuthorised(text, (folder) => {
    const keys = authorisedKeys(nodeFiles, folder);
    fault = keys.ok ? 'no fault' : keys.error;
    assert.is(keys.ok || keys.error.startsWith(`${folder}/authorised.json: `), true, fault);
    fault = fault.replace(`${folder}/authorised.json: `, '');
  });
  return fault;
}

test('the first call makes the key of the operator, and it logs in', () => {
  inTempFolder((parent) => {
    const folder = join(parent, 'keys');
    const keys = authorisedKeys(nodeFiles, folder);
    const own = operatorKey(nodeFiles, folder);
    assert.ok(keys.ok && own.ok);
    assert.equal(
      keys.value.map(({ name, role }) => [name, role]),
      [['operator', 'operator']],
    );
    const signed = signChallenge(own.value, challenge);
    assert.is(whoSigned(keys.value, 'operator', challenge, signed), keys.value[0]);
  });
});

test('keys are readable by their owner alone', () => {
  inTempFolder((parent) => {
    const folder = join(parent, 'keys');
    authorisedKeys(nodeFiles, folder);
    assert.is(statSync(folder).mode & 0o777, 0o700);
    assert.equal(readdirSync(folder), ['authorised.json', 'operator.pem']);
    for (const name of readdirSync(folder)) {
      assert.is(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    }
  });
});

test('the private half is nowhere but in its own file', () => {
  inTempFolder((folder) => {
    authorisedKeys(nodeFiles, folder);
    assert.match(readFileSync(join(folder, 'operator.pem'), 'utf8'), /^-----BEGIN PRIVATE KEY/);
    assert.not.match(readFileSync(join(folder, 'authorised.json'), 'utf8'), /PRIVATE/);
  });
});

test('a second call keeps the keys that are there', () => {
  inTempFolder((folder) => {
    authorisedKeys(nodeFiles, folder);
    const before = readFileSync(join(folder, 'authorised.json'), 'utf8');
    assert.ok(authorisedKeys(nodeFiles, folder).ok);
    assert.is(readFileSync(join(folder, 'authorised.json'), 'utf8'), before);
  });
});

test('several people with roles of their own may be listed', () => {
  const [alice, bob] = [aKeyPair('alice'), aKeyPair('bob')];
  const list = [
    { name: 'alice', role: 'viewer', publicKey: pemOf(alice.authorised.publicKey) },
    { name: 'bob', role: 'risk-officer', publicKey: pemOf(bob.authorised.publicKey) },
  ];
  withAuthorised(JSON.stringify(list), (folder) => {
    const keys = authorisedKeys(nodeFiles, folder);
    assert.ok(keys.ok);
    const signed = signChallenge(bob.own, challenge);
    assert.is(whoSigned(keys.value, 'bob', challenge, signed)?.role, 'risk-officer');
    assert.is(whoSigned(keys.value, 'alice', challenge, signed), null);
  });
});

const publicKey = pemOf(aKeyPair().authorised.publicKey);
const entry = { name: 'alice', role: 'operator', publicKey };
const x25519 = pemOf(generateKeyPairSync('x25519').publicKey);
const rsa = pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);
const bad: [what: string, list: unknown, said: RegExp][] = [
  ['no list', {}, /^file: .*expected array/],
  ['an unknown role', [{ ...entry, role: 'root' }], /^0\.role: .*"viewer"\|"operator"/],
  ['a name with a blank', [{ ...entry, name: 'Al ice' }], /^0\.name: /],
  ['a key too many', [{ ...entry, sudo: true }], /^0: Unrecognized key: "sudo"/],
  ['no public key', [{ name: 'alice', role: 'viewer' }], /^0\.publicKey: .*expected string/],
  [
    'a public key that is none',
    [{ ...entry, publicKey: 'ssh-ed25519 AAAA' }],
    /^alice: no key in PEM: /,
  ],
  ['a key that cannot sign', [{ ...entry, publicKey: x25519 }], /^alice: found x25519, wanted ed/],
  ['a key of another kind', [{ ...entry, publicKey: rsa }], /^alice: found rsa, wanted ed25519/],
  ['one name twice', [entry, entry], /^alice: found twice/],
  ['too many', Array.from({ length: 65 }, () => entry), /^file: .*<=64/],
];
for (const [what, list, said] of bad) {
  test(`a list of keys with ${what} lets nobody in and says what is wrong`, () => {
    assert.match(faultOf(JSON.stringify(list)), said);
  });
}

test('a list of keys that is no JSON lets nobody in', () => {
  assert.match(faultOf('[{'), /JSON/);
});

test('an empty list lets nobody in, and is no fault', () => {
  withAuthorised('[]', (folder) => {
    const keys = authorisedKeys(nodeFiles, folder);
    assert.ok(keys.ok && keys.value.length === 0);
  });
});

test('a folder that cannot be made is a fault with its name', () => {
  inTempFolder((folder) => {
    writeFileSync(join(folder, 'file'), '');
    const keys = authorisedKeys(nodeFiles, join(folder, 'file', 'keys'));
    assert.ok(!keys.ok && keys.error.includes('/file/keys/authorised.json: ENOTDIR'));
  });
});

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

test.run();
