import type { FaultTarget, PanelBlow, PresentFault } from './fault.ts';

const NOTHING = (): void => {};
/** A little longer than a reset has to wait after a trip, so that nobody was quicker. */
const COOLED_MS = 3_020;
/** More crashes than a supervisor forgives, even if some hit a worker that is down. */
const LOOP_CRASHES = 40;
const LOOP_EVERY_MS = 20;
/** More than the mailbox of `settings` holds. */
const RELOADS = 1_100;
const STALLS_MS = [20, 1_000, 30_000];

function worker({ desk, random }: FaultTarget): string {
  const paths = desk.workers();
  return paths[random.below(Math.max(1, paths.length))] ?? '';
}

/** Faults of actors, of their supervisors and of the process they live in. */
const BLOWS: readonly (PanelBlow | 'flicker')[] = ['press', 'cut-a', 'cut-b', 'tamper', 'flicker'];
/** Edges of a contact that flickers, and the time between two: less than a beat. */
const FLICKERS = 10;
const FLICKER_MS = 7;

export const ACTOR_FAULTS: readonly PresentFault[] = [
  {
    id: 'F01',
    fault: 'an actor throws, before or after it has acted on the message',
    family: 'actor',
    lastsMs: 0,
    start(target) {
      const how = target.random.below(2) === 0 ? 'throws-before' : 'throws-after';
      target.desk.spoilHandler(worker(target), how);
      return NOTHING;
    },
  },
  {
    id: 'F02',
    fault: 'the promise of a handler is never settled',
    family: 'actor',
    lastsMs: 0,
    start(target) {
      target.desk.spoilHandler(worker(target), 'hangs');
      return NOTHING;
    },
  },
  {
    id: 'F03',
    fault: 'an actor crashes again and again, beyond what its supervisor forgives',
    family: 'actor',
    lastsMs: LOOP_CRASHES * LOOP_EVERY_MS,
    start(target) {
      const path = worker(target);
      let left = LOOP_CRASHES;
      const again = (): void => {
        if (left === 0) return;
        left -= 1;
        target.desk.crash(path);
        target.after(LOOP_EVERY_MS, again);
      };
      again();
      return () => {
        left = 0;
      };
    },
  },
  {
    id: 'F04',
    fault: 'a supervisor crashes',
    family: 'actor',
    lastsMs: 0,
    start({ desk, random }) {
      const paths = desk.supervisors();
      desk.crash(paths[random.below(Math.max(1, paths.length))] ?? '');
      return NOTHING;
    },
  },
  {
    id: 'F05',
    fault: 'kill -9 at any message boundary',
    family: 'process',
    lastsMs: 0,
    start({ desk }) {
      desk.kill({ isPowerCut: false });
      return NOTHING;
    },
  },
  {
    id: 'F06',
    fault: 'kill -9 of the guard',
    family: 'process',
    lastsMs: 0,
    start({ desk }) {
      desk.killGuard();
      return NOTHING;
    },
  },
  {
    id: 'F07',
    fault: 'the event loop is blocked for 20 ms, 1 s or 30 s',
    family: 'process',
    lastsMs: 0,
    start({ stall, random }) {
      stall(STALLS_MS[random.below(STALLS_MS.length)] as number);
      return NOTHING;
    },
  },
  {
    id: 'F08',
    fault: 'an allocation fails in a handler',
    partly: 'a pause is F07; a heap that is full ends a real process, which is F05',
    family: 'actor',
    lastsMs: 0,
    start(target) {
      target.desk.spoilHandler(worker(target), 'out-of-memory');
      return NOTHING;
    },
  },
  {
    id: 'F33',
    fault: 'a storm of reloads, and a stop in the middle of it',
    family: 'process',
    lastsMs: 0,
    start({ desk, random }) {
      for (let signal = 0; signal < RELOADS; signal += 1) desk.reload('limits');
      if (random.below(2) === 0) desk.stopInOrder();
      return NOTHING;
    },
  },
  {
    id: 'F34',
    fault: 'the configuration to be reloaded is invalid or half written',
    family: 'process',
    lastsMs: 0,
    start({ desk, random }) {
      desk.reload(random.below(2) === 0 ? 'invalid' : 'half-written');
      return NOTHING;
    },
  },
  {
    id: 'F35',
    fault: 'a second daemon is started on the data directory',
    family: 'process',
    lastsMs: 0,
    start({ desk }) {
      desk.startTwice();
      return NOTHING;
    },
  },
  {
    id: 'F36',
    fault: 'one contact alone, flicker, both at once',
    family: 'people',
    lastsMs: 2_000,
    start({ desk, random, after }) {
      const blow = BLOWS[random.below(BLOWS.length)] as PanelBlow | 'flicker';
      if (blow !== 'flicker') desk.panel(blow);
      else {
        for (let edge = 0; edge < FLICKERS; edge += 1) {
          after(edge * FLICKER_MS, () => desk.panel(edge % 2 === 0 ? 'cut-a' : 'release'));
        }
      }
      return () => desk.panel('release');
    },
  },
  {
    id: 'F37',
    fault: 'the guard dies, or the panel vanishes',
    partly: 'a simulated desk has no gpiomon and no rpio; test/hardware kills and fails those',
    family: 'people',
    lastsMs: 6_000,
    start({ desk, random }) {
      if (random.below(2) === 0) {
        desk.killGuard();
        return NOTHING;
      }
      desk.losePanel();
      return () => desk.replacePanel();
    },
  },
  {
    id: 'F39',
    fault: 'the watchdog is not petted: the host is reset',
    family: 'process',
    lastsMs: 40_000,
    start({ desk }) {
      desk.deafenWatchdog(true);
      return () => desk.deafenWatchdog(false);
    },
  },
  {
    id: 'F43',
    fault: 'the witness is down, and comes back with an older head',
    partly: 'it refuses nobody; test/desk/audit/witnessing has one that does',
    family: 'process',
    lastsMs: 0,
    start({ desk }) {
      desk.rollWitnessBack();
      return NOTHING;
    },
  },
  {
    id: 'F38',
    fault: 'a reset is asked for while the desk cools down, and its button sticks',
    family: 'people',
    lastsMs: 6_000,
    start({ desk }) {
      desk.trip();
      desk.panel('hold-reset');
      desk.resetEarly();
      return () => desk.panel('let-go-reset');
    },
  },
  {
    id: 'A01',
    fault: 'an actor is crashed at a message boundary',
    family: 'actor',
    lastsMs: 0,
    start(target) {
      target.desk.crash(worker(target));
      return NOTHING;
    },
  },
  {
    id: 'A02',
    fault: 'an actor is stopped by an operator',
    family: 'actor',
    lastsMs: 0,
    start(target) {
      target.desk.stop(worker(target));
      return NOTHING;
    },
  },
  {
    id: 'A03',
    fault: 'the configuration is reloaded in the middle of everything',
    family: 'people',
    lastsMs: 0,
    start({ desk }) {
      desk.reload('limits');
      return NOTHING;
    },
  },
  {
    id: 'A04',
    fault: 'an orderly stop, and a start after it',
    family: 'people',
    lastsMs: 0,
    start({ desk }) {
      desk.stopInOrder();
      return NOTHING;
    },
  },
  {
    id: 'A05',
    fault: 'an emergency stop, and a crash right after it',
    family: 'people',
    lastsMs: 0,
    start({ desk, random }) {
      desk.trip();
      if (random.below(2) === 0) desk.kill({ isPowerCut: random.below(2) === 0 });
      return NOTHING;
    },
  },
  {
    id: 'A07',
    fault: 'an emergency stop in the same moment as a reset, and a crash',
    family: 'people',
    lastsMs: 0,
    start({ desk, random, after }) {
      desk.trip();
      after(COOLED_MS, () => {
        desk.resetEarly();
        desk.trip();
      });
      after(COOLED_MS + random.next(), () => desk.kill({ isPowerCut: false }));
      return NOTHING;
    },
  },
  {
    id: 'A06',
    fault: 'people lower the mode',
    family: 'people',
    lastsMs: 0,
    start({ desk, random }) {
      desk.requestMode(random.below(2) === 0 ? 'manual' : 'semi-auto');
      return NOTHING;
    },
  },
];
