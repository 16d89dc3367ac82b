import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountOf, millisOf, nanosOf, ticksOf } from '../../../src/core/units.ts';
import { EVIDENCE_AT, EvidenceTrail } from '../../../src/execution/proof/evidence.ts';
import { streamOf } from '../../../src/storage/event-store/event-stream.ts';
import { codecFaultText, decodeRecord, EventEncoder } from '../../../src/storage/journal/codec.ts';
import { EVENTS, type JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { DOCUMENT_BYTES_MAX, PROSE_BYTES_MAX } from '../../../src/storage/journal/fields.ts';
import { aFill, anOrder, anyEvent, submitted } from './events.ts';

const encoder = new EventEncoder();
const encoded = (event: JournalEvent): Uint8Array => {
  const length = encoder.encode(event, 7, nanosOf(123_456_789), millisOf(1_700_000_000_000));
  return Uint8Array.from(encoder.bytes.subarray(0, length));
};

function decoded(payload: Uint8Array): JournalEvent {
  const record = decodeRecord(9, payload);
  if (!record.ok) throw new Error(codecFaultText(record.error));
  return record.value.event;
}

const faultOf = (payload: Uint8Array): string => {
  const record = decodeRecord(9, payload);
  return record.ok ? 'none' : codecFaultText(record.error);
};

test('every event comes back as it was', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      assert.equal(decodeRecord(9, encoded(event)), {
        ok: true,
        value: { sequence: 9, boot: 7, monoNs: 123_456_789, wallMs: 1_700_000_000_000, event },
      });
    }),
    { numRuns: 2000 },
  );
});

test('a record that lacks its end, or has more, is malformed', () => {
  fc.assert(
    fc.property(anyEvent, fc.nat(), (event, cut) => {
      const payload = encoded(event);
      assert.is(decodeRecord(9, payload.subarray(0, cut % payload.length)).ok, false);
      assert.match(faultOf(Uint8Array.of(...payload, 0)), /1 bytes follow the last field/);
    }),
  );
});

test('no bytes make decoding throw', () => {
  const rubbish = fc.uint8Array({ maxLength: 200 });
  const damaged = fc.tuple(anyEvent, fc.nat(), fc.integer({ min: 1, max: 255 }));
  fc.assert(fc.property(rubbish, (bytes) => typeof decodeRecord(1, bytes).ok === 'boolean'));
  fc.assert(
    fc.property(damaged, ([event, at, change]) => {
      const payload = encoded(event);
      const index = at % payload.length;
      payload[index] = (payload[index] as number) ^ change;
      return typeof decodeRecord(1, payload).ok === 'boolean';
    }),
    { numRuns: 1000 },
  );
});

test('an unknown kind and an unknown version are named with what is known', () => {
  const payload = encoded({ kind: 'cancel-submitted', clientId: 'c' });
  payload[1] = 2;
  assert.match(faultOf(payload), /record 9 is of kind 11 in version 2, this program reads cancel-/);
  payload[0] = 200;
  assert.match(faultOf(payload), /kind 200 in version 2, this program reads kinds 1, 2, 3/);
});

const ascending = (a: number, b: number): number => a - b;

test('kind codes are distinct, fit a byte and stay what they are', () => {
  const codes = Object.values(EVENTS).map(({ code }) => code);
  assert.is(new Set(codes).size, codes.length);
  const orders = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
  const early = [...orders, 20, 21, 22, 23, 30, 31, 32, 33, 34, 35, 40, 60, 61, 62, 63];
  const estop = [64];
  const breakers = [70, 71, 72, 73];
  const guard = [76, 77, 78];
  const audit = [80, 81];
  const control = [85];
  const alerts = [90, 91];
  const market = [100, 101, 105, 106, 107, 108, 109];
  const risk = [120, 121, 123, 124, 127, 128];
  const amends = [110, 111, 112, 113, 114];
  const forecasts = [130, 131];
  const kept = [132];
  const later = [
    ...estop,
    ...breakers,
    ...guard,
    ...audit,
    ...control,
    ...alerts,
    ...market,
    ...amends,
    ...risk,
    ...forecasts,
    ...kept,
  ];
  const known = [...early, ...later];
  assert.equal(codes.toSorted(ascending), known.toSorted(ascending));
});

test('the bytes of a record stay what they are', () => {
  const cancel = Buffer.from(encoded({ kind: 'cancel-submitted', clientId: 'a-é' }));
  const stamp = '0b0107000000' + '00000054346f9d41' + '00008056febc7842';
  assert.is(cancel.toString('hex'), `${stamp}04612dc3a9`);
  const payload = Buffer.from(encoded(submitted()));
  assert.is(payload.length, 22 + 12 + 3 + 7 + 8 + 5 + 5 * 8 + 2 + 1);
});

test('an intent without evidence is read as flyball 0.1 wrote it', () => {
  const today = Buffer.from(encoded(submitted()));
  const earlier = Buffer.from(today.subarray(0, today.length - 3));
  earlier[1] = 1;
  assert.equal(decoded(earlier), submitted());
  earlier[1] = 4;
  assert.match(faultOf(earlier), /kind 1 in version 4/);
});

test('an intent from before venues kept orders is read with its evidence', () => {
  const order = anOrder();
  const evidence = new EvidenceTrail().of(order, 7, 8, 9);
  const today = Buffer.from(encoded({ kind: 'order-submitted', order, evidence }));
  const behind = 1 + evidence.length * 8;
  const [head, tail] = [today.subarray(0, -behind - 2), today.subarray(-behind)];
  const earlier = Buffer.concat([head, tail]);
  earlier[1] = 2;
  const event = decoded(earlier);
  assert.ok(event.kind === 'order-submitted');
  assert.equal(event.order, order);
  assert.is(event.evidence?.[EVIDENCE_AT.requestId], 7);
});

test('a fill and a transfer are read as flyball 0.1 wrote them', () => {
  const filled = { kind: 'order-filled', clientId: 'c', fill: aFill() } as const;
  const today = Buffer.from(encoded(filled));
  const earlier = Buffer.from(today.subarray(0, today.length - 1));
  earlier[1] = 1;
  assert.equal(decoded(earlier), filled);
  const external = { kind: 'external-filled', venue: 'v', symbol: 's', side: 'buy' } as const;
  const todays = Buffer.from(encoded({ ...external, fill: aFill() }));
  const earliers = Buffer.from(todays.subarray(0, todays.length - 1));
  earliers[1] = 1;
  assert.equal(decoded(earliers), { ...external, fill: aFill() });
  const event = { kind: 'transferred', venue: 'v', transferId: 't', asset: 'USDT' } as const;
  const deposit = { ...event, amount: amountOf(5n), reason: 'deposit' } as const;
  const transfer = Buffer.from(encoded(deposit));
  transfer[1] = 1;
  assert.equal(decoded(transfer), deposit);
});

test('evidence that is not known comes back as such', () => {
  const evidence = new EvidenceTrail().of(anOrder(), 7, 8, 9);
  const event = decoded(encoded({ kind: 'order-submitted', order: anOrder(), evidence }));
  assert.ok(event.kind === 'order-submitted');
  assert.ok(Number.isNaN(event.evidence?.[EVIDENCE_AT.bidTicks]));
  assert.is(event.evidence?.[EVIDENCE_AT.requestId], 7);
});

test('choices outside their list, texts that are not UTF-8 and fractions are malformed', () => {
  const payload = encoded(submitted({ venue: 'v', strategy: 's', clientId: 'c' }));
  const side = 22 + 2 + 2 + 2 + 8;
  const withByte = (at: number, byte: number): Uint8Array => {
    const copy = payload.slice();
    copy[at] = byte;
    return copy;
  };
  assert.match(faultOf(withByte(side, 2)), /choice 2 of 2/);
  assert.match(faultOf(withByte(23, 0xff)), /not UTF-8/);
  assert.match(faultOf(withByte(payload.length - 4, 0x7f)), /is not a safe integer/);
});

test('prose that is too long is clipped and says so; the rest is whole', () => {
  const clip = (reason: string): string => {
    const event = decoded(encoded({ kind: 'order-rejected', clientId: 'c', reason }));
    assert.is(event.kind, 'order-rejected');
    return event.kind === 'order-rejected' ? event.reason : '';
  };
  for (const letter of ['x', 'é', '漢', '😀']) {
    const long = letter.repeat(20_000);
    const short = clip(long);
    assert.match(short, / … \[clipped\]$/);
    assert.ok(Buffer.byteLength(short) <= PROSE_BYTES_MAX);
    assert.ok(long.startsWith(short.slice(0, 5000)));
  }
  const most = 'x'.repeat(PROSE_BYTES_MAX);
  assert.is(clip(most), most);
});

test('an identity, a document or a number that does not fit is a bug', () => {
  assert.throws(() => encoded(submitted({ clientId: 'x'.repeat(256) })), /at most 255 bytes/);
  assert.throws(() => encoded(submitted({ clientId: 'é'.repeat(128) })), /at most 255 bytes/);
  assert.throws(() => encoded(submitted({ ticks: ticksOf(0.5) })), /an integer is safe/);
  assert.throws(() => encoded(submitted({ side: 'up' as never })), /a choice is in its list/);
  const fill = aFill({ fee: amountOf(2n ** 127n) });
  assert.throws(() => encoded({ kind: 'order-filled', clientId: 'c', fill }), /fits 128 bits/);
  const change = {
    kind: 'mode-changed',
    from: 'manual',
    to: 'manual',
    requested: 'manual',
    by: 'x',
    reason: '',
    epoch: 1,
    machineVersion: 1,
  } as const;
  const machine = 'm'.repeat(DOCUMENT_BYTES_MAX);
  assert.equal(decoded(encoded({ ...change, machine })), { ...change, machine });
  assert.throws(() => encoded({ ...change, machine: `${machine}m` }), /at most 40 KiB/);
});

test('the longest event fits a record', () => {
  const reason = 'r'.repeat(PROSE_BYTES_MAX);
  const machine = 'm'.repeat(DOCUMENT_BYTES_MAX);
  const by = 'b'.repeat(255);
  const change = { from: 'manual', to: 'manual', requested: 'manual' } as const;
  const versions = { epoch: 1, machineVersion: 1 };
  const event = { kind: 'mode-changed', ...change, by, reason, machine, ...versions } as const;
  assert.equal(decoded(encoded(event)), event);
});

test('events of one order, account or matter share a stream', () => {
  const streams: [JournalEvent, string][] = [
    [submitted({ clientId: 'a' }), 'order/a'],
    [{ kind: 'cancel-submitted', clientId: 'a' }, 'order/a'],
    [{ kind: 'order-filled', clientId: 'b', fill: aFill() }, 'order/b'],
    [{ kind: 'venue-reconciled', venue: 'kraken', marks: '{}' }, 'account/kraken'],
    [{ kind: 'command-given', by: 'x', command: 'y' }, 'control'],
    [{ kind: 'stopped', reason: '' }, 'desk'],
  ];
  for (const [event, stream] of streams) assert.is(streamOf(event), stream);
});

test('a negative zero is stored as zero', () => {
  const event = decoded(encoded(submitted({ ticks: ticksOf(-0) })));
  assert.equal(event, { kind: 'order-submitted', order: anOrder({ ticks: ticksOf(0) }) });
  assert.ok(event.kind === 'order-submitted' && Object.is(event.order.ticks, 0));
});

test.run();
