import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { actor, isTrading } from '../../support/desk/laws.ts';
import type { Ended, Stage } from '../../support/desk/rehearsed.ts';
import { survives } from '../../support/desk/survival.ts';

const VENUE = 'trading/venues/venue:binance';

const textOf = (frame: Uint8Array): string => Buffer.from(frame).toString();
const isEvent = (frame: Uint8Array): boolean => textOf(frame).includes('"event"');

/** Trades as the venue has them, and fills as the journal has them. */
function fillsOf({ journal, account }: Ended): {
  readonly venue: string[];
  readonly ours: string[];
} {
  const ours = journal.flatMap(({ event }) =>
    event.kind === 'order-filled' ? [event.fill.tradeId] : [],
  );
  return { venue: [...account.trades.values()].map(({ tradeId }) => String(tradeId)), ours };
}

function assertEachOnce(ended: Ended): void {
  const { venue, ours } = fillsOf(ended);
  assert.ok(venue.length > 0, 'there was a trade');
  const inOrder = (ids: string[]): string[] => [...ids].sort((a, b) => Number(a) - Number(b));
  assert.equal(inOrder(ours), inOrder(venue), 'each trade is booked once');
  const adjustments = ended.log.filter(({ kind }) => kind === 'balance-adjustment');
  assert.is(adjustments.length, 0, 'nothing is left to explain');
}

async function someFills(stage: Stage, count = 3): Promise<void> {
  const before = stage.account.trades.size;
  await stage.until('trades', () => stage.account.trades.size >= before + count, 120_000);
}

const report = (fields: string): string =>
  `{"subscriptionId":0,"event":{"e":"executionReport","s":"BTCUSDT",${fields}}}`;

const MALFORMED: readonly (string | Uint8Array)[] = [
  '',
  'null',
  '[]',
  '<html>502 Bad Gateway</html>',
  '{"event":5}',
  '{"id":"1","status":"well"}',
  '{"id":"1","status":400,"error":null}',
  report('"i":1,"c":"x","C":"","x":"TRADE","S":"BUY","L":"abc","l":"1","t":1'),
  report('"i":1,"c":"x","C":"","x":"A NEW KIND"'),
  report('"i":1.5,"c":"x","C":"","x":"NEW"'),
  new Uint8Array([0, 255, 254, 253]),
];

test('malformed frames on the order socket are told and disturb nobody', async () => {
  const ended = await survives(async (stage) => {
    for (const frame of MALFORMED) stage.wire.inject('orders', frame);
    await stage.sleep(100);
    assert.is(actor(stage, VENUE).restarts, 0);
    assert.ok(isTrading(stage));
  });
  const told = ended.log.filter(({ kind }) => kind === 'malformed-frame');
  assert.is(told.length, MALFORMED.length);
  for (const { level, fields } of told) {
    assert.is(level, 'error');
    assert.ok(String(fields['fault']).length > 0, 'it says what is wrong');
  }
  assertEachOnce(ended);
});

test('an answer nobody waits for and an event of a foreign symbol change nothing', async () => {
  const ended = await survives(async (stage) => {
    const before = stage.desk.parts.journal.head;
    stage.wire.inject('orders', '{"id":"never","status":200,"result":{"orderId":1}}');
    const doge = report('"i":1,"c":"x","C":"","x":"NEW"').replace('BTCUSDT', 'DOGEUSDT');
    stage.wire.inject('orders', doge);
    assert.is(stage.desk.parts.journal.head, before);
  });
  assertEachOnce(ended);
});

test('events and answers that come twice are booked once', async () => {
  const ended = await survives(async (stage) => {
    stage.wire.frameRule.orders = (frame) => [frame, frame];
    await someFills(stage);
  });
  assertEachOnce(ended);
});

test('an event that comes again long after is booked once', async () => {
  const ended = await survives(async (stage) => {
    const heard: Uint8Array[] = [];
    stage.wire.frameRule.orders = (frame) => {
      if (isEvent(frame)) heard.push(frame);
      return [frame];
    };
    await someFills(stage);
    await stage.sleep(5_000);
    for (const frame of heard) stage.wire.inject('orders', frame);
  });
  assertEachOnce(ended);
});

test('events in the wrong order lead to the same books', async () => {
  const ended = await survives(async (stage) => {
    let held: Uint8Array | null = null;
    stage.wire.frameRule.orders = (frame) => {
      if (!isEvent(frame)) return [frame];
      const earlier = held;
      held = earlier === null ? frame : null;
      return earlier === null ? [] : [frame, earlier];
    };
    await someFills(stage);
    stage.wire.frameRule.orders = null;
  });
  assertEachOnce(ended);
});

test('events that never come are found by the reconciliation', async () => {
  const ended = await survives(async (stage) => {
    stage.wire.frameRule.orders = (frame) => (isEvent(frame) ? [] : [frame]);
    await someFills(stage, 2);
    stage.wire.frameRule.orders = null;
    await stage.sleep(31_000);
  });
  assertEachOnce(ended);
});

test('answers that never come are asked for', async () => {
  const ended = await survives(async (stage) => {
    stage.wire.frameRule.orders = (frame) => (isEvent(frame) ? [frame] : []);
    await stage.sleep(8_000);
    stage.wire.frameRule.orders = null;
  });
  assertEachOnce(ended);
});

test('C26: a fill that never was halts the venue, is found, booked back and alerted', async () => {
  const ended = await survives(async (stage) => {
    const order = '"i":999999,"c":"somebody","C":"","x":"TRADE","S":"BUY"';
    const fill =
      '"t":999999,"L":"60000.00","l":"0.00100","Y":"60.00","n":"0","N":null,"m":true,"T":1';
    stage.wire.inject('orders', report(`${order},${fill}`));
    await stage.sleep(1_000);
    const { gate } = stage.desk.parts;
    assert.equal(gate.venuePauses(0), ['breaker']);
    const ann = { user: 'ann', role: 'risk-officer' } as const;
    const released = await stage.desk.release('C26@venue:0', ann, 'looked into it');
    assert.ok(released.ok);
  });
  const told = ended.log.filter(({ kind }) => kind === 'balance-adjustment');
  assert.equal(told.map(({ fields }) => fields['asset']).sort(), ['BTC', 'USDT']);
  for (const { level } of told) assert.is(level, 'error');
});

for (const kind of ['serverShutdown', 'eventStreamTerminated']) {
  test(`a venue that says ${kind} is left and found again`, async () => {
    const ended = await survives(async (stage) => {
      stage.wire.inject('orders', `{"event":{"e":"${kind}","E":1}}`);
      await stage.until('the gate closes', () => !isTrading(stage), 1_000);
    });
    assertEachOnce(ended);
    assert.ok(ended.log.some((line) => line.kind === 'disconnected' && line.actor === VENUE));
  });
}

test('a deposit is booked as one, once', async () => {
  const ended = await survives(async (stage) => {
    const { exchange } = stage.venue;
    const moved = exchange.transfer('desk', 'USDT', 500_00000000n as never);
    assert.ok(moved.ok);
    await stage.sleep(1_000);
  });
  const deposits = ended.journal.filter(
    ({ event }) => event.kind === 'transferred' && event.reason === 'deposit',
  );
  assert.is(deposits.length, 1);
  assertEachOnce(ended);
});

test.run();
