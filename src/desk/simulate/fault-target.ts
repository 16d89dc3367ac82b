import type { Rng } from '../../core/rng.ts';
import type { DeskTarget, FaultTarget, HandlerFault } from '../../simulation/faults/fault.ts';
import { ACCOUNT } from '../venue/options.ts';
import type { World } from './world/world.ts';
import { OPERATIONS, type WorldVenue } from './world/world-venues.ts';

/**
 * What faults may touch of a world, where they strike at one of its venues. Whatever asks for a
 * desk that is down does nothing.
 */
export function targetOf(
  world: World,
  random: Rng,
  { kind, symbol, front }: WorldVenue,
): FaultTarget {
  const { time } = world;
  return {
    random,
    disk: world.diskSwitches,
    net: world.netSwitches,
    venue: front,
    operations: OPERATIONS[kind],
    latency: world.latency,
    venueClock: world.venueClock,
    account: ACCOUNT,
    symbol,
    desk: deskOf(world),
    after: (ms, run) => void time.timers.after(ms, run),
    stall: (ms) => world.stall(ms),
    setWallAhead: (ms) => {
      world.process.clock.wallAheadMs = ms;
    },
    unsettleMarket: (ms) => {
      world.calmMs = Math.max(world.calmMs, world.nowMs + ms);
    },
    healNet: () => world.process.healNet(),
    setClockRate: (rate) => world.process.clock.setRate(rate),
  };
}

function deskOf(world: World): DeskTarget {
  const running = (isSupervisor: boolean): string[] => {
    const { lane, isUp, isStopping } = world.process;
    if (lane === null || !isUp || isStopping) return [];
    return lane
      .describe()
      .filter(({ kind }) => (kind === 'supervisor') === isSupervisor)
      .map(({ path }) => path);
  };
  const withLane = (act: (lane: NonNullable<World['process']['lane']>) => void): void => {
    const { lane, isUp, isStopping } = world.process;
    if (lane !== null && isUp && !isStopping) act(lane);
  };
  return {
    workers: () => running(false),
    supervisors: () => running(true),
    crash: (path) => withLane((lane) => void lane.inject(path, new Error('injected'))),
    stop: (path) => withLane((lane) => void lane.stop(path)),
    spoilHandler: (path, how: HandlerFault) => world.process.handlers.spoil(path, how),
    kill: ({ isPowerCut }) => world.kill(isPowerCut),
    killGuard: () => world.guards.kill(),
    rollWitnessBack: () => world.guards.rollBack(),
    losePanel: () => world.panelView.lose(),
    replacePanel() {
      // The desk holds the panel that is gone; people start it anew for the other one.
      if (world.panelView.replace()) world.process.stop('another panel is there');
    },
    deafenWatchdog: (isDeaf) => {
      world.watchdog.isDeaf = isDeaf;
    },
    loseStore: () => world.loseStore(),
    rollStoreBack: () => world.rollStoreBack(),
    mediumWasFalse: () => world.mediumWasFalse(),
    flipTailBit: () => world.flipTailBit(),
    stopInOrder: () => world.process.stop('an operator wants it'),
    startTwice: () => world.startTwice(),
    reload(what) {
      world.file.write(what);
      void world.operator.reload(world.process);
    },
    trip: () => world.trip(),
    panel: (blow) => world.panel(blow),
    resetEarly: () => void world.operator.reset(world.process),
    requestMode: (mode) => void world.operator.ask(world.process, mode),
  };
}
