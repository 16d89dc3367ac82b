import { dialectOf } from '../../../hardware/gpio/gpiod-dialect.ts';
import { rpioBoardFault, rpioPresence } from '../../../hardware/rpio.ts';
import { type Check, type Finding, good, weak } from './check.ts';
import type { Host } from './host.ts';

const CHIP = /^gpiochip\d+$/;

export const STOP_CHECK: Check = { name: 'hardware stop', examine: stopFinding };

/**
 * Which driver could read a button here. Nothing is loaded and no line is taken: rpio in the wrong
 * place turns into a mock or ends the process.
 */
async function stopFinding(host: Host): Promise<Finding> {
  const rpio = rpioFault(host);
  if (rpio === null) return good('rpio: a Raspberry Pi up to 4 with its registers at hand');
  const gpiod = await gpiodFault(host);
  if (gpiod === null) return good('gpiod-cli: the tools of libgpiod and a chip');
  const found = `NO HARDWARE STOP (rpio: ${rpio}; gpiod-cli: ${gpiod})`;
  return weak(found, 'a board with a button; live trading does not arm without one');
}

function rpioFault({ env, modeOf, resolve }: Host): string | null {
  const board = rpioBoardFault(env.files);
  if (board !== null) return board.detail;
  if (modeOf('/dev/gpiomem') === null) return '/dev/gpiomem is absent';
  return rpioPresence(resolve);
}

async function gpiodFault({ env, gpiomonVersion }: Host): Promise<string | null> {
  if (!env.files.list('/dev').some((name) => CHIP.test(name))) return 'no /dev/gpiochip*';
  const version = await gpiomonVersion();
  if (version === null) return 'gpiomon is not installed';
  const dialect = dialectOf(version);
  return dialect.ok ? null : dialect.error.detail;
}
