import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, findCommand } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { Desk } from '../../../src/commands/desk.ts';
import { err } from '../../../src/core/result.ts';
import { aTestDesk, PEER, STATUS } from '../../support/edge/command-world.ts';
import { GOOD_HEALTH } from '../../support/edge/test-inspector.ts';

const run = (line: string, desk: Desk = aTestDesk(), role: 'viewer' | 'operator' = 'viewer') =>
  runDaemonCommand(desk, line.split(' '), { user: 'ann', role });

const shown = (name: string, data: unknown): string =>
  findCommand(DAEMON_COMMANDS, name.split(' '))?.command.show(data) ?? '';

test('peers are shown with what is known of them', async () => {
  assert.equal((await run('peers')).data, [PEER]);
  const down = {
    ...PEER,
    node: 'rome',
    isUp: false,
    since: null,
    incarnation: null,
    refused: ['ECONNREFUSED', 'closed'],
    roundTripMs: null,
    mode: null,
    gate: null,
  };
  const closed = { ...PEER, gate: ['reconciling'] };
  const lines = shown('peers', [PEER, closed, down]).split('\n');
  assert.match(lines[0] ?? '', /^node +link +since +incarnation +mode +gate +round trip +refused$/);
  assert.match(
    lines[1] ?? '',
    /^tokyo +up +2026-01-01T00:00:00.000Z +00000000000000bb +full-auto +open +1\.3 ms +never$/,
  );
  assert.match(lines[2] ?? '', / reconciling /);
  assert.match(lines[3] ?? '', /^rome +down +- +- +- +- +- +ECONNREFUSED; closed$/);
  assert.is(shown('peers', []), 'none');
});

test('a peer is asked for its status and its health, and answers as one at home', async () => {
  const status = await run('peer status tokyo');
  assert.equal([status.exitCode, status.data], [EXIT.done, STATUS]);
  assert.is(shown('peer status', STATUS), shown('status', STATUS));
  const health = await run('peer health tokyo');
  assert.equal([health.exitCode, health.data], [EXIT.done, GOOD_HEALTH]);
  assert.is(shown('peer health', GOOD_HEALTH), shown('health', GOOD_HEALTH));
});

test('a peer that is not there is told, and words that are wanted are named', async () => {
  for (const line of ['peer status', 'peer health']) {
    const unknown = await run(`${line} rome`);
    assert.equal([unknown.exitCode, unknown.error], [EXIT.failed, `${line}: no peer rome`]);
    const missing = await run(line);
    assert.equal(
      [missing.exitCode, missing.error],
      [EXIT.usage, `${line}: found no words; wanted \`${line} NODE\``],
    );
  }
});

test('anybody may stop a peer, and it is journaled here too before it is told', async () => {
  const desk = aTestDesk();
  const killed = await run('peer kill tokyo wrong prices', desk);
  assert.equal([killed.exitCode, killed.data], [EXIT.done, GOOD_HEALTH]);
  await run('peer kill tokyo', desk);
  assert.equal(desk.calls, [
    'recorded ann peer kill tokyo wrong prices',
    'peer-emergency tokyo ann wrong prices',
    'recorded ann peer kill tokyo',
    'peer-emergency tokyo ann asked for',
  ]);
  assert.is(shown('peer kill', GOOD_HEALTH), shown('health', GOOD_HEALTH));
});

test('no journal stands in the way of stopping a peer', async () => {
  const desk = aTestDesk({ recordCommand: () => err('the journal takes no events') });
  assert.is((await run('peer kill tokyo', desk)).exitCode, EXIT.done);
});

test.run();
