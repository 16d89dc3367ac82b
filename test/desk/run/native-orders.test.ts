/** Orders that the venue keeps, on their way through a whole desk on virtual time. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RtActor } from '../../../actors/runtime/actor.ts';
import { nodeClock } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import type { Result } from '../../../src/core/result.ts';
import { lotsOf, ticksOf } from '../../../src/core/units.ts';
import type { OrderIntent, Trigger } from '../../../src/execution/order.ts';
import type { MarketState } from '../../../src/simulation/exchange/market-state.ts';
import { openAuditKeys } from '../../../src/storage/audit/drain/audit-keys.ts';
import { verifyFolder } from '../../../src/storage/audit/log-source.ts';
import { aDeskFolder } from '../../support/audit/desk-folder.ts';
import { incarnationAt } from '../../support/desk/inside.ts';
import { assertSound, untilTrading } from '../../support/desk/laws.ts';
import { type Ended, rehearsed, type Stage } from '../../support/desk/rehearsed.ts';
import { anOrder, type OrderParts } from '../../support/trade/orders.ts';
import { must } from '../../support/venue/fixtures.ts';

const LOTS = 100;
const BPS = 10_000;

/** Asks risk for an order and hands it to the venue, as execution does. @returns its client id */
function submit(stage: Stage, parts: OrderParts): string {
  const { gate, clientId: idOf } = partsOf(stage);
  const clientId = idOf('hand');
  const deadlineNs = stage.nowNs() + 1e9;
  const intent = anOrder({ strategy: 'mm', clientId, epoch: gate.epoch, deadlineNs, ...parts });
  const answer = incarnationAt(stage, 'trading/risk').respond(intent, 0);
  assert.ok(answer.ok, JSON.stringify(answer));
  const judged = answer.value as Result<OrderIntent, unknown>;
  assert.ok(judged.ok, JSON.stringify(judged));
  const venue: RtActor = incarnationAt(stage, 'trading/venues/venue:binance');
  venue.accept({ kind: 'place', order: judged.value }, 0, 'a test');
  return clientId;
}

let named = 0;
function partsOf({ desk }: Stage) {
  const { gate, deskId, boot } = desk.parts;
  const clientId = (strategy: string): string => {
    named += 1;
    return `${deskId}-${boot.toString(36)}-${strategy}-t${named}`;
  };
  return { gate, clientId };
}

const eventsOf = ({ journal }: Ended, id: string): string[] =>
  journal.flatMap(({ event }) => {
    const own = 'order' in event ? event.order : event;
    return 'clientId' in own && own.clientId === id ? [event.kind] : [];
  });

test('a stop and a pair are judged, journaled, kept, woken, booked and audited', async () => {
  const ids = { stop: '', pair: '' };
  const ended = await rehearsed({
    change(config) {
      Object.assign(config.risk, { entryTriggers: 'taken', strategyOrdersPerSecond: 100 });
    },
    async script(stage) {
      await untilTrading(stage);
      const { venue, account } = stage;
      const market = venue.exchange.markets.get('BTCUSDT') as unknown as MarketState;
      const mid = market.best('buy')?.ticks as number;
      const at = (bps: number) => ticksOf(Math.round((mid * (BPS + bps)) / BPS));
      const stop: Trigger = { kind: 'stop', ticks: at(-50) };
      const shared: OrderParts = { side: 'sell', lots: LOTS };
      ids.stop = submit(stage, { ...shared, kind: 'market', ticks: 0, trigger: stop });
      const pair: Trigger = { kind: 'pair', ticks: at(-60) };
      ids.pair = submit(stage, { ...shared, ticks: at(60), trigger: pair });
      const isOpen = (id: string): boolean =>
        [...account.open.values()].some(({ clientId }) => clientId === id);
      await stage.until('both are kept', () => isOpen(ids.stop) && isOpen(`${ids.pair}.s`));
      assert.ok(isOpen(ids.pair), 'the target rests');
      // Somebody sells all that is bid, down to where both have woken.
      venue.exchange.crowdTake(market, 'sell', lotsOf(100_000_000), at(-70));
      venue.exchange.crowdRest(market, 'buy', at(-80), lotsOf(100_000));
      venue.exchange.crowdRest(market, 'sell', at(-70), lotsOf(1));
      venue.exchange.crowdTake(market, 'buy', lotsOf(1), at(-70));
      await stage.until('both have gone', () => !isOpen(ids.stop) && !isOpen(`${ids.pair}.s`));
      await stage.sleep(2_000);
    },
  });
  assertSound(ended);
  await assertAudited(ended);
  for (const id of [ids.stop, ids.pair]) {
    const kinds = eventsOf(ended, id);
    assert.is(kinds[0], 'order-submitted');
    assert.ok(kinds.includes('order-triggered'), `${id}: ${kinds.join()}`);
    const filled = ended.journal.reduce(
      (sum, { event }) =>
        event.kind === 'order-filled' && event.clientId === id ? sum + event.fill.lots : sum,
      0,
    );
    assert.is(filled, LOTS, `${id}: ${kinds.join()}`);
  }
});

/** Writes what was journaled into an audit log, and verifies that from its first entry. */
async function assertAudited({ journal }: Ended): Promise<void> {
  const folder = await aDeskFolder(journal.map(({ event }) => event));
  const entropy = (bytes: number) => new Uint8Array(bytes).fill(7);
  const parts = { files: nodeFiles, clock: nodeClock, entropy };
  const { current } = must(openAuditKeys(parts, join(folder, 'keys'), 'f/x'));
  const key = current.signer.key;
  const trusted = { key, heads: [], witnesses: [], fresh: null, silenceNsMax: null };
  must(verifyFolder(nodeFiles, join(folder, 'audit'), trusted));
}

test.run();
