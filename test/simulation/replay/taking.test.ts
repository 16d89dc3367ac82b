/** Orders that take from a recorded book, and what they leave behind in it. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lots } from '../../../src/core/units.ts';
import { law } from '../../support/law.ts';
import { aRecordedMarket } from '../../support/replay/recorded.ts';
import type { Quote } from '../../support/replay/script.ts';
import { amount, must } from '../../support/venue/fixtures.ts';

const market = { type: 'market' } as const;

test('a market order walks the recorded levels, and pays the taker fee', () => {
  const { order, exchange } = aRecordedMarket({
    fees: { makerPpm: 100, takerPpm: 1_000, discount: null },
  });
  assert.equal(order('buy', '', '150', market), [
    'o1 100 at 100.10 taker',
    'o1 50 at 100.20 taker',
  ]);
  const balances = exchange.account('alice')?.balances;
  assert.is(balances?.get('USDT')?.free, amount('984980'));
  assert.is(balances?.get('BTC')?.free, amount('1000149.85'));
});

test('what was taken is gone until the recording shows another size there', () => {
  const { order, diff } = aRecordedMarket();
  order('buy', '', '60', market);
  assert.equal(order('buy', '', '60', market), ['o2 40 at 100.10 taker', 'o2 20 at 100.20 taker']);
  assert.equal(diff({ bids: [['99.90', '90']] }), [], 'another level');
  assert.equal(order('buy', '', '10', market), ['o3 10 at 100.20 taker']);
  diff({ asks: [['100.10', '100']] });
  assert.equal(order('buy', '', '10', market), ['o4 10 at 100.20 taker'], 'the same size again');
  diff({ asks: [['100.10', '70']] });
  assert.equal(order('buy', '', '75', market), ['o5 70 at 100.10 taker', 'o5 5 at 100.20 taker']);
});

test('a diff that repeats what the ticker had shown brings nothing back', () => {
  const { order, ticker, play } = aRecordedMarket();
  ticker(['99.90', '100'], ['100.05', '30'], 1_010);
  assert.equal(order('buy', '100.05', '30'), ['o1 30 at 100.05 taker']);
  play((script, ms) => script.diff(ms, [1_001, 1_015], [], [['100.05', '30']]));
  assert.equal(order('buy', '', '1', market), ['o2 1 at 100.10 taker']);
});

test('what was taken stays taken while the touch is elsewhere and the diffs are behind', () => {
  const { order, ticker, diff } = aRecordedMarket();
  ticker(['99.90', '100'], ['100.10', '40']);
  assert.equal(order('buy', '100.10', '40'), ['o1 40 at 100.10 taker']);
  // A better ask came; the level behind it is known from update 1000 alone, when it had 100.
  ticker(['99.90', '100'], ['100.00', '5']);
  assert.equal(order('buy', '100.10', '6', { timeInForce: 'ioc' }), ['o2 5 at 100.00 taker']);
  diff({ asks: [['100.10', '40']] });
  assert.equal(order('buy', '100.10', '6', { timeInForce: 'ioc' }), []);
  diff({ asks: [['100.10', '41']] });
  assert.equal(order('buy', '100.10', '6', { timeInForce: 'ioc' }), ['o4 6 at 100.10 taker']);
});

test('levels that the ticker has left behind are not there to be taken', () => {
  const { order, ticker } = aRecordedMarket();
  ticker(['99.90', '100'], ['100.20', '30']);
  assert.equal(order('buy', '100.20', '40', { timeInForce: 'ioc' }), ['o1 30 at 100.20 taker']);
});

test('a crossing limit order takes up to its price and rests with what is left', () => {
  const { order, print, diff, find } = aRecordedMarket();
  assert.equal(order('buy', '100.10', '130'), ['o1 100 at 100.10 taker']);
  assert.is(find('o1')?.status, 'partially-filled');
  assert.equal(diff({ bids: [['99.90', '99']] }), [], 'not filled by the lots that it took');
  assert.equal(print('sell', ['100.10', '10']), ['o1 10 at 100.10 maker'], 'nobody in front');
  assert.equal(diff({ asks: [['100.10', '7']] }), ['o1 20 at 100.10 maker'], 'fresh lots come');
});

test('fill-or-kill takes all or nothing, immediate-or-cancel what there is', () => {
  const { order, find } = aRecordedMarket();
  assert.equal(order('sell', '99.90', '101', { timeInForce: 'fok' }), []);
  assert.is(find('o1')?.status, 'expired');
  const all = order('sell', '99.80', '101', { timeInForce: 'fok' });
  assert.equal(all, ['o2 100 at 99.90 taker', 'o2 1 at 99.80 taker']);
  assert.equal(order('sell', '99.80', '500', { timeInForce: 'ioc' }), ['o3 99 at 99.80 taker']);
  assert.is(find('o3')?.status, 'expired');
});

test('a market order by quote amount spends no more than it says', () => {
  const { place, fills } = aRecordedMarket();
  must(place({ side: 'buy', type: 'market', quote: amount('1005') }, ['', '']));
  assert.equal(fills.splice(0), ['o1 10 at 100.10 taker']);
});

test('where nothing is left to take, a market order expires unfilled', () => {
  const { order, find } = aRecordedMarket();
  order('buy', '', '200', market);
  assert.equal(order('buy', '', '1', market), []);
  assert.is(find('o2')?.status, 'expired');
});

test('a maker order that would take is refused, from the recording or from an account', () => {
  const { place, order, ticker } = aRecordedMarket();
  const maker = { side: 'buy', type: 'limit-maker' } as const;
  const refused = place(maker, ['100.10', '1']);
  assert.ok(!refused.ok && refused.error.kind === 'would-take');
  order('buy', '', '100', market);
  const stillShown = place(maker, ['100.10', '1']);
  assert.ok(!stillShown.ok, 'the recording still shows what was taken');
  ticker(['99.90', '100'], ['100.30', '100']);
  assert.ok(place(maker, ['100.25', '1']).ok, 'the ticker is ahead of the diffs');
  order('sell', '100.28', '1');
  const own = place(maker, ['100.28', '1']);
  assert.ok(!own.ok && own.error.kind === 'would-take');
});

test('an order of an account is met in its place in the queue', () => {
  const { order, diff, fills, exchange, place } = aRecordedMarket();
  order('sell', '100.10', '20');
  diff({ asks: [['100.10', '130']] });
  const bob = must(place({ side: 'buy' }, ['100.10', '1']));
  assert.is(bob.trades.length, 1, 'alice takes from the recording first');
  fills.splice(0);
  const taken = exchange.place('bob', { ...bob.order, clientId: 'b1', lots: 125 as Lots });
  assert.ok(taken.ok);
  assert.equal(fills.splice(0), [
    'b1 100 at 100.10 taker',
    'o1 20 at 100.10 maker',
    'b1 20 at 100.10 taker',
    'b1 5 at 100.10 taker',
  ]);
});

test('self-trade prevention ends the order that its mode names', () => {
  for (const [mode, taker, maker] of [
    ['expire-taker', 'expired-in-match', 'new'],
    ['expire-maker', 'filled', 'expired-in-match'],
    ['expire-both', 'expired-in-match', 'expired-in-match'],
  ] as const) {
    const { order, find, fills } = aRecordedMarket();
    order('sell', '100.05', '20');
    order('buy', '100.10', '30', { selfTradePrevention: mode });
    assert.is(find('o2')?.status, taker, mode);
    assert.is(find('o1')?.status, maker, mode);
    assert.equal(fills, []);
  }
});

test('a price or a size that is finer than the grid is nobody’s to take', () => {
  const { order } = aRecordedMarket({
    asks: [
      ['100.105', '50'],
      ['100.11', '0.4'],
      ['100.12', '2.7'],
    ],
  });
  assert.equal(order('buy', '100.20', '5', { timeInForce: 'ioc' }), ['o1 2 at 100.12 taker']);
});

test('no account takes more than was shown, whatever the recording does meanwhile', () => {
  const size = fc.integer({ min: 0, max: 9 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('diff' as const), at: fc.nat(3), size }),
    fc.record({ kind: fc.constant('ticker' as const), at: fc.nat(3), size }),
    fc.record({ kind: fc.constant('take' as const), at: fc.nat(3), size }),
  );
  const asks = ['100.10', '100.11', '100.12', '100.13'];
  law(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const levels = asks.map((price): Quote => [price, '5']);
      const { diff, ticker, order } = aRecordedMarket({ asks: levels });
      let shown = levels.length * 5;
      let taken = 0;
      for (const { kind, at, size: lots } of steps) {
        const quote: Quote = [asks[at] as string, String(lots)];
        // At most all of a level is new at each change of it.
        if (kind === 'diff') diff({ asks: [quote] });
        else if (kind === 'ticker' && lots > 0) ticker(['99.90', '100'], quote);
        if (kind !== 'take') shown += lots;
        else if (lots > 0) {
          const fills = order('buy', quote[0], quote[1], { timeInForce: 'ioc' });
          for (const fill of fills) taken += Number(fill.split(' ')[1]);
        }
        assert.ok(taken <= shown, `${taken} of ${shown}`);
      }
    }),
  );
});

test.run();
