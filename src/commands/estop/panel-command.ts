import { didYouMean, EXIT } from '../command.ts';
import { DATA_DIR, dataDirectory, JSON_OUTPUT, usage } from '../launch-commands.ts';
import type { LocalCommand } from '../local-command.ts';
import { answer, pairs } from '../terminal.ts';
import { PANEL_WORDS, type PanelView, type PanelWord } from './panel-port.ts';

const SAID = ['press', 'release', 'tamper', 'cut A', 'cut B', 'reset', 'service', 'show'];

/**
 * `panel`: what a hand would do to the button. It changes the panel's file and asks no daemon, so
 * it stops a desk whose event loop is blocked, through the guard and before the next order.
 */
export const panelCommand: LocalCommand = {
  name: 'panel',
  usage: 'press|release|tamper|cut A|cut B|reset|service|show',
  summary: 'the simulated emergency stop of a desk without a real one; works while the desk hangs',
  examples: ['flyball panel press', 'flyball panel release', 'flyball panel show --json'],
  options: { 'data-dir': DATA_DIR, json: JSON_OUTPUT },
  async run(words, around) {
    const { terminal, env, launch } = around;
    const said = words.positionals.join(' ');
    const word = said.toLowerCase().replace(' ', '-');
    const isAction = (PANEL_WORDS as readonly string[]).includes(word);
    if (!isAction && word !== 'show') {
      const meant = said === '' ? null : didYouMean(SAID, said);
      const hint = meant === null ? '' : `; did you mean \`flyball panel ${meant}\`?`;
      const found = said === '' ? 'nothing' : said;
      return usage(around, `panel: found ${found}, wanted one of ${SAID.join(', ')}${hint}`);
    }
    const opened = await launch.panel(dataDirectory(words, around), env);
    if (!opened.ok) {
      terminal.err(`panel: ${opened.error.detail}\n`);
      return opened.error.kind === 'real-hardware' ? EXIT.refused : EXIT.failed;
    }
    const panel = opened.value;
    const view = isAction ? await panel.act(word as PanelWord) : panel.show();
    if (!view.ok) {
      terminal.err(`panel: ${view.error}\n`);
      return EXIT.failed;
    }
    answer(terminal, words.flag('json'), view.value, (data) => showPanel(data as PanelView));
    return EXIT.done;
  },
};

function showPanel({ contacts, buttons, lamps }: PanelView): string {
  return pairs([
    ['channel A', contacts.a],
    ['channel B', contacts.b],
    ['tamper', contacts.tamper],
    ['reset', buttons.reset],
    ['service', buttons.service],
    ['green', lamps.green],
    ['yellow', lamps.yellow],
    ['red', lamps.red],
    ['buzzer', lamps.buzzer],
    ['heartbeat', lamps.heartbeat],
  ]);
}
