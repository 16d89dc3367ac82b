import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDecimal } from '../../../../src/core/decimal.ts';
import { MarketDecoder } from '../../../../src/venues/coinbase/market/market-decoder.ts';
import {
  aBookEvent,
  aFrame,
  aHeartbeat,
  BTC,
  bytesOf,
  ETH,
} from '../../../support/coinbase/frames.ts';
import { law } from '../../../support/law.ts';

const decoder = new MarketDecoder([BTC, ETH]);

/** Reads a frame to its end; that it comes to one is half of the law. */
function readAll(frame: Uint8Array): string {
  const kind = decoder.decode(frame);
  for (let entries = 0; entries < 10_000; entries += 1) {
    const entry = decoder.next();
    if (entry === 'malformed') return entry;
    if (entry === 'end') return kind;
  }
  throw new Error('a frame without end');
}

const FRAMES = [
  aFrame(
    'l2_data',
    1,
    aBookEvent('update', [
      ['bid', '1.25', '2'],
      ['offer', '3', '0'],
    ]),
  ),
  aFrame('market_trades', 2, {
    type: 'update',
    trades: [{ trade_id: '1', product_id: 'ETH-USD', price: '1', size: '1', side: 'BUY' }],
  }),
  aHeartbeat(3, 7),
  aFrame('subscriptions', 4, { subscriptions: { level2: ['BTC-USD'] } }),
  { type: 'error', message: 'no' },
].map((frame) => JSON.stringify(frame));

test('every strict beginning of a frame is malformed, and none throws', () => {
  for (const text of FRAMES) {
    assert.is.not(readAll(bytesOf(text)), 'malformed', text);
    for (let end = 0; end < text.length; end += 1) {
      assert.is(readAll(bytesOf(text.slice(0, end))), 'malformed', text.slice(0, end));
    }
  }
});

test('whatever a byte of a frame turns into, nothing is thrown', () => {
  law(
    fc.property(fc.constantFrom(...FRAMES), fc.nat(), fc.nat(255), (text, at, byte) => {
      const frame = bytesOf(text);
      frame[at % frame.length] = byte;
      readAll(frame);
    }),
    2_000,
  );
});

test('whatever bytes come, nothing is thrown', () => {
  law(
    fc.property(fc.uint8Array({ maxLength: 200 }), (frame) => void readAll(frame)),
    500,
  );
  law(
    fc.property(fc.json(), (text) => void readAll(bytesOf(text))),
    500,
  );
});

const level = fc.record({
  side: fc.constantFrom('bid', 'offer'),
  ticks: fc.integer({ min: 1, max: 1e9 }),
  lots: fc.integer({ min: 0, max: 1e12 }),
});

test('levels come out as they went in, whatever the order of the keys', () => {
  law(
    fc.property(
      fc.array(level, { maxLength: 30 }),
      fc.nat(5),
      fc.boolean(),
      (input, turn, last) => {
        const updates = input.map(({ side, ticks, lots }) => {
          const members = [
            `"side":"${side}"`,
            `"price_level":"${(ticks / 100).toFixed(2)}"`,
            `"new_quantity":"${formatDecimal(lots, 8)}"`,
          ];
          return `{${[...members.slice(turn % 3), ...members.slice(0, turn % 3)].join(',')}}`;
        });
        const head = '"type":"snapshot","product_id":"BTC-USD"';
        const list = `"updates":[${updates.join(',')}]`;
        const event = last ? `{${head},${list}}` : `{${list},${head}}`;
        const frame = `{"channel":"l2_data","sequence_num":1,"events":[${event}]}`;
        assert.is(decoder.decode(bytesOf(frame)), 'levels');
        assert.is(decoder.next(), 'levels', decoder.fault);
        for (const [side, found] of [
          ['bid', decoder.bids],
          ['offer', decoder.asks],
        ] as const) {
          const wanted = input.filter((each) => each.side === side);
          assert.equal(
            [...found.ticks.subarray(0, found.count)],
            wanted.map(({ ticks }) => ticks),
          );
          assert.equal(
            [...found.lots.subarray(0, found.count)],
            wanted.map(({ lots }) => lots),
          );
        }
      },
    ),
  );
});

test.run();
