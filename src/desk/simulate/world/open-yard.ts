import { guardKeyFile } from '../../venue/notice.ts';
import { FOLDER } from '../desk-process.ts';
import { type GuardMaker, GuardYard, type YardOptions } from './guard-yard.ts';
import type { World } from './world.ts';

/** An answer with this status or a higher one says that the venue does not want to, or cannot. */
const UNSERVED = 418;

/** The guards of a world: seen by its laws, and reaching its venues with keys that may cancel. */
export function openYard(world: World, make: GuardMaker, net: YardOptions['net']): GuardYard {
  const { time, disk, netSwitches, trace } = world;
  const { rest } = world.laws;
  for (const { name, guardKey } of world.venues) {
    disk.replace(guardKeyFile(FOLDER, name), new TextEncoder().encode(JSON.stringify(guardKey)));
  }
  return new GuardYard({
    ...{ make, time, disk, net, netSwitches },
    random: world.random.fork('guards'),
    folder: FOLDER,
    isDesk: (pid) => pid === world.process.pid && world.process.isAlive,
    killDesk: (pid) => {
      if (pid === world.process.pid) world.kill(false);
    },
    asked: ({ method, url }) => {
      trace.note('guard-ask', `${method} ${new URL(url).pathname}`);
      rest.asked(world.nowMs);
    },
    answered: (outcome) => {
      rest.answered(outcome.ok && outcome.value.status < UNSERVED, world.nowMs);
    },
    ended: () => rest.guardGone(world.nowMs),
    note: (what, detail) => trace.note(what, detail),
  });
}
