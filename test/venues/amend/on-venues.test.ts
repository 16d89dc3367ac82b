/** Amendments at every venue: our client and the venue's server, over real sockets. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openLots } from '../../../src/execution/order.ts';
import type { VenueOrder } from '../../../src/simulation/exchange/orders.ts';
import { aStage, type Stage } from '../../support/venues/scenario-stage.ts';
import { SCENARIO_VENUES } from '../../support/venues/scenario-venues.ts';

const SLACK_MS = 1_000;
const recordOf = ({ desk }: Stage, id: string) => {
  const record = desk.record(id);
  assert.ok(record !== undefined, `${id} is known`);
  return record;
};
const isSettled = (stage: Stage, id: string): boolean => recordOf(stage, id).amendment === null;
const amendsOf = ({ desk }: Stage, id: string): string[] =>
  desk.eventsOf(id).filter((kind) => kind.startsWith('amend-'));
const atVenue = ({ account }: Stage): VenueOrder => {
  assert.is(account.open.size, 1, 'one order rests');
  return [...account.open.values()][0] as VenueOrder;
};
/** Terms that every venue takes: the price stays and the size shrinks. */
const SMALLER = { units: 0.5 };

async function resting(stage: Stage): Promise<string> {
  const id = stage.place();
  await stage.until('it rests', () => recordOf(stage, id).status === 'open');
  return id;
}

/** The desk and the venue have one idea of the order. */
function agree(stage: Stage, id: string, units: number): void {
  const { order, venueOrderId } = recordOf(stage, id);
  const { ticks, lots } = atVenue(stage);
  assert.equal([order.ticks, order.lots, order.lots], [ticks, lots, stage.lots(units)]);
  assert.is.not(venueOrderId, '');
}

const CASES: Record<string, (stage: Stage) => Promise<void>> = {
  async 'an order is amended under its ids, and rests once'(stage) {
    const id = await resting(stage);
    const { orderId } = atVenue(stage);
    stage.amend(id, SMALLER);
    await stage.until('the answer', () => isSettled(stage, id));
    agree(stage, id, 0.5);
    assert.is(atVenue(stage).orderId, orderId);
    assert.equal(amendsOf(stage, id), ['amend-submitted', 'amend-accepted']);
    assert.equal([stage.posts(), stage.seen.accepted], [1, 1]);
  },

  async 'an answer that is lost behind the amendment is asked for'(stage) {
    const id = await resting(stage);
    stage.fault('amend', { kind: 'lost', isExecuted: true });
    stage.amend(id, SMALLER);
    await stage.until('the doubt', () => recordOf(stage, id).isAmendUnknown);
    assert.is(openLots(recordOf(stage, id)), stage.lots(1), 'both count');
    await stage.until('the proof', () => isSettled(stage, id));
    agree(stage, id, 0.5);
  },

  async 'an amendment that never arrived is given up when that is proven'(stage) {
    const id = await resting(stage);
    stage.fault('amend', { kind: 'lost', isExecuted: false });
    const fromMs = stage.clock.now();
    stage.amend(id, SMALLER);
    await stage.until('the proof', () => isSettled(stage, id));
    assert.ok(stage.clock.now() > fromMs + stage.windowMs + SLACK_MS, 'not before it is void');
    agree(stage, id, 1);
    assert.is(amendsOf(stage, id).at(-1), 'amend-rejected');
  },

  async 'a fill while the amendment is on its way counts once, and the rest is right'(stage) {
    const id = await resting(stage);
    stage.fault('amend', { kind: 'slow-request', delayMs: 500 });
    stage.amend(id, SMALLER);
    stage.take('sell', 0.25);
    await stage.until('the answer', () => isSettled(stage, id));
    await stage.until('the fill', () => recordOf(stage, id).filledLots === stage.lots(0.25));
    agree(stage, id, 0.5);
    assert.is(openLots(recordOf(stage, id)), stage.lots(0.5) - stage.lots(0.25));
    assert.is(stage.seen.trades, 1);
  },

  async 'an amendment that comes after the last fill changes nothing'(stage) {
    const id = await resting(stage);
    stage.fault('amend', { kind: 'slow-request', delayMs: 500 });
    stage.amend(id, SMALLER);
    stage.take('sell', 1);
    await stage.until('its end', () => recordOf(stage, id).status === 'filled');
    await stage.advance(10_000);
    assert.equal([recordOf(stage, id).filledLots, stage.seen.trades], [stage.lots(1), 1]);
    assert.is(stage.account.open.size, 0);
  },

  async 'a cancellation that overtakes the amendment ends the order'(stage) {
    const id = await resting(stage);
    stage.fault('amend', { kind: 'slow-request', delayMs: 500 });
    stage.amend(id, SMALLER);
    stage.desk.desk.entry.cancel(id);
    await stage.until('its end', () => recordOf(stage, id).status === 'canceled');
    await stage.advance(10_000);
    assert.equal([recordOf(stage, id).status, stage.account.open.size], ['canceled', 0]);
  },

  async 'an amendment that the venue refuses leaves the old order'(stage) {
    const id = await resting(stage);
    stage.take('sell', 0.25);
    await stage.until('the fill', () => recordOf(stage, id).filledLots > 0);
    // Off its grid of sizes, which nothing of ours would ask for.
    const { order } = recordOf(stage, id);
    const lots = stage.lots(0.25) + 0.5;
    const wanted = { ...order, lots: 0.5 };
    stage.desk.desk.entry.amend({ wanted, lots } as never);
    await stage.until('the answer', () => isSettled(stage, id));
    assert.is(amendsOf(stage, id).at(-1), 'amend-rejected');
    agree(stage, id, 1);
  },

  async 'a desk that dies in between takes back what rests, whatever its terms are'(stage) {
    const id = await resting(stage);
    stage.fault('amend', { kind: 'slow-request', delayMs: 500 });
    stage.amend(id, SMALLER);
    const memory = stage.memory();
    assert.ok(memory.order(id)?.amendment !== null, 'it is in the journal');
    stage.desk.kill();
    const second = await stage.begin(memory);
    await stage.until('its end', () => second.record(id)?.status === 'canceled');
    await stage.advance(5_000);
    assert.is(stage.account.open.size, 0);
    second.kill();
  },
};

/** Where prices can be changed, too. */
const PRICE_CASES: Record<string, (stage: Stage) => Promise<void>> = {
  async 'another price and a larger size are those of the same order'(stage) {
    const id = await resting(stage);
    stage.amend(id, { away: -10, units: 2 });
    assert.is(openLots(recordOf(stage, id)), stage.lots(2), 'the larger counts at once');
    await stage.until('the answer', () => isSettled(stage, id));
    agree(stage, id, 2);
  },

  async 'an order that is never to take does not take at its new price'(stage) {
    stage.crowd('sell', 1, 10);
    const id = stage.place({ isPostOnly: true });
    await stage.until('it rests', () => recordOf(stage, id).status === 'open');
    stage.amend(id, { away: 20 });
    await stage.until('the answer', () => isSettled(stage, id));
    await stage.advance(5_000);
    assert.equal([recordOf(stage, id).filledLots, stage.seen.trades], [0, 0]);
    const isThere = stage.account.open.size === 1;
    assert.is(recordOf(stage, id).status, isThere ? 'open' : 'canceled');
  },
};

for (const spec of SCENARIO_VENUES) {
  const cases = spec.kind === 'binance' ? CASES : { ...CASES, ...PRICE_CASES };
  for (const [title, run] of Object.entries(cases)) {
    test(`${title}: ${spec.kind}`, async () => {
      const stage = await aStage(spec);
      try {
        await run(stage);
      } finally {
        await stage.end();
      }
    });
  }
}

test.run();
