import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MarketFact } from '../../../../src/market/fact.ts';
import type { TradePrinted } from '../../../../src/market/trade.ts';
import { OVERLAP_MS, Told } from '../../../../src/venues/market/feed/told.ts';
import { WITHHELD_MAX, Withheld } from '../../../../src/venues/market/feed/withheld.ts';
import { MarketView } from '../../../../src/venues/market/market-view.ts';
import { anInstrument } from '../../../support/trade/instruments.ts';

class PlainView extends MarketView {
  readonly isLive = true;

  price(updateId: number, bid: number, eventMs = 0): this {
    this.takeTouch(updateId, bid, 1, bid + 1, 1);
    this.eventMs = eventMs;
    return this;
  }
}

const aView = () => new PlainView(anInstrument());
const aTrade = (tradeId: number): TradePrinted =>
  ({
    ...{ kind: 'trade-printed', instrument: 0, ticks: 1, lots: 1, takerSide: 'buy' },
    ...{ tradeId, venueMs: 0, receivedNs: 0 },
  }) as const;
const aMark = (venueMs: number, instrument = 0): MarketFact =>
  ({
    ...{ kind: 'mark-priced', instrument, mark: 1, index: 1 },
    ...{ fundingFraction: 0, nextFundingMs: 0, venueMs },
  }) as const;

test('with update ids of the venue, prices that are older or the same are known already', () => {
  const [from, to] = [aView().price(20, 100), aView()];
  const told = new Told([from], true);
  assert.not.ok(told.hasPrices(to.price(1, 90)), 'nothing has been told');
  told.onQuote(from.quote(0));
  told.handOver([from], [to], 0);
  assert.ok(told.hasPrices(to.price(19, 90)), 'older');
  assert.ok(told.hasPrices(to.price(21, 100)), 'the same');
  assert.not.ok(told.hasPrices(to.price(20, 101)));
  assert.is(to.updateId, 20, 'an id of the venue stays as it is');
});

test('without them the time of the venue orders, and numbers go on above the last one', () => {
  const [from, to] = [aView().price(7, 100, 1_000), aView().price(2, 90, 999)];
  const told = new Told([from], false);
  told.onQuote(from.quote(0));
  told.handOver([from], [to], 0);
  assert.is(to.updateId, 8);
  assert.ok(told.hasPrices(to));
  assert.not.ok(told.hasPrices(to.price(9, 90, 1_000)));
});

test('after a price was lost, any price is news', () => {
  const view = aView().price(5, 100);
  const told = new Told([view], true);
  told.onQuote(view.quote(0));
  assert.ok(told.hasQuote(view));
  told.onLost(view.lost('gap'));
  assert.not.ok(told.hasQuote(view) || told.hasPrices(view));
});

test('a trade is known when the connection before told one of its number or a higher one', () => {
  const told = new Told([], true);
  told.onTrade(aTrade(12));
  told.onTrade(aTrade(11));
  told.handOver([], [], 0);
  assert.ok(told.hasTrade(aTrade(12)) && told.hasTrade(aTrade(11)));
  // The newest of a frame first: what this connection has told says nothing of the rest.
  told.onTrade(aTrade(14));
  assert.not.ok(told.hasTrade(aTrade(13)));
});

test('facts are known by kind, market and time, and the state of a venue by what it is', () => {
  const told = new Told([], true);
  told.onFact(aMark(50));
  assert.ok(told.hasFact(aMark(50)) && told.hasFact(aMark(49)));
  assert.not.ok(told.hasFact(aMark(51)) || told.hasFact(aMark(50, 1)));
  const online = { kind: 'venue-announced', venue: 'kraken', status: 'online' } as const;
  assert.not.ok(told.hasFact(online));
  told.onFact(online);
  assert.ok(told.hasFact(online));
  assert.not.ok(told.hasFact({ ...online, status: 'maintenance' }));
});

test('numbers are compared for a while after a handover, so that a new count is heard', () => {
  const told = new Told([], true);
  assert.not.ok(told.isCatchingUp);
  told.handOver([], [], 1_000);
  told.onTick(1_000 + OVERLAP_MS - 1);
  assert.ok(told.isCatchingUp);
  told.onTick(1_000 + OVERLAP_MS);
  assert.not.ok(told.isCatchingUp);
});

test('what is withheld comes out in its order, once, and never more than fits', () => {
  const withheld = new Withheld();
  for (let id = 0; id < WITHHELD_MAX + 3; id += 1) withheld.add(aTrade(id));
  const news = withheld.take() as readonly TradePrinted[];
  assert.is(news.length, WITHHELD_MAX);
  assert.ok(news.every(({ tradeId }, at) => tradeId === at + 3));
  assert.equal(withheld.take(), []);
  withheld.add(aTrade(1));
  assert.is(withheld.take().length, 1);
});

test.run();
