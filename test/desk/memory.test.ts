import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Instrument } from '../../src/core/instrument.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import { amountOf } from '../../src/core/units.ts';
import { DeskMemory } from '../../src/desk/memory.ts';
import type { Rung } from '../../src/risk/ladders/de-risking.ts';
import type { JournalEvent } from '../../src/storage/journal/event-table.ts';
import type { Journal } from '../../src/storage/journal/journal.ts';
import { inlineJournal } from '../storage/journal/journals.ts';
import { aBoot, SEAL } from '../support/control/restores.ts';
import { rejection } from '../support/lanes.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { aFill, anOrder } from '../support/trade/orders.ts';

const bitcoin = anInstrument();
const ether = anInstrument({ index: 1, symbol: 'ETHUSDT', base: 'ETH' });
const POLICY = {
  initial: 'full-auto',
  climbsAfterFault: true,
  semiCooldownMs: 0,
  fullCooldownMs: 0,
  resetCooldownMs: 0,
} as const;

const ID = 'desk-1-mm-1';
const TRADED: readonly JournalEvent[] = [
  { kind: 'instrument-defined', instrument: bitcoin },
  { kind: 'instrument-defined', instrument: ether },
  {
    kind: 'transferred',
    venue: 'binance',
    transferId: 'o',
    asset: 'USDT',
    amount: amountOf(100_00000000n),
    reason: 'opening',
  },
  { kind: 'order-submitted', order: anOrder() },
  { kind: 'order-accepted', clientId: ID, venueOrderId: '77' },
  { kind: 'order-filled', clientId: ID, fill: aFill() },
  { kind: 'venue-reconciled', venue: 'binance', marks: '{"BTCUSDT":"41","DOGEUSDT":"9"}' },
  { kind: 'risk-day-opened', day: 20_000, profit: amountOf(7n) },
];

async function memoryOf(
  events: readonly JournalEvent[] = TRADED,
  instruments: readonly Instrument[] = [bitcoin, ether],
) {
  const { journal } = await inlineJournal();
  for (const event of events) assert.ok(journal.append(event) > 0);
  return { journal, memory: new DeskMemory(journal, instruments) };
}

test('a portfolio takes over positions and balances', async () => {
  const { memory } = await memoryOf();
  const { positions, balances } = await memory.portfolio();
  assert.is(positions.get(0)?.lots, 40);
  assert.is(balances.get('binance')?.get('USDT'), 100_00000000n - 2_400_000_000n);
});

test('a journal in which nothing was booked on a venue has no balances of it', async () => {
  const { memory } = await memoryOf([]);
  const { positions, balances } = await memory.portfolio();
  assert.equal([positions.size, balances.size], [0, 0]);
});

test('risk takes over positions, open orders and the day', async () => {
  const { memory } = await memoryOf();
  const { positions, openOrders, day } = await memory.risk();
  assert.is(positions.get(0)?.lots, 40);
  assert.equal(
    openOrders.map(({ order, filledLots }) => [order.clientId, filledLots]),
    [[ID, 40]],
  );
  assert.is(day?.day, 20_000);
  const none = await (await memoryOf([])).memory.risk();
  assert.is(none.day, null);
});

test('risk goes on from the rungs that stood, and from the day of each market', async () => {
  const rung = (control: string, to: Rung): JournalEvent => ({
    kind: 'rung-changed',
    ...{ control, from: 'none', to, measure: 'drawdown' },
    ...{ measured: '0.16', limit: '0.15', use: '1.07' },
  });
  const marketDay = { kind: 'market-day-opened', day: 3, profits: '{}' } as const;
  const events = [rung('C21', 'warn'), rung('C22', 'scale'), rung('C21', 'flatten'), marketDay];
  const risk = await (await memoryOf(events)).memory.risk();
  assert.equal(
    [...(risk.rungs ?? [])],
    [
      ['C21', 'flatten'],
      ['C22', 'scale'],
    ],
  );
  assert.equal(risk.marketDay, marketDay);
  const none = await (await memoryOf([])).memory.risk();
  assert.equal([none.rungs?.size, none.marketDay], [0, undefined]);
});

test('a venue takes over marks, open orders, and what it has ever known', async () => {
  const { memory } = await memoryOf();
  const venue = await memory.venue('binance');
  assert.equal([...venue.marks], [[0, '41']], 'a market that is not followed has no mark');
  assert.is(venue.openOrders.length, 1);
  assert.is(venue.order(ID)?.venueOrderId, '77');
  assert.is(venue.order('desk-1-mm-9'), undefined);
  assert.ok(venue.isBooked(0, '1'));
  assert.not.ok(venue.isBooked(0, '2'));
  assert.not.ok(venue.isBooked(7, '1'), 'of a market that is not followed');
  const other = await memory.venue('kraken');
  assert.equal([other.marks.size, other.openOrders.length], [0, 0]);
});

test('a market that has another index now is found by its symbol', async () => {
  const moved = [anInstrument({ symbol: 'ETHUSDT', base: 'ETH' }), anInstrument({ index: 1 })];
  const { memory } = await memoryOf(TRADED, moved);
  assert.is((await memory.portfolio()).positions.get(1)?.lots, 40);
  assert.is((await memory.risk()).openOrders[0]?.order.instrument, 1);
  assert.equal([...(await memory.venue('binance')).marks], [[1, '41']]);
});

test('a market that is no longer followed is left out', async () => {
  const { memory } = await memoryOf(TRADED, [ether]);
  assert.is((await memory.portfolio()).positions.size, 0);
  assert.is((await memory.risk()).openOrders.length, 0);
  assert.is((await memory.venue('binance')).order(ID), undefined);
});

test('a mode comes from the last change, or from the policy when there was none', async () => {
  const { memory } = await memoryOf([]);
  const { mode, context } = (await memory.mode(SEAL, aBoot(), POLICY, 5)).state;
  assert.equal([mode, context.requested], ['manual', 'full-auto']);
  const latched = await memory.mode(SEAL, aBoot({ isLatched: true }), POLICY, 5);
  assert.is(latched.state.mode, 'emergency');
});

test('whoever restores waits for what is written while it waits', async () => {
  const { journal, memory } = await memoryOf(TRADED.slice(0, 4));
  const settled = journal.settled.bind(journal);
  let waits = 0;
  Object.defineProperty(journal, 'settled', {
    async value() {
      const outcome = await settled();
      waits += 1;
      // The venue books on, until the third look finds a quiet moment.
      if (waits < 3) {
        const fill = aFill({ tradeId: String(waits) });
        journal.append({ kind: 'order-filled', clientId: ID, fill });
      }
      return outcome;
    },
  });
  assert.is((await memory.risk()).positions.get(0)?.lots, 80);
  assert.is(waits, 3);
});

/** A journal that answers `settled` as given and whose store never follows. */
const lagging = (outcome: Result<void, { readonly kind: 'drain-died'; readonly detail: string }>) =>
  ({
    head: 5,
    store: { head: () => 4 },
    settled: () => Promise.resolve(outcome),
  }) as unknown as Journal;

test('a store that never follows is given up, with a reason', async () => {
  const memory = new DeskMemory(lagging(ok(undefined)), [bitcoin]);
  assert.match((await rejection(memory.risk())).message, 'the store is behind after 1000 looks');
});

test('a journal that is broken restores nobody', async () => {
  const broken = lagging(err({ kind: 'drain-died', detail: 'a sync failed' }));
  const memory = new DeskMemory(broken, [bitcoin]);
  assert.match((await rejection(memory.portfolio())).message, /^the journal: .*a sync failed/);
});

test.run();
