/** A whole desk that keeps a stop at the venue for what it holds, on virtual time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ticks } from '../../../src/core/units.ts';
import { ACCOUNT } from '../../../src/desk/venue/options.ts';
import { freeBalance } from '../../../src/simulation/exchange/clearing.ts';
import type { PerpetualExchange } from '../../../src/simulation/perpetuals/perpetual-exchange.ts';
import { incarnationAt } from '../../support/desk/inside.ts';
import { atTwoVenues, type TwoVenueStage, twoVenues } from '../../support/desk/two-venues.ts';

const NAME = 'binance-b';
const protectedDesk = (stopBps: number) =>
  twoVenues((config) => {
    const second = config.venues[1] as { kind: string };
    second.kind = 'binance-usdm';
    const markets = [{ venue: NAME, symbol: 'BTCUSDT', stopBps }];
    Object.assign(config, { protection: { markets } });
  });

function protectedMarket({ floor, account, desk }: TwoVenueStage) {
  const exchange = floor.get(NAME)?.exchange as PerpetualExchange;
  const market = exchange.market('BTCUSDT');
  assert.ok(market);
  const held = (): number => exchange.margin.position(ACCOUNT, 'BTCUSDT').lots;
  const isStop = ({ clientId }: { readonly clientId: string }): boolean =>
    clientId.split('-')[2] === 'protect';
  return {
    held,
    market,
    stops: () => [...account(NAME).open.values()].filter(isStop),
    markTicks: (): number => market.price.mark?.markTicks ?? 0,
    state: () => desk.actorState('trading/protection') as readonly { protection: string }[],
  };
}

test('a position has one stop at the venue, which closes it when the price goes', async () => {
  const outcome = await atTwoVenues(async (stage) => {
    const { desk, account, until, sleep } = stage;
    const { stops, held, market, markTicks, state } = protectedMarket(stage);
    const isProtected = (): boolean =>
      stops().some(({ isWaiting }) => isWaiting === true) && state()[0]?.protection === 'protected';
    await until('a stop waits', isProtected, 240_000);
    for (let look = 0; look < 200; look += 1) {
      assert.ok(stops().length <= 1, 'never two');
      await sleep(50);
    }
    await until('a stop waits still', isProtected, 240_000);
    const [stop] = stops();
    assert.ok(stop);
    const wasLong = held() > 0;
    assert.is(stop.side, wasLong ? 'sell' : 'buy');
    const { clientId } = stop;
    const record = () => desk.parts.journal.store.order(clientId)?.record;
    const by = Math.ceil(markTicks() * 0.02) * (wasLong ? -1 : 1);
    market.price.pinned = (markTicks() + by) as Ticks;
    await until('it has filled', () => record()?.status === 'filled', 10_000);
    market.price.pinned = null;
    await sleep(2_000);
    await desk.parts.journal.settled();
    const booked = desk.parts.journal.store.balances(NAME);
    assert.is(booked.get('USDT'), freeBalance(account(NAME), 'USDT'));
  }, protectedDesk(100));
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  assert.is(outcome.value.status.restarts, 0);
});

test('an emergency takes the stop back as well, and none follows', async () => {
  await atTwoVenues(async (stage) => {
    const { desk, account, until, sleep } = stage;
    const { stops } = protectedMarket(stage);
    await until('a stop waits', () => stops().length > 0, 240_000);
    await desk.emergency('ann', 'a test');
    await until('nothing rests', () => account(NAME).open.size === 0, 5_000);
    for (let look = 0; look < 100; look += 1) {
      await sleep(100);
      assert.is(account(NAME).open.size, 0);
    }
  }, protectedDesk(100));
});

test('a crash of the keeper takes the stop back, and one follows once it is safe', async () => {
  await atTwoVenues(async (stage) => {
    const { desk, until, sleep } = stage;
    const { stops } = protectedMarket(stage);
    const { gate } = desk.parts;
    await until('a stop waits', () => stops().length > 0, 240_000);
    const first = stops()[0]?.clientId;
    incarnationAt(stage, 'trading/protection').inject(new Error('killed by a test'));
    await until('the gate is closed', () => gate.isClosed, 1_000);
    await until('it is taken back', () => stops().every(({ clientId }) => clientId !== first));
    await until('one follows', () => stops().length > 0, 240_000);
    for (let look = 0; look < 100; look += 1) {
      assert.ok(stops().length <= 1, 'never two');
      await sleep(50);
    }
  }, protectedDesk(100));
});

test.run();
