import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  findKek,
  type KekSources,
  PASSPHRASE_VARIABLE,
  takeSecrets,
} from '../../../src/ops/secrets/key-encryption-key.ts';
import { lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { must } from '../../support/venue/fixtures.ts';

const BYTES = new Uint8Array(32).fill(7);
const HEX = Buffer.from(BYTES).toString('hex');
const PASSPHRASE = 'correct horse battery';

function aPlace() {
  const files = lossyFiles();
  let seed = 0;
  const entropy = (bytes: number): Uint8Array => {
    seed += 1;
    return new Uint8Array(bytes).fill(seed);
  };
  const look = (over: Partial<KekSources> = {}) =>
    findKek({ files, entropy }, 'data/keys', {
      ...{ variables: {}, keyFile: null, dataFolder: 'data', modeOf: () => 0o400 },
      ...over,
    });
  const fault = (over: Partial<KekSources>): string => {
    const found = look(over);
    return found.ok ? 'found' : found.error;
  };
  return { files, look, fault };
}

test('without a source there is no key, and nothing is made', () => {
  const { files, look } = aPlace();
  assert.is(must(look()), null);
  assert.is(must(look({ variables: { CREDENTIALS_DIRECTORY: '/run/credentials/f' } })), null);
  assert.equal(files.list('data/keys'), []);
});

test('a key file holds 32 bytes, as they are or in hex', () => {
  const { files, look, fault } = aPlace();
  for (const content of [BYTES, HEX, `${HEX.toUpperCase()}\n`]) {
    files.replace('/etc/kek', Buffer.from(content));
    const found = must(look({ keyFile: '/etc/kek' }));
    assert.equal(found && Buffer.from(found.bytes), Buffer.from(BYTES));
    assert.is(found?.from, '/etc/kek');
  }
  for (const content of ['', 'short', HEX.slice(1), `${HEX} `, `${HEX}\n\n`, `${HEX}${HEX}`]) {
    files.replace('/etc/kek', Buffer.from(content));
    const found = `found ${content.length} bytes, wanted 32 bytes, or 64 hex digits`;
    assert.is(fault({ keyFile: '/etc/kek' }), `/etc/kek: ${found}`);
  }
});

test('a key file that others can read, that is gone or that lies in the data is refused', () => {
  const { files, look, fault } = aPlace();
  files.replace('/etc/kek', BYTES);
  const modeOf = () => 0o644;
  assert.match(fault({ keyFile: '/etc/kek', modeOf }), /found mode 0644, wanted 0400/);
  const absent = { keyFile: '/etc/none', modeOf: () => null };
  assert.match(fault(absent), /found no file, wanted a key/);
  assert.match(fault({ keyFile: '/etc/none' }), /found no file, wanted a key/);
  files.replace('data/keys/kek', BYTES);
  assert.match(
    fault({ keyFile: './data/keys/kek' }),
    /in the data directory, wanted one that lies/,
  );
  files.replace('data-beside/kek', BYTES);
  assert.not.equal(must(look({ keyFile: 'data-beside/kek' })), null);
});

test('a configured file comes before a credential, and a credential before a passphrase', () => {
  const { files, look, fault } = aPlace();
  files.replace('/run/cred/flyball-kek', new Uint8Array(32).fill(1));
  files.replace('/etc/kek', new Uint8Array(32).fill(2));
  const variables = { CREDENTIALS_DIRECTORY: '/run/cred', [PASSPHRASE_VARIABLE]: PASSPHRASE };
  assert.is(must(look({ variables, keyFile: '/etc/kek' }))?.bytes[0], 2);
  assert.is(must(look({ variables }))?.bytes[0], 1);
  files.replace('/run/cred/flyball-kek', Buffer.from('?'));
  assert.match(fault({ variables }), /flyball-kek: found 1 bytes/);
});

test('a passphrase gives the same key at every start of a directory, and another elsewhere', () => {
  const { files, look, fault } = aPlace();
  const variables = { [PASSPHRASE_VARIABLE]: PASSPHRASE };
  const first = must(look({ variables }));
  assert.is(first?.bytes.length, 32);
  assert.is(first?.from, PASSPHRASE_VARIABLE);
  assert.equal(must(look({ variables }))?.bytes, first?.bytes);
  files.replace('data/keys/kek.salt', new Uint8Array(16).fill(99));
  assert.not.equal(must(look({ variables }))?.bytes, first?.bytes);
  files.replace('data/keys/kek.salt', new Uint8Array(3));
  assert.match(fault({ variables }), /kek.salt: found 3 bytes, wanted 16/);
  const short = { [PASSPHRASE_VARIABLE]: 'x'.repeat(15) };
  assert.match(fault({ variables: short }), /found 15 characters, wanted at least 16/);
});

test('a disk that does not answer is an error, not a desk without a key', () => {
  const { files, fault } = aPlace();
  const read = files.read;
  files.read = (path) => {
    if (path.includes('kek')) throw new Error('EIO');
    return read.call(files, path);
  };
  assert.match(fault({ keyFile: '/etc/kek' }), /\/etc\/kek: EIO/);
  const variables = { [PASSPHRASE_VARIABLE]: PASSPHRASE };
  assert.match(fault({ variables }), /kek.salt: EIO/);
});

test('what is taken is not inherited by children', () => {
  const environment = { PATH: '/bin', [PASSPHRASE_VARIABLE]: PASSPHRASE };
  assert.is(takeSecrets(environment)[PASSPHRASE_VARIABLE], PASSPHRASE);
  assert.equal(environment, { PATH: '/bin' } as never);
});

test.run();
