import type { Timers } from '../../core/env.ts';

/** What goes wrong with the next requests, for tests of those who depend on a venue. */
export type RequestFault =
  /** Another answer than the right one; 429 and 418 say when to come back. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfterSeconds: number;
      readonly isExecuted: boolean;
    }
  /** An answer that is no JSON. */
  | { readonly kind: 'garbage'; readonly isExecuted: boolean }
  /** No answer; over HTTP the connection is cut. */
  | { readonly kind: 'lost'; readonly isExecuted: boolean }
  /** The request takes effect late. */
  | { readonly kind: 'slow-request'; readonly delayMs: number }
  /** The request takes effect at once, the answer comes late. */
  | { readonly kind: 'slow-reply'; readonly delayMs: number };

export type FrameFault = 'skip' | 'duplicate' | 'reorder';

/** Requests or frames that one order of faults may concern. */
export const FAULT_TIMES_MAX = 100_000;

interface Planned<T> {
  readonly target: string;
  readonly fault: T;
  left: number;
}

/** Orders of faults that may wait at once. */
export const FAULT_PLANS_MAX = 1_000;

/** Faults that have been ordered and not yet happened, in the order in which they were ordered. */
export class FaultPlan {
  #requests: Planned<RequestFault>[] = [];
  #frames: Planned<FrameFault>[] = [];

  /**
   * @param target name of an operation, or `*` for any
   * @returns false when too many are waiting
   */
  planRequests(target: string, fault: RequestFault, times: number): boolean {
    return plan(this.#requests, { target, fault, left: times });
  }

  /** The same for depth frames. @param symbol market whose frames are hit, or `*` for any */
  planFrames(symbol: string, fault: FrameFault, times: number): boolean {
    return plan(this.#frames, { target: symbol, fault, left: times });
  }

  nextRequest(operation: string): RequestFault | null {
    const [fault, left] = next(this.#requests, operation);
    this.#requests = left;
    return fault;
  }

  nextFrame(symbol: string): FrameFault | null {
    const [fault, left] = next(this.#frames, symbol);
    this.#frames = left;
    return fault;
  }

  clear(): void {
    this.#requests = [];
    this.#frames = [];
  }
}

/** Carries a request out, unless a fault that was ordered comes between. */
export function underFault<T>(
  faults: FaultPlan,
  timers: Timers,
  operation: string,
  request: {
    readonly execute: () => T;
    readonly answer: (answer: T | null) => void;
    readonly broken: (fault: RequestFault) => T;
  },
): void {
  const fault = faults.nextRequest(operation);
  if (fault === null) {
    request.answer(request.execute());
  } else if (fault.kind === 'slow-request') {
    timers.after(fault.delayMs, () => request.answer(request.execute()));
  } else if (fault.kind === 'slow-reply') {
    const answer = request.execute();
    timers.after(fault.delayMs, () => request.answer(answer));
  } else {
    if (fault.isExecuted) request.execute();
    request.answer(fault.kind === 'lost' ? null : request.broken(fault));
  }
}

/** Passes the frames of one stream on, unless a fault that was ordered comes between. */
export class FaultyFrames<Frame> {
  readonly #faults: FaultPlan;
  readonly #symbol: string;
  readonly #publish: (frame: Frame) => void;
  /** A frame that a fault holds back until after the next. */
  #late: Frame | null = null;

  constructor(faults: FaultPlan, symbol: string, publish: (frame: Frame) => void) {
    this.#faults = faults;
    this.#symbol = symbol;
    this.#publish = publish;
  }

  send(frame: Frame): void {
    const fault = this.#faults.nextFrame(this.#symbol);
    const late = this.#late;
    this.#late = fault === 'reorder' ? frame : null;
    if (fault === null || fault === 'duplicate') this.#publish(frame);
    if (fault === 'duplicate') this.#publish(frame);
    if (late !== null) this.#publish(late);
  }
}

function plan<T>(planned: Planned<T>[], fault: Planned<T>): boolean {
  if (planned.length >= FAULT_PLANS_MAX) return false;
  planned.push(fault);
  return true;
}

function next<T>(planned: Planned<T>[], name: string): [T | null, Planned<T>[]] {
  const found = planned.find(({ target }) => target === '*' || target === name);
  if (found === undefined) return [null, planned];
  found.left -= 1;
  return [found.fault, found.left > 0 ? planned : planned.filter((each) => each !== found)];
}
