import type { FaultTarget, PresentFault } from './fault.ts';
import { type FrameSwitches, SOUND_FRAMES } from './frame-faults.ts';
import type { Line, NetSwitches } from './process-net.ts';

const NOTHING = (): void => {};
const FLOOD = 1_500;
const SLOW_MS = 10_000;
const NARROW_BYTES_PER_SECOND = 1_000;
/** Each way between the desk and its venue when nothing is wrong. */
export const SOUND_LATENCY = {
  fixedMs: 2,
  jitterMs: 1,
  bytesPerSecond: Number.POSITIVE_INFINITY,
} as const;
/** Whether what leaves a host arrives at its venue, and in its usual time. */
export function isReached(
  { isPartitioned, isRefusing }: NetSwitches,
  { fixedMs, jitterMs, bytesPerSecond }: FaultTarget['latency'],
): boolean {
  const isFast =
    fixedMs === SOUND_LATENCY.fixedMs &&
    jitterMs === SOUND_LATENCY.jitterMs &&
    bytesPerSecond === SOUND_LATENCY.bytesPerSecond;
  return !isPartitioned && !isRefusing && isFast;
}

const LINES: readonly Line[] = ['market', 'orders'];

/** A change of one switch of one line, taken back at the end. */
function frames(
  id: string,
  fault: string,
  lastsMs: number,
  change: (frames: FrameSwitches, target: FaultTarget) => void,
  rest: { readonly lines?: readonly Line[]; readonly partly?: string } = {},
): PresentFault {
  const { lines = LINES, partly } = rest;
  return {
    id,
    fault,
    ...(partly === undefined ? {} : { partly }),
    family: 'transport',
    lastsMs,
    start(target) {
      const line = lines[target.random.below(lines.length)] as Line;
      const switches = target.net.frames[line];
      change(switches, target);
      // Faults overlap, so that what was before may be another one.
      return () => void Object.assign(switches, SOUND_FRAMES);
    },
  };
}

/** Faults between the desk and its venue. */
export const TRANSPORT_FAULTS: readonly PresentFault[] = [
  frames(
    'F10',
    `every frame of the market comes ${FLOOD} times in one moment`,
    60,
    (switches) => {
      switches.times = FLOOD;
    },
    {
      lines: ['market'],
      partly:
        'not 10^6: the mailbox of the feed holds 8,192, and what is beyond them meets the same ' +
        'full mailbox, at the price of a step of the run each',
    },
  ),
  {
    id: 'F11',
    fault: 'sockets are dropped, or stay open and carry nothing',
    family: 'transport',
    lastsMs: 0,
    start({ venue, random }) {
      if (random.below(2) === 0) venue.facade.dropAll();
      else venue.facade.goDumb();
      return NOTHING;
    },
  },
  frames('F12', 'frames come in another order, twice, or cut off', 3_000, (switches, target) => {
    const which = target.random.below(3);
    if (which === 0) switches.reordered = 0.3;
    else if (which === 1) switches.doubled = 0.5;
    else switches.torn = 0.2;
  }),
  {
    id: 'F13',
    fault: 'frames of the market are skipped, doubled or swapped by the venue',
    partly:
      'no crossed book and no checksum, which this venue cannot have; the servers of Kraken and ' +
      'Coinbase break theirs in test/simulation/kraken and test/venues/coinbase',
    family: 'venue',
    lastsMs: 0,
    start({ venue, random }) {
      const faults = ['skip', 'duplicate', 'reorder'] as const;
      const fault = faults[random.below(faults.length)] as (typeof faults)[number];
      venue.facade.faults.planFrames('*', fault, 1 + random.below(20));
      return () => venue.facade.faults.clear();
    },
  },
  {
    id: 'F21',
    fault: 'ten seconds of latency each way, or no more than 1 kB a second',
    family: 'transport',
    lastsMs: 15_000,
    start({ latency, random }) {
      if (random.below(2) === 0) latency.fixedMs = SLOW_MS;
      else latency.bytesPerSecond = NARROW_BYTES_PER_SECOND;
      return () => void Object.assign(latency, SOUND_LATENCY);
    },
  },
  {
    id: 'A10',
    fault: 'a partition: nothing passes and nobody is told',
    family: 'transport',
    lastsMs: 20_000,
    start({ net, healNet }) {
      net.isPartitioned = true;
      return () => {
        net.isPartitioned = false;
        healNet();
      };
    },
  },
  {
    id: 'A11',
    fault: 'no connection can be made, and what is open is cut',
    family: 'transport',
    lastsMs: 5_000,
    start({ net, venue }) {
      net.isRefusing = true;
      venue.facade.dropAll();
      return () => {
        net.isRefusing = false;
      };
    },
  },
  frames('A12', 'frames are lost', 3_000, (switches) => {
    switches.lost = 0.2;
  }),
  frames('A13', 'frames are held up while others pass', 3_000, (switches) => {
    switches.delayed = 0.2;
  }),
];
