import { mkdirSync, readdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PAPER_CONFIG } from '../../../src/commands/launch-commands.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { recordedConfig } from '../../../src/desk/replay/recorded-config.ts';
import { dressRehearsal } from '../../../src/desk/run/dress-rehearsal.ts';
import { withFiles } from '../../support/replay/files.ts';
import { must } from '../../support/venue/fixtures.ts';

const load = () => loadConfig(PAPER_CONFIG);
const paper = must(load()).config;

test('the desk is played as it is configured, and nothing of it stays', () =>
  withFiles({}, async (pathOf) => {
    mkdirSync(pathOf('run'));
    must(await dressRehearsal(paper, load, pathOf('run'), '1.2.3'));
    assert.equal(readdirSync(pathOf('run')), []);
  }));

test('a desk that orders thousands a second has seen enough long before the time is over', () =>
  withFiles({}, async (pathOf) => {
    mkdirSync(pathOf('run'));
    const limits = { weightPerMinute: 1e9, ordersPerTenSeconds: 1e9, ordersPerDay: 1e9 };
    const risk = { ...paper.risk, ordersPerSecond: 1e6, ordersBurst: 1e6 };
    const fast = { requoteBps: 0, smoothingSeconds: 0, halfSpreadBps: 0.1, quoteNotional: 100 };
    const played = await dressRehearsal(
      {
        ...paper,
        risk: { ...risk, strategyOrdersPerSecond: 1e6 },
        simulation: { ...paper.simulation, limits },
        strategies: paper.strategies.map((each) => ({
          ...each,
          settings: { ...each.settings, ...fast },
        })),
      },
      load,
      pathOf('run'),
      '1.2.3',
    );
    assert.ok(played.ok && played.value.orders >= 2_000);
    assert.ok(played.ok && played.value.playedMs < 40_000);
  }));

test('a market that cannot be generated is said, and nothing stays either', () =>
  withFiles({}, async (pathOf) => {
    mkdirSync(pathOf('run'));
    const config = recordedConfig(paper, 'XRPUSDT');
    const played = await dressRehearsal(config, load, pathOf('run'), '1.2.3');
    assert.match(played.ok ? '' : played.error, 'XRPUSDT');
    assert.equal(readdirSync(pathOf('run')), []);
  }));

test.run();
