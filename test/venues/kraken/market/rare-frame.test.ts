import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WireFault } from '../../../../src/venues/binance/wire.ts';
import { rareFrameIn } from '../../../../src/venues/kraken/market/rare-frame.ts';
import { exactJson, plainDecimal } from '../../../../src/venues/kraken/wire/exact-json.ts';
import { timeStampMs } from '../../../../src/venues/market/time-stamp.ts';
import { frameOf } from '../../../support/binance/frames.ts';
import { STRANGE } from '../../../support/binance/strange.ts';

const read = (value: unknown) => rareFrameIn(frameOf(JSON.stringify(value)));

test('the status of the venue and of its pairs is read, and a new one is taken for unknown', () => {
  const status = (system: string) =>
    read({ channel: 'status', type: 'update', data: [{ system }] });
  assert.equal(status('online'), { kind: 'status', system: 'online' });
  assert.equal(status('cancel_only'), { kind: 'status', system: 'cancel-only' });
  assert.equal(status('on_fire'), { kind: 'status', system: 'unknown' });
});

test('rules of pairs come with their decimals as they are written', () => {
  const text =
    '{"channel":"instrument","type":"snapshot","data":{"assets":[],"pairs":[{"symbol":"BTC/USD",' +
    '"status":"online","price_precision":1,"qty_precision":8,"tick_size":0.10,"qty_min":0.00005,' +
    '"x":[1]}]}}';
  assert.equal(rareFrameIn(frameOf(text)), {
    kind: 'instruments',
    isSnapshot: true,
    pairs: [
      {
        symbol: 'BTC/USD',
        status: 'online',
        priceDecimals: 1,
        quantityDecimals: 8,
        tick: '0.10',
        quantityMin: '0.00005',
        notionalMin: '',
      },
    ],
  });
});

test('answers say which request they are for and what was wrong', () => {
  const refused = {
    error: 'Currency pair not supported A/B',
    method: 'subscribe',
    req_id: 7,
    success: false,
    symbol: 'A/B',
  };
  assert.equal(read(refused), {
    kind: 'answer',
    method: 'subscribe',
    requestId: '7',
    isSuccess: false,
    error: 'Currency pair not supported A/B',
    channel: '',
    symbol: 'A/B',
  });
  const done = { method: 'subscribe', success: true, result: { channel: 'book', symbol: 'A/B' } };
  assert.equal(read(done), {
    kind: 'answer',
    method: 'subscribe',
    requestId: '',
    isSuccess: true,
    error: '',
    channel: 'book',
    symbol: 'A/B',
  });
  assert.equal(read({ method: 'pong', req_id: 1 }), { kind: 'pong' });
  assert.equal(read({ channel: 'news' }), { kind: 'other' });
});

test('numbers keep every digit, and exponents are written out', () => {
  const text = '{"a":0.10,"b":[12345678901234567890.1,1e-8,-1.5E3,true,null],"c":"\\u0041\\n"}';
  assert.equal(exactJson(frameOf(text)), {
    a: '0.10',
    b: ['12345678901234567890.1', '0.00000001', '-1500', true, null],
    c: 'A\n',
  });
  assert.equal(exactJson(frameOf('[]')), []);
  assert.equal(exactJson(frameOf('{}')), {});
  assert.is(plainDecimal('12.345e1'), '123.45');
  assert.throws(() => plainDecimal('1e99'), /wanted a decimal/);
});

for (const text of [
  '',
  '{',
  '{"a"}',
  '{"a":1',
  '[1',
  '[1,]',
  '"a',
  '"\\x"',
  'truth',
  '01x',
  '1 2',
  '['.repeat(40),
]) {
  test(`${text.slice(0, 10)} is no JSON, and says so`, () => {
    assert.instance(rareFrameIn(frameOf(text)), WireFault);
  });
}

test('strange values are faults and never throw', () => {
  const channels = ['status', 'instrument', 'other'];
  for (const strange of STRANGE) {
    rareFrameIn(frameOf(JSON.stringify(strange)));
    for (const channel of channels) {
      read({ channel, type: strange, data: strange });
      read({ channel, data: [strange] });
      read({ method: strange, success: strange, result: strange, error: strange });
      read({ channel, data: { pairs: [strange] } });
    }
  }
});

test('times are RFC 3339 in UTC, down to the last digit', () => {
  assert.is(timeStampMs('2023-10-06T17:35:55.440295Z'), Date.UTC(2023, 9, 6, 17, 35, 55) + 440.295);
  assert.is(timeStampMs('2023-10-06T17:35:55Z'), Date.UTC(2023, 9, 6, 17, 35, 55));
  for (const text of [
    '',
    '2023-10-06T17:35:55.440295',
    '2023-10-06 17:35:55Z',
    '2023-10-06T17:35:55.Z',
    '2023-10-06T17:35:5xZ',
    '2023-10-06T17:35:55+02:00Z',
  ]) {
    assert.ok(Number.isNaN(timeStampMs(text)), text);
  }
});

test.run();
