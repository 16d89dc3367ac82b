import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, findCommand } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { Desk } from '../../../src/commands/desk.ts';
import { REPORT_MAX } from '../../../src/commands/estop/estop-port.ts';
import type { Role } from '../../../src/control/authorisation.ts';
import { err } from '../../../src/core/result.ts';
import { aTestDesk, ESTOP, ESTOP_EVENT } from '../../support/edge/command-world.ts';

const run = (line: string, desk: Desk = aTestDesk(), role: Role = 'operator') =>
  runDaemonCommand(desk, line.split(' '), { user: 'ann', role });

const shown = (name: string, data: unknown): string =>
  findCommand(DAEMON_COMMANDS, name.split(' '))?.command.show(data) ?? '';

test('the stop is shown with what it stands for and when it was last proven', async () => {
  const { exitCode, data } = await run('estop', aTestDesk(), 'viewer');
  assert.equal([exitCode, data], [EXIT.done, ESTOP]);
  const armed = shown('estop', data);
  assert.match(armed, /^driver +simulated-panel: no hardware stop$/m);
  assert.match(armed, /^stands for +nothing: armed$/m);
  assert.match(armed, /^proof test +barred, last never$/m);
  const tripped = {
    ...ESTOP,
    ...{ driver: 'rpio', isHardware: true, cause: 'a', causes: ['a', 'shell'], isFaulted: true },
    ...{ provenAt: '2026-01-01T00:00:00.000Z', proof: 'overdue' },
    contacts: { a: 'open', b: 'closed', tamper: 'closed' },
  };
  const text = shown('estop', tripped);
  assert.match(text, /^driver +rpio$/m);
  assert.match(text, /^stands for +a, shell$/m);
  assert.match(text, /^contacts +A open, B closed, tamper closed$/m);
  assert.match(text, /^fault +the channels disagreed$/m);
  assert.match(text, /^acknowledged +no$/m);
  assert.match(shown('estop', { ...tripped, isAcknowledged: true }), /^acknowledged +yes$/m);
});

test('acknowledging and proving are on record, and take more than looking', async () => {
  const desk = aTestDesk();
  assert.equal((await run('acknowledge', desk)).data, 'acknowledged');
  assert.is(shown('acknowledge', 'acknowledged'), 'acknowledged');
  assert.equal((await run('estop proof monthly test', desk)).data, ESTOP);
  assert.match(shown('estop proof', ESTOP), 'proof test');
  assert.equal(desk.calls, [
    'recorded ann acknowledge',
    'acknowledge ann',
    'recorded ann estop proof monthly test',
    'prove ann monthly test',
  ]);
  for (const line of ['acknowledge', 'estop proof x']) {
    assert.is((await run(line, aTestDesk(), 'viewer')).exitCode, EXIT.refused, line);
  }
});

test('what cannot be acknowledged, proven or reported is told', async () => {
  const { estop } = aTestDesk();
  const calm = aTestDesk({
    estop: {
      ...estop,
      acknowledge: async () => false,
      prove: async () => err('press it'),
      report: async () => err('the journal is broken'),
    },
  });
  const acknowledged = await run('acknowledge', calm);
  assert.equal([acknowledged.exitCode, acknowledged.data], [EXIT.refused, null]);
  const proven = await run('estop proof monthly', calm);
  assert.equal([proven.exitCode, proven.error], [EXIT.refused, 'estop proof: press it']);
  const report = await run('estop report', calm);
  assert.equal(
    [report.exitCode, report.error],
    [EXIT.failed, 'estop report: the journal is broken'],
  );
  assert.is((await run('estop proof', calm)).exitCode, EXIT.usage);
});

test('ES33: the record is a table, or CSV that any program reads', async () => {
  const asked: number[] = [];
  const { estop } = aTestDesk();
  const report = async (last: number) => {
    asked.push(last);
    return estop.report(last);
  };
  const desk = aTestDesk({ estop: { ...estop, report } });
  const table = await run('estop report --last 50', desk, 'viewer');
  assert.match(shown('estop report', table.data), /^sequence +at +boot .*\n +12 +2026-01-01/);
  const csv = await run('estop report --csv', desk, 'viewer');
  assert.is(
    shown('estop report', csv.data),
    'sequence,at,boot,monoUs,what,cause,by,modeBefore,modeAfter,openOrders,detail\r\n' +
      '12,2026-01-01T00:00:00.000Z,1,1000000,trip:shell,shell,ann,full-auto,emergency,2,' +
      '"wrong prices, ""all"" of them"',
  );
  assert.equal((csv.data as { rows: unknown }).rows, [ESTOP_EVENT]);
  await run(`estop report --csv --last ${REPORT_MAX}`, desk, 'viewer');
  assert.equal(asked, [50, REPORT_MAX, REPORT_MAX]);
  for (const wrong of [
    '--last 0',
    `--last ${REPORT_MAX + 1}`,
    '--last x',
    '--last',
    'all',
    '--last 5 6',
  ]) {
    const { exitCode } = await run(`estop report ${wrong}`, desk, 'viewer');
    assert.is(exitCode, EXIT.usage, wrong);
  }
});

test.run();
