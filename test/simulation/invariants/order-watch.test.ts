import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Gate, type HaltCause } from '../../../src/control/gate.ts';
import { lotsOf, millisOf, nanosOf, ticksOf } from '../../../src/core/units.ts';
import { lossyFiles } from '../../../src/simulation/disk/lossy-files.ts';
import { processFiles, SOUND_DISK } from '../../../src/simulation/disk/process-files.ts';
import type { AccountTrade, VenueOrder } from '../../../src/simulation/exchange/orders.ts';
import { JournalWatch } from '../../../src/simulation/invariants/journal-watch.ts';
import { AMENDMENT_READERS } from '../../../src/simulation/invariants/leaving-amendment.ts';
import { ORDER_READERS } from '../../../src/simulation/invariants/leaving-order.ts';
import { OrderWatch } from '../../../src/simulation/invariants/order-watch.ts';
import { Verdicts } from '../../../src/simulation/invariants/verdicts.ts';
import { EventEncoder } from '../../../src/storage/journal/codec.ts';
import { openRecordLog } from '../../../src/storage/record-log.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { aStop } from '../../support/trade/natives.ts';
import { anOrder, type OrderParts } from '../../support/trade/orders.ts';

const FOLDER = 'segments';
const STARTING: HaltCause = 'starting';

function watched(notionalMax = 1e12) {
  const verdicts = new Verdicts(
    () => ({ step: 0, atMs: 0 }),
    () => {},
  );
  const journal = new JournalWatch(verdicts, FOLDER, () => {});
  const instrument = anInstrument();
  const stop = { fault: '' };
  const watch = new OrderWatch({
    verdicts,
    journal,
    account: 'desk',
    instrument,
    venue: 0,
    read: ORDER_READERS.binance,
    readAmendment: AMENDMENT_READERS.binance,
    limits: () => ({ notionalMax, bandBps: 0 }),
    stopped: () => stop.fault,
  });
  const gate = new Gate();
  gate.open(STARTING);
  gate.setMode('full-auto');
  const files = processFiles(
    lossyFiles(),
    { ...SOUND_DISK },
    {
      isAlive: () => true,
      wrote: (path, bytes, position) => journal.wrote(path, bytes, position),
      replaced: () => {},
      torn: () => {},
      stalled: () => {},
    },
  );
  const opened = openRecordLog(files, FOLDER, { segmentBytes: 4096 });
  if (!opened.ok) throw new Error('the log opens');
  const { log } = opened.value;
  journal.recovered(files);
  const encoder = new EventEncoder();
  const announce = (clientId: string, parts: OrderParts = {}): void => {
    const order = anOrder({ clientId, ...parts });
    const event = { kind: 'order-submitted', order } as const;
    const length = encoder.encode(event, 1, nanosOf(0), millisOf(0));
    log.append(encoder.bytes, length);
  };
  const leave = (clientId: string, side = 'BUY'): string | null =>
    watch.onSent(
      `{"method":"order.place","params":{"newClientOrderId":"${clientId}","price":"100.00",` +
        `"quantity":"1","side":"${side}"}}`,
    );
  const found = (): string[] => verdicts.violations.map(({ invariant }) => invariant);
  return { watch, gate, journal, files, announce, leave, found, verdicts, stop };
}

function up(world: ReturnType<typeof watched>): ReturnType<typeof watched> {
  world.watch.booted(new Int32Array(world.gate.shared));
  return world;
}

test('an order that is announced and leaves by an open gate breaks no law', () => {
  const { announce, leave, watch, found } = up(watched());
  announce('a');
  leave('a');
  watch.onSent('{"method":"order.cancel"}');
  assert.equal(found(), []);
  assert.is(watch.sent, 1);
});

test('what leaves is announced with what wakes it and what it shows', () => {
  const { announce, watch, found } = up(watched());
  const place = (clientId: string, more: string) =>
    watch.onSent(
      `{"method":"order.place","params":{"newClientOrderId":"${clientId}","quantity":"1",` +
        `"side":"SELL",${more}}}`,
    );
  announce('stop', { kind: 'market', ticks: 0, trigger: aStop(9_000) });
  place('stop', '"stopPrice":"90.00"');
  announce('iceberg', { shownLots: lotsOf(100_000) });
  place('iceberg', '"price":"100.00","icebergQty":"1"');
  assert.equal(found(), []);
  announce('other', { kind: 'market', ticks: 0, trigger: aStop(9_000) });
  place('other', '"stopPrice":"91.00"');
  assert.equal(found(), ['journaled']);
  announce('open', { shownLots: lotsOf(100_000) });
  place('open', '"price":"100.00"');
  assert.equal(found(), ['journaled', 'journaled']);
});

test('I2: what waits counts at its trigger, and of a pair one limb alone', () => {
  const { watch, verdicts } = up(watched(250));
  const own = { account: 'desk', side: 'buy', lots: 100_000, filledLots: 0, status: 'new' };
  const told = (orderId: number, more: object): void => {
    const order = { ...own, orderId, clientId: `${orderId}`, ticks: 10_000, ...more } as VenueOrder;
    const executed = { kind: 'executed', execution: 'new', counterOrderId: 0 } as const;
    watch.onVenue([{ ...executed, order, trade: null, venueMs: millisOf(0) }]);
  };
  told(1, { pairedId: 2 });
  told(2, { pairedId: 1, ticks: 0, trigger: { ticks: ticksOf(11_000) } });
  told(3, {});
  assert.equal(verdicts.violations, [], '100 of the pair and 100');
  told(4, { ticks: 0, trigger: { ticks: ticksOf(12_000) } });
  const [found] = verdicts.violations;
  assert.match(found?.detail ?? '', /^4 buy: worst case 360.00 of 250.00/);
  assert.is(watch.resting, 4);
});

test('an order that is not announced is told', () => {
  const { leave, found } = up(watched());
  leave('a');
  assert.equal(found(), ['journaled']);
});

test('an order that leaves a closed gate, a paused venue or a mode without trading is told', () => {
  const closed = up(watched());
  closed.announce('a');
  closed.gate.close('stopping');
  closed.leave('a');
  assert.equal(closed.found(), ['I1']);
  const paused = up(watched());
  paused.announce('a');
  paused.gate.pauseVenue(0, 'disconnected');
  paused.leave('a');
  assert.equal(paused.found(), ['I1']);
  const manual = up(watched());
  manual.announce('a');
  manual.gate.setMode('manual');
  manual.leave('a');
  assert.equal(manual.found(), ['I1']);
  const down = watched();
  down.announce('a');
  down.leave('a');
  assert.equal(down.found(), ['I1'], 'there is no desk');
});

test('a slice of the flattening leaves under the permit of its epoch and only towards flat', () => {
  const world = up(watched());
  const { watch, gate, announce, leave, verdicts } = world;
  const order = { account: 'desk', clientId: 'm', side: 'buy', status: 'filled' } as VenueOrder;
  const trade = { side: 'buy', lots: 200_000 } as AccountTrade;
  const venueMs = millisOf(0);
  watch.onVenue([
    { kind: 'executed', execution: 'trade', order, trade, counterOrderId: 0, venueMs },
  ]);
  gate.close('emergency');
  gate.setMode('emergency');
  const slice = (clientId: string, parts: OrderParts = {}): string[] => {
    const epoch = gate.epoch;
    announce(clientId, {
      strategy: 'flatten',
      isReduceOnly: true,
      side: 'sell',
      lots: 100_000,
      epoch,
      ...parts,
    });
    const before = verdicts.violations.length;
    leave(clientId, 'SELL');
    return verdicts.violations.slice(before).map(({ invariant }) => invariant);
  };
  assert.equal(slice('a'), ['I1'], 'no permit');
  gate.permitFlattening();
  assert.equal(slice('b'), []);
  assert.equal(slice('c', { epoch: gate.epoch - 1 }), ['I1']);
  assert.equal(slice('d', { isReduceOnly: false }), ['I1']);
  assert.equal(slice('e', { lots: 200_001 }), ['I2'], 'through zero');
  assert.equal(slice('f', { side: 'buy' }), ['I2'], 'away from flat');
  gate.close('journal');
  gate.permitFlattening();
  assert.equal(slice('g'), ['I1'], 'the emergency is not alone');
});

test('a client id that leaves twice is told', () => {
  const { announce, leave, found } = up(watched());
  announce('a');
  leave('a');
  leave('a');
  assert.equal(found(), ['I3']);
});

test('two orders of one client id that rest at the venue are told', () => {
  const { watch, found } = up(watched());
  const order = {
    account: 'desk',
    clientId: 'a',
    side: 'buy',
    status: 'new',
    ticks: ticksOf(1),
    lots: 1,
    filledLots: 0,
  } as unknown as VenueOrder;
  const executed = (orderId: number, status: string) => ({
    kind: 'executed' as const,
    execution: status === 'new' ? ('new' as const) : ('canceled' as const),
    order: { ...order, orderId, status } as VenueOrder,
    trade: null,
    counterOrderId: 0,
    venueMs: millisOf(0),
  });
  watch.onVenue([executed(1, 'new')]);
  assert.is(watch.resting, 1);
  watch.onVenue([executed(1, 'canceled'), executed(2, 'new')]);
  assert.equal(found(), []);
  watch.onVenue([executed(3, 'new')]);
  assert.equal(found(), ['I3']);
});

test('a worst case above the limit is told', () => {
  const { announce, leave, found, verdicts } = up(watched(0.001));
  announce('a');
  leave('a');
  assert.equal(found(), ['I2']);
  assert.match(verdicts.violations[0]?.detail ?? '', /worst case/);
});

test('a gap in the sequences and a record that nobody can read are told', () => {
  const { journal, found, announce } = up(watched());
  announce('a');
  assert.is(journal.head, 1);
  const files = lossyFiles();
  const other = openRecordLog(files, FOLDER, { segmentBytes: 4096 });
  if (!other.ok) throw new Error('the log opens');
  for (let at = 0; at < 3; at += 1) other.value.log.append(Uint8Array.of(255, 1, 2), 3);
  other.value.log.sync();
  journal.recovered(files);
  assert.equal(found(), ['journal', 'journal', 'journal'], 'no kind 255 is known');
  assert.is(journal.intent('a'), null, 'what was lost is known no more');
});

test('I1: an order that leaves while a contact is open is found', () => {
  const { watch, gate, announce, leave, found, verdicts, stop } = watched();
  watch.booted(new Int32Array(gate.shared));
  announce('a');
  assert.is(leave('a'), 'a');
  assert.equal(found(), []);
  stop.fault = 'open: b';
  announce('b');
  leave('b');
  assert.equal(found(), ['I1']);
  assert.match(verdicts.violations[0]?.detail ?? '', /b leaves, the stop is open: b/);
});

test.run();
