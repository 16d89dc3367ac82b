/** The command line: options, help, what is started, and what is said to wrong words. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS, runCommandLine } from '../../src/commands/cli.ts';
import { didYouMean, EXIT, findCommand } from '../../src/commands/command.ts';
import { PAPER_CONFIG } from '../../src/commands/launch-commands.ts';
import {
  parseDuration,
  parsePace,
  parseSeed,
  parseWords,
} from '../../src/commands/local-command.ts';
import { aCommandWorld } from '../support/edge/command-world.ts';

async function running(line: string, variables: Record<string, string> = { HOME: '/home/a' }) {
  const world = aCommandWorld({ variables });
  const exitCode = await runCommandLine(line === '' ? [] : line.split(' '), world);
  return { exitCode, ...world.terminal.written, launched: world.launched };
}

const START = {
  configFile: PAPER_CONFIG,
  dataDirectory: '/home/a/.local/state/flyball',
  guardDirectory: '/home/a/.local/state/flyball-guard',
  spawnsGuard: true,
  replay: null,
  seed: null,
  forMs: null,
  isJson: false,
};
const { forMs: _, guardDirectory: __, spawnsGuard: ___, ...VENUE } = { ...START, port: 0 };
const replayOf = (pace: number | 'max', instruments: string | null = null) => ({
  replay: { recording: 'a.gz', instruments, pace },
});

const starts: [line: string, options: object][] = [
  ['start', START],
  ['start --paper', START],
  ['start --for 90s --json', { ...START, forMs: 90_000, isJson: true }],
  ['start --config d.yaml', { ...START, configFile: 'd.yaml' }],
  ['start --data-dir /data', { ...START, dataDirectory: '/data' }],
  ['start --replay a.gz', { ...START, ...replayOf(1) }],
  ['start --replay a.gz --pace max --seed 7', { ...START, ...replayOf('max'), seed: 7 }],
  ['start --replay a.gz --instruments i.json', { ...START, ...replayOf(1, 'i.json') }],
  ['start --guard-dir /guard', { ...START, guardDirectory: '/guard' }],
  ['start --no-guard-spawn', { ...START, spawnsGuard: false }],
  ['guard --data-dir /data --guard-dir /g', { dataDirectory: '/data', guardDirectory: '/g' }],
  ['venue', VENUE],
  ['venue --port 9443', { ...VENUE, port: 9443 }],
  ['venue --replay a.gz --pace 10x', { ...VENUE, ...replayOf(10) }],
];
for (const [line, options] of starts) {
  test(`\`${line}\` starts what it says`, async () => {
    const { exitCode, launched, err } = await running(line);
    assert.equal([exitCode, launched, err], [EXIT.done, [options], '']);
  });
}

test('state is kept where the system wants it', async () => {
  const folders: [variables: Record<string, string>, folder: string][] = [
    [{ XDG_STATE_HOME: '/state', HOME: '/home/a' }, '/state/flyball'],
    [{ XDG_STATE_HOME: '', HOME: '/home/a' }, '/home/a/.local/state/flyball'],
    [{}, '.local/state/flyball'],
  ];
  for (const [variables, folder] of folders) {
    const { launched } = await running('start', variables);
    assert.is(launched[0]?.dataDirectory, folder);
  }
});

const wrong: [line: string, said: string][] = [
  ['start --for soon', '--for: found soon, wanted a duration such as 60s or 5m'],
  ['start --for 0s', '--for: found 0s, wanted a duration such as 60s or 5m'],
  ['start now', 'found now, wanted options only'],
  ['start --pace max', '--pace: wanted together with --replay'],
  ['start --instruments i.json', '--instruments: wanted together with --replay'],
  ['start --replay a --pace fast', '--pace: found fast, wanted max or a number up to 1000'],
  ['start --seed -1', "start: Option '--seed' argument is ambiguous."],
  ['start --seed=1.5', '--seed: found 1.5, wanted a whole number below 2^32'],
  ['start --live', "start: Unknown option '--live'"],
  ['start --for', "start: Option '--for <value>' argument missing"],
  ['start --json=yes', "start: Option '--json' does not take an argument"],
  ['venue --port 70000', '--port: found 70000, wanted 0 to 65535'],
  ['venue --port http', '--port: found http, wanted 0 to 65535'],
  ['venue now', 'found now, wanted options only'],
  ['venue --replay a --pace max', '--pace: max needs no venue of its own; wanted a number'],
  ['book check', 'book check: wanted at least one recording'],
  ['starr', 'unknown command starr, did you mean `flyball start`?'],
  ['config chek', 'unknown command config, did you mean `flyball config check`?'],
  ['fly me to the moon', 'unknown command fly'],
  ['help starr', 'unknown command starr, did you mean `flyball start`?'],
];
for (const [line, said] of wrong) {
  test(`\`${line}\` is wrong usage and starts nothing`, async () => {
    const { exitCode, out, err, launched } = await running(line);
    assert.equal([exitCode, out, launched], [EXIT.usage, '', []]);
    assert.ok(err.startsWith(said), err);
    assert.ok(err.endsWith('\n`flyball help` shows how it is used\n'));
  });
}

test('the version is said in either way', async () => {
  for (const line of ['--version', 'version']) {
    assert.equal((await running(line)).out, 'flyball 1.2.3\n');
  }
});

test('without words, and on request, the commands are listed', async () => {
  for (const line of ['', 'help', '--help', '-h']) {
    const { exitCode, out } = await running(line);
    assert.is(exitCode, EXIT.done);
    for (const { name } of COMMANDS) assert.match(out, new RegExp(`^${name} `, 'm'));
  }
});

test('the help of a command has its examples first, then its options', async () => {
  for (const line of ['help start', 'start --help', 'start -h']) {
    const { exitCode, out, launched } = await running(line);
    assert.equal([exitCode, launched], [EXIT.done, []]);
    assert.match(out, /^start: run the desk: .*\n\nexamples\n {2}flyball start\n/);
    assert.match(out, /\n\noptions\n {2}--paper +paper trading \(the default\)\n/);
    assert.match(out, /\n {2}--for 60s +stop in order after so long\n/);
  }
});

test('a short option stands before its long name', async () => {
  assert.match((await running('help attach')).out, /\n {2}-c, --command CMD +run a command and/);
});

test('every command has help and examples that are its own', async () => {
  for (const { name, examples } of COMMANDS) {
    assert.is((await running(`help ${name}`)).exitCode, EXIT.done);
    assert.ok(examples.length > 0, name);
    for (const example of examples) {
      const words = example.replace('flyball ', '').split(' ');
      assert.is(findCommand(COMMANDS, words)?.command.name, name, example);
    }
  }
});

test('no two commands have one name', () => {
  const names = COMMANDS.map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
});

test('words that a person almost wrote are meant, others are not', () => {
  const names = ['status', 'stop', 'actor kill'];
  assert.is(didYouMean(names, 'statsu'), 'status');
  assert.is(didYouMean(names, 'actor kil'), 'actor kill');
  assert.is(didYouMean(names, 'buy'), null);
  assert.is(didYouMean([], 'status'), null);
});

test('words are split into options and the rest', () => {
  const options = {
    name: { type: 'string', help: '' },
    each: { type: 'string', multiple: true, short: 'e', help: '' },
    json: { type: 'boolean', help: '' },
  } as const;
  const parsed = parseWords(options, ['a', '--name=x', '-e', '1', '--each', '2', '--json', 'b']);
  assert.ok(parsed.ok);
  const { positionals, text, texts, flag } = parsed.value;
  assert.equal(positionals, ['a', 'b']);
  assert.equal([text('name'), text('each'), text('absent')], ['x', null, null]);
  assert.equal([texts('each'), texts('name')], [['1', '2'], []]);
  assert.equal([flag('json'), flag('name')], [true, false]);
});

const durations: [text: string, ms: number | null][] = [
  ['500ms', 500],
  ['60', 60_000],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['0', null],
  ['-1s', null],
  ['1w', null],
  ['', null],
  ['s', null],
  [`${'9'.repeat(400)}d`, null],
];
for (const [text, ms] of durations) {
  test(`the duration ${text.slice(0, 9) || '""'} is ${ms}`, () => {
    assert.is(parseDuration(text), ms);
  });
}

test('a pace is max or a number up to a thousand', () => {
  const paces = ['max', '1', '0.5', '10x', '1000', '1001', '0', '-1', 'x', ''];
  const expected = ['max', 1, 0.5, 10, 1000, null, null, null, null, null];
  assert.equal(paces.map(parsePace), expected);
});

test('a seed is a whole number of 32 bits', () => {
  const seeds = ['0', '4294967295', '4294967296', '-1', '1.5', '99999999999', ''];
  assert.equal(seeds.map(parseSeed), [0, 4_294_967_295, null, null, null, null, null]);
});

test.run();
