import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { volatilitySection } from '../../../src/risk/volatility/live/settings.ts';
import type { VolatilityWarmed } from '../../../src/risk/volatility/live/warm-start.ts';
import { atTwoVenues, threeVenues } from '../../support/desk/two-venues.ts';

const PATH = 'market-data/volatility';
/** So few that every venue tells them in one answer. */
const VOLATILITY = volatilitySection.parse({ returns: 150, returnsMin: 150, shocks: 'normal' });
/** Two minutes have closed by then, and there is a return between them. */
const BEFORE_MS = 130_000;

test('a start takes the closed minutes of each venue, and the journal says how many', async () => {
  const config = threeVenues();
  config.volatility = VOLATILITY;
  let warmed: VolatilityWarmed[] = [];
  const outcome = await atTwoVenues(async ({ desk, sleep }) => {
    await sleep(BEFORE_MS);
    assert.ok((await desk.administer('restart', PATH, 'test')).ok);
    await sleep(5_000);
    const { journal } = desk.parts;
    await journal.settled();
    warmed = [...journal.store.readAll(1)].flatMap(({ event }) =>
      event.kind === 'volatility-warmed' ? [event] : [],
    );
    const { markets } = desk.actorState(PATH) as { markets: Record<string, { known: number }> };
    for (const { known } of Object.values(markets)) assert.ok(known >= 1, `${known} returns`);
  }, config);
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.equal(warmed.map(({ instrument }) => instrument).sort(), [0, 1, 2]);
  for (const { returns, missing, fromMs, toMs } of warmed) {
    assert.ok(returns >= 1 && missing <= 1, `${returns} returns, ${missing} missing`);
    assert.equal([fromMs % 60_000, toMs - fromMs], [0, (returns - 1) * 60_000]);
  }
});

test.run();
