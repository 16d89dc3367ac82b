import { dialectOf } from '../../../hardware/gpio/gpiod-dialect.ts';
import { rpioBoardFault, rpioPresence } from '../../../hardware/rpio.ts';
import type { HardwareSettings } from '../../config/hardware-section.ts';
import { bad, type Check, type Finding, good, weak } from './check.ts';
import type { Host } from './host.ts';

const CHIP = /^gpiochip\d+$/;
const WANTED = 'a board with a button, and hardware.pins; live trading does not arm without one';

/** @param hardware null when the configuration could not be read, which another check says */
export function stopChecks(hardware: HardwareSettings | null): readonly Check[] {
  return [
    { name: 'hardware stop', examine: (host) => stopFinding(host, hardware) },
    { name: 'watchdog', examine: (host) => watchdogFinding(host, hardware) },
  ];
}

/**
 * Which driver could read a button here. Nothing is loaded and no line is taken: rpio in the wrong
 * place turns into a mock or ends the process.
 */
async function stopFinding(host: Host, hardware: HardwareSettings | null): Promise<Finding> {
  const driver = hardware?.driver ?? 'auto';
  if (driver === 'panel') return weak('NO HARDWARE STOP (hardware.driver is panel)', WANTED);
  const rpio = driver === 'gpiod' ? 'not wanted' : rpioFault(host);
  const gpiod = driver === 'rpio' ? 'not wanted' : await gpiodFault(host, hardware);
  const found = rpio === null ? 'rpio' : gpiod === null ? 'gpiod-cli' : null;
  if (found === null) {
    const faults = `NO HARDWARE STOP (rpio: ${rpio}; gpiod-cli: ${gpiod})`;
    return driver === 'auto' ? weak(faults, WANTED) : bad(faults, `what ${driver} needs`);
  }
  if (found === 'gpiod-cli' && hardware?.pins !== undefined && hardware.guardPins === undefined) {
    return bad(
      'gpiod-cli, and no line that the guard could read',
      'hardware.guardPins: a, b, tamper',
    );
  }
  if (hardware?.pins !== undefined) return good(`${found}, on the pins that are configured`);
  return weak(`NO HARDWARE STOP (${found} is there, and no pins are configured)`, WANTED);
}

function rpioFault({ env, modeOf, resolve }: Host): string | null {
  const board = rpioBoardFault(env.files);
  if (board !== null) return board.detail;
  if (modeOf('/dev/gpiomem') === null) return '/dev/gpiomem is absent';
  return rpioPresence(resolve);
}

async function gpiodFault(
  { env, gpiomonVersion }: Host,
  hardware: HardwareSettings | null,
): Promise<string | null> {
  const chips = env.files.list('/dev').filter((name) => CHIP.test(name));
  const wanted = hardware?.pins === undefined ? chips[0] : hardware.chip;
  if (wanted === undefined) return 'no /dev/gpiochip*';
  if (!chips.includes(wanted)) return `no /dev/${wanted}`;
  const version = await gpiomonVersion();
  if (version === null) return 'gpiomon is not installed';
  const dialect = dialectOf(version);
  return dialect.ok ? null : dialect.error.detail;
}

/** Opening a watchdog arms it, so it is only looked at. */
function watchdogFinding({ modeOf }: Host, hardware: HardwareSettings | null): Finding {
  const device = hardware?.watchdog;
  if (device !== undefined) {
    return modeOf(device) === null
      ? bad(`no ${device}`, 'the device that hardware.watchdog names, or none')
      : good(device);
  }
  if (modeOf('/dev/watchdog') === null) return good('none here, none configured');
  return weak('/dev/watchdog, not used', 'hardware.watchdog: /dev/watchdog');
}
