import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountOf } from '../../../src/core/units.ts';
import { EventStore } from '../../../src/storage/event-store/event-store.ts';
import { sequenceKey, type Tables } from '../../../src/storage/event-store/tables.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { aFill, anInstrument, submitted } from '../journal/events.ts';
import { dumpOf, ENGINES, recordsOf, storeOf } from './stores.ts';

const cancel = (clientId: string): JournalEvent => ({ kind: 'cancel-submitted', clientId });
const defined: JournalEvent = { kind: 'instrument-defined', instrument: anInstrument() };
const modeChanged = (epoch: number): JournalEvent => ({
  kind: 'mode-changed',
  from: 'manual',
  to: 'full-auto',
  requested: 'full-auto',
  by: 'operator',
  reason: 'morning',
  epoch,
  machine: '{}',
  machineVersion: 1,
});
const booted = (boot: number): JournalEvent => ({
  kind: 'booted',
  boot,
  deskId: 'abcdefgh',
  version: '0.1.0',
  wasClean: true,
});

/** One test for each engine. */
function contract(name: string, run: (tables: Tables) => void): void {
  for (const [engine, make] of ENGINES) {
    test(`${engine}: ${name}`, async () => {
      const tables = make();
      run(tables);
      await tables.close();
    });
  }
}

contract('an empty store has nothing', (tables) => {
  const store = new EventStore(tables);
  assert.is(store.head(), 0);
  assert.is(store.version('desk'), 0);
  assert.is(store.order('a'), null);
  assert.equal(store.openOrders(), []);
  assert.equal(store.positions(), []);
  assert.is(store.balances('kraken').size, 0);
  assert.is(store.mode(), null);
  assert.is(store.lastBoot(), null);
  assert.is(store.hasFill('kraken', 'BTC/USD', 't1'), false);
  assert.equal([...store.readAll(0)], []);
  assert.equal([...store.readStream('desk')], []);
  assert.is(store.chain(), '0'.repeat(64));
  assert.equal(store.rebuild(), { ok: true, value: { records: 0 } });
});

contract('records are read by sequence and by stream, in order', (tables) => {
  const events = [defined, submitted({ clientId: 'a' }), submitted({ clientId: 'b' }), cancel('a')];
  const store = storeOf(tables, events);
  assert.equal(
    [...store.readAll(0)].map(({ sequence, event }) => [sequence, event]),
    events.map((event, at) => [at + 1, event]),
  );
  assert.equal(
    [...store.readAll(4)].map(({ event }) => event),
    [cancel('a')],
  );
  const streamed = (stream: string, from?: number) =>
    [...store.readStream(stream, from)].map(({ sequence }) => sequence);
  assert.equal(streamed('order/a'), [2, 4]);
  assert.equal(streamed('order/a', 2), [4]);
  assert.equal(streamed('order/b'), [3]);
  assert.equal(streamed('order'), []);
  assert.is(store.version('order/a'), 2);
  assert.is(store.head(), 4);
});

contract('a stream of many records is read to its end', (tables) => {
  const many = Array.from({ length: 700 }, () => cancel('a'));
  const store = storeOf(tables, [submitted({ clientId: 'a' }), ...many]);
  const sequences = [...store.readStream('order/a')].map(({ sequence }) => sequence);
  assert.equal(
    sequences,
    Array.from({ length: 701 }, (_, at) => at + 1),
  );
  assert.is([...store.readAll(1)].length, 701);
});

contract('streams whose names contain each other stay apart', (tables) => {
  const names = ['a', 'a|', 'a|b', 'a\\', 'a\\|', 'ab', ''];
  const store = storeOf(
    tables,
    names.map((clientId) => submitted({ clientId })),
  );
  for (const [at, name] of names.entries()) {
    const found = [...store.readStream(`order/${name}`)].map(({ sequence }) => sequence);
    assert.equal(found, [at + 1], JSON.stringify(name));
    assert.is(store.order(name)?.record.order.clientId, name);
  }
});

contract('an append takes the expected version or nothing', (tables) => {
  const store = storeOf(tables, [submitted({ clientId: 'a' })]);
  const next = recordsOf([cancel('a')], 2);
  for (const expected of ['none', 0, 2] as const) {
    const refused = store.append('order/a', expected, next);
    const error = { kind: 'wrong-expected-version', stream: 'order/a', expected, actual: 1 };
    assert.equal(refused, { ok: false, error });
  }
  const missing = store.append('order/b', 'exists', recordsOf([cancel('b')], 2));
  assert.is(missing.ok, false);
  assert.is(store.head(), 1);
  const taken = store.append('order/a', 1, next);
  assert.equal(taken, { ok: true, value: { version: 2, sequence: 2 } });
  const third = store.append('order/a', 'exists', recordsOf([cancel('a')], 3));
  assert.equal(third, { ok: true, value: { version: 3, sequence: 3 } });
  const fourth = store.append('order/b', 'none', recordsOf([submitted({ clientId: 'b' })], 4));
  assert.equal(fourth, { ok: true, value: { version: 1, sequence: 4 } });
  assert.is(store.append('order/b', 'any', recordsOf([cancel('b')], 5)).ok, true);
});

contract('an append to a stream takes only its own events', (tables) => {
  const store = new EventStore(tables);
  const before = dumpOf(tables);
  const refused = store.append(
    'order/a',
    'any',
    recordsOf([submitted({ clientId: 'a' }), booted(1)]),
  );
  const error = { kind: 'wrong-stream', stream: 'order/a', sequence: 2, belongsTo: 'desk' };
  assert.equal(refused, { ok: false, error });
  assert.equal(dumpOf(tables), before);
});

contract('records come without gap or repetition, or not at all', (tables) => {
  const store = storeOf(tables, [booted(1)]);
  const before = dumpOf(tables);
  for (const from of [1, 3]) {
    const refused = store.apply(recordsOf([booted(2)], from));
    assert.equal(refused, { ok: false, error: { kind: 'sequence-gap', expected: 2, found: from } });
  }
  const broken = [...recordsOf([submitted()], 2), { sequence: 3, payload: Uint8Array.of(1, 2) }];
  assert.is(store.apply(broken).ok, false);
  assert.equal(dumpOf(tables), before);
});

contract('what throws in a transaction leaves nothing behind', (tables) => {
  const before = dumpOf(tables);
  const body = (): never => {
    tables.put('log', sequenceKey(1), Uint8Array.of(1));
    throw new Error('a bug');
  };
  assert.throws(() => tables.transact(body), /a bug/);
  assert.equal(dumpOf(tables), before);
  const nested = () => tables.transact(() => tables.transact(() => ({ ok: true, value: 1 })));
  assert.throws(nested, /not nested/);
  assert.throws(() => tables.put('log', sequenceKey(1), Uint8Array.of(1)), /in a transaction/);
  assert.throws(() => tables.remove('log', sequenceKey(1)), /in a transaction/);
  assert.throws(() => tables.clear('log'), /in a transaction/);
});

contract('values that were read stay what they were', (tables) => {
  const key = sequenceKey(1);
  const put = (byte: number) =>
    tables.transact(() => {
      tables.put('log', key, new Uint8Array(40).fill(byte));
      return { ok: true, value: tables.get('log', key)?.[0] };
    });
  assert.equal(put(1), { ok: true, value: 1 });
  const got = tables.get('log', key) as Uint8Array;
  const [ranged] = tables.range('log', sequenceKey(0), sequenceKey(9), 5);
  put(2);
  tables.range('log', sequenceKey(0), sequenceKey(9), 5);
  assert.equal([got[39], ranged?.value[39]], [1, 1]);
});

contract('a range holds its bounds and its limit', (tables) => {
  tables.transact(() => {
    for (const at of [5, 1, 3, 2, 4]) tables.put('idx', sequenceKey(at), Uint8Array.of(at));
    tables.remove('idx', sequenceKey(4));
    tables.remove('idx', sequenceKey(9));
    return { ok: true, value: null };
  });
  const found = (from: number, before: number, limit: number) =>
    tables.range('idx', sequenceKey(from), sequenceKey(before), limit).map(({ value }) => value[0]);
  assert.equal(found(0, 10, 10), [1, 2, 3, 5]);
  assert.equal(found(2, 5, 10), [2, 3]);
  assert.equal(found(0, 10, 2), [1, 2]);
  assert.equal(found(6, 10, 2), []);
});

contract('the last mode and the last start are found', (tables) => {
  const events = [booted(1), modeChanged(4), { kind: 'stopped', reason: 'update' } as const];
  const store = storeOf(tables, [...events, booted(2), modeChanged(7)]);
  assert.is(store.mode()?.event.epoch, 7);
  assert.is(store.mode()?.sequence, 5);
  assert.equal(store.lastBoot()?.record.event, booted(2));
  assert.is(store.lastBoot()?.wasStopped, false);
  store.apply(recordsOf([{ kind: 'stopped', reason: 'end' }], 6));
  assert.is(store.lastBoot()?.wasStopped, true);
});

contract('the chain is the running SHA-256 over the payloads', (tables) => {
  const records = recordsOf([booted(1), submitted(), cancel('desk-1-mm-1')]);
  const store = new EventStore(tables);
  let chain = Buffer.alloc(32);
  for (const record of records) {
    store.apply([record]);
    chain = createHash('sha256').update(chain).update(record.payload).digest();
  }
  assert.is(store.chain(), chain.toString('hex'));
});

contract('a damaged log is found by a rebuild, which then changes nothing', (tables) => {
  const fill: JournalEvent = { kind: 'order-filled', clientId: 'desk-1-mm-1', fill: aFill() };
  const store = storeOf(tables, [defined, submitted(), fill]);
  const spoil = (sequence: number, edit: (payload: Uint8Array) => void) =>
    tables.transact(() => {
      const payload = tables.get('log', sequenceKey(sequence)) as Uint8Array;
      edit(payload);
      tables.put('log', sequenceKey(sequence), payload);
      return { ok: true, value: null };
    });
  spoil(3, (payload) => payload.set([0x66], payload.length - 3));
  const before = dumpOf(tables);
  const rebuilt = store.rebuild();
  assert.ok(!rebuilt.ok && rebuilt.error.kind === 'store-corrupt');
  spoil(2, (payload) => payload.set([99], 0));
  assert.is(store.rebuild().ok, false);
  spoil(2, (payload) => payload.set([1], 0));
  assert.equal(dumpOf(tables), before);
});

contract('balances, positions and seen fills follow the fills of an order', (tables) => {
  const opening: JournalEvent = {
    kind: 'transferred',
    venue: 'kraken',
    transferId: 'o',
    asset: 'USD',
    amount: amountOf(100_000_000_000n),
    reason: 'opening',
  };
  const fill: JournalEvent = { kind: 'order-filled', clientId: 'desk-1-mm-1', fill: aFill() };
  const store = storeOf(tables, [defined, opening, submitted(), fill]);
  assert.is(store.hasFill('kraken', 'BTC/USD', 't1'), true);
  const [held] = store.positions();
  assert.equal(held, {
    venue: 'kraken',
    symbol: 'BTC/USD',
    position: { lots: 4, cost: 24_000_000_000n, realised: 0n, fees: 1_000_000n },
  });
  assert.equal(
    [...store.balances('kraken')],
    [
      ['BTC', 400_000n],
      ['USD', 100_000_000_000n - 24_000_000_000n - 1_000_000n],
    ],
  );
  assert.equal(
    store.openOrders().map(({ record }) => record.status),
    ['partially-filled'],
  );
  assert.equal(store.instrumentAt(0), anInstrument());
  assert.equal(store.instrumentOf('kraken', 'BTC/USD'), anInstrument());
  assert.is(store.instrumentOf('kraken', 'ETH/USD'), null);
  assert.is(store.balances('krake').size, 0);
});

test.run();
