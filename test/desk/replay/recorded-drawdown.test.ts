/** A recorded market, in which a drawdown comes at levels that such a quiet one reaches. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { notionalAt } from '../../../src/core/instrument.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { decodeRecord } from '../../../src/storage/journal/codec.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { readRecords } from '../../../src/storage/record-reader.ts';
import { recordedPath, recordings } from '../../support/edge/recordings.ts';
import { withFiles } from '../../support/replay/files.ts';
import { replay } from '../../support/replay/flyball.ts';
import { must } from '../../support/venue/fixtures.ts';

/** Beyond the first one sizes shrink, and a quiet market seldom sees a second far from it. */
const LEVELS = { soft: 1e-5, hard: 1.5e-5 };
/** One second of what this market takes from the account. */
const LATE_MAX = 5e-6;

/** The paper desk with those levels, and a stop that flattens. */
const CONFIG = readFileSync('config/paper.yaml', 'utf8')
  .replace('stopCategory: 0', 'stopCategory: 1')
  .replace(
    '  limits:\n',
    `  limits:\n    C21: { softFraction: ${LEVELS.soft}, hardFraction: ${LEVELS.hard} }\n`,
  );

function journalOf(folder: string): readonly JournalEvent[] {
  const [run = ''] = readdirSync(join(folder, 'replay')).filter((name) => !name.endsWith('.lock'));
  const records = readRecords(nodeFiles, join(folder, 'replay', run, 'journal/segments'), 1);
  return [...records].map(({ sequence, payload }) => must(decodeRecord(sequence, payload)).event);
}

/** The largest worst case of the position and what was open on one side, at prices of orders. */
function worstNotional(events: readonly JournalEvent[]): number {
  const open = new Map<string, { side: 'buy' | 'sell'; lots: number }>();
  let [position, worst, ticks] = [0, 0, 0];
  let instrument = null;
  for (const event of events) {
    if (event.kind === 'instrument-defined') instrument = event.instrument;
    if (event.kind === 'order-submitted') {
      open.set(event.order.clientId, { side: event.order.side, lots: event.order.lots });
      ticks = event.order.ticks;
    } else if (event.kind === 'order-filled') {
      const order = open.get(event.clientId) as { side: 'buy' | 'sell'; lots: number };
      order.lots -= event.fill.lots;
      position += order.side === 'buy' ? event.fill.lots : -event.fill.lots;
    } else if (
      event.kind === 'order-canceled' ||
      event.kind === 'order-expired' ||
      event.kind === 'order-rejected'
    ) {
      open.delete(event.clientId);
    }
    if (instrument === null || ticks === 0) continue;
    const resting = { buy: 0, sell: 0 };
    for (const { side, lots } of open.values()) resting[side] += lots;
    const lots = Math.max(position + resting.buy, resting.sell - position);
    worst = Math.max(worst, notionalAt(instrument, ticks, lots));
  }
  return worst;
}

if (recordings !== null) {
  test('C21: on a recorded market the drawdown acts at its levels and flattens', () =>
    withFiles({ 'desk.yaml': CONFIG }, async (pathOf) => {
      const path = recordedPath('l2/binance-spot/btcusdt_20240808.gz');
      const words = ['--config', pathOf('desk.yaml'), '--pace', 'max', '--seed', '1'];
      const { summary } = await replay(path, pathOf('data'), ...words);
      const events = journalOf(pathOf('data'));
      const acts = events.flatMap((event) =>
        event.kind === 'breaker-opened' && event.control === 'C21' ? [event] : [],
      );
      assert.equal(
        acts.map(({ severity }) => severity),
        ['reduced', 'emergency'],
      );
      for (const [at, level] of [LEVELS.soft, LEVELS.hard].entries()) {
        const measured = Number(acts[at]?.measured);
        assert.ok(measured > level && measured < level + LATE_MAX, `${measured} of ${level}`);
      }
      assert.is(summary.mode, 'emergency');
      assert.ok(worstNotional(events) <= 15_000, 'the limit of the position was kept');
      assert.ok(-Number(summary.pnl) < 160_000 * (LEVELS.hard + 2 * LATE_MAX), summary.pnl);
    }));
}

test.run();
