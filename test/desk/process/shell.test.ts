import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { onPremises } from '../../support/process/premises.ts';
import type { Program } from '../../support/process/program.ts';
import { terminalSession } from './terminal-session.ts';

const ESCAPE = '\u001b';
const UP = `${ESCAPE}[A`;
/** The prompt at the very end, and behind it at most a move of the cursor. */
const PROMPT = new RegExp(`flyball\\[paper full-auto\\]> (?:${ESCAPE}\\[\\d+G)?$`);

test(
  'the interactive shell completes words, keeps its history and leaves the desk alone',
  onPremises(async (premises) => {
    const daemon = premises.start();
    // The prompt shows the mode of the moment in which it was written.
    await premises.journal().until('Full-Auto', ({ mode }) => mode === 'full-auto');
    const fed = premises.program('attach', '--json');
    fed.say('mode\nnonsense\n');
    const ended = await fed.end();
    assert.is(ended.code, 2, 'without a terminal the first failure ends it');
    assert.is(JSON.parse(ended.out).latch, null);
    assert.match(ended.err, 'unknown command nonsense: `help` lists the commands');

    const terminal = premises.onTerminal('attach');
    if (terminal !== null) {
      await terminal.said(/logged in as operator \(operator\)/);
      await completes(terminal, 'posi', 'positions', /symbol +quantity/);
      await completes(terminal, 'actor state trading/ri', 'trading/risk', /"touches"/);
      await prompted(terminal);
      terminal.say('quit\r');
      assert.is((await terminal.end()).code, 0);
      const history = readFileSync(join(premises.folder, 'shell-history'), 'utf8').split('\n');
      assert.equal(history.slice(0, 3), ['quit', 'actor state trading/risk', 'positions']);
    }
    const later = premises.onTerminal('attach');
    if (later !== null) {
      await prompted(later);
      later.say(`${UP}${UP}${UP}\r`);
      await later.said(/symbol +quantity/);
      await prompted(later);
      later.say('exit\r');
      assert.is((await later.end()).code, 0);
    }
    await terminalSession(premises);
    assert.ok(daemon.isRunning, 'detaching stops nobody');
  }),
);

/** Types a word, lets Tab finish it, and runs the line. A tab inside a paste completes nothing. */
async function completes(
  terminal: Program,
  typed: string,
  completed: string,
  answer: RegExp,
): Promise<void> {
  await prompted(terminal);
  terminal.say(typed);
  await terminal.said(new RegExp(`${typed}$`));
  terminal.say('\t');
  await terminal.said(new RegExp(`${completed}(?:\\u001b\\[\\d+[A-Z])*$`));
  terminal.say('\r');
  await terminal.said(answer);
}

async function prompted(terminal: Program): Promise<void> {
  await terminal.said(PROMPT);
}

test.run();
