/**
 * Orders and amendments pass the real pre-trade check and the real order manager on the way to a
 * model venue, while requests are late or lost, answers are lost, fills and cancellations come in
 * between and reports are heard late. Whatever the order of all that, the venue never holds more
 * than the limits let pass, and no fill is lost.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PERMISSIONS } from '../../../src/control/gate.ts';
import { mayAmend } from '../../../src/execution/amend/amending.ts';
import { amendmentOf } from '../../../src/execution/amend/amendment.ts';
import { isEnded, type OrderRecord, type Side } from '../../../src/execution/order.ts';
import { inquire } from '../../../src/execution/reconciliation.ts';
import { RiskDesk } from '../../../src/risk/risk-desk.ts';
import { asyncLaw } from '../../support/law.ts';
import { anAmendIntent } from '../../support/trade/amendments.ts';
import { someLimits } from '../../support/trade/limits.ts';
import { bookedFills } from '../../support/trade/managers.ts';
import { MODEL_MARKET, type ModelOrder } from '../../support/trade/model-venue.ts';
import { anOrder } from '../../support/trade/orders.ts';
import { Reconciler, WINDOW_MS } from '../../support/trade/reconcilers.ts';

const LIMIT_LOTS = 20;
const MID = 100;
const ANYTHING = { changes: 'price-and-size', isQueued: false } as const;
const MOMENT = {
  nowNs: 0,
  mode: 'full-auto',
  permissions: PERMISSIONS['full-auto'],
  riskScale: 1,
  isStrategyPaused: false,
} as const;

interface Step {
  readonly move: 'place' | 'amend' | 'fill' | 'cancel' | 'hear' | 'doubt' | 'wait' | 'ask';
  readonly which: number;
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  /** Until a request arrives: at once, in its window, or never. */
  readonly delayMs: number;
  readonly isAnswerLost: boolean;
  /** What happens while the venue is asked, at which of its turns. */
  readonly meanwhile: 'nothing' | 'amend' | 'fill' | 'wait';
  readonly turn: number;
}

const aStep: fc.Arbitrary<Step> = fc.record({
  move: fc.constantFrom<Step['move'][]>(
    ...(['place', 'place', 'amend', 'amend', 'amend', 'amend', 'amend', 'fill'] as const),
    ...(['cancel', 'hear', 'hear', 'hear', 'doubt', 'doubt', 'wait', 'ask', 'ask'] as const),
  ),
  which: fc.nat({ max: 9 }),
  side: fc.constantFrom<Side[]>('buy', 'sell'),
  ticks: fc.integer({ min: 0, max: 4 }),
  lots: fc.integer({ min: 1, max: 9 }),
  delayMs: fc.constantFrom(0, 0, 0, 400, 700, WINDOW_MS, WINDOW_MS + 1, Number.POSITIVE_INFINITY),
  isAnswerLost: fc.boolean(),
  meanwhile: fc.constantFrom('nothing', 'amend', 'fill', 'wait'),
  turn: fc.nat({ max: 4 }),
});

class World {
  readonly desk = new Reconciler();
  readonly risk: RiskDesk;
  amends = 0;
  #placed = 0;
  #told = 0;

  constructor() {
    const nothing = { positions: new Map(), openOrders: [], day: null };
    const limits = { maxPositionNotional: LIMIT_LOTS * MID, maxOrderNotional: 1e9 };
    this.risk = new RiskDesk(
      [MODEL_MARKET],
      someLimits({ ...limits, maxDailyLoss: 1e12 }),
      nothing,
      0,
    );
    this.risk.onQuote(0, MID - 1, MID + 1, 0);
  }

  async take(step: Step): Promise<void> {
    const { venue } = this.desk;
    const resting = venue.open();
    const order = resting[step.which % Math.max(1, resting.length)];
    if (step.move === 'place') this.#place(step);
    else if (step.move === 'amend') this.#amend(step);
    else if (step.move === 'hear') this.desk.hear(step.lots);
    else if (step.move === 'doubt') this.#doubt();
    else if (step.move === 'wait') venue.wait(step.lots * 100);
    else if (step.move === 'ask') await this.#ask(step);
    else if (order !== undefined && step.move === 'cancel') this.desk.port.cancel(order.clientId);
    else if (order !== undefined) fill(this.desk, order, step.lots);
    this.#tell();
  }

  /** Everything comes to its end: what is lost is asked for, and nothing rests. */
  async settle(): Promise<void> {
    this.desk.venue.wait(2 * WINDOW_MS + 10_000);
    this.desk.hear();
    this.#doubt();
    const run = await this.desk.run('restart', 120_000);
    assert.is(run.kind, 'agreed');
    this.#tell();
  }

  #place({ side, ticks, lots, delayMs }: Step): void {
    this.#placed += 1;
    const price = side === 'buy' ? MID - 1 - ticks : MID + 1 + ticks;
    const clientId = `desk-1-mm-${this.#placed}`;
    const order = anOrder({ clientId, venue: 'v', side, ticks: price, lots });
    if (this.risk.check.check(order, MOMENT).ok) this.desk.place(order, delayMs);
  }

  #amend({ which, ticks, lots, delayMs, isAnswerLost }: Step): void {
    const { manager, venue } = this.desk;
    const open = [...manager.table.open()].filter(
      (each) => each.amendment === null && each.venueOrderId !== '',
    );
    const record = open[which % Math.max(1, open.length)];
    if (record === undefined) return;
    const { order, filledLots } = record;
    const price = order.side === 'buy' ? MID - 1 - ticks : MID + 1 + ticks;
    const intent = anAmendIntent({ ...order, ticks: price, lots }, filledLots);
    const amendment = amendmentOf(intent);
    if (!mayAmend(record, amendment, ANYTHING)) return;
    if (!this.risk.check.amend(intent, MOMENT).ok) return;
    const { clientId } = order;
    manager.amend(clientId, amendment);
    this.amends += 1;
    const answer = (isDone: boolean): void => {
      if (isAnswerLost || manager.recordOf(clientId)?.amendment !== amendment) return;
      if (!isDone) manager.record({ kind: 'amend-rejected', clientId, reason: 'no' });
      else manager.record({ ...{ kind: 'amend-accepted', clientId }, ...termsOf(amendment) });
    };
    this.#until.set(clientId, venue.nowMs + WINDOW_MS);
    venue.amend({ clientId, terms: termsOf(amendment), answer }, delayMs, WINDOW_MS);
  }

  /** When each request to amend is void. */
  readonly #until = new Map<string, number>();

  #doubt(): void {
    const { manager, venue } = this.desk;
    this.desk.doubt();
    for (const { order, amendment } of [...manager.table.open()]) {
      const { clientId } = order;
      if (amendment === null) continue;
      manager.record({ kind: 'amend-outcome-unknown', clientId, reason: 'silence' });
      const untilMs = this.#until.get(clientId) as number;
      manager.inquiries.openAmend(clientId, untilMs, venue.nowMs * 1e6);
    }
  }

  async #ask(step: Step): Promise<void> {
    const { manager, port, options, venue } = this.desk;
    const due = manager.inquiries.due(venue.nowMs * 1e6, 5);
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      if (turns - 1 !== step.turn) return;
      this.#tell();
      const order = venue.open()[0];
      if (step.meanwhile === 'amend') this.#amend(step);
      else if (step.meanwhile === 'wait') venue.wait(step.lots * 100);
      else if (step.meanwhile === 'fill' && order !== undefined) fill(this.desk, order, step.lots);
    };
    this.desk.world = { turn, silence: () => null };
    await inquire(port, manager.inquiries, options, due);
    this.desk.world = { turn: () => undefined, silence: () => null };
  }

  /** Risk hears what was told since, as it does in the lane. */
  #tell(): void {
    const { told } = this.desk.tested;
    for (const update of told.slice(this.#told)) {
      if (update.kind === 'order-updated') this.risk.onOrder(update);
      else this.risk.onLedgerEvent(update);
    }
    this.#told = told.length;
  }
}

function termsOf({ ticks, lots }: ReturnType<typeof amendmentOf>) {
  return { ticks, lots };
}

function fill({ venue }: Reconciler, order: ModelOrder, lots: number): void {
  venue.fill(order, Math.min(lots, order.lots - order.filledLots));
}

/** What the venue has come to: its position, and all that rests on the side filled on top. */
function heldAt({ venue }: Reconciler, side: Side): number {
  const sign = (of: Side): number => (of === side ? 1 : -1);
  const traded = venue.trades.reduce((sum, each) => sum + sign(each.side) * each.fill.lots, 0);
  const open = venue.open().filter((order) => order.side === side);
  return traded + open.reduce((sum, { lots, filledLots }) => sum + lots - filledLots, 0);
}

test('amendments, fills, cancels and losses in any order pass no limit, lose no fill', async () => {
  let amends = 0;
  const property = fc.asyncProperty(
    fc.array(aStep, { minLength: 20, maxLength: 60, size: 'max' }),
    async (steps) => {
      const world = new World();
      const { desk, risk } = world;
      for (const step of steps) {
        await world.take(step);
        const { position, buyLots, sellLots } = risk.check.exposure(0);
        for (const side of ['buy', 'sell'] as const) {
          const held = heldAt(desk, side);
          const known = side === 'buy' ? position + buyLots : sellLots - position;
          assert.ok(held <= LIMIT_LOTS, `${side}: the venue holds ${held}`);
          assert.ok(held <= known, `${side}: the venue holds ${held}, risk counts ${known}`);
        }
      }
      await world.settle();
      amends += world.amends;
      const booked = bookedFills(desk.tested.journal).sort();
      const traded = desk.venue.trades.map(({ fill: { tradeId } }) => `0|${tradeId}`).sort();
      assert.equal(booked, traded, 'each fill is booked once');
      const position = heldAt(desk, 'buy');
      const exposure = risk.check.exposure(0);
      assert.equal([exposure.position, exposure.openOrders], [position, 0]);
      const records = [...desk.manager.table.open()] as OrderRecord[];
      assert.equal(
        records.filter((record) => !isEnded(record)),
        [],
      );
    },
  );
  await asyncLaw(property, 400);
  assert.ok(amends > 400, `only ${amends} amendments left`);
});

test.run();
