import { generateKeyPairSync } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rngOf } from '../../../../src/core/rng.ts';
import { isSealed, type Kek } from '../../../../src/ops/secrets/sealed.ts';
import { lossyFiles } from '../../../../src/simulation/disk/lossy-files.ts';
import {
  adoptNextKey,
  openAuditKeys,
  prepareNextKey,
  readAuditKeys,
} from '../../../../src/storage/audit/drain/audit-keys.ts';
import { must } from '../../../support/venue/fixtures.ts';
import { manualTime } from '../../manual-time.ts';

const NAME = 'flyball/test';
const kek: Kek = { bytes: new Uint8Array(32).fill(5), from: '/etc/kek' };
const other: Kek = { bytes: new Uint8Array(32).fill(6), from: '/etc/other' };

function aMaking(files = lossyFiles()) {
  const random = rngOf(1);
  const entropy = (bytes: number) =>
    Uint8Array.from({ length: bytes }, () => Math.floor(random.next() * 256));
  return { files, entropy, clock: manualTime().clock };
}

const fail = (): void => {
  throw new Error('EIO');
};
const faultOf = (result: { ok: boolean; error?: string }): string => result.error ?? 'no fault';

test('under a key-encryption key no private key lies open, and it reads the same', () => {
  const making = aMaking();
  const { files } = making;
  const made = must(openAuditKeys(making, 'keys', NAME, kek));
  const next = must(prepareNextKey(making, 'keys', NAME, kek));
  for (const file of ['keys/audit.key', 'keys/audit.key.next']) {
    const bytes = files.read(file) as Uint8Array;
    assert.ok(isSealed(bytes), file);
    assert.not.match(Buffer.from(bytes).toString(), /PRIVATE|made/);
  }
  const read = must(readAuditKeys(files, 'keys', NAME, kek));
  assert.is(read.current.signer.key.id, made.current.signer.key.id);
  assert.is(read.current.madeMs, made.current.madeMs);
  assert.is(read.next?.signer.key.id, next.signer.key.id);
  adoptNextKey(files, 'keys');
  const adopted = must(readAuditKeys(files, 'keys', NAME, kek));
  assert.is(adopted.current.signer.key.id, next.signer.key.id);
});

test('another key-encryption key, or none, does not open the log', () => {
  const making = aMaking();
  const { files } = making;
  must(openAuditKeys(making, 'keys', NAME, kek));
  must(prepareNextKey(making, 'keys', NAME, kek));
  assert.match(
    faultOf(openAuditKeys(making, 'keys', NAME, other)),
    /^keys\/audit.key: the key-encryption key of \/etc\/other does not open it, wanted the one/,
  );
  const wanted = 'audit.keyFile, the credential flyball-kek or FLYBALL_KEY_PASSPHRASE';
  assert.is(
    faultOf(openAuditKeys(making, 'keys', NAME)),
    `keys/audit.key: found a sealed key, wanted its key-encryption key too: ${wanted}`,
  );
  assert.match(faultOf(prepareNextKey(making, 'keys', NAME, other)), /audit.key.next: the key-enc/);
  // The key of another desk, put in the place of this one.
  assert.match(faultOf(readAuditKeys(files, 'keys', 'flyball/x', kek)), /does not open it/);
});

test('keys that lie open are sealed where they lie, once', () => {
  const making = aMaking();
  const { files } = making;
  const before = must(openAuditKeys(making, 'keys', NAME)).current.signer.key;
  must(prepareNextKey(making, 'keys', NAME));
  const after = must(openAuditKeys(making, 'keys', NAME, kek));
  assert.is(after.current.signer.key.id, before.id);
  assert.not.equal(after.next, null);
  assert.not(after.isNew);
  const sealed = ['audit.key', 'audit.key.next'].map((name) => files.read(`keys/${name}`));
  assert.ok(sealed.every((bytes) => bytes !== null && isSealed(bytes)));
  must(openAuditKeys(making, 'keys', NAME, kek));
  assert.equal(
    ['audit.key', 'audit.key.next'].map((name) => files.read(`keys/${name}`)),
    sealed,
  );
});

test('what is no key of ours is refused, and so is a disk that does not take one', () => {
  const making = aMaking();
  const { files } = making;
  const refusal = (content: string): string => {
    files.replace('keys/audit.key', Buffer.from(content));
    return faultOf(readAuditKeys(files, 'keys', NAME));
  };
  assert.match(refusal('x'.repeat(4_097)), /found 4097 bytes, wanted at most 4096/);
  const made = 'made 2026-01-01T00:00:00.000Z\n';
  const { privateKey } = generateKeyPairSync('x25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  assert.match(refusal(`${made}${pem}`), /found x25519, wanted ed25519/);
  assert.match(refusal(`${made}no key`), /^keys\/audit.key: /);
  const full = { ...making, files: { ...files, replace: fail } };
  assert.match(faultOf(prepareNextKey(full, 'keys', NAME)), /^keys\/audit.key.next: EIO/);
});

test('a disk that fails while a key is sealed leaves the key as it was', () => {
  const making = aMaking();
  const { current } = must(openAuditKeys(making, 'keys', NAME));
  const files = { ...making.files, replace: fail };
  assert.match(faultOf(openAuditKeys({ ...making, files }, 'keys', NAME, kek)), /^keys: EIO/);
  const again = must(readAuditKeys(making.files, 'keys', NAME));
  assert.is(again.current.signer.key.id, current.signer.key.id);
});

test.run();
