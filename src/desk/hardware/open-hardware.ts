import type { LampPins } from '../../../hardware/estop/lamp-panel.ts';
import { type GpiodOptions, openGpiod } from '../../../hardware/gpio/gpiod.ts';
import { openPanel, PANEL_PINS } from '../../../hardware/gpio/panel.ts';
import type { GpioBackend, GpioFault } from '../../../hardware/gpio/port.ts';
import {
  runSelfTest,
  type SelfTestWiring,
  selfTestFaultText,
} from '../../../hardware/gpio/self-test.ts';
import { openRpio, type RpioPins, rpioBoardFault } from '../../../hardware/rpio.ts';
import type { HardwareSettings } from '../../config/hardware-section.ts';
import type { ContactSource } from '../../control/guard/wire.ts';
import type { Env } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { DeskHardware } from './desk-hardware.ts';

type Outside = Pick<Env, 'files' | 'clock' | 'timers'>;
type Opened = Result<GpioBackend, GpioFault>;
type Driver = 'rpio' | 'gpiod' | 'panel';

/** How the drivers are opened; tests bring their own. */
export interface Drivers {
  readonly rpio: (pins: RpioPins, outside: Outside) => Opened;
  readonly gpiod: (options: GpiodOptions, outside: Outside) => Promise<Opened>;
}

/** The file of the simulated panel in a run folder. */
export const panelFile = (runFolder: string): string => `${runFolder}/panel`;
/** Tells `flyball panel` what stops the desk of this data directory. */
export const driverFile = (runFolder: string): string => `${runFolder}/stop-driver`;

/**
 * Opens the emergency stop and tests it. A driver that is configured, or whose GPIO is there, and
 * that does not open is an error and never a reason to take the simulated panel: that would be a
 * stop that looks armed and hears no button.
 *
 * @returns one sentence when the desk must not start
 */
export async function openHardware(
  settings: HardwareSettings,
  runFolder: string,
  env: Outside,
  drivers: Drivers = REAL,
): Promise<Result<DeskHardware, string>> {
  const driver = driverOf(settings, env.files);
  const { inputs, outputs, ...layout } = layoutOf(settings, driver);
  const guardContacts = guardContactsOf(settings, driver, runFolder);
  if (guardContacts === null) return err(NO_GUARD_LINES);
  const opened =
    driver === 'panel'
      ? openPanel(panelFile(runFolder), env)
      : driver === 'rpio'
        ? drivers.rpio({ inputs, outputs }, env)
        : await drivers.gpiod(
            { chip: settings.chip, inputs, outputs, folder: runFolder, toolFolder: null },
            env,
          );
  if (!opened.ok) return err(`hardware.driver ${driver}: ${opened.error.detail}`);
  const backend = opened.value;
  env.files.replace(driverFile(runFolder), new TextEncoder().encode(`${backend.kind}\n`));
  const startFault = await selfTested(backend, layout.wiring, env);
  const wiring = { ...layout.wiring, pulses: null };
  return ok({ ...layout, backend, wiring, guardContacts, startFault });
}

const REAL: Drivers = {
  rpio: (pins, outside) => openRpio(pins, outside),
  gpiod: openGpiod,
};

/** Without pins nobody has said where a button is, so there is none. */
export function driverOf({ driver, pins, chip }: HardwareSettings, files: Env['files']): Driver {
  if (driver !== 'auto') return driver;
  if (pins === undefined) return 'panel';
  if (rpioBoardFault(files) === null) return 'rpio';
  return files.list('/dev').includes(chip) ? 'gpiod' : 'panel';
}

const NO_GUARD_LINES =
  'hardware.guardPins: found none, wanted a, b and tamper on lines of their own: ' +
  'with gpiod one process alone has a line, and the guard must see the button as well';

/**
 * What the guard reads: registers can be read by two processes, a line of gpiod cannot.
 *
 * @returns null when it could read nothing
 */
function guardContactsOf(
  { pins: named, guardPins, chip }: HardwareSettings,
  driver: Driver,
  runFolder: string,
): ContactSource | null {
  if (driver === 'panel' || named === undefined) {
    return { driver: 'panel', file: panelFile(runFolder) };
  }
  if (driver === 'gpiod') {
    return guardPins === undefined ? null : { driver, chip, pins: guardPins };
  }
  const { a, b, tamper } = guardPins ?? named;
  return { driver, pins: { a, b, tamper } };
}

interface Layout {
  readonly pins: DeskHardware['pins'];
  readonly lamps: LampPins;
  readonly wiring: SelfTestWiring;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

function layoutOf({ pins: named, guardPins }: HardwareSettings, driver: Driver): Layout {
  if (driver === 'panel' || named === undefined) {
    const { loop } = PANEL_PINS;
    const wiring = { contacts: PANEL_PINS, loop: { out: loop, in: loop }, pulses: null };
    return { pins: PANEL_PINS, lamps: PANEL_PINS, wiring, inputs: [], outputs: [] };
  }
  const { a, b, tamper, reset, service, loopIn, loopOut, feedA, feedB } = named;
  const { green, yellow, red, buzzer, heartbeat } = named;
  const feeds = feedA === undefined || feedB === undefined ? null : { a: feedA, b: feedB };
  return {
    pins: { a, b, tamper, reset, service },
    lamps: { green, yellow, red, buzzer, heartbeat },
    wiring: { contacts: { a, b, tamper }, loop: { out: loopOut, in: loopIn }, pulses: feeds },
    inputs: [
      ...[a, b, tamper, reset, service, loopIn],
      // The guard only looks at registers, so who sets its pins up is this process.
      ...(driver === 'rpio' && guardPins !== undefined ? Object.values(guardPins) : []),
    ],
    outputs: [
      ...[green, yellow, red, buzzer, heartbeat, loopOut],
      ...(feeds === null ? [] : [feeds.a, feeds.b]),
    ],
  };
}

function selfTested(
  backend: GpioBackend,
  wiring: SelfTestWiring,
  env: Outside,
): Promise<string | null> {
  return new Promise((resolve) => {
    runSelfTest(backend, wiring, env, (outcome) =>
      resolve(outcome.ok ? null : selfTestFaultText(outcome.error)),
    );
  });
}
