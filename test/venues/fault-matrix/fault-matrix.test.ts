/**
 * What can go wrong between a venue and our books, at every kind of venue, on its own server and on
 * virtual time: within the bound of its cell the book is right again, or marked stale for as long
 * as the fault lasts. The bounds and the reasons of empty cells are in
 * test/support/venues/fault-table.ts; the measured times are printed as a table.
 */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';
import { faultPage, KINDS } from '../../support/venues/fault-page.ts';
import { type Cell, FAULT_TABLE, LASTS_MS, type World } from '../../support/venues/fault-table.ts';
import { aFeedOnVenue } from '../../support/venues/feed-on-venue.ts';

const measured = new Map<string, string>();

/** How often the price was lost, a book that is stale included. */
const losses = ({ books }: World): number => books.told.lost.length;

/** @returns when the book was stale and when it was right again, in ms; null: never stale */
function suffer(kind: VenueKindName, cell: Cell): { staleMs: number | null; rightMs: number } {
  const world = aFeedOnVenue({ kind });
  assert.ok(world.until(world.isLive, 10_000) < 10_000, 'live at first');
  world.run(1_000);
  assert.ok(world.isRight(), 'right at first');
  world.run(500);
  const before = losses(world);
  const isStale = (): boolean => !world.isLive() || losses(world) > before;
  const heal = cell.begin(world);
  const { staleWithinMs = 0, rightWithinMs } = cell;
  const tookMs = staleWithinMs > 0 ? world.until(isStale, staleWithinMs + 1_000) : null;
  if (tookMs !== null) assert.ok(tookMs <= staleWithinMs, `stale after ${tookMs} ms`);
  if (cell.state === 'banned' && heal === undefined) {
    const isBanned = (): boolean => world.lines()[0]?.['state'] === 'banned';
    assert.ok(world.until(isBanned, 2_000) < 2_000, 'the ban is known');
  } else if (heal !== undefined) {
    world.run(LASTS_MS);
    if (cell.state !== undefined) assert.is(world.lines()[0]?.['state'], cell.state);
    assert.is(world.isLive(), cell.meanwhile === 'right');
    if (cell.meanwhile === 'right') assert.ok(world.isRight(), 'right meanwhile');
    heal();
  }
  // What the fault does to the next frames is over before the book can be live for good.
  const startMs = world.time.clock.now();
  if (staleWithinMs === 0 && heal === undefined) world.run(Math.min(1_000, rightWithinMs / 2));
  world.until(world.isLive, rightWithinMs);
  const rightMs = world.time.clock.now() - startMs;
  assert.ok(rightMs <= rightWithinMs, `right after ${rightMs} ms`);
  assert.ok(world.isRight(), 'right again');
  world.run(3_000);
  assert.ok(world.isRight(), 'and stays so');
  if (staleWithinMs === 0) assert.is(losses(world), before, 'no price was ever lost');
  return { staleMs: tookMs, rightMs };
}

for (const [fault, row] of Object.entries(FAULT_TABLE)) {
  for (const kind of KINDS) {
    const cell = row[kind];
    if (typeof cell === 'string') {
      measured.set(`${fault} ${kind}`, 'n/a');
      continue;
    }
    test(`${kind}, ${fault}: right or stale within ${cell.rightWithinMs} ms`, () => {
      const { staleMs, rightMs } = suffer(kind, cell);
      const bounds = `${cell.staleWithinMs ?? '-'}/${cell.rightWithinMs}`;
      measured.set(`${fault} ${kind}`, `${staleMs ?? '-'}/${rightMs} of ${bounds}`);
    });
  }
}

test('the table has a bound or a reason for every fault at every venue', () => {
  const lines = Object.entries(FAULT_TABLE).map(([fault, row]) => {
    for (const kind of KINDS) {
      const cell = row[kind];
      assert.ok(typeof cell === 'string' ? cell.length > 10 : cell.rightWithinMs > 0);
    }
    const cells = KINDS.map((kind) => (measured.get(`${fault} ${kind}`) ?? 'failed').padEnd(28));
    return `${fault.padEnd(28)}${cells.join('')}`;
  });
  const names = ['stale/right in ms, of', ...KINDS];
  const head = names.map((name) => name.padEnd(28)).join('');
  process.stdout.write(`\n${[head, ...lines].join('\n')}\n`);
});

test('the table of docs/market-data.md is this one', () => {
  const page = readFileSync('docs/market-data.md', 'utf8');
  assert.ok(page.includes(faultPage(FAULT_TABLE).join('\n')), faultPage(FAULT_TABLE).join('\n'));
});

test.run();
