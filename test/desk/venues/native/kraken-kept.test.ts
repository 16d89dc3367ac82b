/** A whole desk whose stop and iceberg Kraken keeps: risk, gate, journal, audit. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../../actors/addresses.ts';
import { configSchema } from '../../../../src/config/schema.ts';
import { amountText } from '../../../../src/core/instrument.ts';
import type { Result } from '../../../../src/core/result.ts';
import { type Amount, lotsOf, nanosOf, type Ticks, ticksOf } from '../../../../src/core/units.ts';
import type { OrderIntent, OrderRecord } from '../../../../src/execution/order.ts';
import type { ApprovedOrder, Refusal } from '../../../../src/risk/approved-order.ts';
import type { Exchange } from '../../../../src/simulation/exchange/exchange.ts';
import type { KrakenFacade } from '../../../../src/simulation/kraken/facade.ts';
import { incarnationAt } from '../../../support/desk/inside.ts';
import { atTwoVenues, type TwoVenueStage, threeVenues } from '../../../support/desk/two-venues.ts';

const NAME = 'kraken';
const SYMBOL = 'BTC/USD';
const DAY_NS = 86_400 * 1e9;
const EVERYTHING = lotsOf(1_000_000_000_000);

/** The desk at Kraken alone, where what it was given may be sold by a stop. */
function krakenOnly() {
  const config = threeVenues();
  return configSchema.parse({
    ...config,
    venues: config.venues.filter(({ name }) => name === NAME),
    strategies: config.strategies.filter(({ venue }) => venue === NAME),
    risk: { ...config.risk, entryTriggers: 'taken', strategyOrdersPerSecond: 20 },
  });
}

/** What the test does on the way from a decision to the venue, in the place of execution. */
function keeper(stage: TwoVenueStage) {
  const { desk, floor, account } = stage;
  const { parts } = desk;
  const { exchange, facade } = floor.get(NAME) as unknown as {
    readonly exchange: Exchange;
    readonly facade: KrakenFacade;
  };
  const market = exchange.markets.get(SYMBOL);
  assert.ok(market);
  const { board } = incarnationAt(stage, 'root').engine;
  const venue = incarnationAt(stage, `trading/venues/venue:${NAME}`);
  const bid = (): Ticks => market.best('buy')?.ticks as Ticks;
  let placed = 0;
  return {
    ...{ facade, market, bid },
    place(over: Partial<OrderIntent>): string {
      placed += 1;
      const intent: OrderIntent = {
        clientId: `${parts.deskId}-${parts.boot.toString(36)}-kraken-${100_000 + placed}`,
        ...{ strategy: 'kraken', venue: NAME, instrument: 0, side: 'sell', kind: 'market' },
        ...{ timeInForce: 'gtc', isPostOnly: false, isReduceOnly: false, ticks: ticksOf(0) },
        lots: lotsOf(1_000_000),
        epoch: parts.gate.epoch,
        decidedNs: nanosOf(parts.env.clock.mono()),
        deadlineNs: nanosOf(parts.env.clock.mono() + DAY_NS),
        ...over,
      };
      const answer = board.call(address.riskCheck, intent) as Result<
        Result<ApprovedOrder, Refusal>,
        string
      >;
      assert.ok(answer.ok && answer.value.ok, JSON.stringify(answer));
      venue.accept({ kind: 'place', order: answer.value.value }, 0, 'a test');
      return intent.clientId;
    },
    record: (clientId: string): OrderRecord | undefined =>
      parts.journal.store.order(clientId)?.record,
    /** Orders with a trigger that wait at the venue. */
    waiting: () => [...account(NAME).open.values()].filter(({ isWaiting }) => isWaiting),
    /** Somebody sells all that is bid down to a price, and below it there is still a bid. */
    sellDownTo(ticks: number): void {
      exchange.crowdRest(market, 'buy', ticksOf(ticks - 100), lotsOf(1_000_000_000));
      exchange.crowdRest(market, 'buy', ticksOf(ticks), lotsOf(1));
      exchange.crowdTake(market, 'sell', EVERYTHING, ticksOf(ticks));
    },
    /** Somebody buys all that is asked up to a price. */
    buyUpTo: (ticks: number) => exchange.crowdTake(market, 'buy', EVERYTHING, ticksOf(ticks)),
    async agrees(): Promise<void> {
      await parts.journal.settled();
      const booked = parts.journal.store.balances(NAME);
      for (const [asset, { free, locked }] of account(NAME).balances) {
        const theirs = amountText((free + locked) as Amount);
        assert.is(amountText((booked.get(asset) ?? 0n) as Amount), theirs, asset);
      }
    },
  };
}

test('a stop and an iceberg are kept, traded and booked, and the audit verifies', async () => {
  const outcome = await atTwoVenues(async (stage) => {
    const { desk, until, sleep } = stage;
    const { place, record, waiting, bid, sellDownTo, buyUpTo, market, agrees } = keeper(stage);
    await until('it quotes', () => stage.account(NAME).open.size > 0, 120_000);
    const wakesAt = bid() - 3_000;
    const stop = place({ trigger: { kind: 'stop', ticks: ticksOf(wakesAt) } });
    await until('it waits at the venue', () => waiting().length === 1);
    await until('the journal knows', () => record(stop)?.status === 'open');
    assert.is(record(stop)?.isWaiting, true);
    const offer = ticksOf(bid() + 3_000);
    const iceberg = place({
      ...{ kind: 'limit', ticks: offer },
      ...{ lots: lotsOf(3_000_000), shownLots: lotsOf(300_000) },
    });
    await until('the iceberg rests', () => record(iceberg)?.status === 'open');
    assert.is(market.queue('sell', offer)?.[0]?.lots, 300_000);
    buyUpTo(offer);
    await until('the iceberg has filled', () => record(iceberg)?.status === 'filled', 10_000);
    sellDownTo(wakesAt);
    await until('the stop has filled', () => record(stop)?.status === 'filled', 10_000);
    assert.is(record(stop)?.isWaiting, false);
    await sleep(3_000);
    await agrees();
    const tail = await desk.inspector.auditTail(5_000);
    assert.ok(tail.ok);
    const kinds = tail.value.filter(({ detail }) => detail.includes(stop)).map(({ kind }) => kind);
    assert.equal(
      ['order-submitted', 'order-accepted', 'order-triggered', 'order-filled'].filter(
        (kind) => !kinds.includes(kind),
      ),
      [],
    );
    const verified = await desk.inspector.auditVerify();
    assert.ok(verified.ok && verified.value.isWhole, JSON.stringify(verified));
  }, krakenOnly());
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.is(outcome.value.status.restarts, 0);
});

test('a stop wakes while the desk is away, and the desk that is back has its fill', async () => {
  await atTwoVenues(async (stage) => {
    const { until } = stage;
    const { place, record, bid, sellDownTo, facade, waiting, agrees } = keeper(stage);
    await until('it quotes', () => stage.account(NAME).open.size > 0, 120_000);
    const wakesAt = bid() - 3_000;
    const stop = place({ trigger: { kind: 'stop', ticks: ticksOf(wakesAt) } });
    await until('it waits at the venue', () => waiting().length === 1);
    facade.dropAll();
    sellDownTo(wakesAt);
    await until('the desk has its fill', () => record(stop)?.status === 'filled', 60_000);
    await until('the desk is back', () => stage.account(NAME).open.size > 0, 60_000);
    await agrees();
  }, krakenOnly());
});

test('an emergency takes back what waits at the venue', async () => {
  await atTwoVenues(async (stage) => {
    const { desk, until } = stage;
    const { place, waiting, bid } = keeper(stage);
    await until('it quotes', () => stage.account(NAME).open.size > 0, 120_000);
    place({ trigger: { kind: 'stop', ticks: ticksOf(bid() - 3_000) } });
    await until('it waits at the venue', () => waiting().length === 1);
    await desk.emergency('ann', 'a test');
    await until('nothing is left', () => stage.account(NAME).open.size === 0, 10_000);
  }, krakenOnly());
});

test.run();
