import type { Env, Files } from '../../src/core/env.ts';
import { err, ok, type Result, reasonOf } from '../../src/core/result.ts';
import type { GpioBackend, GpioFault, Level } from './port.ts';
import { byteOf, openRegisterFile, registerFault, registersOf } from './register-file.ts';

/** Which register of the panel is what. The loop of the self-test is one and the same register. */
export const PANEL_PINS = {
  a: 0,
  b: 1,
  tamper: 2,
  reset: 3,
  service: 4,
  green: 8,
  yellow: 9,
  red: 10,
  buzzer: 11,
  heartbeat: 12,
  loop: 13,
} as const;

/**
 * The simulated panel of a desk without GPIO: a register file in the run folder that daemon and
 * guard read alike. Its state outlives the processes, as that of a real button does.
 */
export function openPanel(
  path: string,
  outside: Pick<Env, 'files' | 'clock' | 'timers'>,
): Result<GpioBackend, GpioFault> {
  try {
    const { files } = outside;
    if (files.read(path) === null) files.replace(path, registersOf(CLOSED));
  } catch (thrown) {
    return err({ kind: 'no-hardware', detail: `${path}: ${reasonOf(thrown)}` });
  }
  return openRegisterFile('simulated-panel', path, outside);
}

const { a, b, tamper, reset, service } = PANEL_PINS;
const CLOSED = [a, b, tamper];

/** What a hand does to the panel. `release` closes every contact, cut wires and lid included. */
export const PANEL_ACTIONS = {
  press: [0, 0, null, null, null],
  release: [1, 1, 1, null, null],
  tamper: [null, null, 0, null, null],
  'cut-a': [0, null, null, null, null],
  'cut-b': [null, 0, null, null, null],
  'hold-reset': [null, null, null, 1, null],
  'let-go-reset': [null, null, null, 0, null],
  'turn-service': [null, null, null, null, 1],
  'return-service': [null, null, null, null, 0],
} as const satisfies Record<string, readonly (Level | null)[]>;
export type PanelAction = keyof typeof PANEL_ACTIONS;

/** Changes the registers of a panel in place, so that whoever holds the file open sees it. */
export function actOnPanel(
  files: Files,
  path: string,
  action: PanelAction,
): Result<void, GpioFault> {
  try {
    const wrong = registerFault(path, files.read(path));
    if (wrong !== null) return err(wrong);
    const file = files.open(path, 'update');
    try {
      PANEL_ACTIONS[action].forEach((level, at) => {
        const pin = INPUTS[at] as number;
        if (level !== null) file.write(new Uint8Array([byteOf(level)]), 0, 1, pin);
      });
    } finally {
      file.close();
    }
    return ok(undefined);
  } catch (thrown) {
    return err({ kind: 'lost', detail: `${path}: ${reasonOf(thrown)}` });
  }
}

const INPUTS = [a, b, tamper, reset, service];
