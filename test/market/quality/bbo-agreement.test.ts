import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../src/market/book.ts';
import { BboAgreement } from '../../../src/market/quality/bbo-agreement.ts';
import { law } from '../../support/law.ts';

/** Books and tickers kept by the check; see its header. */
const KEPT = 8192;

interface Bbo {
  readonly id: number;
  readonly bid: number;
  readonly bidLots: number;
  readonly ask: number;
  readonly askLots: number;
}

const bboOf = (id: number, bidLots = 1): Bbo => ({ id, bid: 10, bidLots, ask: 11, askLots: 1 });
const tell = (agreement: BboAgreement, { id, bid, bidLots, ask, askLots }: Bbo): void =>
  agreement.onTicker(id, bid, bidLots, ask, askLots);

function show(agreement: BboAgreement, { id, bid, bidLots, ask, askLots }: Bbo): void {
  const book = new Book(1);
  book.bids.set(bid, bidLots);
  book.asks.set(ask, askLots);
  agreement.onBook(id, book);
}

const counts = ({ compared, mismatches, unjudged }: BboAgreement) => [
  compared,
  mismatches,
  unjudged,
];

test('a book that shows what the ticker of its id said agrees', () => {
  const agreement = new BboAgreement();
  tell(agreement, bboOf(5));
  show(agreement, bboOf(5));
  assert.equal(counts(agreement), [1, 0, 0]);
});

test('one price or one size that differs is a mismatch', () => {
  const parts = [{ bid: 9 }, { bidLots: 2 }, { ask: 12 }, { askLots: 2 }];
  for (const part of parts) {
    const agreement = new BboAgreement();
    tell(agreement, bboOf(5));
    show(agreement, { ...bboOf(5), ...part });
    assert.equal(counts(agreement), [1, 1, 0], JSON.stringify(part));
  }
});

test('a book waits for a ticker of its own id or a later one', () => {
  const agreement = new BboAgreement();
  tell(agreement, bboOf(4));
  show(agreement, bboOf(5, 2));
  assert.equal(counts(agreement), [0, 0, 0]);
  tell(agreement, bboOf(5, 2));
  assert.equal(counts(agreement), [1, 0, 0]);
});

test('the latest ticker that is not newer than the book judges it', () => {
  const agreement = new BboAgreement();
  for (const [id, bidLots] of [
    [3, 1],
    [5, 2],
    [9, 3],
  ] as const) {
    tell(agreement, bboOf(id, bidLots));
  }
  show(agreement, bboOf(7, 2));
  assert.equal(counts(agreement), [1, 0, 0]);
});

test('a book before the first ticker cannot be judged', () => {
  const agreement = new BboAgreement();
  tell(agreement, bboOf(9));
  show(agreement, bboOf(5));
  assert.equal(counts(agreement), [0, 0, 1]);
});

test('a ticker that is older than the last one is left out', () => {
  const agreement = new BboAgreement();
  tell(agreement, bboOf(9));
  tell(agreement, bboOf(8, 2));
  show(agreement, bboOf(9));
  assert.equal(counts(agreement), [1, 0, 0]);
});

test('of two tickers with one id the later counts', () => {
  const agreement = new BboAgreement();
  tell(agreement, bboOf(9));
  tell(agreement, bboOf(9, 2));
  show(agreement, bboOf(9, 2));
  assert.equal(counts(agreement), [1, 0, 0]);
});

test('at the end the last ticker judges what still waits', () => {
  const agreement = new BboAgreement();
  show(agreement, bboOf(3));
  agreement.finish();
  assert.equal(counts(agreement), [0, 0, 1]);
  tell(agreement, bboOf(5));
  for (const id of [6, 7]) show(agreement, bboOf(id));
  agreement.finish();
  assert.equal(counts(agreement), [2, 0, 1]);
});

test('a disconnection forgets both streams and keeps the counts', () => {
  const agreement = new BboAgreement();
  tell(agreement, bboOf(5));
  show(agreement, bboOf(5));
  show(agreement, bboOf(6));
  agreement.reset();
  assert.equal(counts(agreement), [1, 0, 1]);
  show(agreement, bboOf(2));
  tell(agreement, bboOf(2));
  assert.equal(counts(agreement), [2, 0, 1]);
});

test('what waits is bounded: the oldest books and tickers are let go', () => {
  const agreement = new BboAgreement();
  for (let id = 1; id <= KEPT + 10; id += 1) show(agreement, bboOf(id));
  assert.equal(counts(agreement), [0, 0, 10]);
  tell(agreement, bboOf(1));
  tell(agreement, bboOf(KEPT + 10));
  assert.equal(counts(agreement), [KEPT, 0, 10]);
  for (let id = 1; id <= KEPT + 10; id += 1) tell(agreement, bboOf(2 * KEPT + id));
  show(agreement, bboOf(2 * KEPT + 5));
  assert.equal(counts(agreement), [KEPT, 0, 11]);
  show(agreement, bboOf(2 * KEPT + 11));
  assert.equal(counts(agreement), [KEPT + 1, 0, 11]);
});

const bbos = fc
  .uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 15 })
  .map((ids) => ids.sort((one, other) => one - other))
  .chain((ids) =>
    fc.tuple(...ids.map((id) => fc.integer({ min: 1, max: 2 }).map((n) => bboOf(id, n)))),
  );

/** What must come out, by the definition: each book against the latest ticker not newer than it. */
function judged(tickers: readonly Bbo[], books: readonly Bbo[]): number[] {
  const judges = books.map(({ id }) => tickers.filter((ticker) => ticker.id <= id).at(-1));
  const compared = judges.filter((judge) => judge !== undefined).length;
  const wrong = books.filter((book, at) => judges[at] && judges[at].bidLots !== book.bidLots);
  return [compared, wrong.length, books.length - compared];
}

test('the verdict is that of the definition, whichever stream runs ahead', () => {
  law(
    fc.property(bbos, bbos, fc.infiniteStream(fc.boolean()), (tickers, books, isTickerNext) => {
      const agreement = new BboAgreement();
      let [told, shown] = [0, 0];
      while (told < tickers.length || shown < books.length) {
        const isTicker = shown === books.length || isTickerNext.next().value === true;
        if (isTicker && told < tickers.length) tell(agreement, tickers[told++] as Bbo);
        else if (shown < books.length) show(agreement, books[shown++] as Bbo);
      }
      agreement.finish();
      assert.equal(counts(agreement), judged(tickers, books));
    }),
    500,
  );
});

test.run();
