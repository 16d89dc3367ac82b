import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { keyText } from '../../../src/ops/access/authorised-keys.ts';
import { type KeyRing, openKeyRing } from '../../../src/ops/access/key-ring.ts';
import { operatorKey, signChallenge, whoSigned } from '../../../src/remote/keys.ts';
import { aKeyPair, pemOf } from '../../support/edge/shell-server.ts';
import { inTempFolder } from '../../support/edge/temp-folder.ts';

const aKey = (): string => keyText(generateKeyPairSync('ed25519').publicKey);
const challenge = new Uint8Array(64).fill(7);

function opened(folder: string): KeyRing {
  const ring = openKeyRing(nodeFiles, folder);
  if (!ring.ok) throw new Error(ring.error);
  return ring.value;
}

const people = (ring: KeyRing): string[] => ring.list().map(({ name, role }) => `${name} ${role}`);

/** A ring with an admin beside the operator. */
function withAdmin(use: (ring: KeyRing, folder: string) => void): void {
  inTempFolder((folder) => {
    opened(folder);
    const file = join(folder, 'authorised-keys');
    writeFileSync(file, `${readFileSync(file, 'utf8')}root admin ${aKey()}\n`);
    use(opened(folder), folder);
  });
}

test('the first start makes the key of the operator, and it logs in', () => {
  inTempFolder((parent) => {
    const folder = join(parent, 'keys');
    const ring = opened(folder);
    assert.equal(people(ring), ['operator operator']);
    const own = operatorKey(nodeFiles, folder);
    assert.ok(own.ok);
    const signed = signChallenge(own.value, challenge);
    assert.is(whoSigned(ring.list(), 'operator', challenge, signed), ring.list()[0]);
    assert.is(statSync(folder).mode & 0o777, 0o700);
    assert.equal(readdirSync(folder), ['authorised-keys', 'operator.pem']);
    for (const name of readdirSync(folder)) {
      assert.is(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    }
    assert.not.match(readFileSync(join(folder, 'authorised-keys'), 'utf8'), /PRIVATE/);
  });
});

test('a later start keeps the keys that are there', () => {
  inTempFolder((folder) => {
    opened(folder);
    const before = readFileSync(join(folder, 'authorised-keys'), 'utf8');
    opened(folder);
    assert.is(readFileSync(join(folder, 'authorised-keys'), 'utf8'), before);
  });
});

test('a fault names file and line', () => {
  inTempFolder((folder) => {
    const file = join(folder, 'authorised-keys');
    writeFileSync(file, '# people\nann root x\n');
    const ring = openKeyRing(nodeFiles, folder);
    assert.ok(!ring.ok && ring.error.startsWith(`${file}:2: ann: found the role root`));
  });
});

test('a folder that cannot be made is a fault with its name', () => {
  inTempFolder((folder) => {
    writeFileSync(join(folder, 'file'), '');
    const ring = openKeyRing(nodeFiles, join(folder, 'file', 'keys'));
    assert.ok(!ring.ok && ring.error.includes('/file/keys/authorised-keys: ENOTDIR'));
  });
});

test('the list of flyball 0.1 is taken over', () => {
  inTempFolder((folder) => {
    const { authorised } = aKeyPair();
    const entry = { name: 'ann', role: 'viewer', publicKey: pemOf(authorised.publicKey) };
    writeFileSync(join(folder, 'authorised.json'), JSON.stringify([entry]));
    assert.equal(people(opened(folder)), ['ann viewer']);
    assert.equal(people(opened(folder)), ['ann viewer']);
  });
  inTempFolder((folder) => {
    writeFileSync(join(folder, 'authorised.json'), '[{');
    const ring = openKeyRing(nodeFiles, folder);
    assert.ok(!ring.ok && ring.error.startsWith(`${folder}/authorised.json: `));
    const entry = {
      name: 'Ann',
      role: 'viewer',
      publicKey: pemOf(aKeyPair().authorised.publicKey),
    };
    writeFileSync(join(folder, 'authorised.json'), JSON.stringify([entry]));
    const again = openKeyRing(nodeFiles, folder);
    assert.ok(!again.ok && /authorised\.json: entry 1: found the name Ann/.test(again.error));
  });
});

test('who may log in is changed, and is still so after a restart', () => {
  withAdmin((ring, folder) => {
    const key = aKey();
    assert.equal(ring.change({ kind: 'add', words: ['ann', 'viewer', key] }, 'root'), {
      ok: true,
      value: 'ann may log in as viewer',
    });
    assert.equal(ring.change({ kind: 'role', name: 'ann', role: 'risk-officer' }, 'root'), {
      ok: true,
      value: 'ann is risk-officer from now on',
    });
    assert.equal(ring.change({ kind: 'remove', name: 'operator' }, 'root'), {
      ok: true,
      value: 'operator may log in no longer',
    });
    assert.equal(people(ring), ['root admin', 'ann risk-officer']);
    assert.equal(people(opened(folder)), people(ring));
  });
});

test('nobody changes their own access, and nobody unknown is changed', () => {
  withAdmin((ring) => {
    const faults = [
      ring.change({ kind: 'role', name: 'root', role: 'risk-officer' }, 'root'),
      ring.change({ kind: 'remove', name: 'root' }, 'root'),
      ring.change({ kind: 'remove', name: 'zoe' }, 'root'),
      ring.change({ kind: 'role', name: 'operator', role: 'king' }, 'root'),
      ring.change({ kind: 'add', words: ['operator', 'viewer', aKey()] }, 'root'),
      ring.change({ kind: 'add', words: ['ann'] }, 'root'),
    ].map((outcome) => (outcome.ok ? 'done' : outcome.error));
    assert.equal(faults, [
      'root: nobody changes their own access; another admin may',
      'root: nobody changes their own access; another admin may',
      'zoe: not found, wanted one of operator, root',
      'found the role king, wanted viewer, operator, risk-officer, admin',
      'operator: found twice, wanted once',
      'found 1 words, wanted NAME ROLE KEY',
    ]);
    assert.equal(people(ring), ['operator operator', 'root admin']);
  });
});

test('a change that cannot be written does not hold', () => {
  withAdmin((ring, folder) => {
    const broken = openKeyRing(
      {
        ...nodeFiles,
        replace() {
          throw new Error('ENOSPC');
        },
      },
      folder,
    );
    assert.ok(broken.ok);
    const outcome = broken.value.change({ kind: 'remove', name: 'operator' }, 'root');
    assert.ok(!outcome.ok && outcome.error === `${folder}/authorised-keys: ENOSPC`);
    assert.equal(people(broken.value), people(ring));
  });
});

test.run();
