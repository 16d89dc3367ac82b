/** `flyball attach` as a person uses it in a real terminal: Tab, history, help, watch. */
import type { Premises } from '../../support/process/premises.ts';
import { Tmux } from '../../support/process/tmux.ts';
import { pause, until } from '../../support/process/until.ts';

const PROMPT = /flyball\[paper full-auto\]>$/;

/** Works in a shell on premises whose desk trades, and leaves it; a loud skip without tmux. */
export async function terminalSession(premises: Premises): Promise<void> {
  if (!Tmux.isThere()) return;
  const terminal = new Tmux(['attach', '--data-dir', premises.folder]);
  try {
    await terminal.shows(/logged in as operator/);
    await works(terminal);
    terminal.type('exit');
    terminal.press('Enter');
    await until('the end of the shell', () => !terminal.isRunning);
  } finally {
    terminal.end();
  }
}

async function works(terminal: Tmux): Promise<void> {
  await terminal.shows(PROMPT);
  terminal.type('info trading/ri');
  await terminal.shows(/> info trading\/ri$/);
  terminal.press('Tab');
  await terminal.shows(/> info trading\/risk$/);
  terminal.press('Enter');
  await terminal.shows(/^allowed +restart, stop, kill$/m);
  await says(terminal, 'help trace', /^trace PATH \[--filter KIND\].*: record the messages/m);
  await says(terminal, 'tree', /^actor +uid +status +age/m);
  await says(terminal, 'breakers', /^C37 +kill command +ok/m);
  terminal.clear();
  await terminal.shows(PROMPT);
  terminal.press('Up', 'Up', 'Up', 'Up');
  await terminal.shows(/> info trading\/risk$/);
  terminal.press('Enter');
  await terminal.shows(/^path +trading\/risk$/m);
  await says(terminal, 'trace trading/risk --limit 2', /^trace 1 is over, \d+ left out/m);
  await says(terminal, 'watch 1 lag', /^utilisation +\d/m);
  terminal.press('C-c');
  await terminal.shows(PROMPT);
}

/** A person takes a moment before the next line; the shell refuses more than ten a second. */
const MOMENT_MS = 200;

async function says(terminal: Tmux, line: string, answer: RegExp): Promise<void> {
  await terminal.shows(PROMPT);
  await pause(MOMENT_MS);
  terminal.type(line);
  terminal.press('Enter');
  await terminal.shows(answer);
}
