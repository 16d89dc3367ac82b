import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokenInvariant } from '../../src/core/result.ts';
import type { AmendEvent } from '../../src/execution/amend/amendment.ts';
import {
  applyOrderEvent,
  isEnded,
  type OrderEvent,
  type OrderRecord,
  type OrderStatus,
  openLots,
  submitted,
} from '../../src/execution/order.ts';
import { law } from '../support/law.ts';
import { aFill, anOrder } from '../support/trade/orders.ts';

/** What becomes of an order whose terms stay: amendments have laws of their own. */
type LaterEvent = Exclude<OrderEvent, AmendEvent | { kind: 'order-submitted' }>;
/** An event as it is told, without the order that it is about. */
type Told = { kind: LaterEvent['kind']; reason?: string; venueOrderId?: string; lots?: number };

const order = anOrder();
const { clientId } = order;

function eventOf({ kind, reason = '', venueOrderId = '77', lots = 40 }: Told): LaterEvent {
  switch (kind) {
    case 'order-filled': {
      const fill = aFill({ lots: lots, quote: BigInt(lots) * 60_000_000n });
      return { kind, clientId, fill };
    }
    case 'order-accepted':
    case 'order-triggered':
      return { kind, clientId, venueOrderId };
    case 'cancel-submitted':
      return { kind, clientId };
    default:
      return { kind, clientId, reason };
  }
}

const after = (...events: Told[]): OrderRecord =>
  events.reduce((record, told) => applyOrderEvent(record, eventOf(told)).record, submitted(order));
const accepted: Told = { kind: 'order-accepted' };
const fill = (lots: number): Told => ({ kind: 'order-filled', lots });

test('a submitted order is open in full and knows nothing of the venue', () => {
  const record = submitted(order);
  assert.equal([record.status, record.venueOrderId, record.reason], ['submitted', '', '']);
  assert.equal([record.filledLots, record.filledQuote, openLots(record)], [0, 0n, 100]);
});

const lives: [name: string, events: Told[], status: OrderStatus, open: number, reason: string][] = [
  ['an accepted order is open', [accepted], 'open', 100, ''],
  ['a fill leaves the rest open', [accepted, fill(40)], 'partially-filled', 60, ''],
  ['fills of all its lots end it', [accepted, fill(40), fill(60)], 'filled', 0, ''],
  ['a fill before its acknowledgement counts', [fill(40), accepted], 'partially-filled', 60, ''],
  ['a full fill before it ends it', [fill(100), accepted], 'filled', 0, ''],
  [
    'a lost reply leaves its outcome unknown and all lots open',
    [{ kind: 'order-outcome-unknown', reason: 'timeout' }],
    'unknown',
    100,
    'timeout',
  ],
  [
    'an acknowledgement settles an unknown outcome',
    [{ kind: 'order-outcome-unknown', reason: 'timeout' }, accepted],
    'open',
    100,
    '',
  ],
  [
    'a fill settles an unknown outcome',
    [{ kind: 'order-outcome-unknown', reason: 'timeout' }, fill(40)],
    'partially-filled',
    60,
    '',
  ],
  [
    'a lost reply says nothing about an order that is known to be open',
    [accepted, { kind: 'order-outcome-unknown', reason: 'timeout' }],
    'open',
    100,
    '',
  ],
  [
    'a cancellation ends what is not filled',
    [accepted, fill(40), { kind: 'order-canceled', reason: 'canceled' }],
    'canceled',
    0,
    'canceled',
  ],
  ['an expiry ends it', [accepted, { kind: 'order-expired', reason: 'stp' }], 'expired', 0, 'stp'],
  ['a rejection ends it', [{ kind: 'order-rejected', reason: '-2010' }], 'rejected', 0, '-2010'],
  ['a refusal ends it', [{ kind: 'order-refused', reason: 'halted' }], 'refused', 0, 'halted'],
  [
    'the proof that it never arrived ends it',
    [
      { kind: 'order-outcome-unknown', reason: 'timeout' },
      { kind: 'order-unacked', reason: 'asked three times' },
    ],
    'rejected-unacked',
    0,
    'asked three times',
  ],
  [
    'an intent without a trace after a restart is abandoned',
    [{ kind: 'order-abandoned', reason: 'restart' }],
    'abandoned',
    0,
    'restart',
  ],
  [
    'a cancellation that only asks ends nothing',
    [accepted, { kind: 'cancel-submitted' }],
    'open',
    100,
    '',
  ],
  [
    'the first end stays',
    [
      { kind: 'order-canceled', reason: 'first' },
      { kind: 'order-expired', reason: 'second' },
    ],
    'canceled',
    0,
    'first',
  ],
  [
    'an acknowledgement after the end reopens nothing',
    [{ kind: 'order-canceled', reason: 'canceled' }, accepted],
    'canceled',
    0,
    'canceled',
  ],
  [
    'a late fill of a cancelled order is booked and reopens nothing',
    [accepted, { kind: 'order-canceled', reason: 'canceled' }, fill(40)],
    'canceled',
    0,
    'canceled',
  ],
  [
    'late fills of all its lots make a cancelled order a filled one',
    [accepted, { kind: 'order-canceled', reason: 'canceled' }, fill(100)],
    'filled',
    0,
    '',
  ],
];
for (const [name, events, status, open, reason] of lives) {
  test(name, () => {
    const record = after(...events);
    assert.equal([record.status, openLots(record), record.reason], [status, open, reason]);
    assert.is(isEnded(record), open === 0);
    if (events.includes(accepted)) assert.is(record.venueOrderId, '77');
  });
}

test('a request to cancel is remembered through everything that follows', () => {
  const record = after(accepted, { kind: 'cancel-submitted' }, fill(40));
  assert.ok(record.isCancelRequested);
});

test('more than was ordered is booked and is an incident', () => {
  const { record, incident } = applyOrderEvent(after(accepted, fill(90)), eventOf(fill(20)));
  assert.equal([record.status, record.filledLots, incident], ['filled', 110, 'overfill']);
  assert.is(openLots(record), 0);
});

const neverLived = ['order-rejected', 'order-refused', 'order-unacked', 'order-abandoned'] as const;
for (const kind of neverLived) {
  test(`a fill after ${kind} is booked, opens the order again and is an incident`, () => {
    const { record, incident } = applyOrderEvent(after({ kind, reason: 'no' }), eventOf(fill(40)));
    assert.equal([record.status, record.reason, openLots(record)], ['partially-filled', '', 60]);
    assert.is(incident, 'fill-after-end');
    const whole = applyOrderEvent(after({ kind, reason: 'no' }), eventOf(fill(100)));
    assert.equal([whole.record.status, whole.incident], ['filled', 'fill-after-end']);
  });

  test(`an acceptance after ${kind} opens the order again and is an incident`, () => {
    const { record, incident } = applyOrderEvent(after({ kind, reason: 'no' }), eventOf(accepted));
    assert.equal([record.status, record.reason, openLots(record)], ['open', '', 100]);
    assert.is(incident, 'alive-after-end');
  });

  test(`${kind} of an order that has fills changes nothing and is an incident`, () => {
    const filled = after(accepted, fill(40));
    const { record, incident } = applyOrderEvent(filled, eventOf({ kind, reason: 'no' }));
    assert.is(record, filled);
    assert.is(incident, 'end-contradicts-fills');
  });
}

test('the event of another order is a bug', () => {
  const foreign = { kind: 'cancel-submitted', clientId: 'other' } as const;
  assert.throws(
    () => applyOrderEvent(submitted(order), foreign),
    (thrown: Error) => thrown instanceof BrokenInvariant,
  );
});

const PROGRESS: readonly (readonly OrderStatus[])[] = [
  ['submitted'],
  ['unknown'],
  ['open'],
  ['partially-filled'],
  ['canceled', 'expired', 'rejected', 'refused', 'rejected-unacked', 'abandoned'],
  ['filled'],
];
const progressOf = (record: OrderRecord): number =>
  PROGRESS.findIndex((statuses) => statuses.includes(record.status));

const told: fc.Arbitrary<Told> = fc.oneof(
  fc.record({ kind: fc.constant('order-filled' as const), lots: fc.integer({ min: 1, max: 70 }) }),
  fc.record({
    kind: fc.constantFrom<LaterEvent['kind'][]>(
      'order-accepted',
      'order-outcome-unknown',
      'order-canceled',
      'order-expired',
      'cancel-submitted',
      ...neverLived,
    ),
    reason: fc.string({ minLength: 1 }),
  }),
);

test('whatever the venue says in whatever order, an order never goes back', () => {
  law(
    fc.property(fc.array(told, { maxLength: 15, size: 'max' }), (events) => {
      let record = submitted(order);
      for (const event of events) {
        const { record: next, incident } = applyOrderEvent(record, eventOf(event));
        // A venue that fills or holds what it said it never had is the one way out of an end.
        const isReopened = isEnded(record) && !isEnded(next);
        const after = event.kind === 'order-accepted' ? 'alive-after-end' : 'fill-after-end';
        if (isReopened) assert.is(incident, after);
        else assert.ok(progressOf(next) >= progressOf(record), `${record.status} ${next.status}`);
        assert.ok(next.filledLots >= record.filledLots);
        assert.ok(next.isCancelRequested || !record.isCancelRequested);
        assert.ok(next.venueOrderId !== '' || record.venueOrderId === '');
        assert.is(
          isEnded(next) ? openLots(next) : openLots(next) + next.filledLots,
          isEnded(next) ? 0 : 100,
        );
        record = next;
      }
      const lots = events.reduce((sum, event) => sum + (event.lots ?? 0), 0);
      assert.equal([record.filledLots, record.filledQuote], [lots, BigInt(lots) * 60_000_000n]);
    }),
    500,
  );
});

test('a reason is there exactly while an order is unknown or ended otherwise than filled', () => {
  law(
    fc.property(fc.array(told, { maxLength: 15, size: 'max' }), (events) => {
      const record = after(...events);
      const isExplained =
        record.status === 'unknown' || (isEnded(record) && record.status !== 'filled');
      assert.is(record.reason !== '', isExplained, record.status);
    }),
    500,
  );
});

test.run();
