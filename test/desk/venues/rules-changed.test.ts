/** What a desk does when a venue changes the rules of a market while it quotes there. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BinanceFacade } from '../../../src/simulation/binance/facade.ts';
import type { ExchangeEvent } from '../../../src/simulation/exchange/port.ts';
import { atTwoVenues, type TwoVenueStage } from '../../support/desk/two-venues.ts';

const [HERE, THERE] = ['binance', 'binance-b'] as const;

/** Counts what a venue takes of the desk from now on. */
function takenAt({ floor }: TwoVenueStage, venue: string): { orders: number } {
  const taken = { orders: 0 };
  floor.get(venue)?.exchange.listen((events: readonly ExchangeEvent[]) => {
    for (const event of events) {
      if (event.kind === 'executed' && event.execution === 'new') taken.orders += 1;
    }
  });
  return taken;
}

async function stoodOf({ desk }: TwoVenueStage): Promise<readonly string[]> {
  const { journal } = desk.parts;
  await journal.settled();
  const found: string[] = [];
  for (const { event } of journal.store.readAll(1)) {
    if (event.kind === 'market-stood') found.push(`${event.venue} ${event.standing}`);
  }
  return found;
}

test('F19: a new tick is known by the first refusal: what rests goes, others go on', async () => {
  const outcome = await atTwoVenues(async (stage) => {
    const { floor, account, until, sleep } = stage;
    const facade = floor.get(HERE)?.facade as BinanceFacade;
    await until('both are quoted', () =>
      [HERE, THERE].every((name) => account(name).open.size > 0),
    );
    facade.tickSizes.set('BTCUSDT', '7.77');
    await until('what rests is withdrawn', () => account(HERE).open.size === 0, 10_000);
    const [here, there] = [takenAt(stage, HERE), takenAt(stage, THERE)];
    await sleep(20_000);
    assert.is(here.orders, 0, 'no order of the old grid');
    assert.ok(there.orders > 0, 'the other venue is quoted on');
    assert.equal(await stoodOf(stage), ['binance rules-changed']);
    facade.tickSizes.clear();
    await until('it is quoted again', () => account(HERE).open.size > 0, 75_000);
    assert.equal(await stoodOf(stage), ['binance rules-changed', 'binance trading']);
  });
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
});

test.run();
