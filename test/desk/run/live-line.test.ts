import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DeskStatus } from '../../../src/commands/desk.ts';
import { CLEAR_LINE, liveLine, logTarget, showLive } from '../../../src/desk/run/live-line.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aStatus, aTerminal } from '../../support/desk/statuses.ts';
import { manualEnv } from '../../support/manual-env.ts';

test('the line shows mode, market, position, profit, fills and latency', () => {
  const status = aStatus({ fills: 3, latencyP99Us: 42 });
  assert.is(
    liveLine(status, aTerminal()),
    'full-auto  BTCUSDT 60000.00 / 60001.00  position 0.00100  profit 1.23  fills 3  p99 42 µs',
  );
});

test('what is not known is a dash', () => {
  const line = liveLine(aStatus({ bid: null, ask: null, pnl: null }), aTerminal());
  assert.match(line, 'BTCUSDT - / -');
  assert.match(line, 'profit -  fills 0  p99 -');
});

test('after a minute without a trade the line says why', () => {
  assert.not.match(liveLine(aStatus({ uptimeSeconds: 59 }), aTerminal()), 'because');
  assert.match(
    liveLine(aStatus({ uptimeSeconds: 60 }), aTerminal()),
    '0 trades because none of 5 orders met a taker',
  );
  assert.not.match(liveLine(aStatus({ uptimeSeconds: 60, fills: 1 }), aTerminal()), 'because');
});

test('the mode has its colour', () => {
  const coloured = aTerminal({ hasColour: true });
  const heads = (['full-auto', 'emergency', 'manual'] as const).map(
    (mode) => liveLine(aStatus({ mode }), coloured).split(mode)[0],
  );
  assert.is(new Set(heads).size, 3);
});

async function shown(isInteractive: boolean, status: () => Promise<DeskStatus>) {
  const { timers, advance } = manualEnv();
  const terminal = aTerminal({ isInteractive });
  const { log, lines } = aLog();
  const hide = showLive({ terminal, timers, log, status });
  return { terminal, lines, hide, advance };
}

test('on a terminal one line is written over twice a second', async () => {
  const { terminal, hide, advance, lines } = await shown(true, async () => aStatus());
  await advance(1_000);
  assert.is(terminal.written.length, 2);
  assert.ok(terminal.written.every((text) => text.startsWith(CLEAR_LINE) && !text.includes('\n')));
  hide();
  assert.is(terminal.written.at(-1), CLEAR_LINE);
  await advance(5_000);
  assert.is(terminal.written.length, 3);
  assert.equal(lines, []);
});

test('elsewhere the log has a line every ten seconds', async () => {
  const { terminal, hide, advance, lines } = await shown(false, async () => aStatus());
  await advance(30_000);
  assert.is(lines.length, 3);
  hide();
  assert.equal(terminal.written, []);
});

test('a desk without a status right now is asked again', async () => {
  let asked = 0;
  const { terminal, advance } = await shown(true, async () => {
    asked += 1;
    if (asked === 1) throw new Error('portfolio is restarting');
    return aStatus();
  });
  await advance(1_000);
  assert.is(terminal.written.length, 1);
});

test('a status that comes after the end is not shown', async () => {
  let answer: (status: DeskStatus) => void = () => {};
  const late = new Promise<DeskStatus>((resolve) => {
    answer = resolve;
  });
  const { terminal, hide, advance } = await shown(true, () => late);
  await advance(500);
  hide();
  answer(aStatus());
  await advance(5_000);
  assert.equal(terminal.written, [CLEAR_LINE]);
});

test('the log goes above the line on a terminal, and apart from JSON elsewhere', () => {
  assert.is(logTarget(aTerminal(), false), 'stdout');
  assert.is(logTarget(aTerminal(), true), 'stderr');
  const terminal = aTerminal({ isInteractive: true });
  const target = logTarget(terminal, false);
  assert.ok(typeof target === 'object');
  (target as { text(line: string): void }).text('hello');
  assert.equal(terminal.written, [`${CLEAR_LINE}hello\n`]);
});

test.run();
