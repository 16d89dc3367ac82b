import type { Spawnable } from '../../actors/runtime/blueprint.ts';
import type { SupervisorGaveUp } from '../../actors/runtime/observers.ts';
import { refByPath } from '../../actors/runtime/ref.ts';
import type { EdgeBranch, LinksBranch } from '../../supervisors/edge.ts';
import { rootSupervisor } from '../../supervisors/root.ts';
import { aChild } from './children.ts';
import { aLane, type TestLane } from './lanes.ts';

/** Every actor of a desk with two venues and two strategies, in the order of their start. */
export const DESK_PATHS = [
  'safety/audit',
  'safety/control',
  'safety/kill-switch',
  'safety/watchdog',
  'safety/indicator',
  'market-data/feed:a',
  'market-data/feed:b',
  'market-data/quality',
  'trading/portfolio',
  'trading/venues/venue:a',
  'trading/venues/venue:b',
  'trading/risk',
  'trading/execution',
  'trading/strategies/strategy:x',
  'trading/strategies/strategy:y',
  'edge/settings',
  'edge/alerts',
  'edge/shell',
];

export interface TestRoot extends TestLane {
  /** `start path` and `stop path`, in order, since it was last asked. */
  news(): string[];
  /** Makes an actor fail as often as it is said, and lets its back-off pass. */
  crash(path: string, times?: number, waitMs?: number): Promise<void>;
  /** Actors that are alive, supervisors left out, in the order of their start. */
  alive(): string[];
  readonly gaveUp: SupervisorGaveUp[];
}

/** The real tree with actors that do nothing. */
export async function aRoot(
  options: {
    readonly hasShell?: boolean;
    readonly links?: LinksBranch;
    readonly edge?: Pick<EdgeBranch, 'crossChecks'>;
    readonly facts?: () => Spawnable;
  } = {},
): Promise<TestRoot> {
  const seen: string[] = [];
  const gaveUp: SupervisorGaveUp[] = [];
  const actor = (path: string) => (): Spawnable => aChild(path, seen).start(undefined) as Spawnable;
  const harness = aLane();
  const { lane, env } = harness;
  const started = lane.spawn(
    rootSupervisor({
      safety: {
        audit: actor('safety/audit'),
        control: actor('safety/control'),
        killSwitch: actor('safety/kill-switch'),
        watchdog: actor('safety/watchdog'),
        indicator: actor('safety/indicator'),
        guard: null,
      },
      marketData: {
        quality: actor('market-data/quality'),
        facts: options.facts ?? null,
        feeds: ['a', 'b'].map((venue) => ({ venue, start: actor(`market-data/feed:${venue}`) })),
      },
      trading: {
        portfolio: actor('trading/portfolio'),
        venues: ['a', 'b'].map((name) => ({ name, start: actor(`trading/venues/venue:${name}`) })),
        risk: actor('trading/risk'),
        execution: actor('trading/execution'),
        strategies: ['x', 'y'].map((label) => ({
          label,
          start: actor(`trading/strategies/strategy:${label}`),
        })),
      },
      edge: {
        settings: actor('edge/settings'),
        alerts: options.hasShell === false ? null : actor('edge/alerts'),
        shell: options.hasShell === false ? null : actor('edge/shell'),
        links: options.links ?? null,
        ...options.edge,
      },
      onGiveUp(event) {
        seen.push(`gave-up over ${event.child}`);
        gaveUp.push(event);
      },
    }),
    'root',
  );
  await env.settle();
  await started;
  const known = new Set(DESK_PATHS);
  return {
    ...harness,
    gaveUp,
    news: () => seen.splice(0),
    async crash(path, times = 1, waitMs = 0) {
      for (let time = 0; time < times; time += 1) {
        lane.send(refByPath(path), 'boom');
        await env.settle();
        await env.advance(waitMs);
      }
    },
    alive: () =>
      lane
        .describe()
        .map(({ path }) => path)
        .filter((path) => known.has(path)),
  };
}
