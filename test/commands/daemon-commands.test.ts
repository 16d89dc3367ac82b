import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, findCommand } from '../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../src/commands/daemon-commands.ts';
import type { Desk } from '../../src/commands/desk.ts';
import type { Role } from '../../src/control/authorisation.ts';
import { err } from '../../src/core/result.ts';
import {
  ACTOR,
  aTestDesk,
  CALM,
  ORDER,
  POSITION,
  STATUS,
  type TestDesk,
} from '../support/edge/command-world.ts';

const ROLES: readonly Role[] = ['viewer', 'operator', 'risk-officer', 'admin'];

const run = (line: string, desk: Desk = aTestDesk(), role: Role = 'operator') =>
  runDaemonCommand(desk, line.split(' '), { user: 'alice', role });

/** What a person is shown of an answer. */
function shown(name: string, data: unknown): string {
  const found = findCommand(DAEMON_COMMANDS, name.split(' '));
  return found?.command.show(data) ?? '';
}

const answers: [line: string, data: unknown, text: string][] = [
  [
    'status',
    STATUS,
    `mode          full-auto
gate          open
market        binance BTCUSDT 60000.00 / 60000.01, position 0.00100
market        kraken BTC/USD - / -, position -
profit        1.50
fees          0.10
orders        7
fills         3
rejects       1
refusals      stale-book 2, mode 1
restarts      0
decision p99  95.5 µs
journal       1234
up            61 s, pid 42`,
  ],
  [
    'mode',
    CALM,
    `mode        full-auto
requested   full-auto
gate        open
faults      none
cool-down   0.0 s
latch       not set
risk scale  1`,
  ],
  [
    'positions',
    [POSITION],
    `symbol   quantity     entry  mark  realised  unrealised  fees
BTCUSDT  -0.00100  60000.00     -      1.00           -  0.10`,
  ],
  [
    'orders',
    [ORDER],
    `client id    symbol   side  kind      price  quantity   filled  status
desk-1-mm-1  BTCUSDT  buy   limit  60000.00   0.00100  0.00000  open`,
  ],
  [
    'actors',
    [ACTOR],
    `actor           status   restarts  mailbox  high  handled  dropped  last error
  trading/risk  running         1  0/8192     12       99        0           -`,
  ],
  ['actor state trading/risk', { loss: 5 }, '{\n  "loss": 5\n}'],
  ['actor kill trading/risk', 'kill trading/risk', 'kill trading/risk'],
  ['reload', ['risk.maxDailyLoss: 1000 → 500'], 'risk.maxDailyLoss: 1000 → 500'],
  ['stop', 'stopping', 'stopping'],
];
for (const [line, data, text] of answers) {
  test(`${line} answers with data, and with text for people`, async () => {
    assert.equal(await run(line), { exitCode: EXIT.done, data, error: null });
    assert.is(shown(line, data), text);
  });
}

test('what is not there is shown as such', () => {
  assert.is(shown('orders', []), 'none');
  assert.is(shown('reload', []), 'nothing changed');
  const status = { ...STATUS, bid: null, ask: null, pnl: null, latencyP99Us: null, refusals: {} };
  const text = shown('status', { ...status, requested: 'manual', gate: ['emergency'] });
  for (const line of [
    /^mode +full-auto → manual$/m,
    /^gate +closed: emergency$/m,
    /^market +binance BTCUSDT 60000.00 \/ 60000.01, position 0.00100$/m,
    /^market +kraken BTC\/USD - \/ -, position -$/m,
    /^profit +-$/m,
    /^refusals +none$/m,
    /^decision p99 +-$/m,
  ]) {
    assert.match(text, line);
  }
});

test('a closed gate, faults and the latch are shown', () => {
  const control = {
    ...CALM,
    mode: 'emergency',
    gate: ['emergency', 'reconciling'],
    faults: ['venue:binance'],
    cooldownMs: 1_550,
    latch: 'alice: prices',
  };
  const text = shown('kill', control);
  assert.match(text, /^gate +closed: emergency, reconciling$/m);
  assert.match(text, /^faults +venue:binance$/m);
  assert.match(text, /^cool-down +1\.6 s$/m);
  assert.match(text, /^latch +alice: prices$/m);
  assert.is(shown('reset', control), text);
});

/** A command, what the desk hears of it, and who may ask for it. */
const changing: [line: string, call: string, roles: Role[]][] = [
  ['mode manual', 'mode manual alice asked for', ['viewer', 'operator', 'risk-officer', 'admin']],
  ['mode manual too wild', 'mode manual alice too wild', [...ROLES]],
  ['kill', 'emergency alice asked for', [...ROLES]],
  ['kill wrong prices', 'emergency alice wrong prices', [...ROLES]],
  ['reset all well', 'reset alice all well', ['operator', 'risk-officer']],
  [
    'resume C28@venue:0 it answers',
    'release C28@venue:0 alice it answers',
    ['operator', 'risk-officer'],
  ],
  ['reload', 'reload alice', ['operator', 'risk-officer', 'admin']],
  ['stop', 'stop alice', ['operator', 'risk-officer', 'admin']],
  ['actor stop trading/risk', 'stop trading/risk alice', ['operator', 'risk-officer', 'admin']],
  ['actor kill trading/risk', 'kill trading/risk alice', ['operator', 'risk-officer', 'admin']],
  [
    'actor restart trading/risk',
    'restart trading/risk alice',
    ['operator', 'risk-officer', 'admin'],
  ],
];
for (const [line, call, roles] of changing) {
  test(`${line} is recorded before it is done, for ${roles.join(', ')}`, async () => {
    for (const role of ROLES) {
      const desk = aTestDesk();
      const { exitCode, error } = await run(line, desk, role);
      if (roles.includes(role)) {
        assert.equal([exitCode, desk.calls], [EXIT.done, [`recorded alice ${line}`, call]]);
      } else {
        assert.equal([exitCode, desk.calls], [EXIT.refused, [`refused alice ${line}`]]);
        const name = findCommand(DAEMON_COMMANDS, line.split(' '))?.command.name;
        assert.is(error, `${name}: you are alice (${role}); this needs ${roles.join(' or ')}`);
      }
    }
  });
}

test('raising the mode is for operators and risk officers', async () => {
  const mode = () => ({ ...CALM, mode: 'manual' as const, requested: 'manual' as const });
  for (const role of ROLES) {
    const desk = aTestDesk({ mode });
    const { exitCode } = await run('mode full-auto all is well', desk, role);
    const may = role === 'operator' || role === 'risk-officer';
    assert.is(exitCode, may ? EXIT.done : EXIT.refused, role);
    assert.is(desk.calls.length, may ? 2 : 1, role);
  }
});

test('whatever lowers severity takes a reason, and whatever raises it takes none', async () => {
  const mode = () => ({ ...CALM, mode: 'manual' as const, requested: 'manual' as const });
  const desk = aTestDesk({ mode });
  for (const line of ['reset', 'mode semi-auto', 'mode full-auto', `reset ${'x'.repeat(201)}`]) {
    const { exitCode, error } = await run(line, desk);
    assert.is(exitCode, EXIT.usage, line);
    assert.match(String(error), /found (no reason|a reason of 201 letters), wanted/);
  }
  assert.equal(
    desk.calls.filter((call) => !call.startsWith('recorded')),
    [],
  );
  for (const line of ['mode manual', 'kill']) assert.is((await run(line, desk)).exitCode, 0, line);
});

test('what cannot be released is refused in words, and put on record', async () => {
  const desk = aTestDesk();
  const refused = await run('resume C12@desk well', desk, 'operator');
  assert.equal(refused, {
    exitCode: EXIT.refused,
    data: null,
    error: 'resume: C12@desk: not raised; C28@venue:0 is',
  });
  assert.ok(desk.calls.includes('refused alice resume C12@desk'), desk.calls.join());
  const nothing = await run('resume', desk, 'operator');
  assert.is(nothing.exitCode, EXIT.usage);
});

test('what is raised is listed with the class that says who may release it', () => {
  const row = {
    id: 'C28@venue:0',
    severity: 'reduced' as const,
    reset: 'O' as const,
    owner: 'breakers',
    reason: '60 % failed',
    isProbing: true,
    count: 2,
    forSeconds: 3,
  };
  const line = /^raised +C28@venue:0 reduced, probing, class O: 60 % failed$/m;
  assert.match(shown('mode', { ...CALM, raised: [row] }), line);
  assert.match(shown('status', { ...STATUS, raised: [{ ...row, isProbing: false }] }), /class O/);
});

test('looking is everybody’s and leaves no record', async () => {
  for (const line of [
    'status',
    'mode',
    'positions',
    'orders',
    'actors',
    'actor state trading/risk',
  ]) {
    for (const role of ROLES) {
      const desk = aTestDesk();
      assert.is((await run(line, desk, role)).exitCode, EXIT.done, line);
      assert.equal(desk.calls, []);
    }
  }
});

const unrecorded = (): TestDesk => aTestDesk({ recordCommand: () => err('the disk is full') });

test('what cannot be recorded is not done', async () => {
  for (const line of ['stop', 'reload', 'reset', 'actor kill trading/risk']) {
    const desk = unrecorded();
    const { exitCode, error } = await run(line, desk);
    assert.is(exitCode, EXIT.refused);
    assert.match(error as string, /: the disk is full$/);
    assert.equal(desk.calls, [], line);
  }
});

test('nothing stands in the way of stopping, a full disk neither', async () => {
  for (const [line, call] of [
    ['kill', 'emergency alice asked for'],
    ['mode manual', 'mode manual alice asked for'],
  ] as const) {
    const desk = unrecorded();
    assert.is((await run(line, desk)).exitCode, EXIT.done);
    assert.equal(desk.calls, [call]);
  }
});

const refused: [line: string, exitCode: number, error: string][] = [
  ['mode auto', EXIT.usage, 'mode: found auto, wanted manual, semi-auto, full-auto'],
  ['mode emergency', EXIT.usage, 'mode: found emergency, wanted manual, semi-auto, full-auto'],
  ['actor state', EXIT.usage, 'actor state: wanted the path of an actor'],
  ['actor kill', EXIT.usage, 'actor kill: wanted the path of an actor'],
  ['actor kill trading/rsk', EXIT.failed, 'no actor at trading/rsk: did you mean trading/risk?'],
  ['actor state nobody', EXIT.failed, 'no actor at nobody: `actors` lists them'],
  ['stauts', EXIT.usage, 'unknown command stauts: did you mean `status`?'],
  [
    'actor kil trading/risk',
    EXIT.usage,
    'unknown command actor kil trading/risk: did you mean `actor kill`?',
  ],
  ['sell everything', EXIT.usage, 'unknown command sell everything: `help` lists the commands'],
  ['', EXIT.usage, 'unknown command : `help` lists the commands'],
];
for (const [line, exitCode, error] of refused) {
  test(`\`${line}\` is refused with what would be right`, async () => {
    const desk = aTestDesk();
    assert.equal(await run(line, desk), { exitCode, data: null, error });
    assert.equal(
      desk.calls.filter((call) => !call.startsWith('recorded')),
      [],
    );
  });
}

test('in an emergency another mode is refused until the reset', async () => {
  const desk = aTestDesk({ mode: () => ({ ...CALM, mode: 'emergency' }) });
  const { exitCode, error } = await run('mode manual', desk);
  assert.equal(
    [exitCode, error],
    [EXIT.refused, 'mode: the desk is in emergency; `reset` comes first'],
  );
  assert.is(
    desk.calls.some((call) => call.startsWith('mode')),
    false,
  );
});

test('what the desk refuses is refused in its words', async () => {
  const desk = aTestDesk({
    reset: async () => err('wait 2 s'),
    reload: async () => err(['desk.yaml:1:1 wrong', 'desk.yaml:2:1 wrong too']),
    administer: async () => err('it is stopping already'),
  });
  assert.equal(await run('reset all is well', desk), {
    exitCode: EXIT.refused,
    data: null,
    error: 'reset: wait 2 s',
  });
  assert.equal(await run('reload', desk), {
    exitCode: EXIT.config,
    data: null,
    error: 'desk.yaml:1:1 wrong\ndesk.yaml:2:1 wrong too',
  });
  assert.equal(await run('actor stop trading/risk', desk), {
    exitCode: EXIT.refused,
    data: null,
    error: 'it is stopping already',
  });
});

test('every command has help that shows it', () => {
  for (const { name, summary, examples } of DAEMON_COMMANDS) {
    assert.ok(summary.length > 0 && examples.length > 0, name);
    for (const example of examples) {
      assert.is(findCommand(DAEMON_COMMANDS, example.split(' '))?.command.name, name, example);
    }
  }
});

test('modes and paths complete themselves', () => {
  const complete = (name: string) =>
    findCommand(DAEMON_COMMANDS, name.split(' '))?.command.complete?.([], { actors: ['a', 'b'] });
  assert.equal(complete('mode'), ['manual', 'semi-auto', 'full-auto']);
  assert.equal(complete('actor kill'), ['a', 'b']);
  assert.equal(complete('actor state'), ['a', 'b']);
  assert.is(complete('status'), undefined);
});

test.run();
