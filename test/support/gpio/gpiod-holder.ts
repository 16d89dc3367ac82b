/** A process that holds the lines of a fake chip until it is killed. */
import { openGpiod } from '../../../hardware/gpio/gpiod.ts';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';

const options = JSON.parse(process.argv[2] as string);
const opened = await openGpiod(options, { clock: nodeClock, timers: nodeTimers });
process.stdout.write(opened.ok ? 'ready\n' : `${opened.error.detail}\n`);
nodeTimers.after(60_000, () => {});
