import type { FlattenPermit } from '../../src/control/stop/flatten-permit.ts';
import { FLATTENING } from '../../src/core/ids.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import { Flattening, type FlattenOrder } from '../../src/execution/flatten/flattening.ts';
import { flattenIntent } from '../../src/execution/flatten/intent.ts';
import type { OrderIntent, OrderRecord } from '../../src/execution/order.ts';
import { address } from '../addresses.ts';
import type { Context } from '../runtime/actor-spec.ts';

export type FlattenMessage =
  /** An emergency lets positions be flattened, or goes on to under a newer permit. */
  | { readonly kind: 'flatten'; readonly permit: FlattenPermit }
  /** It lets them no longer. */
  | { readonly kind: 'cease' }
  | { readonly kind: 'flatten-step' };

export interface FlattenerOptions {
  readonly instruments: readonly Instrument[];
  readonly clientId: (strategy: string) => string;
  /** Asks risk and hands what was approved to the venue. @returns whether it went so far */
  readonly submit: (intent: OrderIntent) => boolean;
}

const STEP_MS = 50;

/**
 * The flattening of an emergency on behalf of execution. It asks risk, in the lane, what there is
 * to flatten, so it acts on what the check of its orders will look at. Nothing of it survives a
 * crash: control permits it anew once every venue agrees.
 */
export class Flattener {
  readonly #options: FlattenerOptions;
  readonly #ctx: Context<FlattenMessage>;
  #flattening: Flattening | null = null;
  #permit: FlattenPermit | null = null;

  constructor(options: FlattenerOptions, ctx: Context<FlattenMessage>) {
    this.#options = options;
    this.#ctx = ctx;
  }

  on(message: FlattenMessage): void {
    if (message.kind === 'cease') {
      // Also when the permit never came: somebody has to say what there is.
      this.#flattening ??= new Flattening(this.#options.instruments);
      this.#look();
      this.#end();
      return;
    }
    if (message.kind === 'flatten') {
      this.#permit = message.permit;
      this.#flattening ??= new Flattening(this.#options.instruments);
      this.#ctx.timers.start('flatten', STEP_MS, { kind: 'flatten-step' }, { periodic: true });
    }
    this.#step();
  }

  onOrder(record: OrderRecord): void {
    this.#flattening?.onOrder(record, this.#ctx.clock.mono());
    this.#step();
  }

  onDropped(order: OrderIntent): void {
    this.#flattening?.onRefused(order.instrument, this.#ctx.clock.mono());
  }

  /** Sends what can be sent now; reports when nothing can be any more. */
  #step(): void {
    const [flattening, permit] = [this.#flattening, this.#permit];
    if (flattening === null || permit === null) return;
    const nowNs = this.#ctx.clock.mono();
    const orders = this.#look();
    if (nowNs >= permit.deadlineNs || flattening.isOver) {
      this.#end();
      return;
    }
    for (const order of orders) {
      const { venue } = this.#options.instruments[order.instrument] as Instrument;
      const named = { clientId: this.#options.clientId(FLATTENING), venue, nowNs };
      const hasLeft = this.#options.submit(flattenIntent(order, permit, named));
      if (!hasLeft) flattening.onRefused(order.instrument, nowNs);
    }
  }

  /** What could be sent now: nothing while risk is being restarted, the next tick asks again. */
  #look(): readonly FlattenOrder[] {
    const situation = this.#ctx.call(address.riskSituation, 'situation');
    if (!situation.ok || this.#flattening === null) return [];
    return this.#flattening.next(situation.value, this.#ctx.clock.mono());
  }

  /** Stops and says what is left; nothing of it rests, for its orders never do. */
  #end(): void {
    if (this.#flattening === null) return;
    const left = this.#flattening.left();
    this.#flattening = null;
    this.#permit = null;
    this.#ctx.timers.cancel('flatten');
    this.#ctx.send(address.control, { kind: 'flattened', left });
  }
}
