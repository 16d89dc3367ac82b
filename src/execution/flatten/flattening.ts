import { type Instrument, quantityText } from '../../core/instrument.ts';
import { RateBudget } from '../../core/rate-budget.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import { isEnded, type OrderRecord, type Side } from '../order.ts';
import { type Exposed, type FlattenTerms, nextSlice, type Slice } from './slice.ts';

/** Everything that the pre-trade check knows and flattening needs, by index of the instrument. */
export interface Situation {
  readonly terms: FlattenTerms;
  readonly exposed: readonly Exposed[];
}

/** An order that flattening wants sent. */
export interface FlattenOrder {
  readonly instrument: number;
  readonly side: Side;
  readonly ticks: Ticks;
  readonly lots: Lots;
}

/** Orders of one instrument in a row that brought nothing, before it is given up. */
export const FRUITLESS_MAX = 20;
/**
 * Orders of all instruments, below what any venue takes: a rate of its own, since an emergency may
 * come when quoting has used up the desk's.
 */
export const FLATTEN_RATE = { ratePerSecond: 8, burst: 16 };
/** Pause after an order that brought nothing. */
const AGAIN_MS = 200;
/** Share of the band that the first limit may use up; each order that stays unfilled doubles it. */
const PUSH_MIN = 1 / 8;

interface Course {
  readonly instrument: Instrument;
  fruitless: number;
  push: number;
  notBeforeNs: number;
  /** What was found when it was looked at last. */
  slice: Slice;
  lots: number;
}

/**
 * Brings every position to flat with one order after the other for each instrument, longs and
 * shorts alike. Pure but for its memory: whoever holds it asks for orders, sends them and tells
 * what became of them. It ends by itself when nothing is left that can be flattened.
 */
export class Flattening {
  readonly #courses: readonly Course[];
  /** Made with the first look. */
  #budget: RateBudget | null = null;
  /** Where the next look begins, so that everybody has a turn. */
  #turn = 0;
  #hasLooked = false;

  constructor(instruments: readonly Instrument[]) {
    this.#courses = instruments.map((instrument) => ({
      instrument,
      fruitless: 0,
      push: PUSH_MIN,
      notBeforeNs: 0,
      slice: { kind: 'wait', why: 'no-market' },
      lots: 0,
    }));
  }

  /** Orders to send now. Each that is not sent has to be told with `onRefused`. */
  next(situation: Situation, nowNs: number): readonly FlattenOrder[] {
    const orders: FlattenOrder[] = [];
    const nowMs = nowNs / 1e6;
    this.#budget ??= new RateBudget(FLATTEN_RATE, nowMs);
    this.#hasLooked = true;
    const { length } = this.#courses;
    const first = this.#turn;
    for (let place = 0; place < length; place += 1) {
      const at = (first + place) % length;
      const course = this.#courses[at] as Course;
      const { index } = course.instrument;
      const exposed = situation.exposed[index] as Exposed;
      const { push } = course;
      const slice = nextSlice(course.instrument, exposed, situation.terms, push, nowNs);
      course.slice = slice;
      course.lots = exposed.position;
      const isDue = course.fruitless < FRUITLESS_MAX && nowNs >= course.notBeforeNs;
      if (slice.kind !== 'order' || !isDue || !this.#budget.take(nowMs)) continue;
      this.#turn = (at + 1) % length;
      orders.push({ instrument: index, side: slice.side, ticks: slice.ticks, lots: slice.lots });
    }
    return orders;
  }

  /** Whether there is nothing left to do, as of the last look. */
  get isOver(): boolean {
    return this.#courses.every(
      ({ slice, fruitless }) =>
        slice.kind === 'flat' ||
        slice.kind === 'dust' ||
        (slice.kind === 'order' && fruitless >= FRUITLESS_MAX),
    );
  }

  /** What was not flattened and why, as of the last look; empty when everything is flat. */
  left(): string {
    if (!this.#hasLooked) return 'what there is could not be found out';
    return this.#courses
      .filter(({ lots }) => lots !== 0)
      .map(({ instrument, lots, slice, fruitless }) => {
        const amount = quantityText(instrument, lots as Lots);
        return `${instrument.symbol} ${amount} (${whyLeft(slice, fruitless)})`;
      })
      .join(', ');
  }

  /** An order was stopped before it left. */
  onRefused(instrument: number, nowNs: number): void {
    this.#onNothing(this.#courses[instrument] as Course, nowNs);
  }

  /** News of one of its orders. */
  onOrder(record: OrderRecord, nowNs: number): void {
    if (!isEnded(record)) return;
    const course = this.#courses[record.order.instrument] as Course;
    if (record.filledLots === 0) this.#onNothing(course, nowNs);
    else course.fruitless = 0;
    if (record.filledLots < record.order.lots) course.push = Math.min(1, course.push * 2);
  }

  #onNothing(course: Course, nowNs: number): void {
    course.fruitless += 1;
    course.notBeforeNs = nowNs + AGAIN_MS * 1e6;
  }
}

function whyLeft(slice: Slice, fruitless: number): string {
  if (slice.kind === 'dust') return 'less than the venue takes';
  if (slice.kind === 'wait') return slice.why;
  return fruitless >= FRUITLESS_MAX ? `${fruitless} orders brought nothing` : 'out of time';
}
