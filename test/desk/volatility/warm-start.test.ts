import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { volatilitySection } from '../../../src/risk/volatility/live/settings.ts';
import { actor } from '../../support/desk/laws.ts';
import { rehearsed } from '../../support/desk/rehearsed.ts';
import { atTwoVenues, threeVenues } from '../../support/desk/two-venues.ts';

const PATH = 'market-data/volatility';
/** So few that every venue tells them in one answer. */
const VOLATILITY = volatilitySection.parse({ returns: 150, returnsMin: 150, shocks: 'normal' });
/** Two minutes at least have closed by then. */
const BEFORE_MS = 130_000;

test('a start takes the closed minutes of each venue', async () => {
  const config = threeVenues();
  config.volatility = VOLATILITY;
  let known: number[] = [];
  const outcome = await atTwoVenues(async ({ desk, sleep, log }) => {
    await sleep(BEFORE_MS);
    const from = log.length;
    assert.ok((await desk.administer('restart', PATH, 'test')).ok);
    await sleep(5_000);
    const { markets } = desk.actorState(PATH) as { markets: Record<string, { known: number }> };
    known = Object.values(markets).map((market) => market.known);
    const warm = log.slice(from).filter((line) => line.includes(`${PATH} warm-start`));
    assert.is(warm.length, 3);
  }, config);
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  for (const returns of known) assert.ok(returns >= 1 && returns <= 3, `${returns} returns`);
});

test('the journal says with how many returns a market began', async () => {
  const ended = await rehearsed({
    change: (config) => {
      config.volatility = VOLATILITY;
    },
    script: async (stage) => {
      await stage.sleep(BEFORE_MS);
      await stage.desk.administer('restart', PATH, 'test');
      await stage.sleep(5_000);
      assert.ok(actor(stage, PATH) !== null);
    },
  });
  const found = ended.journal.flatMap(({ event }) =>
    event.kind === 'volatility-warmed' ? [event] : [],
  );
  const last = found.at(-1);
  assert.ok(last !== undefined && last.returns >= 1 && last.missing <= 1);
  assert.equal([last.fromMs % 60_000, last.toMs - last.fromMs], [0, (last.returns - 1) * 60_000]);
});

test.run();
