import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MarketFact } from '../../src/market/fact.ts';
import { FactBoard, FIGURES_MAX } from '../../src/market/fact-board.ts';
import { anInstrument } from '../support/trade/instruments.ts';

const NOW = 1_700_000_000_000;

function told(...facts: readonly MarketFact[]) {
  const board = new FactBoard([anInstrument({ tick: '0.10', lot: '0.001' })]);
  for (const fact of facts) board.note(fact, NOW);
  const rows = board
    .rows()
    .map(({ venue, subject, figure, value }) => `${venue} ${subject} ${figure} ${value}`);
  return { board, rows };
}

test('every kind of fact is kept by what it is called', () => {
  const { rows } = told(
    {
      kind: 'mark-priced',
      ...{ instrument: 0, mark: 50_000, index: 50_001, fundingFraction: 0.0001 },
      ...{ nextFundingMs: 9, venueMs: 8 },
    },
    { kind: 'liquidation-sampled', instrument: 0, side: 'sell', ticks: 10, lots: 2, venueMs: 8 },
    { kind: 'interest-measured', instrument: 0, lots: 7_500, venueMs: 8 },
    { kind: 'positioning-measured', instrument: 0, of: 'takers', longFraction: 0.6, venueMs: 8 },
    {
      ...{ kind: 'option-traded', instrument: 0, right: 'put', takerSide: 'sell' },
      ...{ price: 130.5, quantity: 0.2, venueMs: 8 },
    },
    { kind: 'figure-told', venue: 'k', subject: 'BTC', figure: 'x', value: 3, venueMs: 8 },
    { kind: 'venue-announced', venue: 'k', status: 'post-only' },
  );
  const { venue, symbol } = anInstrument();
  const of = (figure: string): string => `${venue} ${symbol} ${figure}`;
  assert.equal(rows, [
    of('funding-fraction 0.0001'),
    of('index-price 50001'),
    of('liquidated-price 1'),
    of('liquidated-quantity -0.002'),
    of('mark-price 50000'),
    of('next-funding-ms 9'),
    of('open-interest 7.5'),
    of('put-traded-premium 130.5'),
    of('put-traded-quantity -0.2'),
    of('takers-long-fraction 0.6'),
    'k  status post-only',
    'k BTC x 3',
  ]);
});

test('the latest value of a figure takes the place of the one before', () => {
  const fact = { kind: 'interest-measured', instrument: 0, venueMs: 8 } as const;
  const { board, rows } = told({ ...fact, lots: 1_000 }, { ...fact, lots: 2_000 });
  assert.is(rows.length, 1);
  assert.equal([board.rows()[0]?.value, board.rows()[0]?.heardMs], [2, NOW]);
  assert.equal(board.counts, { heard: 2, forgotten: 0 });
});

test('figures beyond what is kept are counted, and known ones go on being kept', () => {
  const board = new FactBoard([]);
  const figure = (at: number, value: number): MarketFact => ({
    kind: 'figure-told',
    ...{ venue: 'v', subject: String(at), figure: 'f', value, venueMs: 0 },
  });
  for (let at = 0; at < FIGURES_MAX + 3; at += 1) board.note(figure(at, 1), NOW);
  board.note(figure(0, 2), NOW);
  assert.equal(board.counts, { heard: FIGURES_MAX + 4, forgotten: 3 });
  assert.is(board.rows().length, FIGURES_MAX);
  assert.is(board.rows().find(({ subject }) => subject === '0')?.value, 2);
});

test('a fact of a market that the desk does not know is kept without a name', () => {
  const { rows } = told(
    { kind: 'interest-measured', instrument: 5, lots: 1, venueMs: 0 },
    { kind: 'liquidation-sampled', instrument: 5, side: 'buy', ticks: 1, lots: 1, venueMs: 0 },
  );
  assert.is(rows.length, 3);
});

test.run();
