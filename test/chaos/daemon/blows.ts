import type { ActorRow } from '../../../src/commands/desk.ts';
import type { Rng } from '../../../src/core/rng.ts';
import type { Daemon } from '../../support/process/daemon.ts';
import type { Premises } from '../../support/process/premises.ts';
import type { Program } from '../../support/process/program.ts';

/** What a blow may use. */
export interface Target {
  readonly premises: Premises;
  readonly daemon: Daemon;
  readonly venue: Program;
  readonly random: Rng;
}

/** Strikes once. @returns what exactly was hit; rejects when there was nothing to hit */
type Blow = (target: Target) => Promise<string>;

const REQUEST_FAULTS = [
  { kind: 'slow-reply', delayMs: 500 },
  { kind: 'slow-request', delayMs: 500 },
  { kind: 'lost', isExecuted: true },
  { kind: 'lost', isExecuted: false },
  { kind: 'garbage', isExecuted: true },
  { kind: 'status', status: 503, isExecuted: false },
] as const;
const FRAME_FAULTS = ['skip', 'duplicate', 'reorder'] as const;
const SOCKET_FAULTS = ['drop', 'go-dumb'] as const;
const FRAMES_HIT_MAX = 20;
const PANEL_BLOWS = ['press', 'tamper'] as const;

/** Stays as it is until somebody lets go and presses the reset. */
export const PANEL_PRESSED = 'panel pressed';

/** The blows, and how often each comes relative to the others. */
export const BLOWS: Readonly<Record<string, { readonly weight: number; readonly strike: Blow }>> = {
  'actor killed': { weight: 8, strike: killActor },
  'venue sockets': {
    weight: 4,
    async strike({ premises, random }) {
      const fault = pick(SOCKET_FAULTS, random);
      await premises.account().order({ on: 'connections', fault });
      return fault;
    },
  },
  'venue frames': {
    weight: 3,
    async strike({ premises, random }) {
      const fault = pick(FRAME_FAULTS, random);
      const times = 1 + random.below(FRAMES_HIT_MAX);
      await premises.account().order({ on: 'frames', fault, times });
      return `${times} × ${fault}`;
    },
  },
  'venue requests': {
    weight: 4,
    async strike({ premises, random }) {
      const fault = pick(REQUEST_FAULTS, random);
      const target = pick(['order.place', 'order.cancel', '*'], random);
      await premises.account().fault(target, fault, 1 + random.below(3));
      return `${target} ${fault.kind}`;
    },
  },
  'venue process killed': {
    weight: 2,
    async strike({ venue }) {
      await venue.kill();
      return `process ${venue.pid}`;
    },
  },
  'daemon killed': {
    weight: 2,
    async strike({ daemon }) {
      await daemon.kill();
      return `process ${daemon.pid}`;
    },
  },
  'guard killed': {
    weight: 2,
    async strike({ premises }) {
      const pid = premises.guardPid();
      process.kill(pid, 'SIGKILL');
      return `process ${pid}`;
    },
  },
  'emergency stop': {
    weight: 1,
    async strike({ daemon }) {
      daemon.signal('SIGUSR2');
      return 'SIGUSR2';
    },
  },
  [PANEL_PRESSED]: {
    weight: 1,
    async strike({ premises, random }) {
      const action = pick(PANEL_BLOWS, random);
      const { code, err } = await premises.run('panel', action);
      if (code !== 0) throw new Error(`panel ${action}: ${err}`);
      return action;
    },
  },
};

/** The next blow, at random by the weights. */
export function nextBlow(random: Rng): string {
  const names = Object.keys(BLOWS);
  let left = random.below(names.reduce((sum, name) => sum + weightOf(name), 0));
  for (const name of names) {
    left -= weightOf(name);
    if (left < 0) return name;
  }
  throw new RangeError('the weights of the blows do not add up');
}

function weightOf(name: string): number {
  return BLOWS[name]?.weight ?? 0;
}

/** The root is the process itself, and that one has a blow of its own. */
async function killActor({ daemon, random }: Target): Promise<string> {
  const actors = await daemon.ask<readonly ActorRow[]>('actors');
  const { path } = pick(
    actors.filter((actor) => actor.path !== 'root'),
    random,
  );
  const { exitCode, error } = await daemon.run(`actor kill ${path}`).catch((thrown: Error) => {
    // Whoever ends the shell, or what holds it, hears no more of it.
    if (path.startsWith('edge')) return { exitCode: 0, error: null };
    throw thrown;
  });
  if (exitCode !== 0) throw new Error(`actor kill ${path}: ${error}`);
  return path;
}

function pick<T>(choices: readonly T[], random: Rng): T {
  return choices[random.below(choices.length)] as T;
}
