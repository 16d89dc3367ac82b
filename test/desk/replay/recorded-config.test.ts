import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PAPER_CONFIG } from '../../../src/commands/launch-commands.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { changeSentence, recordedConfig } from '../../../src/desk/replay/recorded-config.ts';
import { emptyFolder, replayFolder } from '../../../src/desk/replay/replay-folder.ts';
import { recordedVenue } from '../../../src/desk/venue/options.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { withFiles } from '../../support/replay/files.ts';
import { aLivelyScript } from '../../support/replay/lively-script.ts';
import { theRecording } from '../../support/replay/replay.ts';
import { must } from '../../support/venue/fixtures.ts';

const paper = must(loadConfig(PAPER_CONFIG)).config;
const [first] = paper.strategies as [Config['strategies'][number]];
const two: Config = { ...paper, strategies: [first, { ...first, label: 'b', symbol: 'ETHUSDT' }] };

test('a strategy of the recorded market trades it, those of others are left out', () => {
  const { venues, strategies } = recordedConfig(two, 'ETHUSDT');
  assert.equal(venues[0]?.symbols, ['ETHUSDT']);
  assert.equal(strategies, [two.strategies[1]]);
  assert.is(
    changeSentence(two, 'ETHUSDT'),
    'configured is mm on BTCUSDT, b on ETHUSDT; on this recording b trades ETHUSDT',
  );
});

test('without one the first strategy trades the recorded market', () => {
  assert.equal(recordedConfig(two, 'XRPUSDT').strategies, [{ ...first, symbol: 'XRPUSDT' }]);
  assert.match(changeSentence(two, 'XRPUSDT') ?? '', 'on this recording mm trades XRPUSDT');
});

test('a configuration that fits is taken as it is, and nothing is said', () => {
  const { breakers: _, ...taken } = recordedConfig(paper, 'BTCUSDT');
  const { breakers: __, ...given } = paper;
  assert.equal(taken, given);
  assert.is(changeSentence(paper, 'BTCUSDT'), null);
});

test('the rest of the configuration stays', () => {
  const { venues, strategies, breakers, ...rest } = recordedConfig(two, 'XRPUSDT');
  const { venues: _, strategies: __, breakers: limited, ...before } = two;
  assert.equal(rest, before);
  assert.equal({ ...breakers?.limits, C16: undefined }, { ...limited?.limits, C16: undefined });
  assert.is(venues.length + strategies.length, 2);
});

test('two processes that start apart are not judged by their clocks', () => {
  const { breakers: _, ...unlimited } = paper;
  for (const given of [paper, unlimited]) {
    const { breakers } = recordedConfig(given, 'BTCUSDT');
    assert.equal(breakers?.limits['C16'], { warnMs: 3_600_000, haltMs: 3_600_000 });
  }
});

test('the queue model of the configuration is that of the venue', () =>
  withFiles({ 'a.txt': aLivelyScript(2).text }, async (pathOf) => {
    const recording = await theRecording(pathOf('a.txt'));
    const time = virtualTime(recording.startMs);
    const account = { apiKey: 'a', secret: 'b', adminToken: 'c' };
    const parts = { clock: time.clock, timers: time.timers, random: rngOf(1), account };
    const queueOf = (queueModel: string) =>
      recordedVenue({ ...paper.simulation, queueModel }, recording, parts).queue;
    assert.equal(queueOf(paper.simulation.queueModel), { kind: 'risk-averse' });
    assert.equal(queueOf('power 2'), { kind: 'power', n: 2 });
  }));

test('the folder of a run is emptied, and refused while another run uses it', () =>
  withFiles({}, async (pathOf) => {
    const folder = replayFolder(pathOf('data'), '/somewhere/btc usdt.gz', 4);
    assert.is(folder, `${pathOf('data')}/replay/btc-usdt-gz-4`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/old`, 'x');
    const lock = must(emptyFolder(folder));
    assert.not(existsSync(`${folder}/old`));
    const second = emptyFolder(folder);
    assert.match(second.ok ? '' : second.error, `is held by process ${process.pid}`);
    lock.release();
    must(emptyFolder(folder)).release();
  }));

test.run();
