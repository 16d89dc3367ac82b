import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, findCommand } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { Inspector } from '../../../src/commands/inspect/inspector.ts';
import type { Role } from '../../../src/control/authorisation.ts';
import { err } from '../../../src/core/result.ts';
import { aTestDesk } from '../../support/edge/command-world.ts';
import {
  aTestInspector,
  GOOD_HEALTH,
  HOP,
  TREE_ROW,
  VIEW,
} from '../../support/edge/test-inspector.ts';

function run(line: string, parts: Partial<Inspector> = {}, role: Role = 'operator') {
  const desk = aTestDesk({ inspector: aTestInspector(parts) });
  return runDaemonCommand(desk, line.split(' '), { user: 'ann', role });
}

function commandOf(line: string) {
  const found = findCommand(DAEMON_COMMANDS, line.split(' '));
  assert.ok(found !== null, line);
  return found as NonNullable<typeof found>;
}

const shown = (line: string, data: unknown): string => commandOf(line).command.show(data);

const texts: [line: string, pattern: RegExp][] = [
  ['tree', /^actor +uid +status.*\n {2}trading\/risk +5 +running +2m +4 +1 +0\/8192 \(12\) +99/],
  ['tree trading/risk', /trading\/risk/],
  ['info trading/risk', /^restarts +4, 1 of them lately$/m],
  ['info trading/risk', /^allowed +restart, stop, kill$/m],
  ['state trading/risk', /^\{\n {2}"loss": 5\n\}$/],
  [
    'mailbox trading/risk',
    /^quote +market-data\/feed:binance +1\.3 +7\ntick \(notice\) +- +- +-$/m,
  ],
  ['children trading/risk', /^none$/],
  ['watchers trading/risk', /^trading\/execution$/],
  ['timers trading/risk', /^evaluate +evaluate +250 +12$/m],
  ['trace-id 7', /^ *0\.0 +trading\/risk +quote +.*\n *12\.5 /m],
  ['trace-id', /^7$/],
  [
    'trace --more 1',
    /^7 {2}trading\/risk {2}quote .*took 10\.3 µs {2}handled\ntrace 1 is over, 2 /,
  ],
  ['events', /^1 +2026-01-01T00:00:00\.000Z +started +trading\/risk +5 +-$/m],
  ['deadletters', /^3 +2026.* +nobody +tick +- +unknown$/m],
  ['cancel-all', /^cancels were asked for 2 open orders$/],
  ['audit tail 3', /^ +3 +2026.* +1 +booted +\{\}$/m],
  ['audit verify', /^journal +whole\nrecords +9, 1 … 9\nsegments +1\nsha-256 +ab$/],
  ['health', /^health +good\nmode +full-auto\ngate +open$/m],
  ['lag', /^utilisation +12\.5 %$/m],
  ['heap', /^used +1\.0 MiB$/m],
  ['profile cpu 5s', /^\/data\/cpu-1\.cpuprofile$/],
  ['orders --open', /^client id/],
];
for (const [line, pattern] of texts) {
  test(`${line} shows ${pattern}`, async () => {
    const { exitCode, data, error } = await run(line);
    assert.equal([exitCode, error], [EXIT.done, null]);
    assert.match(shown(line, data), pattern);
    assert.equal(JSON.parse(JSON.stringify(data)), data, 'it is plain data');
  });
}

const refusals: [line: string, exitCode: number, error: RegExp][] = [
  ['info', EXIT.usage, /^info: found no words; wanted `info PATH`$/],
  ['info a b', EXIT.usage, /^info: found b; wanted/],
  ['info trading/rsk', EXIT.failed, /^no actor at trading\/rsk: did you mean trading\/risk\?$/],
  ['tree nobody', EXIT.failed, /^no actor at nobody/],
  ['tree --wtach', EXIT.usage, /^tree: Unknown option '--wtach'/],
  ['state trading/risk $.none', EXIT.failed, /^state: \$ has no none$/],
  ['top --by size', EXIT.usage, /^top: --by: found size, wanted mailbox, latency, cpu/],
  ['top --rows 0', EXIT.usage, /^top: --rows: found 0, wanted a whole number in 1 … 200$/],
  ['trace', EXIT.usage, /^trace: wanted the path of an actor$/],
  ['trace nobody', EXIT.failed, /^no actor at nobody/],
  ['trace trading/risk --limit 1001', EXIT.usage, /--limit: found 1001, wanted .* 1 … 1000$/],
  ['trace trading/risk --rate x', EXIT.usage, /--rate: found x/],
  ['trace trading/risk --for 6m', EXIT.usage, /--for: found 6m, wanted a duration up to 5m/],
  ['trace --more 9', EXIT.failed, /^trace: no trace 9 is on$/],
  ['trace-id x', EXIT.usage, /^trace-id: found x, wanted a number$/],
  ['trace-id 8', EXIT.failed, /^trace-id: event 8 is not known/],
  ['events --rows 257', EXIT.usage, /^events: --rows: found 257/],
  ['deadletters --since -1', EXIT.usage, /^deadletters: /],
  ['audit tail 201', EXIT.usage, /^audit tail: found 201, wanted 1 … 200$/],
  ['audit prove x', EXIT.usage, /^audit prove: found x, wanted a sequence$/],
  ['breakers', EXIT.failed, /^breakers: trading\/risk is down/],
  ['heap --snapshot', EXIT.refused, /^heap: operator may not; admin may$/],
  ['profile cpu 31s', EXIT.usage, /^profile cpu: found 31s, wanted a duration up to 30s$/],
];
for (const [line, exitCode, error] of refusals) {
  test(`${line} is refused with what would be right`, async () => {
    const outcome = await run(line);
    assert.is(outcome.exitCode, exitCode);
    assert.match(outcome.error ?? '', error);
  });
}

test('what the desk refuses is said with the name of the command', async () => {
  const no = err('no');
  const cases: [line: string, parts: Partial<Inspector>, exitCode: number][] = [
    ['trace trading/risk', { trace: () => no }, EXIT.refused],
    ['audit tail', { auditTail: async () => no }, EXIT.failed],
    ['audit verify', { auditVerify: async () => no }, EXIT.unverified],
    ['audit prove 3', { auditProve: () => no }, EXIT.failed],
    ['profile cpu', { cpuProfile: async () => no }, EXIT.refused],
  ];
  for (const [line, parts, exitCode] of cases) {
    const outcome = await run(line, parts);
    assert.is(outcome.exitCode, exitCode, line);
    assert.match(outcome.error ?? '', /: no$/, line);
  }
  const snapshot = await run('heap --snapshot', { heapSnapshot: () => no }, 'admin');
  assert.equal([snapshot.exitCode, snapshot.error], [EXIT.refused, 'heap: no']);
  const written = await run('heap --snapshot', {}, 'admin');
  assert.is(shown('heap --snapshot', written.data), '/data/heap-1.heapsnapshot');
});

test('bad health is an exit code, and both the complaints and the figures are told', async () => {
  const complaints = ['the gate is closed: emergency', 'a is down, it should run'];
  const bad = { ...GOOD_HEALTH, isHealthy: false, complaints, gate: ['emergency'] };
  const outcome = await run('health', { health: async () => bad });
  assert.equal([outcome.exitCode, outcome.error], [EXIT.failed, complaints.join('\n')]);
  assert.match(shown('health', outcome.data), /^health +not good\n.*\ngate +closed: emergency$/m);
});

test('top puts the actor first that has most of what was asked for', async () => {
  const order = async (by: string): Promise<string[]> => {
    const { data } = await run(`top --by ${by}`);
    return (data as { path: string }[]).map(({ path }) => path);
  };
  assert.is((await order('mailbox'))[0], 'a');
  assert.is((await order('latency'))[0], 'a');
  assert.is((await order('cpu'))[0], 'b');
  assert.is((await order('restarts'))[0], 'b');
  assert.is((await order('drops'))[0], 'c');
  const { data } = await run('top --rows 1');
  assert.match(shown('top', data), /^actor +status +msg\/s.*\nb +running +10 +- +- +50\.00/);
});

test('a tree of thousands is cut, and says how much is left out', async () => {
  const rows = Array.from({ length: 300 }, (_, at) => ({ ...TREE_ROW, path: `a/${at}` }));
  const { data } = await run('tree', { tree: async () => rows });
  assert.match(shown('tree', data), /\n50 more; `tree PATH` shows a part$/);
  assert.is((data as { rows: unknown[] }).rows.length, 250);
});

test('what goes on by itself says how, and what is over does not', async () => {
  const nextOf = (line: string, data: unknown) => {
    const { command, rest } = commandOf(line);
    return command.next?.(rest, data) ?? null;
  };
  assert.equal(nextOf('top --watch', []), {
    words: ['top', '--watch'],
    afterMs: 1_000,
    isFresh: true,
  });
  assert.is(nextOf('tree', { rows: [], left: 0 }), null);
  assert.equal(nextOf('events --follow', { rows: [], next: 4 })?.words, [
    'events',
    '--follow',
    '--since',
    '4',
  ]);
  assert.is(nextOf('deadletters', { rows: [], next: 4 }), null);
  const { data } = await run('trace trading/risk --limit 5');
  assert.equal(nextOf('trace trading/risk', data)?.words, ['trace', '--more', '1']);
  const { data: over } = await run('trace --more 1');
  assert.is(nextOf('trace --more 1', over), null);
});

test('a change is recorded before it runs, and a look is not', async () => {
  for (const [line, recorded] of [
    ['cancel-all', true],
    ['profile cpu 1s', true],
    ['heap --snapshot', true],
    ['actor suspend trading/risk', true],
    ['heap', false],
    ['tree', false],
    ['trace trading/risk', false],
  ] as const) {
    const desk = aTestDesk();
    await runDaemonCommand(desk, line.split(' '), { user: 'ann', role: 'operator' });
    assert.is(desk.calls[0] === `recorded ann ${line}`, recorded, line);
  }
});

test('without a record nothing is changed, and an order is cancelled all the same', async () => {
  const desk = aTestDesk({ recordCommand: () => err('the journal takes no events') });
  const who = { user: 'ann', role: 'operator' } as const;
  assert.is((await runDaemonCommand(desk, ['profile', 'cpu'], who)).exitCode, EXIT.refused);
  assert.is((await runDaemonCommand(desk, ['cancel-all'], who)).exitCode, EXIT.done);
});

test('a viewer may look and cancel, and may not suspend or profile', async () => {
  for (const [line, exitCode] of [
    ['tree', EXIT.done],
    ['trace trading/risk', EXIT.done],
    ['cancel-all', EXIT.done],
    ['profile cpu', EXIT.refused],
    ['actor suspend trading/risk', EXIT.refused],
  ] as const) {
    assert.is((await run(line, {}, 'viewer')).exitCode, exitCode, line);
  }
});

test('Tab offers actors for a path, and options everywhere', () => {
  const { command, rest } = commandOf('state');
  assert.equal(command.complete?.(rest, { actors: [VIEW.path] }), [VIEW.path]);
  assert.equal(commandOf('trace').command.complete?.(['a', ''], { actors: [VIEW.path] }), [
    '--filter',
    '--limit',
    '--rate',
    '--for',
    '--end',
    '--more',
  ]);
  assert.is(HOP.path, VIEW.path);
});

test.run();
