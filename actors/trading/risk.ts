import type { Gate } from '../../src/control/gate.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import type { Result } from '../../src/core/result.ts';
import type { Situation } from '../../src/execution/flatten/flattening.ts';
import { isFlattening } from '../../src/execution/flatten/intent.ts';
import type { LedgerEvent } from '../../src/execution/ledger.ts';
import type { OrderIntent } from '../../src/execution/order.ts';
import type { OrderUpdated } from '../../src/execution/order-manager.ts';
import type { EvidenceTrail } from '../../src/execution/proof/evidence.ts';
import type { QuoteMessage } from '../../src/market/quote.ts';
import type { ApprovedOrder, Refusal } from '../../src/risk/approved-order.ts';
import type { RiskLimits } from '../../src/risk/limits.ts';
import type { Moment } from '../../src/risk/pre-trade.ts';
import { type RiskDayOpened, RiskDesk, type RiskState } from '../../src/risk/risk-desk.ts';
import type { ActorSpec } from '../runtime/actor-spec.ts';

export type RiskMessage =
  | QuoteMessage
  | OrderUpdated
  | LedgerEvent
  /** An approved order that never left, so that it does not count any longer. */
  | { readonly kind: 'order-dropped'; readonly order: OrderIntent }
  | { readonly kind: 'adopt-limits'; readonly limits: RiskLimits }
  | { readonly kind: 'roll-day' }
  /** To itself: what was queued before this is in what was restored. */
  | { readonly kind: 'caught-up' };

/** What execution asks risk, in the lane, before every order. */
export type RiskAnswer = Result<ApprovedOrder, Refusal>;

/** What severities leave of an order. Both answer in constant time and allocate nothing. */
export interface Severities {
  /** Scale of its size, 0 … 1. */
  readonly sizeScale: (order: OrderIntent) => number;
  readonly isStrategyPaused: (strategy: string) => boolean;
}

export interface RiskOptions {
  readonly instruments: readonly Instrument[];
  readonly gate: Gate;
  /** What has been raised, read before every order. */
  readonly severities: Severities;
  readonly limits: () => RiskLimits;
  /** Positions, open orders and day as the journal has them when this settles. */
  readonly restore: () => Promise<RiskState>;
  /** @throws when it cannot be journaled */
  readonly journal: (event: RiskDayOpened) => void;
  /** What led to the orders; absent where nobody notes it. */
  readonly evidence?: EvidenceTrail;
}

const ROLL_MS = 1_000;

/**
 * The pre-trade check as an actor. It answers an order in the lane, after everything that was told
 * to it before; what survives a crash is what the journal has. The venue goes on booking while a
 * new incarnation reads it, so a fill may be both read and told: it counts once.
 */
export function riskActor(options: RiskOptions): ActorSpec<RiskDesk, RiskMessage> {
  const { gate } = options;
  const moment: { -readonly [K in keyof Moment]: Moment[K] } = {
    nowNs: 0,
    mode: gate.mode,
    permissions: gate.permissions,
    riskScale: 0,
    isStrategyPaused: true,
  };

  let isCaughtUp = false;

  const roll = (desk: RiskDesk, nowMs: number): void => {
    const opened = desk.roll(nowMs);
    if (opened !== null) options.journal(opened);
  };

  return {
    kind: 'risk',
    mailbox: { capacity: 16_384, overflow: 'fail' },
    async start(ctx) {
      const state = await options.restore();
      ctx.send(ctx.self, { kind: 'caught-up' });
      const desk = new RiskDesk(options.instruments, options.limits(), state, ctx.clock.mono());
      roll(desk, ctx.clock.now());
      ctx.timers.start('roll', ROLL_MS, { kind: 'roll-day' }, { periodic: true });
      return desk;
    },
    receive(desk, message, ctx) {
      switch (message.kind) {
        case 'quote-updated':
          desk.onQuote(message.instrument, message.bidTicks, message.askTicks, message.receivedNs);
          break;
        case 'quote-lost':
          desk.onQuote(message.instrument, 0, 0, ctx.clock.mono());
          break;
        case 'order-updated':
          if (isCaughtUp) desk.onOrder(message);
          break;
        case 'transferred':
        case 'external-filled':
          if (isCaughtUp) desk.onLedgerEvent(message);
          break;
        case 'order-dropped':
          desk.check.exposure(message.order.instrument).setOpen(message.order, 0);
          break;
        case 'adopt-limits':
          desk.check.adopt(message.limits, ctx.clock.mono());
          break;
        case 'caught-up':
          isCaughtUp = true;
          break;
        case 'roll-day':
          roll(desk, ctx.clock.now());
          break;
        default:
          message satisfies never;
      }
      return desk;
    },
    answer(desk, question, ctx): RiskAnswer | Situation {
      if (question === 'situation') return desk.situation();
      const order = question as OrderIntent;
      moment.nowNs = ctx.clock.mono();
      moment.mode = gate.mode;
      moment.permissions = isFlattening(order) ? gate.flatteningPermissions : gate.permissions;
      const { sizeScale, isStrategyPaused } = options.severities;
      moment.riskScale = Math.min(moment.permissions.riskScale, sizeScale(order));
      moment.isStrategyPaused = isStrategyPaused(order.strategy);
      if (options.evidence !== undefined) {
        desk.check.note(order, moment, options.evidence.check(order.clientId));
      }
      return desk.check.check(order, moment);
    },
    view: (desk) => desk.summary(),
  };
}
