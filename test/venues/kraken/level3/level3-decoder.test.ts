/** Frames of the `level3` channel: what is read, and what is not taken for what. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Level3Decoder } from '../../../../src/venues/kraken/level3/level3-decoder.ts';
import { FRAME_ORDERS_MAX, ORDER_EVENTS } from '../../../../src/venues/kraken/level3/order-list.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { level3Frame } from '../../../support/kraken/level3.ts';
import { aPair } from '../../../support/kraken/pairs.ts';
import { law } from '../../../support/law.ts';

const aDecoder = () => new Level3Decoder([aPair()]);
const kindOf = (text: string) => aDecoder().decode(frameOf(text));
/** What is wrong with a frame. */
const faultOf = (text: string): string => {
  const decoder = aDecoder();
  assert.is(decoder.decode(frameOf(text)), 'malformed', text);
  return decoder.fault;
};
const ORDER = { id: 'OQCLML-BW3P3-BUCMWZ', price: '42000.5', size: '0.50000000' };

test("frames of the venue's pages are read, whatever the order of their keys", () => {
  const decoder = aDecoder();
  const order =
    '{"timestamp":"2024-01-15T11:59:58.25Z","order_qty":0.5,"new":{"a":[1]},' +
    '"limit_price":42000.5,"order_id":"b","event":"modify"}';
  const book = `{"asks":[],"bids":[${order}],"checksum":5,"timestamp":"x","symbol":"BTC/USD"}`;
  const text = `{"data":[${book}],"type":"update","channel":"level3","more":null}`;
  assert.is(decoder.decode(frameOf(text)), 'update');
  const { bids, asks, checksum, eventMs, pair } = decoder;
  assert.equal([bids.count, asks.count, checksum, pair.symbol], [1, 0, 5, 'BTC/USD']);
  assert.equal(
    [bids.ids[0], bids.events[0], bids.ticks[0], bids.lots[0]],
    ['b', ORDER_EVENTS.indexOf('modify'), 420_005, 50_000_000],
  );
  assert.is(eventMs, Date.UTC(2024, 0, 15, 11, 59, 58, 250));
});

test('orders of a snapshot have no event: they are there', () => {
  const decoder = aDecoder();
  const text = level3Frame('snapshot', { bids: [ORDER], asks: [ORDER], checksum: 1 });
  assert.is(decoder.decode(frameOf(text)), 'snapshot');
  assert.equal([decoder.bids.events[0], decoder.asks.ids[0]], [0, ORDER.id]);
  assert.is(decoder.decode(frameOf(level3Frame('update', { checksum: 1 }))), 'update');
  assert.equal([decoder.bids.count, decoder.asks.count, decoder.eventMs], [0, 0, 0]);
});

test('frames of other channels, answers and unknown pairs are told apart', () => {
  assert.is(kindOf('{}'), 'other');
  assert.is(kindOf('{"channel":"heartbeat"}'), 'other');
  assert.is(kindOf('{"method":"subscribe","success":true}'), 'other');
  const unknown = level3Frame('update', { checksum: 1, symbol: 'DOGE/USD', bids: [ORDER] });
  assert.is(kindOf(unknown), 'unknown-symbol');
  assert.is(
    kindOf('{"channel":"level3","type":"update","data":[{"checksum":1}]}'),
    'unknown-symbol',
  );
});

const malformed: [text: string, fault: RegExp][] = [
  ['[]', /no \{/],
  ['{1', /no string/],
  ['{"channel":5}', /no string/],
  ['{"channel":"level3","type":5}', /no string/],
  ['{"channel":"level3","data":}', /no value/],
  ['{"channel":"level3","x":}', /no value/],
  ['{"channel":"level3"', /no \} or comma/],
  ['{"channel":"level3"} x', /behind the value/],
  ['{"channel":"level3","type":"update"}', /neither snapshot nor update/],
  ['{"channel":"level3","type":"other","data":[]}', /neither snapshot nor update/],
];
const data: [data: string, fault: RegExp][] = [
  ['5', /no \[/],
  ['[5]', /no \{/],
  ['[{5}]', /no string/],
  ['[{"symbol":5}]', /no string/],
  ['[{"symbol":"BTC/USD","checksum":-1}]', /no whole number/],
  ['[{"symbol":"BTC/USD"}]', /without checksum/],
  ['[{"symbol":"BTC/USD","checksum":1},{}]', /a second book/],
];
const sides: [side: string, fault: RegExp][] = [
  ['{}', /no \[/],
  ['[5]', /no \{/],
  ['[{}]', /no string/],
  ['[{"event":5}]', /no string/],
  ['[{"event":"move"}]', /none of add, modify, delete/],
  ['[{"order_id":5}]', /no string/],
  ['[{"limit_price":[]}]', /no \} or comma/],
  ['[{"order_qty":[]}]', /no \} or comma/],
  ['[{"timestamp":5}]', /no string/],
  ['[{"order_id":"a","limit_price":"free","order_qty":1,"timestamp":"t"}]', /without order_id/],
  ['[{"order_id":"a","limit_price":1.0,"order_qty":1,"timestamp":"never"}]', /or timestamp/],
  ['[{"order_id":"a"]', /no \} or comma/],
];

test('what is wrong with a frame is named, with its byte', () => {
  const both = sides.map(([side, fault]): (typeof data)[number] => [
    `[{"symbol":"BTC/USD","checksum":1,"asks":${side}}]`,
    fault,
  ]);
  const all = [...data, ...both].map(([text, fault]): (typeof malformed)[number] => [
    `{"channel":"level3","type":"update","data":${text}}`,
    fault,
  ]);
  for (const [text, fault] of [...malformed, ...all]) {
    assert.match(faultOf(text), new RegExp(`${fault.source}.* at byte \\d+`), text);
  }
});

test('a side of more orders than a frame may have is refused', () => {
  const order =
    '{"order_id":"a","limit_price":1.0,"order_qty":1,"timestamp":"2024-01-15T11:59:58Z"}';
  const many = Array.from({ length: FRAME_ORDERS_MAX + 1 }, () => order).join(',');
  const book = `{"symbol":"BTC/USD","checksum":1,"bids":[${many}]}`;
  const fault = faultOf(`{"channel":"level3","type":"snapshot","data":[${book}]}`);
  assert.match(fault, /more than 16384 orders/);
});

test('no bytes make it throw, and a cut frame is never taken for a whole one', () => {
  const whole = level3Frame('update', { bids: [{ ...ORDER, event: 'add' }], checksum: 77 });
  for (let end = 0; end < whole.length; end += 1) {
    const kind = kindOf(whole.slice(0, end));
    assert.is(kind, 'malformed', whole.slice(0, end));
  }
  law(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: whole.length }), (noise, at) => {
      const bytes = new Uint8Array(frameOf(whole));
      bytes.set(noise.subarray(0, bytes.length - Math.min(at, bytes.length)), at);
      aDecoder().decode(bytes);
    }),
    300,
  );
});

test.run();
