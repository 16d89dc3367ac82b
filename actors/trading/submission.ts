import type { Result } from '../../src/core/result.ts';
import type { AmendIntent } from '../../src/execution/amend/amendment.ts';
import type { OrderIntent } from '../../src/execution/order.ts';
import type { DeskMetrics } from '../../src/ops/desk-metrics.ts';
import { type Refusal, refusalName } from '../../src/risk/approved-order.ts';
import { address } from '../addresses.ts';
import type { Context } from '../runtime/actor-spec.ts';
import type { CallResult } from '../runtime/ref.ts';

/** An approved order, or approved terms for one, that were stopped before they were journaled. */
export type Dropped =
  | { readonly kind: 'order-dropped'; readonly order: OrderIntent }
  /** The order as it would have been. */
  | { readonly kind: 'amend-dropped'; readonly order: OrderIntent };

export interface SubmissionOptions {
  readonly metrics: DeskMetrics;
  /** Whether latencies mean anything: not under a virtual clock. */
  readonly isClockReal: boolean;
}

/** The way from a decision to the venue on behalf of execution: risk is asked in the lane. */
export class Submission<M> {
  readonly #options: SubmissionOptions;
  readonly #ctx: Context<M>;

  constructor(options: SubmissionOptions, ctx: Context<M>) {
    this.#options = options;
    this.#ctx = ctx;
  }

  /** @returns whether risk approved it and the venue was there to take it */
  place(intent: OrderIntent): boolean {
    const order = this.#approved(this.#ctx.call(address.riskCheck, intent));
    if (order === null) return false;
    this.#decided(order);
    if (this.#ctx.send(address.venue(order.venue), { kind: 'place', order })) return true;
    return this.#unavailable('order-dropped', order);
  }

  /** The same of other terms for an order that rests. */
  amend(intent: AmendIntent): boolean {
    const change = this.#approved(this.#ctx.call(address.riskAmend, intent));
    if (change === null) return false;
    const { wanted } = change;
    this.#decided(wanted);
    if (this.#ctx.send(address.venue(wanted.venue), { kind: 'amend', change })) return true;
    return this.#unavailable('amend-dropped', wanted);
  }

  #approved<T>(answer: CallResult<Result<T, Refusal>>): T | null {
    const { metrics } = this.#options;
    if (!answer.ok) metrics.refused(`risk-${answer.reason}`);
    else if (!answer.value.ok) metrics.refused(refusalName(answer.value.error));
    else return answer.value.value;
    return null;
  }

  #decided({ decidedNs }: OrderIntent): void {
    const { metrics, isClockReal } = this.#options;
    if (isClockReal) metrics.decision.record(this.#ctx.clock.mono() - decidedNs);
  }

  #unavailable(kind: Dropped['kind'], order: OrderIntent): false {
    this.#options.metrics.refused('venue-unavailable');
    this.#ctx.send(address.risk, { kind, order });
    return false;
  }
}
