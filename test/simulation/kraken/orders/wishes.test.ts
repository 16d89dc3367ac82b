/** How a client words the kind of an order and its prices, over REST and over the sockets. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  restClose,
  restKind,
  socketClose,
  socketKind,
} from '../../../../src/simulation/kraken/orders/kind-wish.ts';
import { termsOf } from '../../../../src/simulation/kraken/orders/new-order.ts';
import {
  meantTicks,
  restPrice,
  socketPrice,
} from '../../../../src/simulation/kraken/orders/price-wish.ts';
import { REST, SOCKETS, wishOf } from '../../../../src/simulation/kraken/orders/wish.ts';
import { readerOf } from '../../../../src/simulation/kraken/rest/order-methods.ts';
import { aPair } from '../../../support/kraken/pairs.ts';

const pair = aPair();
/** 60,000.0 */
const LAST = 600_000;

const ticksOf = (text: string, from = LAST, meant: '+' | '-' = '-'): number => {
  const wish = restPrice(text);
  return wish === null ? -1 : meantTicks(wish, pair, from, meant);
};

test('a price is fixed, or counted from the last trade in money or per cent', () => {
  assert.is(ticksOf('58000.1'), 580_001);
  assert.is(ticksOf('+100'), 601_000);
  assert.is(ticksOf('-100.5'), 598_995);
  assert.is(ticksOf('+1%'), 606_000);
  assert.is(ticksOf('-0.0001%'), 599_999, 'to the nearest tick');
  assert.is(ticksOf('#2%'), 588_000);
  assert.is(ticksOf('#2%', LAST, '+'), 612_000);
});

test('a price that is none, off the grid or counted from nothing is not taken', () => {
  for (const text of ['', '-', '5%', '++5', '1e5', '1,5', '5%%', '.5', ' 5']) {
    assert.is(ticksOf(text), -1, text);
  }
  for (const text of ['58000.15', '0', '-60000', '-100%', '+1.00001%']) {
    assert.ok(Number.isNaN(ticksOf(text)), text);
  }
  assert.ok(Number.isNaN(ticksOf('+100', Number.NaN)));
  assert.ok(Number.isNaN(ticksOf('+1%', Number.NaN)));
});

test('the sockets say beside the number how it is meant', () => {
  const meant = (text: string, type: string): number => {
    const wish = socketPrice(text, type);
    return wish === null ? -1 : meantTicks(wish, pair, LAST, '-');
  };
  assert.is(meant('58000.1', ''), 580_001);
  assert.is(meant('58000.1', 'static'), 580_001);
  assert.is(meant('5', 'pct'), 630_000);
  assert.is(meant('-150', 'quote'), 598_500);
  for (const [text, type] of [
    ['-5', 'static'],
    ['5', 'percent'],
    ['', 'pct'],
    ['5%', 'quote'],
  ] as const) {
    assert.is(meant(text, type), -1, `${text} ${type}`);
  }
});

test('a percentage up and the same down are as far from the last trade', () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 90_000_000 }),
    fc.integer({ min: 1, max: 9_999 }),
    (from, bips) => {
      const percent = `${Math.floor(bips / 100)}.${String(bips % 100).padStart(2, '0')}%`;
      const [up, down] = [ticksOf(`+${percent}`, from), ticksOf(`-${percent}`, from)];
      const exact = (BigInt(from) * BigInt(bips)) / 10_000n;
      assert.ok(Number.isNaN(down) || up - from === from - down);
      assert.ok(Math.abs(up - from - Number(exact)) <= 1);
    },
  );
  fc.assert(property);
});

const rest = (params: Record<string, unknown>) => restKind(readerOf(params));
const socket = (params: Record<string, unknown>) => socketKind(readerOf(params));

test('REST and the sockets say the same of every kind of order', () => {
  const same: [rest: Record<string, unknown>, socket: Record<string, unknown>][] = [
    [{ ordertype: 'market' }, { order_type: 'market' }],
    [
      { ordertype: 'limit', price: '60000.0' },
      { order_type: 'limit', limit_price: '60000.0' },
    ],
    [
      { ordertype: 'iceberg', price: '60000.0' },
      { order_type: 'iceberg', limit_price: '60000.0' },
    ],
    [
      { ordertype: 'stop-loss', price: '58000.0' },
      { order_type: 'stop-loss', triggers: { price: '58000.0' } },
    ],
    [
      { ordertype: 'take-profit-limit', price: '+5%', price2: '64000.0', trigger: 'index' },
      {
        order_type: 'take-profit-limit',
        triggers: { price: '5', price_type: 'pct', reference: 'index' },
        limit_price: '64000.0',
      },
    ],
    [
      { ordertype: 'trailing-stop', price: '+1.5%' },
      { order_type: 'trailing-stop', triggers: { price: '1.5', price_type: 'pct' } },
    ],
    [
      { ordertype: 'trailing-stop-limit', price: '+150', price2: '-10' },
      {
        order_type: 'trailing-stop-limit',
        triggers: { price: '150', price_type: 'quote' },
        limit_price: '-10',
        limit_price_type: 'quote',
      },
    ],
  ];
  for (const [words, frame] of same) {
    const kind = rest(words);
    assert.ok(kind.ok, JSON.stringify(words));
    assert.equal(socket(frame), kind, JSON.stringify(frame));
  }
});

test('what is missing or wrong in a kind of order is named as it is called there', () => {
  const restFaults: [words: Record<string, unknown>, name: string][] = [
    [{ ordertype: 'settle-position' }, 'ordertype'],
    [{}, 'ordertype'],
    [{ ordertype: 'limit' }, 'price'],
    [{ ordertype: 'stop-loss' }, 'price'],
    [{ ordertype: 'stop-loss-limit', price: '58000' }, 'price2'],
    [{ ordertype: 'trailing-stop', price: '58000' }, 'price'],
    [{ ordertype: 'trailing-stop', price: '-5%' }, 'price'],
    [{ ordertype: 'stop-loss', price: '58000', trigger: 'mark' }, 'trigger'],
  ];
  for (const [words, name] of restFaults) assert.equal(rest(words), { ok: false, error: name });
  const fault = (frame: Record<string, unknown>) => {
    const kind = socket(frame);
    return kind.ok ? '' : kind.error;
  };
  assert.is(fault({ order_type: 'trailing-stop', triggers: { price: '5' } }), 'triggers');
  assert.is(fault({ order_type: 'stop-loss-limit', triggers: { price: '5' } }), 'limit_price');
  assert.is(fault({ order_type: 'stop-loss', triggers: 5 }), 'triggers');
});

test('a close is read from both, and is never one that would work at once', () => {
  const stop = { isMarket: true, limit: null, isIceberg: false };
  const price = { sign: '', amount: '58000', isPercent: false };
  const kind = { ok: true, value: { ...stop, trigger: { kind: 'stop-loss', price } } };
  assert.equal(restClose(readerOf({ close: { ordertype: 'stop-loss', price: '58000' } })), kind);
  const conditional = { order_type: 'stop-loss', trigger_price: '58000' };
  assert.equal(socketClose(readerOf({ conditional })), kind);
  assert.is(restClose(readerOf({})), null);
  assert.is(socketClose(readerOf({ conditional: 'no' })), null);
  for (const ordertype of ['market', 'iceberg']) {
    const asked = restClose(readerOf({ close: { ordertype, price: '1' } }));
    assert.equal(asked, { ok: false, error: 'close[ordertype]' });
  }
  const odd = socketClose(readerOf({ conditional: { order_type: 'limit' } }));
  assert.equal(odd, { ok: false, error: 'conditional' });
});

test('what does not go with a kind of order is refused by name', () => {
  const base = { ordertype: 'stop-loss', price: '58000', type: 'sell', volume: '1' };
  const fault = (over: Record<string, unknown>) => {
    const wish = wishOf(readerOf({ ...base, ...over }), REST, 'BTC/USD');
    return wish.ok ? '' : wish.error;
  };
  const wrong = (name: string): string => `EGeneral:Invalid arguments:${name}`;
  assert.is(fault({}), '');
  assert.is(fault({ displayvol: '1' }), wrong('displayvol'));
  assert.is(fault({ oflags: 'post' }), wrong('post_only'));
  assert.is(fault({ oflags: 'viqc' }), wrong('volume'));
  assert.is(fault({ ordertype: 'iceberg' }), wrong('displayvol'));
  const iceberg = { ordertype: 'iceberg', displayvol: '0.1' };
  assert.is(fault(iceberg), '');
  assert.is(fault({ ...iceberg, timeinforce: 'ioc' }), wrong('timeinforce'));
  assert.is(fault({ close: { ordertype: 'limit' } }), wrong('close[price]'));
  const frame = { order_type: 'stop-loss', triggers: { price: '1' }, side: 'sell', order_qty: '1' };
  const late = wishOf(readerOf({ ...frame, cash_order_qty: '5' }), SOCKETS, 'BTC/USD');
  assert.equal(late, { ok: false, error: wrong('order_qty') });
});

test('a stop wakes on the bad side of its owner, a target on the good one', () => {
  const terms = (ordertype: string, side: 'buy' | 'sell', price: string) => {
    const kind = rest({ ordertype, price, price2: '60000.0' });
    assert.ok(kind.ok);
    const found = termsOf(kind.value, side, pair, LAST);
    return found.ok ? [found.value.trigger?.direction, found.value.trigger?.ticks] : found.error;
  };
  assert.equal(terms('stop-loss', 'sell', '#2%'), ['falls-to', 588_000]);
  assert.equal(terms('stop-loss', 'buy', '#2%'), ['rises-to', 612_000]);
  assert.equal(terms('take-profit-limit', 'sell', '#2%'), ['rises-to', 612_000]);
  assert.equal(terms('take-profit-limit', 'buy', '#2%'), ['falls-to', 588_000]);
  assert.is(terms('stop-loss', 'sell', '58000.15'), 'EOrder:Invalid price');
  assert.is(terms('trailing-stop', 'sell', '+0.005%'), 'EOrder:Invalid price');
  assert.is(terms('trailing-stop', 'sell', '+0'), 'EOrder:Invalid price');
  assert.equal(terms('trailing-stop', 'buy', '+5%'), ['rises-to', 0]);
});

test('a trailing stop has its limit counted from the price that wakes it', () => {
  const terms = (price2: string, side: 'buy' | 'sell' = 'sell', from = LAST) => {
    const kind = rest({ ordertype: 'trailing-stop-limit', price: '+5%', price2 });
    assert.ok(kind.ok);
    const found = termsOf(kind.value, side, pair, from);
    return found.ok ? [found.value.ticks, found.value.trigger?.limitAway] : found.error;
  };
  assert.equal(terms('-1%'), [564_300, { bips: -100 }]);
  assert.equal(terms('-100'), [569_000, { ticks: -1_000 }]);
  assert.equal(terms('+0'), [570_000, { ticks: 0 }]);
  assert.equal(terms('+1%', 'buy'), [636_300, { bips: 100 }]);
  for (const odd of ['57000.0', '#1%', '-0.001%', '-0.05']) {
    assert.is(terms(odd), 'EOrder:Invalid price', odd);
  }
  assert.is(terms('-1%', 'sell', Number.NaN), 'EOrder:Invalid price', 'nothing to count from');
});

test.run();
