import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from './support/shared.ts';

interface Case {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer: { readonly name: string; readonly value: number } | null;
  readonly ratio: number | null;
  readonly target: number | null;
  readonly met: boolean | null;
}

function bench(...words: string[]) {
  const program = join(root, 'dist', 'bench', 'main.js');
  return spawnSync(process.execPath, [program, ...words], { encoding: 'utf8', timeout: 300_000 });
}

/** Whether the figures meet a budget depends on the machine, so only their logic is tested. */
const small = bench('--json', '--check', '--seconds', '0.05');
const cases: readonly Case[] = JSON.parse(small.stdout || '{}').cases ?? [];

test('a small run measures every case', () => {
  assert.is(small.error, undefined);
  const names = cases.map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
  for (const start of [
    'five hops',
    'a restart, p50',
    'a restart, p99',
    'a restart, max',
    'risk check',
    'decision from the callback',
    'decision from intended arrival',
    'submission',
    'frame to order on the socket',
    'frame on the lane, looked at',
    'p99 with top and a trace over without',
  ]) {
    assert.ok(
      names.some((name) => name.startsWith(start)),
      `${start} is missing in ${small.stdout}${small.stderr}`,
    );
  }
});

test('every figure is a number, and what follows from it is consistent', () => {
  for (const { name, value, unit, peer, ratio, target, met } of cases) {
    // What is added may be hidden by what differs between two runs.
    assert.ok(
      Number.isFinite(value) && (value > 0 || name.startsWith('what the audit adds')),
      name,
    );
    assert.ok(['messages/s', 'µs', '×', 'count'].includes(unit), name);
    const isRate = unit === 'messages/s';
    if (peer === null) assert.is(ratio, null, name);
    else assert.is(ratio, isRate ? value / peer.value : peer.value / value, name);
    if (target === null) assert.is(met, null, name);
    else if (met !== null) assert.is(met, isRate ? value >= target : value <= target, name);
  }
  assert.ok(cases.some(({ peer }) => peer?.name === 'plain nact'));
});

test('with --check the exit code says whether a budget was missed', () => {
  const missed = cases.filter(({ met }) => met === false);
  assert.is(small.status, missed.length > 0 ? 1 : 0);
  for (const { name } of missed) assert.match(small.stderr, `missed: ${name}`);
});

test('a length that is none is wrong usage', () => {
  const refused = bench('--seconds', 'soon');
  assert.is(refused.status, 2);
  assert.match(refused.stderr, '--seconds: found soon, wanted a number above 0, at most 600');
});

test.run();
