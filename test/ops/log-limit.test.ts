import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Log, LogLevel } from '../../src/ops/log.ts';
import { limitLog } from '../../src/ops/log-limit.ts';
import { manualEnv } from '../support/manual-env.ts';

function aLimitedLog() {
  const env = manualEnv();
  const lines: string[] = [];
  const levels: LogLevel[] = [];
  const plain: Log = Object.assign(
    (level: LogLevel, actor: string, kind: string, fields?: object) =>
      void lines.push(`${level} ${actor} ${kind} ${JSON.stringify(fields) ?? ''}`.trimEnd()),
    { setLevel: (level: LogLevel) => void levels.push(level) },
  );
  return { env, lines, levels, log: limitLog(plain, env.clock) };
}

test('a flood of one kind is cut, and the next line says how many are missing', async () => {
  const { env, lines, log } = aLimitedLog();
  for (let at = 0; at < 1_000; at += 1) log('warn', 'feed', 'malformed-frame', { at });
  assert.is(lines.length, 20);
  assert.is(lines[0], 'warn feed malformed-frame {"at":0}');
  await env.advance(1_000);
  log('warn', 'feed', 'malformed-frame', { at: 1_000 });
  log('warn', 'feed', 'malformed-frame', { at: 1_001 });
  assert.equal(lines.slice(20), ['warn feed malformed-frame {"at":1000,"withheld":980}']);
});

test('others are not cut with it, and lines without fields stay without', () => {
  const { lines, log } = aLimitedLog();
  for (let at = 0; at < 30; at += 1) log('warn', 'feed', 'malformed-frame');
  log('warn', 'venue', 'malformed-frame');
  log('info', 'feed', 'connected');
  assert.equal(lines.slice(20), ['warn venue malformed-frame', 'info feed connected']);
});

test('fatal lines are all written', () => {
  const { lines, log } = aLimitedLog();
  for (let at = 0; at < 30; at += 1) log('fatal', 'desk', 'giving-up');
  assert.is(lines.length, 30);
});

test('kinds without end share a budget, so that memory is bounded', () => {
  const { lines, log } = aLimitedLog();
  for (let at = 0; at < 5_000; at += 1) log('info', 'feed', `kind-${at}`);
  assert.is(lines.length, 4_096 + 20);
  log('info', 'feed', 'kind-3');
  assert.is(lines.length, 4_096 + 21, 'what was known before still has its own');
});

test('the level is passed on', () => {
  const { levels, log } = aLimitedLog();
  log.setLevel('debug');
  assert.equal(levels, ['debug']);
});

test.run();
