/** A whole desk that trades spot and perpetuals at once, on virtual time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import { baseAmount } from '../../../src/core/instrument.ts';
import type { Result } from '../../../src/core/result.ts';
import { type Lots, lotsOf, nanosOf, type Ticks, ticksOf } from '../../../src/core/units.ts';
import { ACCOUNT } from '../../../src/desk/venue/options.ts';
import type { OrderIntent, OrderRecord } from '../../../src/execution/order.ts';
import type { ApprovedOrder, Refusal } from '../../../src/risk/approved-order.ts';
import type { FuturesFacade } from '../../../src/simulation/binance/futures/facade.ts';
import { freeBalance } from '../../../src/simulation/exchange/clearing.ts';
import type { PerpetualExchange } from '../../../src/simulation/perpetuals/perpetual-exchange.ts';
import { incarnationAt } from '../../support/desk/inside.ts';
import { atTwoVenues, type TwoVenueStage, twoVenues } from '../../support/desk/two-venues.ts';

const NAME = 'binance-b';
const usdm = () =>
  twoVenues(({ venues }) => {
    const second = venues[1] as { kind: string };
    second.kind = 'binance-usdm';
  });
const exchangeOf = ({ floor }: TwoVenueStage) => floor.get(NAME)?.exchange as PerpetualExchange;

const INSTRUMENT = 1;
const DAY_NS = 86_400 * 1e9;
/** What the test does on the way from a decision to the venue, in the place of execution. */
function protector(stage: TwoVenueStage) {
  const { desk, floor } = stage;
  const { parts } = desk;
  const exchange = floor.get(NAME)?.exchange as PerpetualExchange;
  const facade = floor.get(NAME)?.facade as FuturesFacade;
  const market = exchange.market('BTCUSDT');
  assert.ok(market);
  const held = (): Lots => exchange.margin.position(ACCOUNT, 'BTCUSDT').lots;
  const markTicks = (): number => market.price.mark?.markTicks ?? 0;
  const { board } = incarnationAt(stage, 'root').engine;
  const venue = incarnationAt(stage, `trading/venues/venue:${NAME}`);
  let placed = 0;
  /** Whether there is a position, and the journal has all of it. */
  const hasPosition = (): boolean => {
    const known = parts.journal.store.balances(NAME).get('BTC') ?? 0n;
    return held() !== 0 && known === baseAmount(market.rules.instrument, held());
  };
  return {
    ...{ exchange, facade, held, hasPosition },
    /** A stop for the whole position so many ticks away, which risk approves. */
    place(awayTicks: number): string {
      placed += 1;
      const side = held() > 0 ? 'sell' : 'buy';
      const away = held() > 0 ? -awayTicks : awayTicks;
      const intent: OrderIntent = {
        clientId: `${parts.deskId}-${parts.boot.toString(36)}-mmb-stop${placed}`,
        strategy: 'mmb',
        venue: NAME,
        instrument: INSTRUMENT,
        ...{ side, kind: 'market', timeInForce: 'gtc', isPostOnly: false, isReduceOnly: true },
        ticks: ticksOf(0),
        lots: lotsOf(Math.abs(held())),
        trigger: { kind: 'stop', ticks: ticksOf(markTicks() + away) },
        epoch: parts.gate.epoch,
        decidedNs: nanosOf(parts.env.clock.mono()),
        deadlineNs: nanosOf(parts.env.clock.mono() + DAY_NS),
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
    /** Holds the mark so far against the position until it is let go. */
    markAgainst(ticks: number | null): void {
      const against = held() > 0 ? -1 : 1;
      market.price.pinned = ticks === null ? null : ((markTicks() + against * ticks) as Ticks);
    },
  };
}

test('a desk trades perpetuals, and its books are the wallet and the position', async () => {
  const outcome = await atTwoVenues(async (stage) => {
    const { desk, account, until, sleep } = stage;
    const exchange = exchangeOf(stage);
    await until('it has traded', () => account(NAME).trades.size > 5, 240_000);
    exchange.payFunding('BTCUSDT');
    await sleep(1_000);
    await desk.parts.journal.settled();
    const booked = desk.parts.journal.store.balances(NAME);
    assert.is(booked.get('USDT'), freeBalance(account(NAME), 'USDT'));
    const { lots } = exchange.margin.position(ACCOUNT, 'BTCUSDT');
    const instrument = exchange.market('BTCUSDT')?.rules.instrument;
    assert.ok(instrument);
    assert.is(booked.get('BTC') ?? 0n, baseAmount(instrument, lots as Lots));
  }, usdm());
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.is(outcome.value.status.restarts, 0);
});

test('a desk whose listen key expires is paused, and comes back by itself', async () => {
  await atTwoVenues(async (stage) => {
    const { desk, floor, account, until } = stage;
    const { gate } = desk.parts;
    await until('it quotes', () => account(NAME).open.size > 0);
    const facade = floor.get(NAME)?.facade as FuturesFacade;
    facade.listenKeys.expire(ACCOUNT);
    await until('it is missed', () => gate.venuePauses(1).includes('disconnected'), 2_000);
    const isBack = () => gate.causes().length === 0 && gate.venuePauses(1).length === 0;
    await until('it is back', isBack, 60_000);
    await until('it quotes again', () => account(NAME).open.size > 0);
  }, usdm());
});

test("orders wait, and are taken back, when the venue's own switch is not fed (C30)", async () => {
  await atTwoVenues(async ({ desk, floor, account, until, sleep }) => {
    const { gate } = desk.parts;
    const facade = floor.get(NAME)?.facade as FuturesFacade;
    await until('it quotes', () => account(NAME).open.size > 0);
    assert.not.ok(gate.venuePauses(1).includes('dead-man'));
    await sleep(150_000);
    assert.not.ok(gate.venuePauses(1).includes('dead-man'), 'it is fed');
    assert.ok(account(NAME).open.size > 0);
    const refused = {
      kind: 'status',
      status: 503,
      retryAfterSeconds: 0,
      isExecuted: false,
    } as const;
    facade.faults.planRequests('countdownCancelAll', refused, 1_000);
    await until('orders wait', () => gate.venuePauses(1).includes('dead-man'), 95_000);
    await until('nothing rests', () => account(NAME).open.size === 0, 60_000);
    facade.faults.clear();
    await until('it is held again', () => !gate.venuePauses(1).includes('dead-man'), 30_000);
    await until('it quotes again', () => account(NAME).open.size > 0);
  }, usdm());
});

test('an emergency leaves nothing resting among the perpetuals', async () => {
  await atTwoVenues(async ({ desk, account, until }) => {
    await until('it quotes', () => account(NAME).open.size > 0);
    await desk.emergency('ann', 'a test');
    await until('nothing rests', () => account(NAME).open.size === 0, 5_000);
  }, usdm());
});

test('a stop at the venue wakes, its fill is booked and the audit verifies', async () => {
  const outcome = await atTwoVenues(async (stage) => {
    const { desk, until, sleep, account } = stage;
    const { journal } = desk.parts;
    const { place, held, hasPosition, markAgainst, record, exchange } = protector(stage);
    await until('a position that the desk knows', hasPosition, 240_000);
    const id = place(500);
    await until('it waits at the venue', () => {
      return [...account(NAME).open.values()].some(({ isWaiting }) => isWaiting === true);
    });
    await until('the journal knows', () => record(id)?.status === 'open');
    assert.match(record(id)?.venueOrderId ?? '', /^algo-/);
    markAgainst(600);
    await until('it has filled', () => record(id)?.status === 'filled', 10_000);
    markAgainst(null);
    await sleep(2_000);
    await journal.settled();
    const kinds: string[] = [];
    const tail = await desk.inspector.auditTail(5_000);
    assert.ok(tail.ok);
    const ours = tail.value.filter(({ detail }) => detail.includes(id));
    for (const { kind } of ours) kinds.push(kind);
    assert.equal(kinds.slice(0, 2), ['order-submitted', 'order-accepted']);
    assert.ok(kinds.includes('order-filled'));
    const booked = journal.store.balances(NAME);
    assert.is(booked.get('USDT'), freeBalance(account(NAME), 'USDT'));
    const instrument = exchange.market('BTCUSDT')?.rules.instrument;
    assert.ok(instrument);
    assert.is(booked.get('BTC') ?? 0n, baseAmount(instrument, held()));
    const verified = await desk.inspector.auditVerify();
    assert.ok(verified.ok && verified.value.isWhole, JSON.stringify(verified));
  }, usdm());
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.is(outcome.value.status.restarts, 0);
});

test('a stop wakes while the desk is away, and the desk that is back has its fill', async () => {
  await atTwoVenues(async (stage) => {
    const { until, sleep } = stage;
    const { place, hasPosition, markAgainst, record, facade } = protector(stage);
    await until('a position that the desk knows', hasPosition, 240_000);
    const id = place(500);
    await until('the journal knows', () => record(id)?.status === 'open');
    facade.isInMaintenance = true;
    facade.dropAll();
    markAgainst(600);
    await sleep(2_500);
    markAgainst(null);
    assert.ok(record(id)?.isWaiting, 'nobody has told');
    facade.isInMaintenance = false;
    await until('it has filled', () => record(id)?.status === 'filled', 120_000);
  }, usdm());
});

test('an emergency leaves no stop waiting at the venue', async () => {
  await atTwoVenues(async (stage) => {
    const { desk, until, account } = stage;
    const { place, hasPosition, record } = protector(stage);
    await until('a position that the desk knows', hasPosition, 240_000);
    const id = place(2_000);
    await until('the journal knows', () => record(id)?.status === 'open');
    await desk.emergency('ann', 'a test');
    await until('nothing is open', () => account(NAME).open.size === 0, 5_000);
    await until('the journal knows', () => record(id)?.status === 'canceled', 5_000);
  }, usdm());
});

test.run();
