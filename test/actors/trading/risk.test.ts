import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { address } from '../../../actors/addresses.ts';
import type { Context } from '../../../actors/runtime/actor-spec.ts';
import type { CallResult } from '../../../actors/runtime/ref.ts';
import { type RiskOptions, riskActor } from '../../../actors/trading/risk.ts';
import type { RiskAnswer } from '../../../actors/trading/risk-message.ts';
import { Gate } from '../../../src/control/gate.ts';
import { amountOf, lotsOf } from '../../../src/core/units.ts';
import type { DeskVenue } from '../../../src/desk/open-venues.ts';
import { severitiesOf } from '../../../src/desk/safety/desk-kernel.ts';
import type { OrderEvent, OrderIntent, OrderRecord } from '../../../src/execution/order.ts';
import type { OrderUpdated } from '../../../src/execution/order-manager.ts';
import type { Position } from '../../../src/execution/positions.ts';
import type { RiskDayOpened, RiskState } from '../../../src/risk/risk-desk.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aCause, aQuietKernel } from '../../support/control/kernels.ts';
import { aLane, anActor, deferred } from '../../support/lanes.ts';
import { anInstrument } from '../../support/trade/instruments.ts';
import { someLimits } from '../../support/trade/limits.ts';
import { aFill, anOrder } from '../../support/trade/orders.ts';

const EMPTY: RiskState = { positions: new Map(), openOrders: [], day: null };
const DAY_MS = 86_400_000;

interface Summary {
  readonly lossToday: number;
  readonly touches: readonly ({ readonly bid: number; readonly ask: number } | null)[];
  readonly exposures: readonly {
    readonly position: number;
    readonly buyLots: number;
    readonly openOrders: number;
  }[];
}

async function aRiskActor(parts: Partial<RiskOptions> = {}) {
  const tested = aLane();
  const days: RiskDayOpened[] = [];
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  const spec = () =>
    riskActor({
      instruments: [anInstrument()],
      gate,
      severities: { sizeScale: () => 1, isStrategyPaused: () => false },
      limits: () => someLimits({ maxOrderNotional: 100_000, maxPositionNotional: 100_000 }),
      restore: () => Promise.resolve(EMPTY),
      journal: (event) => void (event.kind === 'risk-day-opened' && days.push(event)),
      ...parts,
    });
  await aBranch(tested, { 'trading/risk': spec }, []);
  const view = (): Summary => {
    const seen = tested.lane.view('trading/risk');
    assert.ok(seen.ok);
    return (seen as { value: Summary }).value;
  };
  return { ...tested, days, gate, view };
}

/** Asks risk about an order, as execution does. */
async function asked(
  { lane, env }: Awaited<ReturnType<typeof aRiskActor>>,
  order: OrderIntent | 'situation',
): Promise<CallResult<RiskAnswer>> {
  const answers: CallResult<RiskAnswer>[] = [];
  const asker = anActor<null, 'go'>({
    receive(state, _message, ctx: Context<'go'>) {
      answers.push(ctx.call(address.riskCheck, order as OrderIntent));
      return state;
    },
  });
  const ref = await lane.spawn(
    asker,
    `asker-${typeof order === 'string' ? order : order.clientId}`,
  );
  lane.send(ref, 'go');
  await env.settle();
  return answers[0] as CallResult<RiskAnswer>;
}

function updated(order: OrderIntent, event: OrderEvent, parts: Partial<OrderRecord>): OrderUpdated {
  const record: OrderRecord = {
    order,
    status: 'open',
    venueOrderId: '1',
    filledLots: lotsOf(0),
    filledQuote: amountOf(0n),
    isCancelRequested: false,
    amendment: null,
    isWaiting: false,
    isAmendUnknown: false,
    reason: '',
    ...parts,
  };
  return { kind: 'order-updated', record, event, incident: null };
}

const filled = (): OrderUpdated =>
  updated(
    anOrder(),
    { kind: 'order-filled', clientId: 'desk-1-mm-1', fill: aFill() },
    { status: 'partially-filled', filledLots: lotsOf(40) },
  );

const quote = (receivedNs: number) => ({
  kind: 'quote-updated' as const,
  instrument: 0,
  bidTicks: 6_000_000,
  bidLots: 10,
  askTicks: 6_000_100,
  askLots: 10,
  updateId: 1,
  receivedNs,
});

/** 300 lots, bought at tick 6,000,000. */
const HELD: Position = {
  lots: lotsOf(300),
  cost: amountOf(18_000_000_000n),
  realised: amountOf(0n),
  fees: amountOf(0n),
};

test('an order within every limit is approved on a fresh quote', async () => {
  const tested = await aRiskActor();
  tested.lane.send(address.risk, quote(tested.env.clock.mono()));
  const answer = await asked(tested, anOrder({ epoch: tested.gate.epoch }));
  assert.ok(answer.ok && answer.value.ok);
  assert.equal(tested.view().touches, [{ bid: 6_000_000, ask: 6_000_100 }]);
});

test('a quote that is told before the question counts in the answer', async () => {
  const tested = await aRiskActor();
  const before = await asked(tested, anOrder({ clientId: 'desk-1-mm-1' }));
  assert.is(before.ok && !before.value.ok && before.value.error.kind, 'no-market');
  tested.lane.send(address.risk, quote(tested.env.clock.mono()));
  tested.lane.send(address.risk, { kind: 'quote-lost', instrument: 0, reason: 'gap' });
  const after = await asked(tested, anOrder({ clientId: 'desk-1-mm-2' }));
  assert.is(after.ok && !after.value.ok && after.value.error.kind, 'no-market');
  assert.equal(tested.view().touches, [null]);
});

test('the mode at the moment of the question decides', async () => {
  const tested = await aRiskActor();
  tested.lane.send(address.risk, quote(tested.env.clock.mono()));
  tested.gate.setMode('manual');
  const answer = await asked(tested, anOrder());
  assert.is(answer.ok && !answer.value.ok && answer.value.error.kind, 'mode');
});

const ONE_VENUE = { instruments: [anInstrument()], venues: [{ name: 'binance' } as DeskVenue] };

test('what is raised at the moment of the question scales the order, or refuses it', async () => {
  const kernel = aQuietKernel(new Gate());
  const tested = await aRiskActor({ severities: severitiesOf(ONE_VENUE, kernel) });
  tested.lane.send(address.risk, quote(tested.env.clock.mono()));
  const refusal = async (clientId: string): Promise<string> => {
    const answer = await asked(tested, anOrder({ clientId }));
    return answer.ok && !answer.value.ok ? answer.value.error.kind : 'approved';
  };
  const strategy = { kind: 'strategy', strategy: anOrder().strategy } as const;
  kernel.raise(aCause({ control: 'C05', scope: strategy }));
  assert.is(await refusal('desk-1-mm-1'), 'strategy-paused');
  const by = { kind: 'person', name: 'ann', role: 'operator', reason: 'well' } as const;
  kernel.release(`C05@strategy:${strategy.strategy}`, by, 2_000);
  kernel.raise(aCause({ control: 'C20', severity: 'reduced', sizeScale: 0 }));
  assert.is(await refusal('desk-1-mm-2'), 'order-too-large');
  kernel.release('C20@venue:0', by, 2_000);
  assert.is(await refusal('desk-1-mm-3'), 'approved');
});

test('C10: in Emergency only slices that reduce pass, and only under the permit', async () => {
  const tested = await aRiskActor({
    restore: () => Promise.resolve({ ...EMPTY, positions: new Map([[0, HELD]]) }),
  });
  const { lane, gate } = tested;
  lane.send(address.risk, quote(tested.env.clock.mono()));
  gate.close('emergency');
  gate.setMode('emergency');
  const verdict = async (clientId: string, parts: Partial<OrderIntent>): Promise<string> => {
    const order = anOrder({ clientId, side: 'sell', lots: 100, isReduceOnly: true });
    const answer = await asked(tested, { ...order, ...parts });
    assert.ok(answer.ok);
    if (!answer.ok || answer.value.ok) return 'approved';
    return answer.value.error.kind;
  };
  const slice = { strategy: 'flatten' };
  assert.is(await verdict('a', slice), 'mode', 'no permit');
  gate.permitFlattening();
  assert.is(await verdict('b', { strategy: 'mm' }), 'mode', 'of a strategy');
  assert.is(await verdict('c', { ...slice, isReduceOnly: false }), 'mode', 'not reduce-only');
  assert.is(await verdict('d', { ...slice, side: 'buy' }), 'not-reducing');
  assert.is(await verdict('e', { ...slice, lots: lotsOf(301) }), 'not-reducing', 'through zero');
  assert.is(await verdict('f', slice), 'approved');
  assert.is(
    await verdict('g', { ...slice, lots: lotsOf(201) }),
    'not-reducing',
    'with what is open',
  );
});

test('what there is to flatten is what the next check will look at', async () => {
  const tested = await aRiskActor({
    restore: () => Promise.resolve({ ...EMPTY, positions: new Map([[0, HELD]]) }),
  });
  tested.lane.send(address.risk, quote(7));
  const order = anOrder({ side: 'sell', lots: 10, ticks: 6_000_100 });
  assert.ok((await asked(tested, order)).ok);
  const seen = await asked(tested, 'situation');
  assert.equal(seen.ok && seen.value, {
    terms: { sliceNotional: 100_000, bandBps: 500, staleMs: 100 },
    exposed: [
      {
        position: 300,
        openLots: 10,
        bidTicks: 6_000_000,
        askTicks: 6_000_100,
        quotedNs: 7,
      },
    ],
  });
});

test('fills move the position, orders the exposure, a dropped order neither', async () => {
  const { lane, env, view } = await aRiskActor();
  const order = anOrder();
  lane.send(address.risk, updated(order, { kind: 'order-submitted', order }, {}));
  await env.settle();
  assert.is(view().exposures[0]?.buyLots, 100);
  lane.send(address.risk, filled());
  await env.settle();
  assert.is(view().exposures[0]?.position, 40);
  assert.is(view().exposures[0]?.buyLots, 60);
  lane.send(address.risk, { kind: 'order-dropped', order });
  await env.settle();
  assert.is(view().exposures[0]?.openOrders, 0);
});

test('a trade of somebody else on the account moves the position, a deposit does not', async () => {
  const { lane, env, view } = await aRiskActor();
  const parts = { venue: 'binance', symbol: 'BTCUSDT', side: 'sell' as const };
  lane.send(address.risk, { kind: 'external-filled', ...parts, fill: aFill() });
  lane.send(address.risk, {
    kind: 'transferred',
    venue: 'binance',
    transferId: '1',
    asset: 'BTC',
    amount: amountOf(100n),
    reason: 'deposit',
  });
  await env.settle();
  assert.is(view().exposures[0]?.position, -40);
});

test('what was told while the journal was read is in what was read, and counts once', async () => {
  const restored = deferred<RiskState>();
  const { lane, env, view } = await aRiskActor({ restore: () => restored.promise });
  assert.ok(lane.send(address.risk, filled()), 'a starting actor queues');
  const position = {
    lots: lotsOf(40),
    cost: amountOf(1n),
    realised: amountOf(0n),
    fees: amountOf(0n),
  };
  restored.resolve({ ...EMPTY, positions: new Map([[0, position]]) });
  await env.settle();
  assert.is(view().exposures[0]?.position, 40);
  lane.send(address.risk, filled());
  await env.settle();
  assert.is(view().exposures[0]?.position, 80, 'what is told after that is news');
});

test('new limits hold from the next question on', async () => {
  const tested = await aRiskActor();
  tested.lane.send(address.risk, quote(tested.env.clock.mono()));
  tested.lane.send(address.risk, {
    kind: 'adopt-limits',
    limits: someLimits({ maxOrderNotional: 1 }),
  });
  const answer = await asked(tested, anOrder({ epoch: tested.gate.epoch }));
  assert.is(answer.ok && !answer.value.ok && answer.value.error.kind, 'order-too-large');
});

test('a day is opened in the journal at the start and at midnight, once each', async () => {
  const { env, days } = await aRiskActor();
  assert.equal(
    days.map(({ kind }) => kind),
    ['risk-day-opened'],
  );
  await env.advance(10_000);
  assert.is(days.length, 1);
  env.stall(DAY_MS);
  await env.advance(1_500);
  assert.is(days.length, 2);
  assert.is((days[1] as RiskDayOpened).day - (days[0] as RiskDayOpened).day, 1);
});

test('a day that cannot be journaled crashes the actor', async () => {
  let isBroken = false;
  const { env, events } = await aRiskActor({
    journal() {
      if (isBroken) throw new Error('the journal is broken');
    },
  });
  isBroken = true;
  env.stall(DAY_MS);
  await env.advance(1_500);
  assert.ok(events.some((event) => /^failed trading\/risk#\d+ message: the journal/.test(event)));
});

test.run();
