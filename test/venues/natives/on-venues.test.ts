/** What every venue keeps alike: our client and the venue's server, over real sockets. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ticksOf } from '../../../src/core/units.ts';
import { aStage, type Stage } from '../../support/venues/scenario-stage.ts';
import { SCENARIO_VENUES } from '../../support/venues/scenario-venues.ts';

const PRICE = 60_000;

const recordOf = ({ desk }: Stage, id: string) => {
  const record = desk.record(id);
  assert.ok(record !== undefined, `${id} is known`);
  return record;
};
/** A purchase at 150 above the market at most, once it has risen by 100. @returns its client id */
function place(stage: Stage): string {
  const trigger = { kind: 'stop' as const, ticks: ticksOf(stage.ticks(PRICE + 100)) };
  return stage.place({ away: 150, trigger });
}
async function waiting(stage: Stage): Promise<string> {
  const id = place(stage);
  await stage.until('it waits', () => recordOf(stage, id).status === 'open');
  assert.equal([recordOf(stage, id).isWaiting, stage.account.open.size], [true, 1]);
  return id;
}

const CASES: Record<string, (stage: Stage) => Promise<void>> = {
  async 'an order that waits is cancelled by its own ids'(stage) {
    const id = await waiting(stage);
    stage.desk.desk.entry.cancel(id);
    await stage.until('its end', () => recordOf(stage, id).status === 'canceled');
    assert.equal([stage.account.open.size, stage.seen.trades], [0, 0]);
    assert.not.ok(stage.desk.eventsOf(id).includes('order-triggered'));
  },

  async 'a halt takes back what waits with what rests'(stage) {
    const waits = await waiting(stage);
    const rests = stage.place({ away: -100 });
    await stage.until('it rests', () => recordOf(stage, rests).status === 'open');
    stage.desk.desk.entry.cancelAll();
    const isOver = (id: string): boolean => recordOf(stage, id).status === 'canceled';
    await stage.until('their end', () => isOver(waits) && isOver(rests));
    assert.is(stage.account.open.size, 0);
  },

  async 'OM-01: an answer that is lost behind it is asked for, and it is found waiting'(stage) {
    const { kind, operations } = stage.spec;
    const placement = kind === 'binance-usdm' ? 'algoOrder.place' : operations.place;
    const { faults } = stage.venue.facade;
    assert.ok(faults.planRequests(placement, { kind: 'lost', isExecuted: true }, 1));
    const id = place(stage);
    await stage.until('the proof', () => recordOf(stage, id).status === 'open');
    await stage.advance(5_000);
    assert.equal([recordOf(stage, id).isWaiting, stage.account.open.size], [true, 1]);
    assert.is(stage.seen.accepted, 1, 'it was not sent again');
  },

  async 'a desk that dies takes back what waits'(stage) {
    const id = await waiting(stage);
    const memory = stage.memory();
    assert.is(memory.order(id)?.isWaiting, true, 'it is in the journal');
    stage.desk.kill();
    const second = await stage.begin(memory);
    await stage.until('its end', () => second.record(id)?.status === 'canceled');
    assert.is(stage.account.open.size, 0);
    second.kill();
  },
};

for (const spec of SCENARIO_VENUES) {
  for (const [title, run] of Object.entries(CASES)) {
    test(`${title}: ${spec.kind}`, async () => {
      const stage = await aStage(spec);
      try {
        stage.crowd('buy', 5, -50);
        stage.crowd('sell', 5, 50);
        stage.crowd('sell', 1);
        stage.take('buy', 1);
        await run(stage);
      } finally {
        await stage.end();
      }
    });
  }
}

test.run();
