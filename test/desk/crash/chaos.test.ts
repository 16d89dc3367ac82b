import { test } from 'uvu';
import { type Rng, rngOf } from '../../../src/core/rng.ts';
import type { Stage } from '../../support/desk/rehearsed.ts';
import { isThere, survives } from '../../support/desk/survival.ts';

const WORKERS = [
  'safety/audit',
  'safety/control',
  'safety/kill-switch',
  'safety/watchdog',
  'safety/indicator',
  'market-data/feed:binance',
  'trading/portfolio',
  'trading/venues/venue:binance',
  'trading/risk',
  'trading/execution',
  'trading/strategies/strategy:mm',
  'edge/settings',
];
const BLOWS = 14;
/** Between two blows: sometimes while the desk is still getting up, sometimes long after. */
const GAP_MS = 6_000;

type Blow = (stage: Stage, random: Rng) => void;

const anyWorker = (random: Rng): string => WORKERS[random.below(WORKERS.length)] as string;

const BLOW_KINDS: readonly Blow[] = [
  (stage, random) => {
    const path = anyWorker(random);
    if (isThere(stage, path)) void stage.desk.administer('kill', path, 'chaos');
  },
  (stage, random) => {
    const path = anyWorker(random);
    if (isThere(stage, path)) void stage.desk.administer('stop', path, 'chaos');
  },
  ({ venue }) => venue.facade.dropAll(),
  ({ venue }) => void venue.facade.faults.planFrames('*', 'skip', 2),
  ({ venue }, random) => {
    const isExecuted = random.below(2) === 0;
    void venue.facade.faults.planRequests('order.place', { kind: 'lost', isExecuted }, 2);
  },
  ({ venue }) =>
    void venue.facade.faults.planRequests('*', { kind: 'garbage', isExecuted: true }, 2),
];

// In 114 and 136 the answer to a subscription is lost, in the same moment as a connection.
for (const seed of [11, 114, 136]) {
  test(`blows at random times lose nothing and leak nothing, seed ${seed}`, async () => {
    await survives(
      async (stage) => {
        const random = rngOf(seed).fork('blows');
        for (let blow = 0; blow < BLOWS; blow += 1) {
          (BLOW_KINDS[random.below(BLOW_KINDS.length)] as Blow)(stage, random);
          await stage.sleep(GAP_MS * random.next());
        }
        stage.venue.facade.faults.clear();
      },
      { seed },
    );
  });
}

test.run();
