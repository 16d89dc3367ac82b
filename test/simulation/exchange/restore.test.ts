import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import { Clearing } from '../../../src/simulation/exchange/clearing.ts';
import { openExchange } from '../../../src/simulation/exchange/exchange.ts';
import { decodeRecord, encodeRecord } from '../../../src/simulation/exchange/records.ts';
import { VenueLog } from '../../../src/simulation/exchange/venue-log.ts';
import {
  aCrowd,
  aMarket,
  amount,
  anExchange,
  anOrder,
  BTCUSDT,
  byClientId,
  lots,
  must,
  ticks,
} from '../../support/venue/fixtures.ts';
import {
  type MemoryRecords,
  memoryRecords,
  SEGMENT_RECORDS,
} from '../../support/venue/memory-records.ts';

type Opened = ReturnType<typeof anExchange>;

/** Everything about the accounts that must survive, as plain values. */
function truthOf({ exchange }: Opened): unknown {
  const { accounts, crowd, fees, transfers } = exchange.clearing;
  return {
    accounts: [...accounts].map(([name, account]) => ({
      name,
      balances: [...account.balances].sort(),
      open: [...account.open],
      ended: [...account.ended],
      trades: [...account.trades.values()],
      dropped: [account.droppedOrders, account.droppedTrades],
    })),
    house: [[...crowd].sort(), [...fees].sort(), [...transfers].sort()],
  };
}

function busy(opened: Opened): void {
  const { exchange, market } = opened;
  aCrowd(exchange, market);
  must(exchange.place('alice', anOrder({ price: '59000.00', clientId: 'rests' })));
  must(exchange.place('alice', anOrder({ price: '60001.00', quantity: '0.6' })));
  must(exchange.place('bob', anOrder({ side: 'sell', type: 'market', quantity: '0.3' })));
  const order = anOrder({ side: 'sell', price: '61000.00' });
  must(exchange.place('bob', order));
  must(exchange.cancel('bob', byClientId(order)));
}

test('a venue that starts again has the same balances, orders and trades', () => {
  const records = memoryRecords();
  const before = anExchange({ records });
  busy(before);
  const after = anExchange({ records });
  assert.equal(truthOf(after), truthOf(before));
});

test('open orders rest again, in their old order, and can be canceled', () => {
  const records = memoryRecords();
  const first = anExchange({ records });
  must(first.exchange.place('alice', anOrder({ clientId: 'older', quantity: '0.01' })));
  must(first.exchange.place('bob', anOrder({ clientId: 'newer', quantity: '0.02' })));
  const second = anExchange({ records });
  assert.is(second.market.depth('buy', 1)[0]?.lots, lots('0.03'));
  second.exchange.crowdTake(second.market, 'sell', lots('0.01'), null);
  const older = second.exchange.find('alice', {
    symbol: 'BTCUSDT',
    orderId: null,
    clientId: 'older',
  });
  assert.is(older?.status, 'filled');
  const newer = { symbol: 'BTCUSDT', clientId: 'newer' };
  assert.is(must(second.exchange.cancel('bob', byClientId(newer))).status, 'canceled');
  assert.is(second.exchange.account('bob')?.balances.get('USDT')?.locked, 0n);
});

test('a partly filled order rests with what is left of it', () => {
  const records = memoryRecords();
  const first = anExchange({ records });
  must(first.exchange.place('alice', anOrder({ quantity: '0.05' })));
  first.exchange.crowdTake(first.market, 'sell', lots('0.02'), null);
  const { market } = anExchange({ records });
  assert.is(market.depth('buy', 1)[0]?.lots, lots('0.03'));
});

test('order, trade and update numbers never come twice', () => {
  const records = memoryRecords();
  const numbers = (opened: Opened) => {
    opened.events.length = 0;
    const { market, exchange } = opened;
    aCrowd(exchange, market);
    const placed = must(exchange.place('alice', anOrder({ type: 'market' })));
    return [placed.order.orderId, placed.trades[0]?.tradeId ?? 0, market.updateId];
  };
  const first = numbers(anExchange({ records }));
  const second = numbers(anExchange({ records }));
  second.forEach((number, at) => {
    assert.ok(number > (first[at] ?? 0));
  });
});

test('the last change of an empty book is one below the first after a restart', () => {
  const records = memoryRecords();
  aCrowd(...([anExchange({ records })].map((o) => [o.exchange, o.market])[0] as [never, never]));
  const { exchange, market, events } = anExchange({ records });
  const last = market.updateId;
  exchange.crowdRest(market, 'buy', ticks('60000.00'), lots('1'));
  const [change] = events.flatMap((event) => (event.kind === 'level-changed' ? [event] : []));
  assert.is(change?.updateId, last + 1);
});

test('the place of the market is kept', () => {
  const records = memoryRecords();
  const first = anExchange({ records });
  assert.is(first.exchange.anchorOf('BTCUSDT'), null);
  aCrowd(first.exchange, first.market);
  first.exchange.crowdTake(first.market, 'buy', lots('0.1'), null);
  assert.is(anExchange({ records }).exchange.anchorOf('BTCUSDT'), ticks('60001.00'));
});

test('wherever the process was killed, a start finds a consistent venue', () => {
  const records = memoryRecords();
  const before = anExchange({ records });
  busy(before);
  const all = [...records.payloads];
  for (let kept = 0; kept <= all.length; kept += 1) {
    const cut: MemoryRecords = memoryRecords();
    for (const [, payload] of all.slice(0, kept)) cut.append(payload, payload.length);
    const { exchange, market } = anExchange({ records: cut });
    for (const account of exchange.clearing.accounts.values()) {
      let locked = 0n;
      for (const order of account.open.values()) {
        locked += order.held;
        assert.ok(market.book.find(order.orderId) !== null, 'what is open rests');
        assert.is(order.timeInForce === 'gtc' && order.type !== 'market', true);
      }
      const sum = [...account.balances.values()].reduce((total, each) => total + each.locked, 0n);
      assert.is(sum, locked);
    }
  }
});

test('a snapshot stands for all that was before it, which may then go', () => {
  const records = memoryRecords();
  const before = anExchange({ records });
  busy(before);
  const count = records.payloads.size;
  before.exchange.close();
  const [first] = records.payloads.keys();
  const kept = count - (first ?? 0);
  assert.ok(kept >= 0 && kept < SEGMENT_RECORDS, 'older segments are dropped');
  assert.ok(records.syncs > 0);
  const after = anExchange({ records });
  assert.equal(truthOf(after), truthOf(before));
  assert.is(before.exchange.place('alice', anOrder()).ok, false, 'a closed exchange does nothing');
});

test('what is left of an older segment is not taken for the beginning of history', () => {
  for (let filler = 0; filler < SEGMENT_RECORDS; filler += 1) {
    const records = memoryRecords();
    const first = anExchange({ records });
    for (let at = 0; at < filler; at += 1) first.exchange.transfer('alice', 'BNB', amount('1'));
    const order = anOrder();
    must(first.exchange.place('alice', order));
    must(first.exchange.cancel('alice', byClientId(order)));
    first.exchange.close();
    assert.equal(truthOf(anExchange({ records })), truthOf(first));
  }
});

test('a snapshot that was cut short is passed over, wherever it was cut', () => {
  const records = memoryRecords();
  const before = anExchange({ records });
  busy(before);
  const truth = truthOf(before);
  const history = [...records.payloads.values()];
  before.exchange.close();
  const snapshot = [...records.payloads]
    .filter(([sequence]) => sequence >= history.length)
    .map(([, payload]) => payload);
  for (let kept = 0; kept < snapshot.length; kept += 1) {
    const cut = memoryRecords();
    for (const payload of [...history, ...snapshot.slice(0, kept)]) {
      cut.append(payload, payload.length);
    }
    const after = anExchange({ records: cut });
    assert.equal(truthOf(after), truth);
    // What the next process adds must not be taken for a part of the snapshot.
    must(after.exchange.place('alice', anOrder({ clientId: 'later' })));
    const third = anExchange({ records: cut });
    const later = byClientId({ symbol: 'BTCUSDT', clientId: 'later' });
    assert.is(third.exchange.find('alice', later)?.status, 'new');
  }
});

test('a snapshot is taken by itself after enough records', () => {
  const records = memoryRecords();
  const clearing = new Clearing(() => BTCUSDT, { endedOrdersMax: 5, tradesMax: 5 });
  const log = new VenueLog(records, clearing, 10);
  const text = () => [...records.payloads.values()].map((each) => new TextDecoder().decode(each));
  for (let at = 0; at < 10; at += 1) {
    log.settle();
    log.record({ kind: 'price-anchored', symbol: 'BTCUSDT', ticks: at as Ticks });
  }
  assert.not.ok(text().some((each) => each.includes('snapshot')));
  log.settle();
  assert.is(text().filter((each) => each.includes('kept')).length, 1, 'the anchor alone');
  const { size } = records.payloads;
  log.settle();
  assert.is(records.payloads.size, size, 'the next one is not due');
});

test('a log that breaks halts the venue: nobody hears of what is not written', () => {
  const records = memoryRecords();
  const { exchange, market, events } = anExchange({ records });
  aCrowd(exchange, market);
  for (let left = 0; left < 3; left += 1) {
    const opened = anExchange({ records: memoryRecords() });
    const store = memoryRecords();
    const broken = anExchange({ records: store });
    aCrowd(broken.exchange, broken.market);
    broken.events.length = 0;
    store.appendsLeft = left;
    const placed = broken.exchange.place('alice', anOrder({ type: 'market', quantity: '1' }));
    assert.is(placed.ok ? '' : placed.error.kind, 'halted');
    assert.equal(broken.events, []);
    assert.match(broken.exchange.haltedBy ?? '', /log is broken: full/);
    assert.is(broken.exchange.crowdRest(broken.market, 'buy', ticks('1.00'), 1 as Lots), 0);
    assert.is(broken.exchange.crowdTake(broken.market, 'buy', 1 as Lots, null), 0);
    assert.is(opened.exchange.haltedBy, null);
  }
  assert.ok(events.length > 0);
});

test('a log that takes nothing at the start is reported, not thrown', () => {
  const records = memoryRecords();
  const first = anExchange({ records });
  must(first.exchange.place('alice', anOrder({ timeInForce: 'gtc' })));
  const [, accepted] = [...records.payloads].findLast(([, payload]) =>
    new TextDecoder().decode(payload).includes('order-accepted'),
  ) as [number, Uint8Array];
  // The same order as an immediate one: at the start it must be ended, which needs a record.
  const text = new TextDecoder().decode(accepted).replace('"gtc"', '"ioc"');
  const cut = memoryRecords();
  for (const payload of records.payloads.values()) {
    const next = payload === accepted ? new TextEncoder().encode(text) : payload;
    cut.append(next, next.length);
  }
  cut.appendsLeft = 0;
  const opened = openExchange({
    markets: [aMarket()],
    fees: first.exchange.fees,
    retention: { endedOrdersMax: 5, tradesMax: 5 },
    records: cut,
    clock: { now: () => 0 as never, mono: () => 0 as never },
  });
  assert.is(opened.ok, false);
  assert.match(opened.ok ? '' : opened.error.found, /full/);
});

test('a record that is not ours is refused with its place', () => {
  const records = memoryRecords();
  records.append(new TextEncoder().encode('{"kind":'), 8);
  const decoded = decodeRecord(0, records.payloads.get(0) as Uint8Array);
  assert.is(decoded.ok ? '' : decoded.error.kind, 'venue-record');
  assert.throws(() => anExchange({ records }), /venue-record/);
});

test('a record is the same after writing and reading, amounts exact', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(), (units, venueMs) => {
      const record = {
        kind: 'transferred' as const,
        account: 'alice',
        asset: 'BTC',
        amount: units as never,
        venueMs: venueMs as never,
      };
      assert.equal(must(decodeRecord(1, encodeRecord(record))), record);
    }),
  );
});

test('the past of an account is bounded, and what was dropped is counted', () => {
  const records = memoryRecords();
  const retention = { endedOrdersMax: 3, tradesMax: 2 };
  const first = anExchange({ records, retention });
  aCrowd(first.exchange, first.market);
  for (let at = 0; at < 5; at += 1) {
    must(first.exchange.place('alice', anOrder({ type: 'market', clientId: `m${at}` })));
  }
  const account = first.exchange.account('alice');
  assert.equal([account?.ended.size, account?.trades.size], [3, 2]);
  assert.equal([account?.droppedOrders, account?.droppedTrades], [2, 3]);
  assert.is(
    first.exchange.find('alice', { symbol: 'BTCUSDT', orderId: null, clientId: 'm1' }),
    null,
  );
  first.exchange.close();
  assert.equal(truthOf(anExchange({ records, retention })), truthOf(first));
});

test.run();
