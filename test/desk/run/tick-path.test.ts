import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Lane } from '../../../actors/runtime/lane.ts';
import { nodeEnv } from '../../../src/core/node-env.ts';
import { tickPath } from '../../../src/desk/run/tick-path.ts';
import { WarmVenue } from '../../../src/desk/run/warm-venue.ts';
import { DeskMetrics } from '../../../src/ops/desk-metrics.ts';
import { madeUpVenue } from '../../support/binance/made-up-venue.ts';
import { BTCUSDT } from '../../support/venue/fixtures.ts';

const STEPS = 400;

interface FeedView {
  readonly gaps: number;
  readonly updates: number;
  readonly malformed: number;
}

/** Sends so many steps of the made-up market down the path, and tells what became of them. */
async function walk(repeats: number) {
  const net = new WarmVenue(BTCUSDT, repeats);
  const env = nodeEnv(net, 1);
  const metrics = new DeskMetrics();
  const journaled = new Map<string, number>();
  const lane = new Lane({ ...env, name: `tick-path-${repeats}` });
  const venue = madeUpVenue(BTCUSDT);
  const journal = ({ kind }: { kind: string }): void => {
    journaled.set(kind, (journaled.get(kind) ?? 0) + 1);
  };
  const options = { venue, instrument: BTCUSDT, net, timers: env.timers, metrics, journal };
  await lane.spawn(tickPath(options), 'root');
  await new Promise<void>((resolve) => env.timers.turn(resolve));
  net.open();
  for (let frame = 0; frame < STEPS * repeats; frame += 1) net.tick();
  const view = lane.view(`market-data/feed:${venue.name}`);
  await lane.stopAll(0);
  assert.ok(view.ok);
  return { metrics, journaled, feed: view.value as FeedView };
}

for (const repeats of [1, 7]) {
  test(`every step of ${repeats} frames replaces both quotes, and nothing is refused`, async () => {
    const { metrics, journaled, feed } = await walk(repeats);
    assert.equal([...metrics.refusals], []);
    // The snapshot was quoted before the first step, whose price differs from it.
    assert.is(metrics.orders, 2 * STEPS + 2);
    assert.is(metrics.cancels, 2 * STEPS);
    assert.is(journaled.get('order-submitted'), metrics.orders);
    assert.is(journaled.get('order-canceled'), metrics.cancels);
    assert.is(feed.updates, STEPS / 2, 'each diff follows the one before');
    assert.equal([feed.gaps, feed.malformed], [0, 0]);
  });
}

test.run();
