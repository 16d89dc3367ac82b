import type { DiskSwitches } from '../disk/process-files.ts';
import { SOUND_DISK } from '../disk/process-files.ts';
import type { PresentFault } from './fault.ts';

const NOTHING = (): void => {};
const SLOW_SYNC_MS = 40;
/** Age of a copy of the store that takes its place. */
const COPY_AGE_MS_MAX = 5_000;
/** The clock is set to another hour, a leap second comes or goes, NTP steps. */
const JUMPS_MS = [3_600_000, 1_000, 128];

/** Switches that are thrown and thrown back. */
function disk(
  id: string,
  fault: string,
  lastsMs: number,
  change: Partial<DiskSwitches>,
): PresentFault {
  return {
    id,
    fault,
    family: 'disk',
    lastsMs,
    start(target) {
      Object.assign(target.disk, change);
      return () => {
        for (const key of Object.keys(change) as (keyof DiskSwitches)[]) {
          Object.assign(target.disk, { [key]: SOUND_DISK[key] });
        }
      };
    },
  };
}

/** Faults of the medium under the journal, and of the clocks. */
export const DISK_FAULTS: readonly PresentFault[] = [
  disk('F23', 'the disk is full', 2_000, { writeCode: 'ENOSPC', freeFraction: 0 }),
  disk('F24', 'a sync fails', 200, { syncCode: 'EIO' }),
  {
    id: 'F25',
    fault: 'a write is torn and the process dies in it',
    family: 'disk',
    lastsMs: 0,
    start(target) {
      target.disk.isTearing = true;
      return () => {
        target.disk.isTearing = false;
      };
    },
  },
  {
    id: 'F26',
    fault: 'a bit of the last record turns over while the desk is down',
    partly:
      'not in the store: its pages are of LMDB, which has no checksums, and its states follow ' +
      'from the journal; a simulated desk writes no tiles',
    family: 'disk',
    lastsMs: 0,
    start({ desk }) {
      desk.flipTailBit();
      desk.kill({ isPowerCut: false });
      return NOTHING;
    },
  },
  {
    id: 'F27',
    fault: 'the event store is an older copy, or empty',
    family: 'disk',
    lastsMs: 0,
    start({ desk, random, after }) {
      if (random.below(4) === 0) {
        desk.loseStore();
        desk.kill({ isPowerCut: false });
        return NOTHING;
      }
      desk.rollStoreBack();
      after(random.next() * COPY_AGE_MS_MAX, () => desk.kill({ isPowerCut: false }));
      return NOTHING;
    },
  },
  {
    id: 'F28',
    fault: 'a power cut: what was not synced is lost in part',
    family: 'disk',
    lastsMs: 0,
    start({ desk }) {
      desk.kill({ isPowerCut: true });
      return NOTHING;
    },
  },
  disk('F30', 'no file can be opened', 1_000, { openCode: 'EMFILE' }),
  disk('A20', 'the disk is slow: every sync blocks', 2_000, { syncMs: SLOW_SYNC_MS }),
  disk('A22', 'little of the disk is left (C33), and then more again', 15_000, {
    freeFraction: 0.04,
  }),
  {
    id: 'A21',
    fault: 'syncs that are answered and not done, and then a power cut',
    family: 'disk',
    lastsMs: 2_000,
    start({ disk: switches, desk }) {
      switches.isSyncLost = true;
      return () => {
        if (!switches.isSyncLost) return;
        switches.isSyncLost = false;
        // The store lies on the same disk and loses as much.
        desk.loseStore();
        desk.mediumWasFalse();
        desk.kill({ isPowerCut: true });
      };
    },
  },
  {
    id: 'F31',
    fault: 'the wall clock jumps by an hour, a second or 128 ms, either way',
    family: 'clock',
    lastsMs: 10_000,
    start({ setWallAhead, random }) {
      const jumpMs = JUMPS_MS[random.below(JUMPS_MS.length)] as number;
      setWallAhead(random.below(2) === 0 ? jumpMs : -jumpMs);
      return () => setWallAhead(0);
    },
  },
  {
    id: 'F32',
    fault: 'the monotonic clock runs one per cent fast or slow',
    family: 'clock',
    lastsMs: 30_000,
    start({ setClockRate, random }) {
      setClockRate(random.below(2) === 0 ? 1.01 : 0.99);
      return () => setClockRate(1);
    },
  },
];
