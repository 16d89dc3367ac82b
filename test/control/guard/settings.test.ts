import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PAPER_CONFIG } from '../../../src/commands/launch-commands.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { GUARD_DEFAULTS, guardSection } from '../../../src/control/guard/settings.ts';

test('without a section the guard is there, and cancels after 250 ms of silence', () => {
  assert.equal(GUARD_DEFAULTS, { spawn: true, silentMs: 250, deadMs: 5_000 });
});

test('the paper desk allows for a machine that it shares', () => {
  const loaded = loadConfig(PAPER_CONFIG);
  assert.ok(loaded.ok && loaded.value.config.guard.silentMs === 1_000);
});

test('a daemon is not taken for dead about as soon as for silent', () => {
  const read = guardSection.safeParse({ silentMs: 3_000 });
  assert.not(read.success);
  assert.equal(read.error?.issues[0]?.path, ['deadMs']);
  assert.ok(guardSection.safeParse({ silentMs: 2_500 }).success);
});

test.run();
