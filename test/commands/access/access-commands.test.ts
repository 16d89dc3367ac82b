import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { splitLine } from '../../../src/commands/attach.ts';
import { EXIT, findCommand, roleOf } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { Desk } from '../../../src/commands/desk.ts';
import { listHelp } from '../../../src/commands/help.ts';
import { ROLES, type Role } from '../../../src/control/authorisation.ts';
import { err } from '../../../src/core/result.ts';
import { aTestDesk, CALM } from '../../support/edge/command-world.ts';

const run = (line: string, desk: Desk, role: Role) =>
  runDaemonCommand(desk, splitLine(line), { user: 'alice', role });

const shown = (line: string, data: unknown): string =>
  findCommand(DAEMON_COMMANDS, line.split(' '))?.command.show(data) ?? '';

const changes: [line: string, change: object][] = [
  ['access add ben viewer AAAA', { kind: 'add', words: ['ben', 'viewer', 'AAAA'] }],
  ['access remove ben', { kind: 'remove', name: 'ben' }],
  ['access role ben admin', { kind: 'role', name: 'ben', role: 'admin' }],
];
for (const [line, change] of changes) {
  test(`${line} is for admins alone, and is recorded before it is done`, async () => {
    for (const role of ROLES) {
      const desk = aTestDesk();
      const { exitCode, error } = await run(line, desk, role);
      if (role === 'admin') {
        assert.is(exitCode, EXIT.done);
        const done = `access ${JSON.stringify(change)} alice`;
        assert.equal(desk.calls, [`recorded alice ${line}`, done]);
      } else {
        assert.is(exitCode, EXIT.refused);
        assert.match(error as string, `you are alice (${role}); this needs admin`);
        assert.equal(desk.calls, [`refused alice ${line}`]);
      }
    }
  });
}

test('admins see who may log in', async () => {
  const desk = aTestDesk();
  const { data } = await run('access list', desk, 'admin');
  assert.is(
    shown('access list', data),
    `name  role      public key
ann   operator  AAAA`,
  );
});

const unusable: [line: string, said: string][] = [
  ['access remove', 'access remove: wanted one name'],
  ['access remove a b', 'access remove: wanted one name'],
  [
    'access role ben',
    'access role: wanted a name and one of viewer, operator, risk-officer, admin',
  ],
  ['mode request auto x', 'mode request: found auto, wanted manual, semi-auto, full-auto'],
  ['mode approve', 'mode approve: wanted the id of a request'],
  ['mode sign 1', 'mode sign: wanted the id of a request and a signature'],
];
for (const [line, said] of unusable) {
  test(`\`${line}\` says what is wanted`, async () => {
    const role = line.startsWith('access') ? 'admin' : 'operator';
    const { exitCode, error } = await run(line, aTestDesk(), role);
    assert.equal([exitCode, error], [EXIT.usage, said]);
  });
}

test('a change that the keys do not take is refused in their words', async () => {
  const desk = aTestDesk();
  const access = { ...desk.access, change: () => err('ben: found twice') };
  for (const [line] of changes) {
    const { exitCode, error } = await run(line, { ...desk, access }, 'admin');
    assert.is(exitCode, EXIT.refused);
    assert.match(error as string, /^access (add|remove|role): ben: found twice$/);
  }
});

test('a request and an approval come back to be signed', async () => {
  const desk = aTestDesk();
  const asked = await run('mode request full-auto all is well', desk, 'operator');
  assert.equal(asked.data, { kind: 'to-sign', id: '1', statement: 'x' });
  const approved = await run('mode approve 1', desk, 'risk-officer');
  assert.equal(approved.data, { kind: 'to-sign', id: '1', statement: 'x' });
  assert.is(shown('mode approve', approved.data), 'x');
  await run('mode sign 1 AAAA', desk, 'risk-officer');
  assert.equal(
    desk.calls.filter((call) => !call.startsWith('recorded')),
    ['request full-auto alice all is well', 'approve 1 alice', 'sign 1 AAAA alice'],
  );
});

test('an approval that does not count is recorded as refused', async () => {
  const desk = aTestDesk();
  const no = { approve: () => err('it is late'), sign: async () => err('it is late') };
  const world = { ...desk, access: { ...desk.access, ...no } };
  for (const line of ['mode approve 1', 'mode sign 1 AAAA']) {
    const { exitCode, error } = await run(line, world, 'risk-officer');
    assert.is(exitCode, EXIT.refused);
    assert.match(error as string, /1: it is late$/);
  }
  assert.equal(
    desk.calls.filter((call) => call.startsWith('refused')),
    ['refused alice mode approve 1', 'refused alice mode sign 1'],
  );
});

test('where two people are wanted, one still may lower the mode and stop', async () => {
  const mode = () => ({ ...CALM, mode: 'manual' as const, requested: 'manual' as const });
  const desk = aTestDesk({ mode });
  const world = { ...desk, access: { ...desk.access, needsSecond: () => true } };
  for (const line of ['mode full-auto', 'reset']) {
    const { exitCode, error } = await run(line, world, 'risk-officer');
    assert.is(exitCode, EXIT.refused);
    assert.match(error as string, /^(mode|reset): this desk wants two people: `mode request /);
  }
  for (const role of ROLES) {
    assert.is((await run('mode manual', world, role)).exitCode, EXIT.done);
    assert.is((await run('kill', world, role)).exitCode, EXIT.done);
  }
});

test('emergency is left for manual and nothing else', async () => {
  const desk = aTestDesk({ mode: () => ({ ...CALM, mode: 'emergency' }) });
  const refused = await run('mode request full-auto x', desk, 'operator');
  assert.match(refused.error as string, /emergency is left for manual/);
  assert.is((await run('mode request manual x', desk, 'operator')).exitCode, EXIT.done);
});

test('what a signature has led to is said', () => {
  assert.match(shown('mode sign', { kind: 'mode-requested', id: '3' }), /mode approve 3$/);
  const approved = { kind: 'mode-approved', requestedBy: 'ann', approvedBy: 'ben', control: CALM };
  assert.is(shown('mode sign', approved), 'ann asked, ben approved: the mode is full-auto');
  const pending = {
    id: 1,
    mode: 'manual',
    reason: 'x y',
    requestedBy: 'ann',
    head: 4,
    secondsLeft: 9,
  };
  assert.match(shown('mode requests', [pending]), /^ *1 +manual +ann +4 +9 +x y$/m);
});

test('the help shows the least role of every command', () => {
  const help = listHelp(DAEMON_COMMANDS.map((command) => ({ ...command, role: roleOf(command) })));
  for (const [name, role] of [
    ['status', 'viewer'],
    ['mode', 'viewer'],
    ['kill', 'viewer'],
    ['reset', 'operator'],
    ['stop', 'operator'],
    ['mode approve', 'operator'],
    ['access add', 'admin'],
  ]) {
    assert.match(help, new RegExp(`^${name} .* ${role}$`, 'm'));
  }
});

test.run();
