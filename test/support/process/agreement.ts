import * as assert from 'uvu/assert';
import type { OrderRow } from '../../../src/commands/desk.ts';
import { parseBigDecimal } from '../../../src/core/decimal.ts';
import type { Instrument } from '../../../src/core/instrument.ts';
import { quantityText } from '../../../src/core/instrument.ts';
import type { Daemon } from './daemon.ts';
import { until } from './until.ts';
import type { Truth, VenueAccount } from './venue-account.ts';
import type { WrittenJournal } from './written-journal.ts';

const VENUE = 'binance';

/** What `actor state trading/portfolio` shows; amounts as whole numbers in text. */
interface PortfolioView {
  readonly holdings: readonly {
    readonly instrument: number;
    readonly position: Readonly<Record<'lots' | 'cost' | 'realised' | 'fees', string | number>>;
  }[];
  readonly balances: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Waits until nothing of the desk rests at the venue and the journal holds every trade, and then
 * demands that journal, portfolio and venue say the same to the last unit. For a desk that may not
 * trade at the moment.
 */
export async function assertAgreed(
  daemon: Daemon,
  journal: WrittenJournal,
  account: VenueAccount,
): Promise<void> {
  const truth = await atRest(journal, account);
  assert.equal(tradesOf(journal), venueTrades(truth), 'the same trades');
  assert.equal(
    [...journal.store.integrity()],
    [],
    'nothing is in the journal that must not be there',
  );
  const moved = journal.events('transferred').filter(({ reason }) => reason !== 'opening');
  assert.equal(moved, [], 'no difference had to be booked away');
  assert.equal(journal.events('external-filled'), [], 'every trade is of an order of ours');

  const venueBalances = held(await account.balances());
  const portfolio = await daemon.ask<PortfolioView>('actor state trading/portfolio');
  const journaled = [...journal.store.balances(VENUE)].map(([asset, amount]) => [
    asset,
    String(amount),
  ]);
  assert.equal(held(Object.fromEntries(journaled)), venueBalances, 'journal and venue: cash');
  assert.equal(held(portfolio.balances[VENUE] ?? {}), venueBalances, 'portfolio and venue: cash');
  assertPositions(journal, portfolio, truth);
  assert.equal(await account.openOrders(), [], 'the venue lists no open order');
  assert.equal(await daemon.ask<OrderRow[]>('orders'), [], 'the desk knows of no open order');
  assertFilledQuantities(journal, truth);
  await assertSentOnce(journal, account);
}

/** Every order at the venue is one that the journal has announced, and none was sent twice. */
export async function assertSentOnce(
  journal: WrittenJournal,
  account: VenueAccount,
): Promise<void> {
  const accepted = account.acceptedIds();
  const sent = journal
    .refresh()
    .events('order-submitted')
    .map(({ order }) => order.clientId);
  assert.equal(repeated(sent), [], 'no client id is journaled twice');
  assert.equal(repeated(accepted), [], 'no client id is taken twice by the venue');
  const { refusals } = await account.truth();
  assert.is(refusals['duplicate-client-id'] ?? 0, 0, 'no client id is refused as a repeat');
  const known = new Set(sent);
  const strange = accepted.filter((clientId) => !known.has(clientId));
  assert.equal(strange, [], 'the venue has no order that was not journaled before');
}

/** What rests at the venue and what the desk holds for open are soon the same orders. */
export async function assertSameOpenOrders(daemon: Daemon, account: VenueAccount): Promise<void> {
  let seen = '';
  await until(
    'the same open orders on both sides',
    async () => {
      const resting = restingIn(await account.truth()).sort();
      const known = (await daemon.ask<OrderRow[]>('orders')).map((order) => order.clientId).sort();
      seen = `at the venue ${resting.join()}, at the desk ${known.join()}`;
      return resting.length > 0 && resting.join() === known.join();
    },
    () => seen,
  );
}

async function atRest(journal: WrittenJournal, account: VenueAccount): Promise<Truth> {
  let seen = '';
  return until(
    'a desk and a venue at rest',
    async () => {
      const truth = await account.truth();
      const resting = restingIn(truth);
      const open = journal.refresh().store.openOrders();
      const [ours, theirs] = [tradesOf(journal), venueTrades(truth)];
      seen =
        `at the venue ${resting.join()}; open in the journal ` +
        `${open.map(({ record }) => `${record.order.clientId} ${record.status}`).join()}; ` +
        `trades ${ours.length} here, ${theirs.length} there`;
      const isAtRest = resting.length === 0 && open.length === 0;
      return isAtRest && ours.length >= theirs.length ? truth : null;
    },
    () => seen,
  );
}

function assertFilledQuantities(journal: WrittenJournal, { orders }: Truth): void {
  for (const { clientOrderId, executedQty } of orders) {
    const stored = journal.store.order(clientOrderId);
    assert.ok(stored !== null, `the journal knows ${clientOrderId}`);
    if (stored === null) continue;
    const filled = quantityText(instrumentOf(journal, stored.symbol), stored.record.filledLots);
    assert.is(units(filled), units(executedQty), `what of ${clientOrderId} is filled`);
  }
}

function restingIn({ orders }: Truth): string[] {
  return orders
    .filter(({ status }) => status === 'NEW' || status === 'PARTIALLY_FILLED')
    .map(({ clientOrderId }) => clientOrderId);
}

function assertPositions(journal: WrittenJournal, portfolio: PortfolioView, truth: Truth): void {
  for (const { symbol, position } of journal.store.positions()) {
    const instrument = instrumentOf(journal, symbol);
    const traded = truth.trades
      .filter((trade) => trade.symbol === symbol)
      .reduce((sum, { isBuyer, qty }) => sum + (isBuyer ? units(qty) : -units(qty)), 0n);
    assert.is(units(quantityText(instrument, position.lots)), traded, `${symbol}: venue's trades`);
    const shown = portfolio.holdings[instrument.index]?.position;
    const whole = Object.fromEntries(
      Object.entries(position).map(([key, value]) => [key, String(value)]),
    );
    const plain = Object.fromEntries(
      Object.entries(shown ?? {}).map(([key, value]) => [key, String(value)]),
    );
    assert.equal(plain, whole, `${symbol}: the portfolio's position`);
  }
}

function tradesOf(journal: WrittenJournal): string[] {
  return journal
    .events('order-filled')
    .map(({ clientId, fill }) => `${journal.store.order(clientId)?.symbol} ${fill.tradeId}`)
    .sort();
}

function venueTrades({ trades, dropped }: Truth): string[] {
  assert.is(dropped.trades, 0, 'the venue still has all trades');
  return trades.map(({ symbol, id }) => `${symbol} ${id}`).sort();
}

function instrumentOf(journal: WrittenJournal, symbol: string): Instrument {
  const instrument = journal.store.instrumentOf(VENUE, symbol);
  assert.ok(instrument !== null, `the journal defines ${symbol}`);
  return instrument as Instrument;
}

function held(balances: Readonly<Record<string, string>>): string[] {
  return Object.entries(balances)
    .filter(([, amount]) => amount !== '0')
    .map(([asset, amount]) => `${asset} ${amount}`)
    .sort();
}

function units(text: string): bigint {
  const parsed = parseBigDecimal(text, 8);
  assert.ok(parsed !== null, `${text} is a decimal of eight places`);
  return parsed as bigint;
}

function repeated(names: readonly string[]): string[] {
  return names.filter((name, at) => names.indexOf(name) !== at);
}
