import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lotsOf, nanosOf, ticksOf } from '../../../src/core/units.ts';
import {
  EVIDENCE_AT as AT,
  DECISION_AT,
  EVIDENCE_NUMBERS,
  EvidenceTrail,
  RISK_AT,
} from '../../../src/execution/proof/evidence.ts';
import { anOrder } from '../../storage/journal/events.ts';

/** Notes a decision that wants a bid of 10 lots at 600,000 on the event of a time. */
function noteDecision(trail: EvidenceTrail, receivedNs: number, bidLots = 10): void {
  const slot = trail.decision('mm');
  slot[DECISION_AT.receivedNs] = receivedNs;
  slot[DECISION_AT.quoteBidTicks] = 600_000;
  slot[DECISION_AT.quoteBidLots] = bidLots;
  slot[DECISION_AT.updateId] = receivedNs + 1;
}

const order = anOrder({ decidedNs: nanosOf(5), ticks: ticksOf(600_000), lots: lotsOf(10) });

test('an order finds its decision, its check and its request', () => {
  const trail = new EvidenceTrail();
  noteDecision(trail, 4);
  noteDecision(trail, 5);
  noteDecision(trail, 6);
  trail.check(order.clientId)[RISK_AT.positionLots] = -3;
  trail.check('another')[RISK_AT.positionLots] = 7;
  const evidence = trail.of(order, 1, 2, 3);
  assert.is(evidence.length, EVIDENCE_NUMBERS.length);
  assert.equal(
    [AT.updateId, AT.positionLots, AT.requestId, AT.venueMs, AT.receiveWindowMs].map(
      (at) => evidence[at],
    ),
    [6, -3, 1, 2, 3],
  );
});

const strangers: [what: string, note: (trail: EvidenceTrail) => void][] = [
  ['another event', (trail) => noteDecision(trail, 4)],
  ['another quantity', (trail) => noteDecision(trail, 5, 9)],
  ['nothing', () => {}],
  [
    'so many decisions that it is overwritten',
    (trail) => {
      noteDecision(trail, 5);
      for (let later = 6; later < 6 + 64; later += 1) noteDecision(trail, later);
    },
  ],
];
for (const [what, note] of strangers) {
  test(`a trail of ${what} says that it does not know the decision`, () => {
    const trail = new EvidenceTrail();
    note(trail);
    const evidence = trail.of(order, 1, 2, 3);
    assert.ok(Number.isNaN(evidence[AT.updateId]) && Number.isNaN(evidence[AT.positionLots]));
    assert.is(evidence[AT.requestId], 1);
  });
}

test('another strategy’s decision is nobody else’s', () => {
  const trail = new EvidenceTrail();
  noteDecision(trail, 5);
  assert.ok(Number.isNaN(trail.of({ ...order, strategy: 'xx' }, 1, 2, 3)[AT.updateId]));
});

test('an ask finds the decision that wanted it', () => {
  const trail = new EvidenceTrail();
  const slot = trail.decision('mm');
  slot[DECISION_AT.receivedNs] = 5;
  slot[DECISION_AT.quoteAskTicks] = 600_000;
  slot[DECISION_AT.quoteAskLots] = 10;
  assert.is(trail.of({ ...order, side: 'sell' }, 1, 2, 3)[AT.receivedNs], 5);
});

test.run();
