import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, ticksOf } from '../../src/core/units.ts';
import { Decision } from '../../src/execution/decision.ts';
import { anInstrument } from '../support/trade/instruments.ts';
import { aFill, anOrder, aRecord } from '../support/trade/orders.ts';

test('a quote carries the decision behind it and lives half a second', () => {
  const decision = new Decision();
  decision.of('mm', 3, 7e9);
  assert.equal(decision.quote('d-1-mm-1', anInstrument(), 42, 'sell', ticksOf(101), lotsOf(5)), {
    clientId: 'd-1-mm-1',
    strategy: 'mm',
    venue: 'binance',
    instrument: 3,
    side: 'sell',
    kind: 'limit',
    timeInForce: 'gtc',
    isPostOnly: true,
    isReduceOnly: false,
    ticks: 101,
    lots: 5,
    epoch: 42,
    decidedNs: 7e9,
    deadlineNs: 7.5e9,
  });
});

test('a quote of which a part is to show is an iceberg, one too small to be parted is not', () => {
  const decision = new Decision();
  const market = anInstrument({ lot: '1', quantityMin: '3' });
  const shown = (lots: number, share?: number) => {
    decision.of('mm', 3, 7e9, share);
    const quote = decision.quote('d-1-mm-1', market, 42, 'sell', ticksOf(101), lotsOf(lots));
    return quote.shownLots;
  };
  assert.is(shown(100, 0.25), 25);
  assert.is(shown(101, 0.25), 26, 'in whole lots, rounded up');
  assert.is(shown(7, 0.1), 3, 'the least that the venue takes');
  assert.is(shown(3, 0.1), undefined, 'all of it');
  assert.is(shown(100, 1), undefined);
  assert.is(shown(100), undefined, 'unless it is told');
});

test('an intent keeps the decision it was made from', () => {
  const decision = new Decision();
  decision.of('mm', 3, 7e9);
  const first = decision.quote('d-1-mm-1', anInstrument(), 42, 'buy', ticksOf(99), lotsOf(5));
  decision.of('arb', 4, 8e9);
  const second = decision.quote('d-1-arb-2', anInstrument(), 43, 'buy', ticksOf(99), lotsOf(5));
  assert.equal([first.strategy, first.instrument, first.deadlineNs], ['mm', 3, 7.5e9]);
  assert.equal([second.strategy, second.instrument, second.deadlineNs], ['arb', 4, 8.5e9]);
});

test('other terms carry the decision behind them, and count what has filled', () => {
  const decision = new Decision();
  decision.of('mm', 0, 7e9);
  const fill = aFill({ lots: 30 });
  const record = aRecord(anOrder(), { kind: 'order-filled', clientId: anOrder().clientId, fill });
  const { wanted, lots } = decision.amendment(record, 42, ticksOf(99), lotsOf(5));
  assert.equal(wanted, {
    ...anOrder(),
    ticks: 99,
    lots: 5,
    epoch: 42,
    decidedNs: 7e9,
    deadlineNs: 7.5e9,
  });
  assert.is(lots, 35);
});

test.run();
