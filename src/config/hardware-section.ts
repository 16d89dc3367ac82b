import { z } from 'zod';

const PIN_MAX = 511;

const pin = z.number().int().min(0).max(PIN_MAX);
const input = (what: string) => pin.describe(`input: ${what}`);
const output = (what: string) => pin.describe(`output: ${what}`);

const pins = z
  .strictObject({
    a: input('channel A of the button, normally closed'),
    b: input('channel B of the button, normally closed'),
    tamper: input('switch of the enclosure, normally closed'),
    reset: input('reset button, 1 while it is held'),
    service: input('service key, 1 while it is turned'),
    loopIn: input('the other end of the loop wire'),
    loopOut: output('one end of the loop wire of the self-test'),
    green: output('lamp: armed'),
    yellow: output('lamp: degraded or manual'),
    red: output('lamp: stopped'),
    buzzer: output('buzzer'),
    heartbeat: output('10 Hz as long as the gate lives, for a relay that watches from outside'),
    feedA: output('feeds channel A, so that the self-test can open it').optional(),
    feedB: output('feeds channel B').optional(),
  })
  .superRefine((named, context) => {
    for (const name of repeatedIn(Object.entries(named))) {
      context.addIssue({ code: 'custom', path: [name], message: 'wanted each pin once' });
    }
    if ((named.feedA === undefined) !== (named.feedB === undefined)) {
      const path = [named.feedA === undefined ? 'feedA' : 'feedB'];
      context.addIssue({ code: 'custom', path, message: 'wanted both feeds or none' });
    }
  })
  .describe('GPIO numbers of the panel; without them nothing says where a button is');

const guardPins = z
  .strictObject({
    a: input('channel A, for the guard'),
    b: input('channel B, for the guard'),
    tamper: input('switch of the enclosure, for the guard'),
  })
  .describe('lines of the guard, wired to the same contacts; gpiod gives a line to one process');

/** Names of pins whose number stands before them. */
function repeatedIn(named: readonly (readonly [name: string, number: number | undefined])[]) {
  const seen = new Set<number>();
  return named.flatMap(([name, number]) => {
    if (number === undefined) return [];
    const isRepeated = seen.has(number);
    seen.add(number);
    return isRepeated ? [name] : [];
  });
}

/** Section `hardware` of the configuration: the emergency stop that a hand can press. */
export const hardwareSection = z
  .strictObject({
    driver: z
      .enum(['auto', 'rpio', 'gpiod', 'panel'])
      .default('auto')
      .describe('auto: the GPIO that is there once pins are named, else the simulated panel'),
    chip: z
      .string()
      .regex(/^gpiochip\d{1,3}$/, 'wanted a name such as gpiochip0')
      .default('gpiochip0')
      .describe('chip for gpiod, as in /dev'),
    pins: pins.optional(),
    guardPins: guardPins.optional(),
    watchdog: z
      .string()
      .startsWith('/dev/')
      .optional()
      .describe('watchdog device that resets the host when this desk hangs'),
  })
  .superRefine(({ driver, pins: named, guardPins: ofGuard }, context) => {
    const both = [...Object.entries(named ?? {}), ...Object.entries(ofGuard ?? {})];
    if (ofGuard !== undefined && repeatedIn(both).length > 0) {
      const message = 'wanted pins that the desk does not use, each once';
      context.addIssue({ code: 'custom', path: ['guardPins'], message });
    }
    if (named !== undefined || driver === 'auto' || driver === 'panel') return;
    context.addIssue({ code: 'custom', path: ['pins'], message: `wanted pins for ${driver}` });
  })
  .describe('emergency stop');

export type HardwareSettings = z.infer<typeof hardwareSection>;
