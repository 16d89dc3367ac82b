import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tokenSigner } from '../../../src/venues/coinbase/sign.ts';
import { KEY_NAME, PKCS8, SEC1 } from '../../support/coinbase/keys.ts';

const NOW = Date.UTC(2026, 3, 7);

function tokenOf(pem: string, uri: string | null) {
  const signer = tokenSigner(KEY_NAME, pem);
  assert.ok(signer.ok, JSON.stringify(signer));
  const token = signer.value.token(NOW, uri, 5_000);
  const [header = '', claims = '', signature = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const isVerified = verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    { key: createPublicKey(SEC1), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  return { header: read(header), claims: read(claims), isVerified };
}

test('a token is verified by the public key, whichever form the private one came in', () => {
  const uri = 'GET api.coinbase.com/api/v3/brokerage/accounts';
  for (const pem of [SEC1, PKCS8, SEC1.replaceAll('\n', '\\n')]) {
    const { header, claims, isVerified } = tokenOf(pem, uri);
    assert.ok(isVerified);
    assert.equal([header.alg, header.typ, header.kid], ['ES256', 'JWT', KEY_NAME]);
    assert.match(header.nonce, /^[0-9a-f]{32}$/);
    const seconds = NOW / 1_000;
    assert.equal([claims.iss, claims.sub, claims.uri], ['cdp', KEY_NAME, uri]);
    assert.equal([claims.nbf, claims.iat, claims.exp], [seconds - 5, seconds, seconds + 5]);
  }
});

test('no two tokens have the same nonce, and none lives longer than the venue takes', () => {
  const signer = tokenSigner(KEY_NAME, SEC1);
  assert.ok(signer.ok);
  const partOf = (token: string, at: number) =>
    JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString());
  const tokens = Array.from({ length: 20 }, () => signer.value.token(NOW, null, 1e9));
  assert.is(new Set(tokens.map((token) => partOf(token, 0).nonce)).size, 20);
  const { nbf, exp } = partOf(tokens[0] ?? '', 1);
  assert.is(exp - nbf, 120);
});

test('a token for a subscription names no request', () => {
  assert.not('uri' in tokenOf(SEC1, null).claims);
});

test('what is no key of the right kind is named with what would be', () => {
  const rsa = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const other = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey;
  for (const [pem, found] of [
    ['', /./],
    ['-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----', /./],
    [String(rsa), /a key of type ed25519/],
    [String(other.export({ type: 'sec1', format: 'pem' })), /ec secp384r1/],
  ] as const) {
    const signer = tokenSigner(KEY_NAME, pem);
    assert.ok(!signer.ok);
    assert.match(signer.error.found, found);
    assert.match(signer.error.wanted, /P-256/);
  }
});

test.run();
