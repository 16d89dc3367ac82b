import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { changesBetween, coldChanges } from '../../src/config/diff.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { law } from '../support/law.ts';
import { root } from '../support/shared.ts';

const paper = readFileSync(join(root, 'config', 'paper.yaml'), 'utf8');

function configOf(text: string): Config {
  const loaded = parseConfig(text, 'desk.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value.config;
}

/** What differs when one text of the paper desk is replaced by another. */
const changes = (from: string, to: string) =>
  changesBetween(configOf(paper), configOf(paper.replace(from, to)));

test('the same configuration has no changes, whatever its comments say', () => {
  assert.equal(changes('# The paper desk', '# My desk'), []);
});

const hot: [from: string, to: string, path: string, was: unknown, is: unknown][] = [
  ['maxDailyLoss: 1000', 'maxDailyLoss: 500', 'risk.maxDailyLoss', 1000, 500],
  ['level: info', 'level: debug', 'log.level', 'info', 'debug'],
  ['skewBps: 6', 'skewBps: 7', 'strategies.0.settings.skewBps', 6, 7],
  ['climbsAfterFault: true', 'climbsAfterFault: false', 'control.climbsAfterFault', true, false],
];
for (const [from, to, path, was, is] of hot) {
  test(`a running desk takes over ${path}`, () => {
    const found = changes(from, to);
    assert.equal(found, [{ path, from: was, to: is }]);
    assert.equal(coldChanges(found), []);
  });
}

const cold: [from: string, to: string, paths: string[]][] = [
  ['symbols: [BTCUSDT]', 'symbols: [BTCUSDT, ETHUSDT]', ['venues.0.symbols.1']],
  ['label: mm', 'label: mm2', ['strategies.0.label']],
  ['segmentMiB: 16', 'segmentMiB: 32', ['journal.segmentMiB']],
  ['makerFeeBps: 1', 'makerFeeBps: 2', ['simulation.makerFeeBps']],
  ['    ETH: "20"\n', '', ['simulation.balances.ETH']],
  ['requestTimeoutMs: 2000', 'requestTimeoutMs: 3000', ['venues.0.requestTimeoutMs']],
];
for (const [from, to, paths] of cold) {
  test(`a running desk cannot take over ${paths.join(', ')}`, () => {
    const found = coldChanges(changes(from, to));
    assert.equal(
      found.map(({ path }) => path),
      paths,
    );
  });
}

test('a strategy that is taken away is a change that needs a restart', () => {
  const one = configOf(paper);
  const none: Config = { ...one, strategies: [] };
  const found = changesBetween(one, none);
  assert.equal(
    found.map(({ path, to }) => [path, to]),
    [['strategies.0', undefined]],
  );
  assert.is(coldChanges(found).length, 1);
});

test('changes back are the changes there, turned around', () => {
  const one = configOf(paper);
  const notional = fc.integer({ min: 1, max: 3 });
  law(
    fc.property(notional, notional, fc.boolean(), (order, loss, climbs) => {
      const other: Config = {
        ...one,
        risk: { ...one.risk, maxOrderNotional: order, maxDailyLoss: loss },
        control: { ...one.control, climbsAfterFault: climbs },
      };
      const there = changesBetween(one, other);
      const back = changesBetween(other, one);
      assert.equal(
        there,
        back.map(({ path, from, to }) => ({ path, from: to, to: from })),
      );
      assert.is(there.length, climbs ? 2 : 3);
    }),
  );
});

test.run();
