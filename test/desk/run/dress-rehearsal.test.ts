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

test('a market that cannot be generated is said, and nothing stays either', () =>
  withFiles({}, async (pathOf) => {
    mkdirSync(pathOf('run'));
    const config = recordedConfig(paper, 'XRPUSDT');
    const played = await dressRehearsal(config, load, pathOf('run'), '1.2.3');
    assert.match(played.ok ? '' : played.error, 'XRPUSDT');
    assert.equal(readdirSync(pathOf('run')), []);
  }));

test.run();
