/** Keys, requests and approvals of a desk, down to its journal. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlEvent } from '../../../src/control/events.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { ok } from '../../../src/core/result.ts';
import type { DeskParts } from '../../../src/desk/desk-parts.ts';
import { deskAccess } from '../../../src/desk/proof/desk-access.ts';
import { keyText } from '../../../src/ops/access/authorised-keys.ts';
import { openKeyRing } from '../../../src/ops/access/key-ring.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { CALM } from '../../support/edge/command-world.ts';
import { manualEnv } from '../../support/manual-env.ts';

function aDesk(mode: 'manual' | 'emergency' = 'manual', cooldown = { ms: 0 }) {
  const folder = temporaryFolder();
  const made = openKeyRing(nodeFiles, folder);
  assert.ok(made.ok);
  const secrets = new Map<string, KeyObject>();
  const file = join(folder, 'authorised-keys');
  for (const [name, role] of [
    ['ann', 'operator'],
    ['ben', 'risk-officer'],
  ]) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    secrets.set(name as string, privateKey);
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, `${before}${name} ${role} ${keyText(publicKey)}\n`);
  }
  const keyRing = openKeyRing(nodeFiles, folder);
  assert.ok(keyRing.ok);
  const events: ControlEvent[] = [];
  const append = (event: ControlEvent): number => events.push(event);
  const { clock } = manualEnv();
  const parts = {
    env: { clock, entropy: (bytes: number) => new Uint8Array(bytes) },
    journal: { head: 7, append, appendDurable: append },
    deskId: 'abcdefgh',
    shell: { keyRing: keyRing.value },
    config: { control: { secondApproval: 'reset' } },
  } as unknown as DeskParts;
  const calls: string[] = [];
  const access = deskAccess(parts, {
    mode: () => ({ ...CALM, mode, requested: 'manual', cooldownMs: cooldown.ms }),
    async requestMode(wanted, by, reason) {
      calls.push(`mode ${wanted} ${by} ${reason}`);
      return { ...CALM, mode: wanted };
    },
    async reset(by, reason) {
      calls.push(`reset ${by} ${reason}`);
      return ok({ ...CALM, mode: 'manual' });
    },
  });
  const signed = (name: string, statement: string): string =>
    sign(null, Buffer.from(statement), secrets.get(name) as KeyObject).toString('base64');
  return { access, events, calls, signed };
}

for (const [mode, target, call] of [
  ['manual', 'full-auto', 'mode full-auto ann and ben well'],
  ['emergency', 'manual', 'reset ann and ben well'],
] as const) {
  test(`two signatures carry out a request for ${target} in ${mode}`, async () => {
    const { access, events, calls, signed } = aDesk(mode);
    const asked = access.request(target, 'well', 'ann');
    assert.ok(asked.ok);
    const { id, statement } = asked.value;
    assert.equal(await access.sign(id, signed('ann', statement), 'ann'), {
      ok: true,
      value: { kind: 'mode-requested', id },
    });
    assert.equal(calls, []);
    assert.ok(access.approve(id, 'ben').ok);
    const done = await access.sign(id, signed('ben', statement), 'ben');
    assert.ok(done.ok && done.value.kind === 'mode-approved');
    assert.is(done.value.control.mode, target);
    assert.equal(calls, [call]);
    assert.equal(
      events.map(({ kind }) => kind),
      ['mode-requested', 'mode-approved'],
    );
    assert.not((await access.sign(id, signed('ben', statement), 'ben')).ok);
    assert.is(calls.length, 1);
  });
}

test('a signature is not used up while the desk cools down', async () => {
  const cooldown = { ms: 1_500 };
  const { access, calls, signed } = aDesk('emergency', cooldown);
  const asked = access.request('manual', 'well', 'ann');
  assert.ok(asked.ok);
  const { id, statement } = asked.value;
  const early = await access.sign(id, signed('ann', statement), 'ann');
  assert.equal(early, { ok: false, error: 'cooling down for 1500 ms more; sign after that' });
  cooldown.ms = 0;
  assert.ok((await access.sign(id, signed('ann', statement), 'ann')).ok);
  assert.ok((await access.sign(id, signed('ben', statement), 'ben')).ok);
  assert.equal(calls, ['reset ann and ben well']);
});

test('a refusal is journaled with who, what and why', () => {
  const { access, events } = aDesk();
  access.recordRefusal({ user: 'vic', role: 'viewer' }, 'reset', 'no');
  const refused = { kind: 'command-refused', by: 'vic', role: 'viewer' };
  assert.equal(events, [{ ...refused, command: 'reset', reason: 'no' }]);
  assert.equal([access.needsSecond('reset'), access.needsSecond('raise-mode')], [true, false]);
});

test('keys are listed by their public halves', () => {
  const { access } = aDesk();
  assert.equal(
    access.keys().map(({ name, role, key }) => [name, role, key.length]),
    [
      ['operator', 'operator', 43],
      ['ann', 'operator', 43],
      ['ben', 'risk-officer', 43],
    ],
  );
  assert.ok(access.change({ kind: 'remove', name: 'ann' }, 'ben').ok);
  assert.is(access.keys().length, 2);
});

test.run();
