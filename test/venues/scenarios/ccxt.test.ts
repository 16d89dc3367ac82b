/**
 * What the order manager's scenarios ask of a venue, seen by a client that we did not write:
 * unmodified ccxt against the same servers, over real sockets and REST.
 */
import type { Exchange } from 'ccxt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import { ACCOUNT } from '../../../src/desk/venue/options.ts';
import type { Side } from '../../../src/execution/order.ts';
import { aCcxtClient } from '../../support/venues/ccxt-clients.ts';
import { aScenarioServer } from '../../support/venues/scenario-stage.ts';
import { SCENARIO_VENUES, type ScenarioVenue } from '../../support/venues/scenario-venues.ts';

const PRICE = 60_000;
const UNIT = 0.01;

async function aCcxtStage(spec: ScenarioVenue) {
  const { venue, server, account } = await aScenarioServer(spec, {
    clock: nodeClock,
    timers: nodeTimers,
  });
  const client: Exchange = await aCcxtClient(spec.kind, `127.0.0.1:${server.port}`, account);
  await client.loadMarkets();
  const market = venue.exchange.markets.get(spec.symbol);
  if (market === undefined) throw new Error(`${spec.kind} has no ${spec.symbol}`);
  const { instrument } = market.rules;
  const { unified: symbol } = spec;
  return {
    spec,
    client,
    symbol,
    place: (side: Side, params = {}) =>
      client.createOrder(symbol, 'limit', side, UNIT, PRICE, params),
    crowd(side: Side): void {
      const ticks = ticksOf(Math.round(PRICE / instrument.tickSize));
      const lots = lotsOf(Math.round(UNIT / instrument.lotSize));
      venue.exchange.crowdRest(market, side, ticks, lots);
    },
    take(side: Side): void {
      const lots = lotsOf(Math.round(UNIT / instrument.lotSize));
      venue.exchange.crowdTake(market, side, lots, null);
    },
    open: async () => (await client.fetchOpenOrders(symbol)).length,
    taken: (): number => venue.exchange.account(ACCOUNT)?.open.size ?? -1,
    fault: (fault: Parameters<typeof venue.facade.faults.planRequests>[1]): boolean =>
      venue.facade.faults.planRequests(spec.operations.restPlace, fault, 1),
    async end(): Promise<void> {
      await client.close();
      await server.stop();
    },
  };
}

type CcxtStage = Awaited<ReturnType<typeof aCcxtStage>>;

/** Names of an error's class and of all that it is a kind of; none when the call succeeds. */
async function errorOf(call: Promise<unknown>): Promise<readonly string[]> {
  try {
    await call;
    return [];
  } catch (thrown) {
    const names: string[] = [];
    for (let kind = thrown as object; kind !== null; kind = Object.getPrototypeOf(kind)) {
      names.push(kind.constructor.name);
    }
    return names;
  }
}

const SCENARIOS: Record<string, (stage: CcxtStage) => Promise<void>> = {
  async 'OM-01 an answer that is lost is no refusal, and the order rests once'(stage) {
    stage.fault({ kind: 'lost', isExecuted: true });
    assert.ok((await errorOf(stage.place('buy'))).includes('NetworkError'));
    assert.equal([await stage.open(), stage.taken()], [1, 1]);
  },

  async 'OM-02 an order that never arrived is not there'(stage) {
    stage.fault({ kind: 'lost', isExecuted: false });
    assert.ok((await errorOf(stage.place('buy'))).includes('NetworkError'));
    assert.equal([await stage.open(), stage.taken()], [0, 0]);
  },

  async 'OM-04 a trade has the same id however often it is asked for'(stage) {
    stage.crowd('sell');
    await stage.place('buy');
    const [first] = await stage.client.fetchMyTrades(stage.symbol);
    const [again, ...rest] = await stage.client.fetchMyTrades(stage.symbol);
    assert.ok(first?.id !== undefined);
    assert.equal([again?.id, again?.amount, rest.length], [first.id, UNIT, 0]);
  },

  async 'OM-05 an answer of 503 is no refusal, and the order rests'(stage) {
    stage.fault({ kind: 'status', status: 503, retryAfterSeconds: 1, isExecuted: true });
    const names = await errorOf(stage.place('buy'));
    // ccxt takes a 503 of Coinbase that has a body for a refusal: one more reason why it places
    // no orders of ours.
    assert.is(names.includes('NetworkError'), stage.spec.kind !== 'coinbase', names.join());
    assert.is(await stage.open(), 1);
  },

  async 'OM-06 a limit is told as one, and the order was not taken'(stage) {
    for (const status of stage.spec.bans ? [429, 418] : [429]) {
      stage.fault({ kind: 'status', status, retryAfterSeconds: 3, isExecuted: false });
      const names = await errorOf(stage.place('buy'));
      const isLimit = names.some((name) => /^(RateLimitExceeded|DDoSProtection)$/.test(name));
      assert.ok(isLimit, names.join());
    }
    assert.equal([await stage.open(), stage.taken()], [0, 0]);
  },

  async 'OM-07 an order that has filled cannot be canceled'(stage) {
    const { id } = await stage.place('buy');
    stage.take('sell');
    const names = await errorOf(stage.client.cancelOrder(String(id), stage.symbol));
    assert.ok(names.includes('ExchangeError'), names.join());
    const order = await stage.client.fetchOrder(String(id), stage.symbol);
    assert.equal([order.status, order.filled], ['closed', UNIT]);
  },

  async 'OM-08 an order that would meet one of ours ends without a fill'(stage) {
    const { prevention } = stage.spec;
    const resting = await stage.place('sell', prevention);
    const { id } = await stage.place('buy', prevention);
    const order = await stage.client.fetchOrder(String(id), stage.symbol);
    assert.ok(['canceled', 'expired'].includes(String(order.status)), String(order.status));
    assert.is(order.filled, 0);
    const other = await stage.client.fetchOrder(String(resting.id), stage.symbol);
    assert.is(other.status, 'open');
  },
};

for (const [title, run] of Object.entries(SCENARIOS)) {
  for (const spec of SCENARIO_VENUES) {
    test(`${title}: ccxt at ${spec.kind}`, async () => {
      const stage = await aCcxtStage(spec);
      try {
        await run(stage);
      } finally {
        await stage.end();
      }
    });
  }
}

test.run();
