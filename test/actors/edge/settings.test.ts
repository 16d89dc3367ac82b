import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ReloadOutcome,
  type SettingsMessage,
  settingsActor,
} from '../../../actors/edge/settings.ts';
import { type Reply, refByPath } from '../../../actors/runtime/ref.ts';
import { type ConfigFault, type LoadedConfig, loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import type { Role } from '../../../src/control/authorisation.ts';
import type { ControlEvent } from '../../../src/control/events.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { defaultBreakerSettings } from '../../../src/risk/breakers/settings.ts';
import {
  defaultPortfolioSettings,
  portfolioSection,
} from '../../../src/risk/portfolio/settings.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aLane } from '../../support/lanes.ts';

const STRATEGY = 'trading/strategies/strategy:mm';
const HEARERS = ['trading/risk', 'safety/control', STRATEGY];

function theConfig(): Config {
  const loaded = loadConfig('config/paper.yaml');
  if (!loaded.ok) throw new Error('the paper configuration is sound');
  return structuredClone(loaded.value.config);
}

async function someSettings() {
  const tested = aLane();
  const { lane, env } = tested;
  const { log, lines, level } = aLog();
  const journaled: ControlEvent[] = [];
  const world = {
    current: theConfig(),
    loads: (): Result<LoadedConfig, readonly ConfigFault[]> => err([]),
    isJournalBroken: false,
  };
  const spec = () =>
    settingsActor({
      current: () => world.current,
      adopt(config) {
        world.current = config;
      },
      load: () => world.loads(),
      journal(event) {
        if (world.isJournalBroken) throw new Error('the journal takes no events');
        journaled.push(event);
      },
      log,
    });
  const heard = await aBranch(tested, { 'edge/settings': spec }, HEARERS);
  const reload = async (role: Role | null = 'operator'): Promise<ReloadOutcome> => {
    const asked = lane.ask(
      refByPath<SettingsMessage>('edge/settings'),
      (reply: Reply<ReloadOutcome>) => ({ kind: 'reload', by: 'ann', role, reply }) as const,
      1_000,
    );
    asked.catch(() => {});
    await env.settle();
    return asked;
  };
  const change = (edit: (config: { -readonly [K in keyof Config]: Config[K] }) => void): void => {
    const config = theConfig();
    edit(config);
    world.loads = () => ok({ config, digest: 'abc' } as LoadedConfig);
  };
  return { ...tested, world, heard, reload, change, lines, journaled, level };
}

test('what changed is journaled, adopted, and told to all whom it concerns', async () => {
  const { world, heard, reload, change, journaled, level, lines } = await someSettings();
  change((config) => {
    config.risk = { ...config.risk, maxOrderNotional: 1 };
    config.log = { ...config.log, level: 'warn' };
  });
  assert.equal(await reload(), ok(['risk.maxOrderNotional: 5000 → 1', 'log.level: info → warn']));
  const [event] = journaled;
  assert.equal(event?.kind === 'config-changed' && [event.by, event.digest], ['ann', 'abc']);
  assert.is(world.current.risk.maxOrderNotional, 1);
  assert.equal(heard['trading/risk'], [
    { kind: 'adopt-limits', limits: world.current.risk },
    { kind: 'adopt-breakers', settings: world.current.breakers },
    { kind: 'adopt-portfolio', settings: defaultPortfolioSettings() },
  ]);
  const [policy] = (heard['safety/control'] ?? []) as readonly { kind: string }[];
  assert.is(policy?.kind, 'adopt-policy');
  const { settings } = world.current.strategies[0] as Config['strategies'][number];
  assert.equal(heard[STRATEGY], [{ kind: 'adopt-settings', settings }]);
  assert.is(level(), 'warn');
  assert.ok(lines.some((line) => line.startsWith('info edge/settings reloaded')));
});

test('a file that says the same changes nothing', async () => {
  const { heard, reload, change, journaled } = await someSettings();
  change(() => {});
  assert.equal(await reload(), ok([]));
  assert.equal([journaled, heard['trading/risk']], [[], []]);
});

test('one change that needs a start refuses them all', async () => {
  const { world, heard, reload, change, journaled, lines } = await someSettings();
  change((config) => {
    config.risk = { ...config.risk, maxOrderNotional: 1 };
    config.journal = { ...config.journal, keepSegments: 9 };
  });
  const why = 'journal.keepSegments changes only at a start: restart, or put it back';
  assert.equal(await reload(), err([why]));
  assert.is(world.current.risk.maxOrderNotional, 5_000);
  assert.equal([journaled, heard['trading/risk']], [[], []]);
  assert.ok(lines.some((line) => line.startsWith('error edge/settings reload-refused')));
});

test('a bad file keeps what is in force and says where it is bad', async () => {
  const { world, reload } = await someSettings();
  const before = world.current;
  world.loads = () => loadConfig('config/nowhere.yaml');
  const outcome = await reload();
  assert.not.ok(outcome.ok);
  assert.match(outcome.ok ? '' : (outcome.error[0] ?? ''), 'nowhere.yaml');
  assert.is(world.current, before);
});

test('a change that cannot be journaled is not adopted: the actor fails and is back', async () => {
  const { world, heard, reload, change, events } = await someSettings();
  change((config) => {
    config.risk = { ...config.risk, maxOrderNotional: 1 };
  });
  world.isJournalBroken = true;
  let why = '';
  await reload().catch((thrown) => {
    why = thrown.message;
  });
  assert.match(why, 'edge/settings');
  assert.is(world.current.risk.maxOrderNotional, 5_000);
  assert.equal(heard['trading/risk'], []);
  assert.ok(events.some((event) => event.startsWith('failed edge/settings')));
  world.isJournalBroken = false;
  assert.ok((await reload()).ok);
});

test('a limit is loosened by a risk officer alone, and tightened by anyone', async () => {
  const { world, reload, change } = await someSettings();
  world.current.risk.loosenedBy = 'risk-officer';
  const adopt = (maxOrderNotional: number): void =>
    change((config) => {
      config.risk = { ...config.risk, loosenedBy: 'risk-officer', maxOrderNotional };
    });
  const refused = (who: string) =>
    err([
      'risk.maxOrderNotional: 4000 → 5001 loosens a limit, ' +
        `which ${who} may not: a risk officer may, by reload`,
    ]);
  adopt(4_000);
  assert.ok((await reload(null)).ok);
  adopt(5_001);
  assert.equal(await reload(null), refused('a signal'));
  assert.equal(await reload('operator'), refused('the role operator'));
  assert.is(world.current.risk.maxOrderNotional, 4_000);
  assert.ok((await reload('risk-officer')).ok);
  assert.is(world.current.risk.maxOrderNotional, 5_001);
});

test('a drawdown and a budget are loosened by a risk officer alone', async () => {
  const { world, reload, change } = await someSettings();
  world.current.risk.loosenedBy = 'risk-officer';
  const budget = (dailyLossFraction: number) =>
    portfolioSection.parse({
      budgets: { strategies: { mm: { dailyLossFraction } } },
    });
  world.current.portfolio = budget(0.01);
  const edit = (hardFraction: number, dailyLossFraction: number): void =>
    change((config) => {
      config.risk = { ...config.risk, loosenedBy: 'risk-officer' };
      const breakers = config.breakers ?? defaultBreakerSettings();
      const limits = { ...breakers.limits, C21: { hardFraction } };
      config.breakers = { ...breakers, limits };
      config.portfolio = budget(dailyLossFraction);
    });
  edit(0.3, 0.02);
  const refused = await reload('operator');
  assert.equal(refused.ok ? [] : refused.error.map((line) => line.split(' loosens ')[0]), [
    'breakers.C21.hardFraction: 0.2 → 0.3',
    'portfolio.budgets.strategies.mm.dailyLossFraction: 0.01 → 0.02',
  ]);
  edit(0.18, 0.005);
  assert.ok((await reload(null)).ok, 'what is tighter is everybody’s');
  assert.is(world.current.portfolio?.budgets.strategies['mm']?.dailyLossFraction, 0.005);
});

test.run();
