/** A whole desk that trades spot and perpetuals at once, on virtual time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { baseAmount } from '../../../src/core/instrument.ts';
import type { Lots } from '../../../src/core/units.ts';
import { ACCOUNT } from '../../../src/desk/venue/options.ts';
import type { FuturesFacade } from '../../../src/simulation/binance/futures/facade.ts';
import { freeBalance } from '../../../src/simulation/exchange/clearing.ts';
import type { PerpetualExchange } from '../../../src/simulation/perpetuals/perpetual-exchange.ts';
import { atTwoVenues, type TwoVenueStage, twoVenues } from '../../support/desk/two-venues.ts';

const NAME = 'binance-b';
const usdm = () =>
  twoVenues(({ venues }) => {
    const second = venues[1] as { kind: string };
    second.kind = 'binance-usdm';
  });
const exchangeOf = ({ floor }: TwoVenueStage) => floor.get(NAME)?.exchange as PerpetualExchange;

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

test.run();
