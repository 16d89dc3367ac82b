/** Every console block of the README is run, and what it shows is what comes. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withFiles } from './support/replay/files.ts';
import { aLivelyScript } from './support/replay/lively-script.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'dist', 'src', 'main.js');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const README_LINES_MAX = 150;
const HOME_STATE = '/home/ada/.local/state/flyball';
const POLLS_MAX = 200;
const LAST_LINES = 30;
const CTRL_C = '\u0003';
const ESCAPE_SEQUENCE = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-9;]*[A-Za-z]`, 'g');

interface Step {
  readonly words: readonly string[];
  /** Lines shown below the command, without those that stand for more. */
  readonly shown: readonly string[];
}

/** The steps of all console blocks; those of npm are `.ci/run`'s. */
const steps = [...README.matchAll(/^```console\n(.*?)^```$/gms)]
  .flatMap(([, block]) => (block as string).split(/^\$ /m).slice(1))
  .map((text): Step => {
    const [command = '', ...below] = text.trimEnd().split('\n');
    return { words: command.split(' '), shown: below.filter((line) => line !== '…') };
  });
const own = steps.filter(({ words }) => words[0] === 'npx');

function wordsOf({ words }: Step): readonly string[] {
  assert.equal(words.slice(0, 2), ['npx', 'flyball']);
  return words.slice(2);
}

const isStart = (step: Step): boolean =>
  step.words[2] === 'start' && !step.words.includes('--replay');
const isAlone = ({ words }: Step): boolean =>
  words.includes('--replay') || words[2] === 'book' || words[2] === 'simulate';

/** A line without its numbers, colours and spaces. */
function shape(line: string): string {
  return line
    .replaceAll(ESCAPE_SEQUENCE, '')
    .replaceAll(/\b[0-9a-f]{64}\b/g, '#')
    .replaceAll(/-?\d[\d.,:]*/g, '#')
    .replaceAll(/(?<=\s)-(?=\s|$)/g, '#')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Demands the shown lines in the output, in their order. */
function assertShown({ words, shown }: Step, output: string): void {
  const lines = output.split(/[\r\n]+/).map(shape);
  let at = 0;
  for (const line of shown) {
    const found = lines.indexOf(shape(line), at);
    assert.ok(found >= 0, `${words.join(' ')} shows no (further) line like: ${line}\n${output}`);
    at = found + 1;
  }
}

interface Ran {
  readonly exitCode: number | null;
  readonly output: string;
}

function run(words: readonly string[], cwd: string, state: string): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, XDG_STATE_HOME: state } };
    const child = execFile(process.execPath, [MAIN, ...words], options, (_, out, err) =>
      resolve({ exitCode: child.exitCode, output: `${err}${out}` }),
    );
  });
}

/** Runs a command until it succeeds: a desk comes up, a first order fills, a cool-down ends. */
async function until(isDone: (ran: Ran) => boolean, again: () => Promise<Ran>): Promise<Ran> {
  for (let poll = 1; ; poll += 1) {
    const ran = await again();
    if (isDone(ran)) return ran;
    if (poll === POLLS_MAX) throw new Error(`still not so:\n${ran.output}`);
  }
}

/** What stands where a report may be cut. */
function lastLines(output: string): string {
  return output
    .trimEnd()
    .split(/[\r\n]+/)
    .slice(-LAST_LINES)
    .join('\n');
}

/** It has traded, and has got over what the step before did to it. */
function isSettled({ fills, gate }: { fills: number; gate: readonly string[] }): boolean {
  return fills > 0 && !gate.includes('reconciling');
}

/** A desk on a terminal of its own, as a person sees it. */
function onTerminal(words: readonly string[], state: string) {
  const command = [process.execPath, MAIN, ...words].map((word) => `'${word}'`).join(' ');
  // Without `exec` a shell such as dash dies of the ^C that is meant for the desk.
  const child = spawn('script', ['-qec', `stty cols 200; exec ${command}`, '/dev/null'], {
    env: { ...process.env, XDG_STATE_HOME: state },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<Ran>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
  return { ended, interrupt: () => child.stdin?.write(CTRL_C) };
}

test('the README is short, and its links lead somewhere', () => {
  const lines = README.split('\n').length;
  assert.ok(lines <= README_LINES_MAX, `${lines} lines`);
  for (const [, target] of README.matchAll(/\]\(([^)]+)\)/g)) {
    assert.ok(existsSync(join(ROOT, target as string)), `${target} is linked and does not exist`);
  }
});

test('links among the pages lead somewhere', () => {
  for (const name of readdirSync(join(ROOT, 'docs')).filter((each) => each.endsWith('.md'))) {
    const page = join(ROOT, 'docs', name);
    for (const [, target] of readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      assert.ok(existsSync(join(dirname(page), target as string)), `${name} links ${target}`);
    }
  }
});

test('installing, starting and testing are what CI and the package do', () => {
  const npm = steps.filter(({ words }) => words[0] === 'npm').map(({ words }) => words.join(' '));
  assert.equal(npm, ['npm ci && npm start', 'npm ci && npm test']);
  const ci = readFileSync(join(ROOT, '.ci', 'run'), 'utf8');
  assert.ok(/^npm ci$/m.test(ci) && /^npm test$/m.test(ci));
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  assert.is(scripts.start, 'node --enable-source-maps dist/src/main.js start --paper');
  assert.is(npm.length + own.length, steps.length);
});

test('what needs no running desk shows what the README shows', () =>
  withFiles({ 'btcusdt.txt': aLivelyScript(40).text }, async (pathOf) => {
    const alone = own.filter(isAlone);
    assert.is(alone.length, 3);
    for (const step of alone) {
      const ran = await run(wordsOf(step), pathOf('.'), pathOf('state'));
      assert.is(ran.exitCode, 0, ran.output);
      assertShown(step, ran.output);
    }
  }));

if (spawnSync('script', ['--version']).error !== undefined) {
  process.stdout.write('  the session is not run: there is no command `script`\n');
} else {
  test('the session goes as the README shows it', () =>
    withFiles({}, async (pathOf) => {
      const state = pathOf('state');
      const [start] = own.filter(isStart);
      assert.ok(start !== undefined);
      const ask = (words: readonly string[]) => run(words, pathOf('.'), state);
      const desk = onTerminal(wordsOf(start), state);
      try {
        for (const step of own.filter((each) => !isStart(each) && !isAlone(each))) {
          await until(
            ({ exitCode, output }) => exitCode === 0 && isSettled(JSON.parse(output)),
            () => ask(['status', '--json']),
          );
          const ran = await until(
            ({ output }) => !output.includes('cooling down'),
            () => ask(wordsOf(step)),
          );
          assert.is(ran.exitCode, 0, ran.output);
          assertShown(step, ran.output);
        }
        desk.interrupt();
        const { exitCode, output } = await desk.ended;
        assert.is(exitCode, 0, `exit code ${exitCode}; its last lines:\n${lastLines(output)}`);
        assertShown(start, output.replaceAll(join(state, 'flyball'), HOME_STATE));
      } finally {
        await ask(['stop']);
        await desk.ended;
      }
    }));
}

test.run();
