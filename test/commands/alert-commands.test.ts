import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT } from '../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../src/commands/daemon-commands.ts';
import type { Role } from '../../src/control/authorisation.ts';
import type { AlertRow } from '../../src/ops/alerts/alert-board.ts';
import { aTestDesk } from '../support/edge/command-world.ts';

const run = (words: string[], role: Role = 'operator', desk = aTestDesk()) =>
  runDaemonCommand(desk, words, { user: 'ada', role });

function shown(name: string, data: unknown): string {
  const command = DAEMON_COMMANDS.find((each) => each.name === name);
  return command?.show(data) ?? '';
}

test('alerts are listed for everybody, as a table and as data', async () => {
  const { exitCode, data } = await run(['alerts'], 'viewer');
  assert.is(exitCode, EXIT.done);
  const [row] = data as AlertRow[];
  assert.equal([row?.id, row?.level], [41, 'critical']);
  assert.match(shown('alerts', data), /41 +2023-11-14T22:13:20\.000Z +critical +emergency +ada/);
  assert.match(shown('alerts', data), / no$/m);
  const notice = { ...row, level: 'notice' };
  assert.match(shown('alerts', [notice]), / -$/m);
});

test('only those that wait for somebody, when that is asked', async () => {
  const seen = { id: 1, level: 'critical', acknowledgedBy: 'ada', reason: 'seen' } as AlertRow;
  const open = { id: 2, level: 'critical', acknowledgedBy: null } as AlertRow;
  const notice = { id: 3, level: 'notice', acknowledgedBy: null } as AlertRow;
  const list = () => [seen, open, notice];
  const desk = aTestDesk({ alerts: { ...aTestDesk().alerts, list } });
  const { data } = await run(['alerts', '--open'], 'viewer', desk);
  assert.equal(
    (data as AlertRow[]).map(({ id }) => id),
    [2],
  );
});

test('an acknowledgement needs a number and a reason, and goes on record', async () => {
  const desk = aTestDesk();
  const words = ['alerts', 'acknowledge', '41', '--reason', 'power is back'];
  const { exitCode, data } = await run(words, 'operator', desk);
  assert.is(exitCode, EXIT.done);
  assert.is(shown('alerts acknowledge', data), 'ada: power is back');
  assert.ok(desk.calls.includes('acknowledge 41 power is back ada'));
  for (const [bad, error] of [
    [['41'], /found no reason, wanted --reason TEXT/],
    [['41', '--reason', '  '], /found no reason/],
    [['forty', '--reason', 'x'], /found forty, wanted the number of an alert/],
    [[], /found no words/],
  ] as const) {
    const answer = await run(['alerts', 'acknowledge', ...bad]);
    assert.is(answer.exitCode, EXIT.usage);
    assert.match(answer.error as string, error);
  }
});

test('an alert that is not there, and a person who may not, are told so', async () => {
  const words = (id: string) => ['alerts', 'acknowledge', id, '--reason', 'x'];
  const unknown = await run(words('7'));
  assert.is(unknown.exitCode, EXIT.refused);
  assert.match(unknown.error as string, /found 7, wanted one of 41/);
  const viewer = await run(words('41'), 'viewer');
  assert.is(viewer.exitCode, EXIT.refused);
  assert.match(viewer.error as string, /needs operator or risk-officer/);
});

test.run();
