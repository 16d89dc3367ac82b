import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, findCommand } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import { aTestDesk } from '../../support/edge/command-world.ts';
import { aBook, aSizingDesk } from '../../support/risk/sizing-desks.ts';

const asked = (state: unknown) =>
  runDaemonCommand(aTestDesk({ actorState: () => state }), ['sizing'], {
    user: 'ann',
    role: 'viewer',
  });
const shown = (data: unknown): string =>
  findCommand(DAEMON_COMMANDS, ['sizing'])?.command.show(data) ?? '';

test('sizing shows edge, Kelly size, every cap, and what bound each market', async () => {
  const { desk } = aSizingDesk();
  desk.onBook(aBook(0));
  const outcome = await asked(desk.summary());
  assert.is(outcome.exitCode, EXIT.done);
  const text = shown(outcome.data);
  assert.match(text, /equity +100000\.00/);
  assert.match(text, /S0 +calm +0\.00 % +0\.00 % +10\.00 %.* 5\.00 % +2\.50 %/);
  assert.match(text, /S1 +starting +25 +12/);
});

test('sizing says when sizes are lifted, and when there are none yet', async () => {
  const { desk } = aSizingDesk({ enabled: false });
  const before = shown((await asked(desk.summary())).data);
  assert.match(before, /sizes +lifted by sizing\.enabled/);
  assert.match(before, /no-equity/);
});

test('sizing says when nobody works sizes out', async () => {
  const outcome = await asked(null);
  assert.is(outcome.exitCode, EXIT.failed);
  assert.match(outcome.error ?? '', /trading\/sizing is down/);
});

test.run();
