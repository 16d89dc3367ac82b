/** Leaving Emergency where two people have to want it, and a hand on the panel besides. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { deskAccess } from '../../../src/desk/proof/desk-access.ts';
import { keyText } from '../../../src/ops/access/authorised-keys.ts';
import { openKeyRing } from '../../../src/ops/access/key-ring.ts';
import { onPanel, pressReset } from '../../support/desk/hand.ts';
import { untilTrading } from '../../support/desk/laws.ts';
import { rehearsed } from '../../support/desk/rehearsed.ts';

/** Ann and Ben may log in to a desk; what each signs with. */
function peopleOf(folder: string) {
  assert.ok(openKeyRing(nodeFiles, folder).ok);
  const secrets = new Map<string, KeyObject>();
  const file = join(folder, 'authorised-keys');
  for (const [name, role] of [
    ['ann', 'operator'],
    ['ben', 'risk-officer'],
  ] as const) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    secrets.set(name, privateKey);
    writeFileSync(file, `${readFileSync(file, 'utf8')}${name} ${role} ${keyText(publicKey)}\n`);
  }
  const keyRing = openKeyRing(nodeFiles, folder);
  assert.ok(keyRing.ok);
  const signed = (name: string, statement: string): string =>
    sign(null, Buffer.from(statement), secrets.get(name) as KeyObject).toString('base64');
  return { keyRing: keyRing.value, signed };
}

test('ES34: two signatures without a hand on the panel leave the desk in Emergency', async () => {
  await rehearsed({
    change: (config) => {
      config.control.secondApproval = 'reset';
    },
    async script(stage) {
      const { desk } = stage;
      await untilTrading(stage);
      const folder = join(desk.parts.folder, 'people');
      nodeFiles.ensureFolder(folder, 0o700);
      const { keyRing, signed } = peopleOf(folder);
      const shell = { keyRing } as NonNullable<typeof desk.parts.shell>;
      const access = deskAccess({ ...desk.parts, shell }, desk);
      assert.ok(access.needsSecond('reset'));
      const bothSign = async (): Promise<boolean> => {
        const asked = access.request('manual', 'the wire is right again', 'ann');
        assert.ok(asked.ok);
        const { id, statement } = asked.value;
        assert.ok((await access.sign(id, signed('ann', statement), 'ann')).ok);
        return (await access.sign(id, signed('ben', statement), 'ben')).ok;
      };
      onPanel(stage, 'press');
      await stage.until('Emergency', () => desk.mode().mode === 'emergency', 1_000);
      onPanel(stage, 'release');
      await stage.sleep(4_000);
      assert.not(await bothSign());
      assert.is(desk.mode().mode, 'emergency');
      await pressReset(stage);
      assert.is(desk.mode().mode, 'emergency', 'nor does the hand alone leave it');
      assert.ok(await bothSign());
      assert.is(desk.mode().mode, 'manual');
    },
  });
});

test.run();
