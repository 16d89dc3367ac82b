/** The shell on the journal of a dead desk. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT, findCommand } from '../../../src/commands/command.ts';
import {
  RECORDED_COMMANDS,
  runRecordedCommand,
} from '../../../src/commands/proof/recorded-commands.ts';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { lotsOf } from '../../../src/core/units.ts';
import { openRecordedDesk } from '../../../src/desk/proof/recorded-desk.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { openJournal } from '../../../src/storage/journal/recover.ts';
import { retainSegments } from '../../../src/storage/retention.ts';
import { aFill, anInstrument, anOrder, submitted } from '../../storage/journal/events.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { aCommandWorld, aTerminal } from '../../support/edge/command-world.ts';

const EVENTS: readonly JournalEvent[] = [
  { kind: 'booted', boot: 1, deskId: 'abcdefgh', version: '9.9.9', wasClean: true },
  { kind: 'instrument-defined', instrument: anInstrument() },
  {
    kind: 'mode-changed',
    from: 'manual',
    to: 'full-auto',
    requested: 'full-auto',
    by: 'ann',
    reason: 'well',
    epoch: 1,
    machine: '{}',
    machineVersion: 1,
  },
  { kind: 'command-given', by: 'ann', command: 'mode full-auto' },
  submitted(),
  { kind: 'order-accepted', clientId: 'desk-1-mm-1', venueOrderId: 'v1' },
  { kind: 'order-filled', clientId: 'desk-1-mm-1', fill: aFill() },
  { kind: 'command-refused', by: 'vic', role: 'viewer', command: 'reset', reason: 'no' },
];
const FILLED = 7;
const FIRST = '0000000000000001.segment';
const MORE = 400;

/** A data directory of a desk that has died; with many segments, most of which are gone. */
async function aDeadDesk(isLong = false): Promise<string> {
  const folder = temporaryFolder();
  nodeFiles.ensureFolder(join(folder, 'journal'), 0o700);
  const env = { files: nodeFiles, clock: nodeClock, timers: nodeTimers };
  const opened = await openJournal(env, {
    folder: join(folder, 'journal'),
    boot: 1,
    store: 'lmdb',
    segmentBytes: 4096,
  });
  assert.ok(opened.ok);
  const { journal } = opened.value;
  const orders = Array.from({ length: isLong ? MORE : 0 }, (_, at) =>
    submitted({ clientId: `desk-1-mm-x${at}`, lots: lotsOf(1) }),
  );
  for (const event of [...EVENTS, ...orders]) assert.ok(journal.append(event) > 0);
  assert.ok((await journal.settled()).ok);
  await journal.close();
  const segments = join(folder, 'journal', 'segments');
  if (isLong) retainSegments(nodeFiles, segments, EVENTS.length + MORE, 1);
  return folder;
}

/** Hash over names, bytes and times of everything in a folder. */
function digestOf(folder: string): string {
  const hash = createHash('sha256');
  const walk = (path: string): void => {
    const { mtimeMs, mode } = statSync(path);
    hash.update(`${path} ${mtimeMs} ${mode}\n`);
    if (!statSync(path).isDirectory()) hash.update(readFileSync(path));
    else for (const name of readdirSync(path).sort()) walk(join(path, name));
  };
  walk(folder);
  return hash.digest('hex');
}

async function asked(folder: string, ...lines: string[]) {
  const world = aCommandWorld();
  const words = lines.flatMap((line) => ['-c', line]);
  const exitCode = await runCommandLine(['attach', '--replay', folder, '--json', ...words], world);
  const { out, err } = world.terminal.written;
  const answers = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { exitCode, answers, err };
}

const shown = (name: string, data: unknown): string =>
  findCommand(RECORDED_COMMANDS, name.split(' '))?.command.show(data) ?? '';

for (const isLong of [false, true]) {
  const what = isLong ? 'long journal, mostly in its store' : 'journal that is all segments';
  test(`a ${what} answers, is sound, and not a byte of it changes`, async () => {
    const folder = await aDeadDesk(isLong);
    if (isLong) {
      assert.not.ok(readdirSync(join(folder, 'journal', 'segments')).includes(FIRST));
    }
    const before = digestOf(folder);
    const all = EVENTS.length + (isLong ? MORE : 0);
    const { exitCode, answers, err } = await asked(
      folder,
      'status',
      'orders',
      'positions',
      'events',
      'events 2 order-filled',
      'audit tail',
      'audit verify',
      'mode history',
      'explain desk-1-mm-1',
      'at 6',
      'status',
      'positions',
      `at ${all}`,
      'positions',
    );
    assert.equal([exitCode, err], [EXIT.done, '']);
    const [status, orders, positions, events, fills, audit, verified, modes, why] = answers;
    assert.equal(
      [status.at, status.head, status.deskId, status.mode, status.wasStopped, status.ends],
      [all, all, 'abcdefgh', 'full-auto', false, 'whole'],
    );
    assert.is(orders.length, isLong ? MORE + 1 : 1);
    assert.match(shown('orders', orders), /desk-1-mm-1/);
    assert.equal([positions[0].symbol, positions[0].quantity], ['BTC/USD', '0.004']);
    assert.is(events.length, isLong ? 20 : EVENTS.length);
    assert.equal(
      fills.map(({ sequence }: { sequence: number }) => sequence),
      [FILLED],
    );
    assert.equal(
      audit.map(({ kind }: { kind: string }) => kind),
      ['booted', 'mode-changed', 'command-given', 'command-refused'],
    );
    assert.match(shown('audit tail', audit), /by=vic role=viewer command=reset reason=no/);
    assert.equal([verified.isSound, verified.records], [true, all]);
    assert.ok(verified.compared > 0);
    assert.match(shown('audit verify', verified), /^faults +none$/m);
    assert.is(modes[0].what, 'manual → full-auto');
    assert.is(why.isRecorded, false);
    const [went, then, flat, back, again] = answers.slice(9);
    assert.equal([went, then.at, then.head, back], [6, 6, all, all]);
    assert.equal([flat, again], [[], positions]);
    assert.match(shown('status', then), new RegExp(`^record +6 of ${all}$`, 'm'));
    assert.is(shown('at', went), 'the state is that behind record 6');
    assert.is(digestOf(folder), before);
  });
}

test('what needs a running desk says so, and what nobody knows is met with a guess', async () => {
  const folder = await aDeadDesk();
  const faults: [line: string, exitCode: number, said: RegExp][] = [
    ['kill', EXIT.refused, /^kill: needs a desk that runs; this is a recorded one/],
    ['mode full-auto', EXIT.refused, /^mode: needs a desk that runs/],
    ['actors', EXIT.refused, /^actors: needs a desk that runs/],
    ['audit tial', EXIT.usage, /did you mean `audit tail`\?/],
    ['dance', EXIT.usage, /^unknown command dance: `help` lists the commands/],
    ['at', EXIT.usage, /^at: found undefined, wanted the sequence of a record/],
    ['at 0', EXIT.failed, /^at: found 0, wanted a record from 1 to 8/],
    ['at 9', EXIT.failed, /^at: found 9, wanted a record from 1 to 8/],
    ['events 0', EXIT.usage, /^events: found 0, wanted a number from 1 to 10000/],
    ['audit tail x', EXIT.usage, /^audit tail: found x, wanted a number/],
    ['explain', EXIT.usage, /^explain: wanted a client order id/],
    ['explain x', EXIT.failed, /^explain: no order x is in this journal/],
  ];
  const desk = await openRecordedDesk(nodeFiles, folder);
  assert.ok(desk.ok);
  for (const [line, code, said] of faults) {
    const { exitCode, error } = await runRecordedCommand(desk.value, line.split(' '));
    assert.is(exitCode, code, line);
    assert.match(error as string, said);
  }
  await desk.value.close();
});

test('a folder without a journal is refused with what is wanted', async () => {
  const folder = temporaryFolder();
  const { exitCode, err } = await asked(folder, 'status');
  assert.is(exitCode, EXIT.unreachable);
  assert.match(err, /found no journal, wanted a data directory with journal\/segments in it/);
});

test('a store that is lost leaves segments that do not reach back, and that is said', async () => {
  const folder = await aDeadDesk(true);
  nodeFiles.remove(join(folder, 'journal', 'store', 'data.mdb'));
  const { exitCode, err } = await asked(folder, 'status');
  assert.is(exitCode, EXIT.unreachable);
  assert.match(err, /the store ends at record 0, the log begins at \d+/);
});

test('a damaged record ends the journal there, and the audit finds it', async () => {
  const folder = await aDeadDesk();
  const segments = join(folder, 'journal', 'segments');
  const [segment] = readdirSync(segments).filter((name) => name.endsWith('.segment'));
  const file = join(segments, segment as string);
  const bytes = readFileSync(file);
  bytes[bytes.indexOf('full-auto')] = 0x58;
  writeFileSync(file, bytes);
  const { answers } = await asked(folder, 'status');
  assert.ok(answers[0].head < EVENTS.length);
  assert.match(answers[0].ends, /^damaged behind record \d: .* is damaged or missing/);
  const { exitCode, err } = await asked(folder, 'audit verify');
  assert.is(exitCode, EXIT.unverified);
  assert.match(err, /^audit verify: 1 faults in \d+ records\ndamaged behind record /);
});

test('an interactive look has its own prompt and completion, and leaves no history', async () => {
  const folder = await aDeadDesk();
  const before = digestOf(folder);
  const world = aCommandWorld({}, aTerminal({ isInteractive: true }));
  const over = runCommandLine(['attach', '--replay', folder], world);
  world.input.write('orders\nat 6\nhelp\nquit\n');
  assert.is(await over, EXIT.done);
  const { out } = world.terminal.written;
  assert.match(out, /logged in as nobody \(viewer\)/);
  assert.match(out, /desk-1-mm-1/);
  assert.match(out, /^at SEQUENCE +go to the state behind a record/m);
  assert.not.match(out, /^kill/m);
  let screen = '';
  for (let chunk = world.output.read(); chunk !== null; chunk = world.output.read()) {
    screen += chunk;
  }
  assert.match(screen, /flyball\[recorded full-auto\]> /);
  assert.is(digestOf(folder), before);
});

test('orders of an unknown market are left out', async () => {
  const folder = temporaryFolder();
  const env = { files: nodeFiles, clock: nodeClock, timers: nodeTimers };
  nodeFiles.ensureFolder(join(folder, 'journal'), 0o700);
  const options = { folder: join(folder, 'journal'), boot: 1, store: 'lmdb' as const };
  const opened = await openJournal(env, options);
  assert.ok(opened.ok);
  const { journal } = opened.value;
  journal.append({ kind: 'order-submitted', order: anOrder() });
  await journal.close();
  const { answers } = await asked(folder, 'orders', 'positions', 'status');
  assert.equal(answers.slice(0, 2), [[], []]);
  assert.equal(answers[2].integrity, { 'unknown-instrument': 1 });
  const { err } = await asked(folder, 'audit verify');
  assert.match(err, /unknown-instrument: 1 times/);
});

test.run();
