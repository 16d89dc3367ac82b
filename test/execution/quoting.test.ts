import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { OrderIntent, OrderRecord, Side } from '../../src/execution/order.ts';
import { type QuoteActions, Quoter } from '../../src/execution/quoting.ts';
import { law } from '../support/law.ts';
import { amendEvents, anAmendment } from '../support/trade/amendments.ts';
import { aFill, anOrder, aRecord, type LaterEvent } from '../support/trade/orders.ts';

const amend = amendEvents('q1');

interface Placed {
  readonly order: OrderIntent;
  readonly events: LaterEvent[];
  /** How often the quoter asked to cancel it. */
  cancels: number;
}

/** What stands between a quoter and its venue, kept by client id. */
class Desk implements QuoteActions {
  readonly quoter = new Quoter();
  readonly live = new Map<string, Placed>();
  readonly done: string[] = [];
  isRefusing = false;
  /** Whether orders can be amended. */
  isAmending = false;
  #issued = 0;

  place(side: Side, ticks: number, lots: number): string | null {
    if (this.isRefusing) return null;
    this.#issued += 1;
    const clientId = `q${this.#issued}`;
    this.done.push(`${side} ${lots}@${ticks} as ${clientId}`);
    this.live.set(clientId, {
      order: anOrder({ clientId, side, ticks, lots }),
      events: [],
      cancels: 0,
    });
    return clientId;
  }

  amend({ order }: OrderRecord, ticks: number, openLots: number): boolean {
    if (!this.isAmending) return false;
    this.done.push(`amend ${order.clientId} to ${openLots}@${ticks}`);
    return true;
  }

  cancel(clientId: string): void {
    this.done.push(`cancel ${clientId}`);
    const placed = this.live.get(clientId);
    assert.ok(placed !== undefined, `${clientId} is live`);
    placed.cancels += 1;
  }

  quote(bidTicks: number, bidLots: number, askTicks = 0, askLots = 0): string[] {
    this.quoter.want(bidTicks, bidLots, askTicks, askLots);
    this.quoter.settle(this);
    return this.done.splice(0);
  }

  tell(clientId: string, event: LaterEvent): void {
    const { order, events } = this.live.get(clientId) as Placed;
    events.push(event);
    this.quoter.onOrder(aRecord(order, ...events));
  }

  fill(clientId: string, lots: number): void {
    const tradeId = `${clientId}-${this.live.get(clientId)?.events.length}`;
    this.tell(clientId, { kind: 'order-filled', clientId, fill: aFill({ tradeId, lots }) });
    const { order, events } = this.live.get(clientId) as Placed;
    if (aRecord(order, ...events).status === 'filled') this.live.delete(clientId);
  }

  end(clientId: string): void {
    this.tell(clientId, { kind: 'order-canceled', clientId, reason: 'x' });
    this.live.delete(clientId);
  }

  on(side: Side): Placed[] {
    return [...this.live.values()].filter(({ order }) => order.side === side);
  }
}

test('what is wanted is placed on each side, once', () => {
  const desk = new Desk();
  assert.equal(desk.quote(99, 5, 101, 6), ['buy 5@99 as q1', 'sell 6@101 as q2']);
  assert.equal(desk.quote(99, 5, 101, 6), []);
  assert.is(desk.quoter.liveCount, 2);
});

test('no lots mean no order', () => {
  const desk = new Desk();
  assert.equal(desk.quote(99, 0, 101, 0), []);
});

test('an order at the wanted price keeps its place whatever is left of it', () => {
  const desk = new Desk();
  desk.quote(99, 5);
  desk.fill('q1', 3);
  assert.equal(desk.quote(99, 7), []);
});

test('an order at another price is cancelled and its successor goes out in the same turn', () => {
  const desk = new Desk();
  desk.quote(99, 5);
  assert.equal(desk.quote(98, 5), ['cancel q1', 'buy 5@98 as q2']);
  assert.equal(desk.quote(97, 5), ['cancel q2'], 'two are live, so the third waits');
  assert.equal(desk.quote(97, 5), []);
  desk.end('q1');
  assert.equal(desk.quote(97, 5), ['buy 5@97 as q3']);
});

test('an order that is leaving does not count as there when its price is wanted again', () => {
  const desk = new Desk();
  desk.quote(99, 5);
  desk.quote(98, 5);
  desk.end('q2');
  assert.equal(desk.quote(99, 5), ['buy 5@99 as q3']);
});

test('an order that somebody else cancels is replaced', () => {
  const desk = new Desk();
  desk.quote(99, 5);
  desk.tell('q1', { kind: 'cancel-submitted', clientId: 'q1' });
  assert.equal(desk.quote(99, 5), ['buy 5@99 as q2']);
});

test('a filled order is replaced', () => {
  const desk = new Desk();
  desk.quote(99, 5);
  desk.fill('q1', 5);
  assert.equal(desk.quote(99, 5), ['buy 5@99 as q2']);
});

test('an order that was refused or never left is tried again at the next settling', () => {
  const desk = new Desk();
  desk.isRefusing = true;
  assert.equal(desk.quote(99, 5), []);
  desk.isRefusing = false;
  assert.equal(desk.quote(99, 5), ['buy 5@99 as q1']);
  desk.quoter.onDropped('buy', 'q1');
  assert.equal(desk.quote(99, 5), ['buy 5@99 as q2']);
});

test('orders of others change nothing', () => {
  const desk = new Desk();
  desk.quote(99, 5);
  desk.quoter.onOrder(
    aRecord(anOrder({ clientId: 'x' }), { kind: 'order-canceled', clientId: 'x', reason: 'x' }),
  );
  desk.quoter.onDropped('buy', 'x');
  assert.is(desk.quoter.liveCount, 1);
});

test('withdrawing cancels both sides and wants nothing more', () => {
  const desk = new Desk();
  desk.quote(99, 5, 101, 5);
  desk.quoter.withdraw(desk);
  assert.equal(desk.done.splice(0), ['cancel q1', 'cancel q2']);
  desk.end('q1');
  desk.quoter.settle(desk);
  assert.equal(desk.done, []);
});

test('an order that rests is amended to the price that is wanted, and keeps its id', () => {
  const desk = amending();
  assert.equal(desk.quote(98, 5), ['amend q1 to 5@98']);
  assert.equal(desk.quote(97, 5), [], 'one change at a time');
  desk.tell('q1', amend.submitted(anAmendment(98, 5)));
  assert.equal(desk.quote(97, 5), [], 'the answer is on its way');
  desk.tell('q1', amend.accepted(98, 5));
  assert.equal(desk.quote(98, 5), []);
  assert.equal(desk.quote(97, 5), ['amend q1 to 5@97']);
});

test('news of an order from before its amendment does not end the wait for it', () => {
  const desk = amending();
  desk.quote(98, 5);
  desk.fill('q1', 1);
  assert.equal(desk.quote(97, 5), []);
});

test('an order that cannot be amended is cancelled, and its successor goes out', () => {
  const desk = new Desk();
  desk.isAmending = true;
  desk.quote(99, 5);
  assert.equal(desk.quote(98, 5), ['cancel q1', 'buy 5@98 as q2'], 'the venue has not named it');
  const refused = amending();
  refused.isAmending = false;
  assert.equal(refused.quote(98, 5), ['cancel q1', 'buy 5@98 as q2']);
});

test('an order whose amendment was rejected is at its old price, and tried again', () => {
  const desk = amending();
  desk.quote(98, 5);
  desk.tell('q1', amend.submitted(anAmendment(98, 5)));
  desk.tell('q1', amend.rejected);
  assert.equal(desk.quote(99, 5), []);
  assert.equal(desk.quote(98, 5), ['amend q1 to 5@98']);
});

test('an amendment that never left is as if it had not been asked for', () => {
  const desk = amending();
  desk.quote(98, 5);
  desk.quoter.onAmendDropped('buy', 'q1');
  desk.quoter.onAmendDropped('buy', 'q1');
  desk.quoter.onAmendDropped('buy', 'q9');
  assert.equal(desk.quote(99, 5), []);
});

test('an order of terms that nobody knows is taken back', () => {
  const desk = amending();
  desk.quote(98, 5);
  desk.tell('q1', amend.submitted(anAmendment(98, 5)));
  desk.tell('q1', amend.unknown);
  assert.equal(desk.quote(98, 5), ['cancel q1', 'buy 5@98 as q2']);
});

test('a side that is not wanted is cancelled while an amendment is on its way', () => {
  const desk = amending();
  desk.quote(98, 5);
  assert.equal(desk.quote(98, 0), ['cancel q1']);
});

test('an order that is far larger than wanted is shrunk where it stands', () => {
  const desk = amending(8);
  assert.equal(desk.quote(99, 6), [], 'sizes follow the price by a few lots all the time');
  assert.equal(desk.quote(99, 5), ['amend q1 to 5@99']);
  const refused = amending(8);
  refused.isAmending = false;
  assert.equal(refused.quote(99, 5), [], 'it keeps its place and its size');
});

/** A desk whose venue amends, with a bid at 99 that rests. */
function amending(lots = 5): Desk {
  const desk = new Desk();
  desk.isAmending = true;
  desk.quote(99, lots);
  desk.tell('q1', { kind: 'order-accepted', clientId: 'q1', venueOrderId: '1' });
  return desk;
}

interface Step {
  readonly kind: 'quote' | 'fill' | 'end' | 'drop' | 'cancelled' | 'refuse';
  readonly which: number;
  readonly bid: number;
  readonly ask: number;
  readonly bidLots: number;
  readonly askLots: number;
}

const aStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step['kind'][]>(
    ...(['quote', 'quote', 'quote', 'quote', 'fill', 'fill'] as const),
    ...(['end', 'end', 'end', 'drop', 'cancelled', 'refuse'] as const),
  ),
  which: fc.nat(),
  bid: fc.integer({ min: 97, max: 99 }),
  ask: fc.integer({ min: 101, max: 103 }),
  bidLots: fc.nat({ max: 4 }),
  askLots: fc.nat({ max: 4 }),
});

function take(desk: Desk, step: Step): void {
  const ids = [...desk.live.keys()];
  const clientId = ids[step.which % Math.max(1, ids.length)];
  if (step.kind === 'quote') {
    desk.quote(step.bid, step.bidLots, step.ask, step.askLots);
    checkSide(desk, 'buy', step.bid, step.bidLots);
    checkSide(desk, 'sell', step.ask, step.askLots);
  } else if (step.kind === 'refuse') {
    desk.isRefusing = !desk.isRefusing;
  } else if (clientId === undefined) {
    return;
  } else if (step.kind === 'fill') {
    desk.fill(clientId, 1);
  } else if (step.kind === 'end') {
    desk.end(clientId);
  } else if (step.kind === 'drop') {
    desk.quoter.onDropped((desk.live.get(clientId) as Placed).order.side, clientId);
    desk.live.delete(clientId);
  } else {
    desk.tell(clientId, { kind: 'cancel-submitted', clientId });
  }
}

const isLeaving = ({ cancels, events }: Placed): boolean =>
  cancels > 0 || events.some(({ kind }) => kind === 'cancel-submitted');

/** What must hold right after the quoter has settled. */
function checkSide(desk: Desk, side: Side, ticks: number, lots: number): void {
  const staying = desk.on(side).filter((placed) => !isLeaving(placed));
  for (const { order } of staying) assert.is(order.ticks, ticks);
  if (lots === 0) assert.is(staying.length, 0);
  const isDue = lots > 0 && !desk.isRefusing && desk.on(side).length < 2;
  if (isDue) assert.is(staying.length, 1);
}

test('on each side at most one order stays and one leaves, and no cancel is sent twice', () => {
  law(
    fc.property(fc.array(aStep, { maxLength: 60, size: 'max' }), (steps) => {
      const desk = new Desk();
      for (const step of steps) {
        take(desk, step);
        assert.is(desk.quoter.liveCount, desk.live.size);
        for (const side of ['buy', 'sell'] as const) {
          const live = desk.on(side);
          assert.ok(live.length <= 2 && live.filter((each) => !isLeaving(each)).length <= 1);
          for (const { cancels } of live) assert.ok(cancels <= 1);
        }
      }
    }),
    500,
  );
});

test.run();
