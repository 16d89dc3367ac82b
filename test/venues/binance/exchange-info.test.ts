import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { instrumentsIn, marketsSaidIn } from '../../../src/venues/binance/exchange-info.ts';
import { STRANGE } from '../../support/binance/strange.ts';
import { law } from '../../support/law.ts';
import { anInstrument } from '../../support/trade/instruments.ts';

const PRICE = {
  filterType: 'PRICE_FILTER',
  minPrice: '0.01000000',
  maxPrice: '1000000.00000000',
  tickSize: '0.01000000',
};
const LOT = {
  filterType: 'LOT_SIZE',
  minQty: '0.00001000',
  maxQty: '9000.00000000',
  stepSize: '0.00001000',
};
const NOTIONAL = { filterType: 'NOTIONAL', minNotional: '5.00000000' };

type Entry = Record<string, unknown>;
const entryOf = (parts: Entry = {}): Entry => ({
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  filters: [PRICE, LOT, NOTIONAL, { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 }],
  ...parts,
});
const bodyOf = (...symbols: unknown[]): string => JSON.stringify({ timezone: 'UTC', symbols });
const read = (body: string, ...symbols: string[]) => instrumentsIn(body, 'binance', symbols);

test('instruments come in the order that was asked for, with their rules', () => {
  const eth = entryOf({ symbol: 'ETHUSDT', baseAsset: 'ETH' });
  const found = read(bodyOf(entryOf(), entryOf({ symbol: 'LTCBTC' }), eth), 'ETHUSDT', 'BTCUSDT');
  assert.ok(found.ok);
  const [first, second] = found.value;
  assert.equal([first?.symbol, first?.index, first?.base], ['ETHUSDT', 0, 'ETH']);
  assert.equal([second?.symbol, second?.index, second?.venue], ['BTCUSDT', 1, 'binance']);
  const { ticksMin, ticksMax, lotsMin, lotsMax, notionalMin } = found.value[1] as never as Entry;
  assert.equal([ticksMin, ticksMax, lotsMin, lotsMax], [1, 1e8, 1, 9e8]);
  assert.is(notionalMin, 500_000_000n);
});

test('the smallest notional is read from its old filter too, and may be absent', () => {
  for (const [filters, units] of [
    [[PRICE, LOT, { ...NOTIONAL, filterType: 'MIN_NOTIONAL' }], 500_000_000n],
    [[PRICE, LOT], 0n],
  ] as const) {
    const found = read(bodyOf(entryOf({ filters })), 'BTCUSDT');
    assert.ok(found.ok && found.value[0]?.notionalMin === units);
  }
});

const faulty: [body: string, said: RegExp][] = [
  ['', /JSON/],
  ['[]', /^exchangeInfo: found an array/],
  ['{}', /^symbols: found undefined/],
  [bodyOf(), /^BTCUSDT: not traded on binance$/],
  [bodyOf(5), /^symbol: found number/],
  [bodyOf(entryOf({ status: 'BREAK' })), /^BTCUSDT: found status BREAK, not TRADING$/],
  [bodyOf(entryOf({ filters: null })), /^BTCUSDT.filters: found null/],
  [bodyOf(entryOf({ filters: [PRICE] })), /^BTCUSDT.LOT_SIZE: found undefined/],
  [bodyOf(entryOf({ filters: [LOT] })), /^BTCUSDT.PRICE_FILTER: found undefined/],
  [bodyOf(entryOf({ baseAsset: 5 })), /^baseAsset: found number/],
  [
    bodyOf(entryOf({ filters: [{ ...PRICE, tickSize: '0' }, LOT] })),
    /^BTCUSDT.tick: found 0, wanted a decimal above 0$/,
  ],
  [
    bodyOf(entryOf({ filters: [{ ...PRICE, minPrice: '0.001' }, LOT] })),
    /^BTCUSDT.price: found 0.001 to 1000000.00000000, wanted/,
  ],
];
for (const [body, said] of faulty) {
  test(`a reply is refused with ${said.source}`, () => {
    const found = read(body, 'BTCUSDT');
    assert.ok(!found.ok);
    assert.match(found.error, said);
  });
}

test('no reply whatever makes it throw', () => {
  const values = fc.oneof(fc.constantFrom(...STRANGE), fc.jsonValue());
  const damaged = fc
    .tuple(fc.constantFrom(...Object.keys(entryOf())), values)
    .map(([field, value]) => bodyOf(entryOf({ [field]: value })));
  const filtered = fc
    .tuple(fc.constantFrom('minPrice', 'tickSize', 'filterType'), values)
    .map(([field, value]) => bodyOf(entryOf({ filters: [{ ...PRICE, [field]: value }, LOT] })));
  law(
    fc.property(fc.oneof(damaged, filtered, fc.json(), fc.string()), (body) => {
      const found = read(body, 'BTCUSDT');
      assert.ok(found.ok || found.error.length > 0);
    }),
    500,
  );
});

/** What a reply says of BTCUSDT. */
function said(body: string) {
  const found = marketsSaidIn(body, [anInstrument({ symbol: 'BTCUSDT' })]);
  assert.ok(found.ok);
  return found.value[0] as (typeof found.value)[number];
}

test('of known markets a reply says how they trade and by which rules, in their order', () => {
  const eth = entryOf({ symbol: 'ETHUSDT', status: 'BREAK', pair: 'a } and a \\" {' });
  const markets = [
    anInstrument({ symbol: 'ETHUSDT', index: 1 }),
    anInstrument({ symbol: 'BTCUSDT', index: 0 }),
  ];
  const found = marketsSaidIn(bodyOf(eth, entryOf({ symbol: 'BTCUSDTX' }), entryOf()), markets);
  assert.ok(found.ok);
  assert.equal(
    found.value.map(({ halt, rules }) => [
      halt,
      rules.ok && [rules.value.symbol, rules.value.index],
    ]),
    [
      ['status BREAK', ['ETHUSDT', 1]],
      ['', ['BTCUSDT', 0]],
    ],
  );
});

test('a market that is not listed any more is halted', () => {
  assert.is(said(bodyOf(entryOf({ symbol: 'ETHUSDT' }))).halt, 'not listed any more');
  assert.is(said('{"symbols":[{"symbol":"BTCUSDT","status"').halt, 'not listed any more');
});

test('rules that make no sense are said, and a reply of something else is none', () => {
  const { halt, rules } = said(bodyOf(entryOf({ filters: [PRICE] })));
  assert.is(halt, '');
  assert.match(rules.ok ? '' : rules.error, /^BTCUSDT.LOT_SIZE: found undefined/);
  const strange = said(bodyOf(entryOf({ status: 5 })));
  assert.match(strange.rules.ok ? '' : strange.rules.error, /^status: found number/);
  assert.equal(marketsSaidIn('<html>', []), { ok: false, error: 'found no symbols' });
});

test('no reply whatever makes a known market throw', () => {
  const values = fc.oneof(fc.constantFrom(...STRANGE), fc.jsonValue());
  const damaged = fc
    .tuple(fc.constantFrom('status', 'filters', 'baseAsset'), values)
    .map(([field, value]) => bodyOf(entryOf({ [field]: value })));
  const cut = fc.nat(400).map((length) => bodyOf(entryOf()).slice(0, length));
  law(
    fc.property(fc.oneof(damaged, cut), (body) => {
      const found = marketsSaidIn(body, [anInstrument({ symbol: 'BTCUSDT' })]);
      assert.ok(found.ok || body.length < 30);
    }),
  );
});

test.run();
