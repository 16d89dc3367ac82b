import type { Instrument } from '../../src/core/instrument.ts';
import type { Lots } from '../../src/core/units.ts';
import type { BalanceDifference, Balances, LedgerEvent } from '../../src/execution/ledger.ts';
import type { OrderUpdated } from '../../src/execution/order-manager.ts';
import {
  Portfolio,
  type PortfolioReport,
  type PortfolioState,
  type Touch,
} from '../../src/execution/portfolio.ts';
import type { Log } from '../../src/ops/log.ts';
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

/** Told to strategies whenever a position changes, and when they start. */
export interface PositionChanged {
  readonly kind: 'position-changed';
  readonly instrument: number;
  readonly lots: Lots;
}

export interface PortfolioOptions {
  readonly instruments: readonly Instrument[];
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
    const { lots } = portfolio.position(instrument);
    for (const to of strategies) ctx.send(to, { kind: 'position-changed', instrument, lots });
  };

  const onOrder = (portfolio: Portfolio, update: OrderUpdated, ctx: Ctx): void => {
    if (update.event.kind !== 'order-filled') return;
    const { instrument, side } = update.record.order;
    portfolio.onFill(instrument, side, update.event.fill);
    tellPosition(portfolio, instrument, options.strategies(instrument), ctx);
  };

  const onLedger = (portfolio: Portfolio, event: LedgerEvent, ctx: Ctx): void => {
    const changed = portfolio.onLedgerEvent(event);
    if (changed === null) return;
    tellPosition(portfolio, changed, options.strategies(changed), ctx);
  };

  const compare = (
    portfolio: Portfolio,
    { venue, balances, reply }: Extract<PortfolioMessage, { kind: 'compare' }>,
    ctx: Ctx,
  ): void => {
    if (portfolio.isPristine(venue)) {
      transferIn(portfolio, venue, portfolio.compare(venue, balances), 'opening', ctx);
    }
    ctx.send(reply, portfolio.compare(venue, balances));
  };

  const transferIn = (
    portfolio: Portfolio,
    venue: string,
    differences: readonly BalanceDifference[],
    reason: 'opening' | 'adjustment',
    ctx: Ctx,
  ): void => {
    for (const { asset, ours, venues } of differences) {
      const amount = (venues - ours) as typeof venues;
      const transferId = `${reason}:${asset}:${ctx.clock.now()}`;
      const event = { kind: 'transferred', venue, transferId, asset, amount, reason } as const;
      options.journal(event);
      portfolio.onLedgerEvent(event);
      if (reason === 'opening') continue;
      log('error', ctx.path, 'balance-adjusted', { venue, asset, amount: String(amount) });
    }
  };

  return {
    kind: 'portfolio',
    mailbox: { capacity: 16_384, overflow: 'fail' },
    async start() {
      return new Portfolio(instruments, await options.restore());
    },
    receive(portfolio, message, ctx) {
      switch (message.kind) {
        case 'order-updated':
          onOrder(portfolio, message, ctx);
          break;
        case 'transferred':
        case 'external-filled':
          onLedger(portfolio, message, ctx);
          break;
        case 'tell-position':
          tellPosition(portfolio, message.instrument, [message.to], ctx);
          break;
        case 'compare':
          compare(portfolio, message, ctx);
          break;
        case 'report':
          ctx.send(
            message.reply,
            portfolio.report((index) => message.touches[index] ?? null),
          );
          break;
        case 'adjust':
          transferIn(portfolio, message.venue, message.differences, 'adjustment', ctx);
          break;
        default:
          message satisfies never;
      }
      return portfolio;
    },
    view: (portfolio) => portfolio.report(() => null),
  };
}
