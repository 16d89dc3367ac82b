/** A desk that is a process of its own, with and without the passphrase of its keys. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PASSPHRASE_VARIABLE } from '../../../src/ops/secrets/key-encryption-key.ts';
import { isSealed } from '../../../src/ops/secrets/sealed.ts';
import { onPremises } from '../../support/process/premises.ts';

const variables = { [PASSPHRASE_VARIABLE]: 'correct horse battery staple' };

test(
  'a passphrase seals the key of the log, no child inherits it, and without it there is no start',
  onPremises(async (premises) => {
    const daemon = premises.start([], variables);
    await daemon.logged('reconciled');
    const key = readFileSync(join(premises.folder, 'keys/audit.key'));
    assert.ok(isSealed(key));
    const children = premises.processes().filter((pid) => pid !== daemon.pid);
    assert.ok(children.length > 0);
    for (const pid of children) {
      assert.not.match(readFileSync(`/proc/${pid}/environ`, 'latin1'), /FLYBALL_KEY/);
    }
    daemon.signal('SIGTERM');
    const ended = await daemon.end();
    assert.is(ended.code, 0);
    assert.not.match(ended.err, /AUDIT KEY NOT SEALED/);

    const without = await premises.start().end();
    assert.is(without.code, 1);
    assert.match(without.err, /audit.key: found a sealed key, wanted its key-encryption key too/);
    const wrong = await premises.start([], { [PASSPHRASE_VARIABLE]: 'x'.repeat(16) }).end();
    assert.is(wrong.code, 1);
    assert.match(wrong.err, /the key-encryption key of FLYBALL_KEY_PASSPHRASE does not open it/);
    assert.equal(readFileSync(join(premises.folder, 'keys/audit.key')), key);
  }),
);

test.run();
