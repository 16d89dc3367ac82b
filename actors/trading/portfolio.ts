import { amountText, type Instrument } from '../../src/core/instrument.ts';
import type { Amount, Lots } from '../../src/core/units.ts';
import {
  type BalanceDifference,
  type Balances,
  type LedgerEvent,
  transfersOf,
} from '../../src/execution/ledger.ts';
import type { OrderUpdated } from '../../src/execution/order-manager.ts';
import {
  Portfolio,
  type PortfolioReport,
  type PortfolioState,
  type Touch,
} from '../../src/execution/portfolio.ts';
import type { Log } from '../../src/ops/log.ts';
import type { FundsTold } from '../../src/risk/watch/valuation.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { ActorRef, Reply } from '../runtime/ref.ts';

export type PortfolioMessage =
  | OrderUpdated
  | LedgerEvent
  | {
      /** A strategy that has just started asks for its position. */
      readonly kind: 'tell-position';
      readonly instrument: number;
      readonly to: ActorRef<PositionChanged>;
    }
  /** Risk asks what the accounts hold. */
  | { readonly kind: 'tell-funds'; readonly to: ActorRef<FundsTold> }
  | {
      /** Asks what the ledger makes of a venue's balances. */
      readonly kind: 'compare';
      readonly venue: string;
      readonly balances: Balances;
      readonly reply: Reply<readonly BalanceDifference[]>;
    }
  | {
      readonly kind: 'report';
      /** Best prices by index of the instrument. */
      readonly touches: readonly Touch[];
      readonly reply: Reply<PortfolioReport>;
    }
  | {
      /** Books what nothing explains, so that the ledger agrees with the venue. */
      readonly kind: 'adjust';
      readonly venue: string;
      readonly differences: readonly BalanceDifference[];
    };

/** Told to all who act on a position whenever it changes, and when they start. */
export interface PositionChanged {
  readonly kind: 'position-changed';
  readonly instrument: number;
  readonly lots: Lots;
  /** What they cost (long) or brought in (short). */
  readonly cost: Amount;
}

export interface PortfolioOptions {
  readonly instruments: readonly Instrument[];
  /** Venues where an account holds positions, and no base changes hands. */
  readonly margined: ReadonlySet<string>;
  /** Positions and balances as the journal has them, once everything in it has been applied. */
  readonly restore: () => Promise<PortfolioState>;
  /** Journals an event. @throws when it cannot be journaled */
  readonly journal: (event: LedgerEvent) => void;
  readonly strategies: (instrument: number) => readonly ActorRef<PositionChanged>[];
  readonly log: Log;
}

type Ctx = Context<PortfolioMessage>;

/**
 * Positions and ledger of the desk. Survives a crash through the journal: a new incarnation reads
 * everything that was booked before it answers anybody.
 */
export function portfolioActor(options: PortfolioOptions): ActorSpec<Portfolio, PortfolioMessage> {
  const { instruments, log } = options;

  const tellPosition = (
    portfolio: Portfolio,
    instrument: number,
    strategies: readonly ActorRef<PositionChanged>[],
    ctx: Ctx,
  ): void => {
    const { lots, cost } = portfolio.position(instrument);
    for (const to of strategies) ctx.send(to, { kind: 'position-changed', instrument, lots, cost });
  };

  const onOrder = (portfolio: Portfolio, update: OrderUpdated, ctx: Ctx): void => {
    if (update.event.kind !== 'order-filled') return;
    const { instrument, side } = update.record.order;
    portfolio.onFill(instrument, side, update.event.fill);
    tellPosition(portfolio, instrument, options.strategies(instrument), ctx);
  };

  const onLedger = (portfolio: Portfolio, event: LedgerEvent, ctx: Ctx): void => {
    const changed = portfolio.onLedgerEvent(event);
    if (changed !== null) tellPosition(portfolio, changed, options.strategies(changed), ctx);
  };

  const transfer = (
    portfolio: Portfolio,
    venue: string,
    differences: readonly BalanceDifference[],
    reason: 'opening' | 'adjustment',
    ctx: Ctx,
  ): void => {
    for (const event of transfersOf(venue, differences, reason, ctx.clock.now())) {
      options.journal(event);
      portfolio.onLedgerEvent(event);
      const { asset, amount } = event;
      const level = reason === 'opening' ? 'info' : 'error';
      log(level, ctx.path, `balance-${reason}`, { venue, asset, amount: amountText(amount) });
    }
  };

  return {
    kind: 'portfolio',
    mailbox: { capacity: 16_384, overflow: 'fail' },
    async start() {
      return new Portfolio(instruments, await options.restore(), options.margined);
    },
    receive(portfolio, message, ctx) {
      if (message.kind === 'order-updated') onOrder(portfolio, message, ctx);
      else if (message.kind === 'tell-position') {
        tellPosition(portfolio, message.instrument, [message.to], ctx);
      } else if (message.kind === 'tell-funds') {
        ctx.send(message.to, { kind: 'funds-told', funds: portfolio.funds });
      } else if (message.kind === 'compare') {
        const { venue, balances, reply } = message;
        if (portfolio.isPristine(venue)) {
          transfer(portfolio, venue, portfolio.compare(venue, balances), 'opening', ctx);
        }
        ctx.send(reply, portfolio.compare(venue, balances));
      } else if (message.kind === 'report') {
        const { touches, reply } = message;
        const report = portfolio.report((index) => touches[index] ?? null);
        ctx.send(reply, report);
      } else if (message.kind === 'adjust') {
        transfer(portfolio, message.venue, message.differences, 'adjustment', ctx);
      } else onLedger(portfolio, message, ctx);
      return portfolio;
    },
    view: (portfolio) => portfolio.report(() => null),
  };
}
