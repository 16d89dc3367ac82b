/** Every command of the console block of docs/risk.md runs on a desk and shows what is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../src/commands/cli.ts';
import { findCommand } from '../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../src/commands/daemon-commands.ts';
import { METHODS, riskReportSection } from '../../src/risk/report/settings.ts';
import { untilTrading } from '../support/desk/laws.ts';
import { rehearsed } from '../support/desk/rehearsed.ts';
import { root } from '../support/shared.ts';

const PAGE = readFileSync(join(root, 'docs', 'risk.md'), 'utf8');

interface Step {
  readonly words: readonly string[];
  /** Lines shown below the command, without those that stand for more. */
  readonly shown: readonly string[];
}

/** A desk that makes a market is flat at times. */
const MINUTES_MAX = 10;
const ANN = { user: 'ann', role: 'viewer' } as const;
const block = /^```console\n(.*?)^```$/ms.exec(PAGE)?.[1] ?? '';
const steps = block
  .split(/^\$ flyball /m)
  .slice(1)
  .map((text): Step => {
    const [command = '', ...below] = text.trimEnd().split('\n');
    return { words: command.split(' '), shown: below.filter((line) => line !== '…') };
  });

/** A line without its numbers, dashes for them, and spaces. */
function shape(line: string): string {
  return line
    .replaceAll(/-?\d[\d.,:-]*( %)?/g, '#')
    .replaceAll(/(?<=\s)-(?=\s|$)/g, '#')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

test('every command of the page runs on a desk and shows what the page shows', async () => {
  await rehearsed({
    change: (config) => {
      config.riskReport = riskReportSection.parse({ everyMinutes: 1 });
    },
    script: async (stage) => {
      await untilTrading(stage);
      const isHeld = (): boolean => {
        const found = stage.desk.risk.report();
        return found.ok && found.value.gross > 0;
      };
      for (let minute = 0; minute < MINUTES_MAX && !isHeld(); minute += 1) {
        await stage.sleep(60_000);
      }
      assert.ok(isHeld(), 'a report of a position');
      for (const { words, shown } of steps) {
        const outcome = await runDaemonCommand(stage.desk, words, ANN);
        const { exitCode, data, error } = outcome;
        assert.is(exitCode, 0, `${words.join(' ')}: ${error}`);
        const found = findCommand(DAEMON_COMMANDS, words);
        const out = found?.command.show(data) ?? '';
        const lines = out.split('\n').map(shape);
        for (const line of shown) {
          const wanted = shape(line);
          const isThere = lines.some((each) => each === wanted || sameBut(each, wanted));
          assert.ok(isThere, `${words.join(' ')} shows no line like: ${line}\n${out}`);
        }
        const file = found?.command.file?.(found.rest, data) ?? null;
        if (words.includes('--html')) assert.is(file?.path, 'heat.html');
      }
    },
  });
});

/** A heat that is not known yet has a reason in the place of its number. */
function sameBut(found: string, wanted: string): boolean {
  const [name] = wanted.split(' #');
  return wanted.startsWith('heat of the book') && found.startsWith(name as string);
}

test('the page names every command, method and setting that it should', () => {
  const names = COMMANDS.map(({ name }) => name).filter((name) => name.startsWith('risk '));
  for (const name of names.filter((each) => each !== 'risk report')) {
    assert.ok(
      steps.some(({ words }) => words.slice(0, 2).join(' ') === name),
      name,
    );
  }
  for (const method of METHODS) assert.match(PAGE, new RegExp(`^\\| \`${method}\` \\|`, 'm'));
  const settings = riskReportSection.parse({});
  for (const name of Object.keys(settings).filter((each) => each !== 'returnsMin')) {
    assert.ok(PAGE.includes(`\`${name}\``), name);
  }
});

test.run();
