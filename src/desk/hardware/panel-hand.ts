import { actOnPanel, PANEL_PINS, type PanelAction } from '../../../hardware/gpio/panel.ts';
import { registerFault } from '../../../hardware/gpio/register-file.ts';
import type {
  PanelFault,
  PanelPort,
  PanelView,
  PanelWord,
} from '../../commands/estop/panel-port.ts';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { driverFile, panelFile } from './open-hardware.ts';

/** How long the reset button is held: well inside 0.1 … 3 s, and many looks of the desk. */
const HELD_MS = 400;
const ONE = 0x31;

/** Reaches the simulated panel of a data directory past the daemon that reads it. */
export function panelHand(
  folder: string,
  env: Pick<Env, 'files' | 'timers'>,
): Result<PanelPort, PanelFault> {
  const { files, timers } = env;
  const runFolder = `${folder}/run`;
  const path = panelFile(runFolder);
  let driver: string | null;
  let isThere: boolean;
  try {
    driver = driverIn(files, runFolder);
    isThere = driver !== null && files.read(path) !== null;
  } catch (thrown) {
    return err({ kind: 'no-panel', detail: `${path}: ${reasonOf(thrown)}` });
  }
  if (driver !== null && driver !== SIMULATED) {
    const detail = `the desk in ${folder} is stopped by ${driver}: press the button itself`;
    return err({ kind: 'real-hardware', detail });
  }
  if (!isThere) {
    const detail = `there is no panel in ${folder}: \`flyball start\` makes one`;
    return err({ kind: 'no-panel', detail });
  }
  const act = (action: PanelAction): Result<void, string> => {
    const done = actOnPanel(files, path, action);
    return done.ok ? done : err(done.error.detail);
  };
  const show = (): Result<PanelView, string> => viewOf(files, path);
  return ok({
    show,
    async act(word) {
      const [first, last] = ACTIONS[word];
      const done = act(first);
      if (!done.ok) return done;
      if (last !== null) {
        await new Promise<void>((resolve) => void timers.after(HELD_MS, resolve));
        const released = act(last);
        if (!released.ok) return released;
      }
      return show();
    },
  });
}

const SIMULATED = 'simulated-panel';

/** What is done, and what is done a moment later. */
const ACTIONS: Readonly<Record<PanelWord, readonly [PanelAction, PanelAction | null]>> = {
  press: ['press', null],
  release: ['release', null],
  tamper: ['tamper', null],
  'cut-a': ['cut-a', null],
  'cut-b': ['cut-b', null],
  reset: ['hold-reset', 'let-go-reset'],
  service: ['turn-service', 'return-service'],
};

function driverIn(files: Env['files'], runFolder: string): string | null {
  const bytes = files.read(driverFile(runFolder));
  return bytes === null ? null : new TextDecoder().decode(bytes).trim();
}

function viewOf(files: Env['files'], path: string): Result<PanelView, string> {
  try {
    const bytes = files.read(path);
    const wrong = registerFault(path, bytes);
    if (wrong !== null) return err(wrong.detail);
    const shows = (pin: number): boolean => bytes?.[pin] === ONE;
    const contact = (name: 'a' | 'b' | 'tamper') => (shows(PANEL_PINS[name]) ? 'closed' : 'open');
    const button = (name: 'reset' | 'service') => (shows(PANEL_PINS[name]) ? 'held' : 'released');
    const lamp = (name: keyof PanelView['lamps']) => (shows(PANEL_PINS[name]) ? 'on' : 'off');
    return ok({
      contacts: { a: contact('a'), b: contact('b'), tamper: contact('tamper') },
      buttons: { reset: button('reset'), service: button('service') },
      lamps: {
        green: lamp('green'),
        yellow: lamp('yellow'),
        red: lamp('red'),
        buzzer: lamp('buzzer'),
        heartbeat: lamp('heartbeat'),
      },
    });
  } catch (thrown) {
    return err(`${path}: ${reasonOf(thrown)}`);
  }
}
