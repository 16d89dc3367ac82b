import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RequestFault } from '../../../src/simulation/binance/faults.ts';
import { isTrading } from '../../support/desk/laws.ts';
import type { Ended, Stage } from '../../support/desk/rehearsed.ts';
import { survives } from '../../support/desk/survival.ts';

const VENUE = 'trading/venues/venue:binance';

const status = (code: number, isExecuted: boolean): RequestFault => ({
  kind: 'status',
  status: code,
  retryAfterSeconds: 3,
  isExecuted,
});

/** Ways not to answer properly after which nobody knows whether the request took effect. */
const DOUBTS: readonly [string, RequestFault][] = [
  ['status 500, carried out', status(500, true)],
  ['status 503, not carried out', status(503, false)],
  ['garbage, carried out', { kind: 'garbage', isExecuted: true }],
  ['garbage, not carried out', { kind: 'garbage', isExecuted: false }],
  ['nothing, carried out', { kind: 'lost', isExecuted: true }],
  ['nothing, not carried out', { kind: 'lost', isExecuted: false }],
  ['late', { kind: 'slow-reply', delayMs: 4_000 }],
  ['late because it is carried out late', { kind: 'slow-request', delayMs: 1_500 }],
];

function plan({ venue }: Stage, operation: string, fault: RequestFault, times = 2): void {
  assert.ok(venue.facade.faults.planRequests(operation, fault, times));
}

/** Fills of the journal against trades of the venue, and nothing unexplained. */
function assertNothingLost({ journal, account, log }: Ended): void {
  const fills = journal.filter(({ event }) => event.kind === 'order-filled');
  assert.is(fills.length, account.trades.size);
  assert.is(log.filter(({ kind }) => kind === 'balance-adjustment').length, 0);
}

async function untilPlaced(stage: Stage, count: number): Promise<void> {
  const before = stage.wire.placed.length;
  await stage.until('orders leave', () => stage.wire.placed.length >= before + count, 60_000);
}

for (const [what, fault] of DOUBTS) {
  test(`orders that are answered with ${what} are neither lost nor doubled`, async () => {
    const ended = await survives(async (stage) => {
      plan(stage, 'order.place', fault);
      await untilPlaced(stage, 3);
      await stage.sleep(12_000);
    });
    assertNothingLost(ended);
    const isTold = ended.journal.some(({ event }) => event.kind === 'order-outcome-unknown');
    // What was carried out is known from its event before the answer is missed.
    assert.is(isTold, what.includes('not carried out'), 'the doubt is journaled');
  });

  test(`cancels that are answered with ${what} are followed up`, async () => {
    const ended = await survives(async (stage) => {
      plan(stage, 'order.cancel', fault);
      const before = stage.wire.cancels.length;
      await stage.until('cancels leave', () => stage.wire.cancels.length >= before + 2, 60_000);
      await stage.sleep(12_000);
    });
    assertNothingLost(ended);
  });
}

for (const code of [429, 418]) {
  test(`after a ${code} that names its end no order leaves before that end`, async () => {
    const ended = await survives(async (stage) => {
      const { wire } = stage;
      plan(stage, 'order.place', status(code, false), 1);
      wire.frameRule.orders = (frame) => {
        const answer = JSON.parse(Buffer.from(frame).toString());
        if (answer.status !== code) return [frame];
        const data = { serverTime: 1_000, retryAfter: 6_000 };
        return [Buffer.from(JSON.stringify({ ...answer, error: { ...answer.error, data } }))];
      };
      await stage.until('the venue is paused', () => !isTrading(stage), 60_000);
      await stage.sleep(50);
      // A ban is a breaker besides (C29), which looks again a second after its end.
      const isBan = code === 418;
      const pauses = isBan ? ['rate-limited', 'breaker'] : ['rate-limited'];
      assert.equal(stage.desk.parts.gate.venuePauses(0), pauses);
      const placed = wire.placed.length;
      await stage.sleep(4_850);
      assert.is(wire.placed.length, placed);
      await stage.until('the pause is over', () => isTrading(stage), isBan ? 1_500 : 200);
    });
    const told = ended.log.filter(({ kind }) => kind === 'throttled');
    assert.equal(
      told.map(({ fields }) => fields['ms']),
      [5_000],
    );
    assertNothingLost(ended);
  });
}

test('an order that the venue refuses is booked as refused and not tried again', async () => {
  const ended = await survives(async (stage) => {
    plan(stage, 'order.place', status(429, false), 1);
    stage.wire.frameRule.orders = (frame) => {
      const answer = JSON.parse(Buffer.from(frame).toString());
      if (answer.status !== 429) return [frame];
      const { data: _, ...error } = answer.error;
      return [Buffer.from(JSON.stringify({ ...answer, error }))];
    };
    await stage.until('the refusal', () => stage.desk.parts.metrics.rejects === 1, 60_000);
    const placed = stage.wire.placed.length;
    await stage.sleep(59_000);
    assert.is(stage.wire.placed.length, placed, 'it named no end, so a minute it is');
  });
  const rejected = ended.journal.filter(({ event }) => event.kind === 'order-rejected');
  assert.is(rejected.length, 1);
  assertNothingLost(ended);
});

test('an order that lives though its answer was a refusal is found and taken back', async () => {
  const ended = await survives(async (stage) => {
    const { wire, account } = stage;
    let liar = '';
    wire.frameRule.orders = (frame) => {
      const answer = JSON.parse(Buffer.from(frame).toString());
      const { clientOrderId } = answer.result ?? {};
      if (liar !== '' || clientOrderId === undefined) return [frame];
      liar = clientOrderId;
      const error = { code: -2010, msg: 'Account has insufficient balance.' };
      return [Buffer.from(JSON.stringify({ id: answer.id, status: 400, error }))];
    };
    await stage.until('the lie', () => liar !== '', 60_000);
    await stage.sleep(40_000);
    assert.not.ok([...account.open.values()].some(({ clientId }) => clientId === liar));
  });
  assertNothingLost(ended);
  assert.ok(
    ended.log.some(({ kind, level }) => /^(fill|alive)-after-end$/.test(kind) && level === 'error'),
    'it is alerted',
  );
});

/** What a reconciliation asks, and a few words on what could go wrong. */
const QUESTIONS = ['openOrders.status', 'order.status', 'myTrades', 'account.status', 'time'];
const SILENCES: readonly [string, RequestFault][] = [
  ['status 500', status(500, false)],
  ['status 429', status(429, false)],
  ['garbage', { kind: 'garbage', isExecuted: false }],
  ['nothing', { kind: 'lost', isExecuted: false }],
];

for (const [what, fault] of SILENCES) {
  test(`a reconciliation answered with ${what} is tried again, the gate closed`, async () => {
    const ended = await survives(async (stage) => {
      for (const operation of QUESTIONS) plan(stage, operation, fault, 2);
      await stage.desk.administer('kill', 'trading/portfolio', 'a test');
      await stage.sleep(200);
      assert.ok(stage.desk.parts.gate.isClosedBy('reconciling'));
    });
    const told = ended.log.filter(
      ({ kind, actor }) => kind === 'not-reconciled' && actor === VENUE,
    );
    assert.ok(told.length > 0);
    for (const { fields } of told) assert.ok(String(fields['reason']).length > 0);
    assertNothingLost(ended);
  });
}

test('a venue that answers nothing at all for ten seconds is traded on again', async () => {
  const ended = await survives(async (stage) => {
    plan(stage, '*', { kind: 'lost', isExecuted: false }, 1_000);
    await stage.sleep(10_000);
    stage.venue.facade.faults.clear();
  });
  assertNothingLost(ended);
});

test('a venue that drops every connection for ten seconds is traded on again', async () => {
  const ended = await survives(async (stage) => {
    for (let time = 0; time < 20; time += 1) {
      stage.venue.facade.dropAll();
      await stage.sleep(500);
    }
  });
  assertNothingLost(ended);
});

test.run();
