import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import type { Reply } from '../../../actors/runtime/ref.ts';
import { portfolioActor } from '../../../actors/trading/portfolio.ts';
import { amountOf, lotsOf, ticksOf } from '../../../src/core/units.ts';
import type { BalanceDifference, Balances, LedgerEvent } from '../../../src/execution/ledger.ts';
import type { OrderUpdated } from '../../../src/execution/order-manager.ts';
import type { PortfolioReport, PortfolioState } from '../../../src/execution/portfolio.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aLane } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { aFill, anOrder } from '../../support/trade/orders.ts';

const STRATEGY = 'trading/strategies/strategy:mm';
const NOTHING: PortfolioState = { positions: new Map(), balances: new Map() };
const OPENING: Balances = new Map([
  ['USDT', amountOf(100_000_00000000n)],
  ['BTC', amountOf(1_00000000n)],
]);

async function aPortfolio(parts: { readonly journal?: (event: LedgerEvent) => void } = {}) {
  const tested = aLane();
  const { log, lines } = aLog();
  const journaled: LedgerEvent[] = [];
  const journal = parts.journal ?? ((event: LedgerEvent) => void journaled.push(event));
  const spec = () =>
    portfolioActor({
      instruments: [anInstrument()],
      margined: new Set(),
      restore: () => Promise.resolve(NOTHING),
      journal,
      strategies: () => [address.strategy('mm')],
      log,
    });
  const heard = await aBranch(tested, { 'trading/portfolio': spec }, [STRATEGY]);
  const { lane, env } = tested;
  const compare = async (balances: Balances): Promise<readonly BalanceDifference[]> => {
    const asked = lane.ask(
      address.portfolio,
      (reply: Reply<readonly BalanceDifference[]>) =>
        ({ kind: 'compare', venue: 'binance', balances, reply }) as const,
      1_000,
    );
    await env.settle();
    return asked;
  };
  const report = async (): Promise<PortfolioReport> => {
    const touches = [{ bid: ticksOf(6_000_000), ask: ticksOf(6_000_000) }];
    const asked = lane.ask(
      address.portfolio,
      (reply: Reply<PortfolioReport>) => ({ kind: 'report', touches, reply }) as const,
      1_000,
    );
    await env.settle();
    return asked;
  };
  const told = () => (heard[STRATEGY] ?? []) as readonly { kind: string; lots: number }[];
  return { ...tested, journaled, lines, compare, report, told };
}

function filled(): OrderUpdated {
  const order = anOrder();
  const event = { kind: 'order-filled', clientId: order.clientId, fill: aFill() } as const;
  const record = {
    order,
    status: 'partially-filled',
    venueOrderId: '1',
    filledLots: lotsOf(40),
    filledQuote: amountOf(0n),
    isCancelRequested: false,
    amendment: null,
    isWaiting: false,
    isAmendUnknown: false,
    reason: '',
  } as const;
  return { kind: 'order-updated', record, event, incident: null };
}

test('what a venue holds at the first comparison is the opening, journaled and told', async () => {
  const { compare, journaled, lines } = await aPortfolio();
  assert.equal(await compare(OPENING), []);
  assert.equal(
    journaled.map((event) => event.kind === 'transferred' && [event.asset, event.reason]),
    [
      ['BTC', 'opening'],
      ['USDT', 'opening'],
    ],
  );
  assert.ok(lines.every((line) => line.startsWith('info trading/portfolio balance-opening')));
});

test('a later difference is answered, and booked only when that is asked', async () => {
  const { lane, env, compare, journaled, lines } = await aPortfolio();
  await compare(OPENING);
  const venues = new Map([...OPENING, ['BTC', amountOf(2_00000000n)]]) as Balances;
  const differences = await compare(venues);
  assert.equal(
    differences.map(({ asset }) => asset),
    ['BTC'],
  );
  assert.is(journaled.length, 2);
  lane.send(address.portfolio, { kind: 'adjust', venue: 'binance', differences });
  await env.settle();
  assert.equal(await compare(venues), []);
  const last = journaled.at(-1);
  assert.is(last?.kind === 'transferred' && last.reason, 'adjustment');
  assert.match(lines.at(-1) ?? '', /^error trading\/portfolio balance-adjustment/);
});

test('a fill moves position and balances, and strategies are told', async () => {
  const { lane, env, compare, report, told } = await aPortfolio();
  await compare(OPENING);
  lane.send(address.portfolio, filled());
  await env.settle();
  assert.equal(
    told().map(({ kind, lots }) => [kind, lots]),
    [['position-changed', 40]],
  );
  const { holdings, balances } = await report();
  assert.is(holdings[0]?.position.lots, 40);
  assert.is(balances.get('binance')?.get('USDT'), 100_000_00000000n - 2_400_000_000n);
});

test('an update without a fill moves nothing', async () => {
  const { lane, env, told } = await aPortfolio();
  const update = filled();
  const event = { kind: 'order-canceled', clientId: 'desk-1-mm-1', reason: '' } as const;
  lane.send(address.portfolio, { ...update, event });
  await env.settle();
  assert.equal(told(), []);
});

test('a trade of somebody else moves the position, a deposit only the balance', async () => {
  const { lane, env, told, report } = await aPortfolio();
  const trade = { venue: 'binance', symbol: 'BTCUSDT', side: 'sell' as const, fill: aFill() };
  lane.send(address.portfolio, { kind: 'external-filled', ...trade });
  const deposit = {
    transferId: '1',
    asset: 'BTC',
    amount: amountOf(5n),
    reason: 'deposit' as const,
  };
  lane.send(address.portfolio, { kind: 'transferred', venue: 'binance', ...deposit });
  await env.settle();
  assert.equal(
    told().map(({ lots }) => lots),
    [-40],
  );
  assert.is((await report()).holdings[0]?.position.lots, -40);
});

test('a strategy that has just started is told its position, and nobody else is', async () => {
  const { lane, env, told } = await aPortfolio();
  const to = address.strategy('mm');
  lane.send(address.portfolio, { kind: 'tell-position', instrument: 0, to });
  await env.settle();
  assert.equal(
    told().map(({ lots }) => lots),
    [0],
  );
});

test('what cannot be journaled is not booked: the actor fails', async () => {
  const { lane, env, events } = await aPortfolio({
    journal: () => {
      throw new Error('the journal takes no events');
    },
  });
  const asked = lane.ask(
    address.portfolio,
    (reply: Reply<readonly BalanceDifference[]>) =>
      ({ kind: 'compare', venue: 'binance', balances: OPENING, reply }) as const,
    1_000,
  );
  asked.catch(() => {});
  await env.settle();
  assert.ok(events.some((event) => event.startsWith('failed trading/portfolio')));
  const view = lane.view('trading/portfolio');
  assert.ok(view.ok);
  assert.is((view.value as PortfolioReport).balances.size, 0);
});

test.run();
