import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { logTo } from '../../src/ops/log.ts';

function ended(script: string, ...words: string[]) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return spawnSync(process.execPath, [path, ...words], { encoding: 'utf8', timeout: 20_000 });
}

test('a line says when, who and what, and the last one is not lost', () => {
  const { stdout, stderr, signal } = ended('./log-process.js', 'out');
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal([signal, stderr], ['SIGKILL', '']);
  const [first, last] = lines.map(({ time, ...rest }) => {
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    return rest;
  });
  assert.equal(first, { level: 'info', actor: 'trading/risk', kind: 'started', incarnation: 1 });
  assert.equal(last, { level: 'fatal', actor: 'safety/audit', kind: 'disk-full' });
  assert.is(lines.length, 2);
});

test('the log may go to the side of the results', () => {
  const { stdout, stderr } = ended('./log-process.js', 'err');
  assert.is(stdout, '');
  assert.is(stderr.trimEnd().split('\n').length, 2);
});

test('a person reads the time of day, who, what, and the level only when it matters', () => {
  const lines: string[] = [];
  const log = logTo(
    { text: (line) => void lines.push(line.replace(/^\d\d:\d\d:\d\d /, '')) },
    'debug',
  );
  log('info', 'trading/risk', 'started', { incarnation: 1, cause: 'crash' });
  log('debug', 'a', 'seen');
  log('error', 'venue', 'stuck', { differences: [{ asset: 'BTC' }], mark: null });
  assert.equal(lines, [
    'trading/risk started incarnation=1 cause=crash',
    'a seen',
    'error venue stuck differences=[{"asset":"BTC"}] mark=null',
  ]);
});

test('SIGUSR1 opens no inspector and does what it is told', () => {
  const { stdout, stderr, status } = ended('./signal-process.js');
  assert.equal([status, stdout, stderr], [0, 'the tree\n', '']);
});

test.run();
