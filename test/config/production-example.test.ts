import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../src/config/load.ts';
import { modePolicyOf, needsSecond } from '../../src/control/settings.ts';
import { root } from '../support/shared.ts';

const FILE = join(root, 'config', 'production.example.yaml');

test('the production deployment rises slowly, with two people, and never by itself', () => {
  const loaded = loadConfig(FILE);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  if (!loaded.ok) return;
  const { control } = loaded.value.config;
  assert.equal(modePolicyOf(control), {
    initial: 'manual',
    climbsAfterFault: false,
    semiCooldownMs: 60_000,
    fullCooldownMs: 300_000,
    resetCooldownMs: 3_000,
  });
  assert.is(control.restartCautionSeconds, 600);
  assert.ok(needsSecond(control, 'reset') && needsSecond(control, 'raise-mode'));
});

test.run();
