import type { Gate } from '../../src/control/gate.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import { type Amending, mayAmend } from '../../src/execution/amend/amending.ts';
import { Decision } from '../../src/execution/decision.ts';
import { isFlattening } from '../../src/execution/flatten/intent.ts';
import type { OrderUpdated } from '../../src/execution/order-manager.ts';
import { type QuoteActions, Quoter } from '../../src/execution/quoting.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import { Flattener, type FlattenMessage } from './flattener.ts';
import type { QuotesWanted } from './quotes-wanted.ts';
import { type Dropped, Submission, type SubmissionOptions } from './submission.ts';

export type ExecutionMessage =
  | QuotesWanted
  | OrderUpdated
  | Dropped
  /** The mode no longer lets strategies trade, or a strategy is gone: take its quotes back. */
  | { readonly kind: 'withdraw'; readonly strategy: string | 'all' }
  | FlattenMessage;

export interface ExecutionOptions extends SubmissionOptions {
  readonly instruments: readonly Instrument[];
  readonly gate: Gate;
  readonly clientId: (strategy: string) => string;
  readonly amendingOf: (venue: string) => Amending;
}

interface Quoting {
  readonly quoter: Quoter;
  readonly instrument: number;
}

/** By label of the strategy. */
type ExecutionState = Map<string, Quoting>;

/**
 * Turns wanted quotes into orders and cancels: plans, asks risk in the lane, hands what was
 * approved to the venue. Nothing survives a crash, because whatever rests is cancelled by the
 * reconciliation that follows one.
 */
export function executionActor(
  options: ExecutionOptions,
): ActorSpec<ExecutionState, ExecutionMessage> {
  const { instruments, gate } = options;
  const decision = new Decision();
  const marketOfDecision = (): Instrument => instruments[decision.instrument] as Instrument;

  const actionsOf = (
    submission: Submission<ExecutionMessage>,
    ctx: Context<ExecutionMessage>,
  ): QuoteActions => ({
    place(side, ticks, lots) {
      const clientId = options.clientId(decision.strategy);
      const market = marketOfDecision();
      const intent = decision.quote(clientId, market, gate.epoch, side, ticks, lots);
      return submission.place(intent) ? clientId : null;
    },
    cancel(clientId) {
      ctx.send(address.venue(marketOfDecision().venue), { kind: 'cancel', clientId });
    },
    amend(record, ticks, openLots) {
      const intent = decision.amendment(record, gate.epoch, ticks, openLots);
      const terms = { ticks, lots: intent.lots };
      if (!mayAmend(record, terms, options.amendingOf(record.order.venue))) return false;
      return submission.amend(intent);
    },
  });

  let actions: QuoteActions | null = null;
  let flattener: Flattener | null = null;

  const onWanted = (quotings: ExecutionState, wanted: QuotesWanted): void => {
    const { strategy, instrument } = wanted;
    let quoting = quotings.get(strategy);
    if (quoting === undefined) {
      quoting = { quoter: new Quoter(), instrument };
      quotings.set(strategy, quoting);
    }
    decision.of(strategy, quoting.instrument, wanted.decidedNs, wanted.shownShare);
    const { quoter } = quoting;
    const mayTrade = gate.permissions.mayIncrease && !gate.isClosed;
    if (mayTrade) quoter.want(wanted.bidTicks, wanted.bidLots, wanted.askTicks, wanted.askLots);
    else quoter.want(0, 0, 0, 0);
    quoter.settle(actions as QuoteActions);
  };

  const withdraw = (quotings: ExecutionState, which: string, nowNs: number): void => {
    for (const [strategy, quoting] of quotings) {
      if (which !== 'all' && which !== strategy) continue;
      decision.of(strategy, quoting.instrument, nowNs);
      quoting.quoter.withdraw(actions as QuoteActions);
    }
  };

  return {
    kind: 'execution',
    mailbox: { capacity: 8192, overflow: 'fail' },
    start(ctx) {
      const submission = new Submission(options, ctx);
      actions = actionsOf(submission, ctx);
      flattener = new Flattener({ ...options, submit: (intent) => submission.place(intent) }, ctx);
      return new Map();
    },
    receive(quotings, message, ctx) {
      if (message.kind === 'quotes-wanted') {
        onWanted(quotings, message);
      } else if (message.kind === 'order-updated') {
        const { record } = message;
        if (isFlattening(record.order)) flattener?.onOrder(record);
        else quotings.get(record.order.strategy)?.quoter.onOrder(record);
      } else if (message.kind === 'order-dropped') {
        const { strategy, side, clientId } = message.order;
        if (isFlattening(message.order)) flattener?.onDropped(message.order);
        else quotings.get(strategy)?.quoter.onDropped(side, clientId);
      } else if (message.kind === 'amend-dropped') {
        const { strategy, side, clientId } = message.order;
        quotings.get(strategy)?.quoter.onAmendDropped(side, clientId);
      } else if (message.kind === 'withdraw') {
        withdraw(quotings, message.strategy, ctx.clock.mono());
      } else flattener?.on(message);
      return quotings;
    },
    view: (quotings) =>
      [...quotings].map(([strategy, { quoter }]) => ({ strategy, live: quoter.liveCount })),
  };
}
