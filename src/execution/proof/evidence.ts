import type { OrderIntent } from '../order.ts';

/**
 * What led to an order, as numbers in a fixed order: what the strategy saw and remembered, what it
 * answered, what risk looked at, and what the request was made with. From these the decision can be
 * made again. The lists only ever grow at their end; `layout` counts their versions.
 */
export const EVIDENCE_LAYOUT = 2;

/** Best prices and sizes as told, the position, the memory before, the quotes after. */
export const DECISION_NUMBERS = [
  'bidTicks',
  'bidLots',
  'askTicks',
  'askLots',
  'receivedNs',
  'updateId',
  'inventoryLots',
  'ownBidTicks',
  'ownBidLots',
  'ownAskTicks',
  'ownAskLots',
  'fair',
  'fairNs',
  'lastMid',
  'lastNs',
  'variance',
  'quoteBidTicks',
  'quoteBidLots',
  'quoteAskTicks',
  'quoteAskLots',
  'settingsId',
] as const;
/** Market and exposure before the order, and the limits in force. */
export const RISK_NUMBERS = [
  'riskBidTicks',
  'riskAskTicks',
  'riskQuotedNs',
  'riskCheckedNs',
  'positionLots',
  'buyLots',
  'sellLots',
  'lossToday',
  'riskScale',
  'maxOrderNotional',
  'maxPositionNotional',
  'priceBandBps',
  'staleBookMs',
  'maxDailyLoss',
] as const;
export const REQUEST_NUMBERS = ['requestId', 'venueMs', 'receiveWindowMs'] as const;

/** The sizes that the strategy kept to, since layout 2. */
export const SIZE_NUMBERS = ['sizePositionLots', 'sizeOrderLots'] as const;

export const EVIDENCE_NUMBERS = [
  ...DECISION_NUMBERS,
  ...RISK_NUMBERS,
  ...REQUEST_NUMBERS,
  ...SIZE_NUMBERS,
] as const;
export type EvidenceNumber = (typeof EVIDENCE_NUMBERS)[number];

/** One number for each of `EVIDENCE_NUMBERS`; NaN where it is not known. */
export type Evidence = Float64Array;

/** How many numbers a layout has, by its number; layout 0 is none. */
export const LAYOUT_LENGTHS = [
  0,
  EVIDENCE_NUMBERS.length - SIZE_NUMBERS.length,
  EVIDENCE_NUMBERS.length,
] as const;

const SLOT_NUMBERS = [...DECISION_NUMBERS, ...SIZE_NUMBERS] as const;
/** Where each number of a decision stands in its slot. */
export const DECISION_AT = places(SLOT_NUMBERS);
export const RISK_AT = places(RISK_NUMBERS);
export const EVIDENCE_AT = places(EVIDENCE_NUMBERS);

/** Decisions that are remembered; an order leaves in the turn of its decision. */
const SLOTS = 64;

/**
 * The last decisions and checks, in memory that is made once: noting one is a few stores, and an
 * order finds its own by market event and client id. What was overwritten before its order left is
 * said not to be known.
 */
export class EvidenceTrail {
  readonly #decisions = slots(SLOT_NUMBERS.length);
  readonly #deciders = new Array<string>(SLOTS).fill('');
  readonly #checks = slots(RISK_NUMBERS.length);
  readonly #checked = new Array<string>(SLOTS).fill('');
  readonly #record = new Float64Array(EVIDENCE_NUMBERS.length);
  #decided = 0;
  #asked = 0;

  /** A place for the next decision of a strategy, to be filled at once. */
  decision(strategy: string): Float64Array {
    this.#decided = (this.#decided + 1) % SLOTS;
    this.#deciders[this.#decided] = strategy;
    return this.#decisions[this.#decided] as Float64Array;
  }

  /** A place for the numbers of the next check of an order, to be filled at once. */
  check(clientId: string): Float64Array {
    this.#asked = (this.#asked + 1) % SLOTS;
    this.#checked[this.#asked] = clientId;
    return this.#checks[this.#asked] as Float64Array;
  }

  /** Everything about an order that is about to leave; holds until the next call. */
  of(order: OrderIntent, requestId: number, venueMs: number, receiveWindowMs: number): Evidence {
    const record = this.#record;
    record.fill(Number.NaN);
    const decision = this.#decisionOf(order);
    if (decision !== null) {
      for (let at = 0; at < DECISION_NUMBERS.length; at += 1) record[at] = decision[at] as number;
      record[EVIDENCE_AT.sizePositionLots] = decision[DECISION_AT.sizePositionLots] as number;
      record[EVIDENCE_AT.sizeOrderLots] = decision[DECISION_AT.sizeOrderLots] as number;
    }
    const check = this.#checkOf(order.clientId);
    if (check !== null) record.set(check, DECISION_NUMBERS.length);
    record[EVIDENCE_AT.requestId] = requestId;
    record[EVIDENCE_AT.venueMs] = venueMs;
    record[EVIDENCE_AT.receiveWindowMs] = receiveWindowMs;
    return record;
  }

  /** The newest decision on that market event that wanted this very quote. */
  #decisionOf(order: OrderIntent): Float64Array | null {
    const isBuy = order.side === 'buy';
    const ticksAt = isBuy ? DECISION_AT.quoteBidTicks : DECISION_AT.quoteAskTicks;
    const lotsAt = isBuy ? DECISION_AT.quoteBidLots : DECISION_AT.quoteAskLots;
    for (let back = 0; back < SLOTS; back += 1) {
      const at = (this.#decided - back + SLOTS) % SLOTS;
      const slot = this.#decisions[at] as Float64Array;
      if (
        slot[DECISION_AT.receivedNs] === order.decidedNs &&
        slot[ticksAt] === order.ticks &&
        slot[lotsAt] === order.lots &&
        this.#deciders[at] === order.strategy
      ) {
        return slot;
      }
    }
    return null;
  }

  #checkOf(clientId: string): Float64Array | null {
    for (let back = 0; back < SLOTS; back += 1) {
      const at = (this.#asked - back + SLOTS) % SLOTS;
      if (this.#checked[at] === clientId) return this.#checks[at] as Float64Array;
    }
    return null;
  }
}

function slots(width: number): readonly Float64Array[] {
  return Array.from({ length: SLOTS }, () => new Float64Array(width).fill(Number.NaN));
}

function places<const N extends string>(names: readonly N[]): Readonly<Record<N, number>> {
  return Object.fromEntries(names.map((name, at) => [name, at])) as Record<N, number>;
}
