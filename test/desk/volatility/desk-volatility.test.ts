import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { volatilitySection } from '../../../src/risk/volatility/live/settings.ts';
import { actor, untilTrading } from '../../support/desk/laws.ts';
import { rehearsed } from '../../support/desk/rehearsed.ts';

const PATH = 'market-data/volatility';

test('a desk that is asked to follows its volatility and writes its calibrations down', async () => {
  let views: unknown = null;
  const ended = await rehearsed({
    change: (config) => {
      config.volatility = volatilitySection.parse({
        ...{ periodSeconds: 1, returns: 200, returnsMin: 100, staleSeconds: 3, shocks: 'normal' },
      });
    },
    script: async (stage) => {
      await untilTrading(stage);
      await stage.sleep(105_000);
      views = actor(stage, PATH);
    },
  });
  assert.ok(views !== null);
  const kinds = ended.journal.filter(({ event }) => event.kind === 'volatility-calibrated');
  assert.is(kinds.length, 1);
});

test.run();
