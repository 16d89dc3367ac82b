import type { Gate } from '../../src/control/gate.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import type { AmendIntent } from '../../src/execution/amend/amendment.ts';
import type { Situation } from '../../src/execution/flatten/flattening.ts';
import { isFlattening } from '../../src/execution/flatten/intent.ts';
import type { OrderIntent } from '../../src/execution/order.ts';
import type { EvidenceTrail } from '../../src/execution/proof/evidence.ts';
import type { RiskLimits } from '../../src/risk/limits.ts';
import type { Moment, PreTradeCheck } from '../../src/risk/pre-trade.ts';
import { RiskDesk, type RiskEvent, type RiskState } from '../../src/risk/risk-desk.ts';
import type { SizeBoard } from '../../src/risk/sizing/board.ts';
import { type RiskSafety, RiskWatch } from '../../src/risk/watch/risk-watch.ts';
import { address } from '../addresses.ts';
import type { ActorSpec } from '../runtime/actor-spec.ts';
import type { AmendAnswer, RiskAnswer, RiskMessage, Severities } from './risk-message.ts';

export interface RiskOptions {
  readonly instruments: readonly Instrument[];
  readonly gate: Gate;
  /** What has been raised, read before every order. */
  readonly severities: Severities;
  readonly limits: () => RiskLimits;
  /** What each venue keeps by itself; absent where none keeps anything. */
  readonly nativesOf?: PreTradeCheck['nativesOf'];
  /** Positions, open orders and day as the journal has them when this settles. */
  readonly restore: () => Promise<RiskState>;
  /** @throws when it cannot be journaled */
  readonly journal: (event: RiskEvent) => void;
  /** What led to the orders; absent where nobody notes it. */
  readonly evidence?: EvidenceTrail;
  /** The sizes that are worked out; absent where nobody does. */
  readonly sizing?: SizeBoard;
  /** Controls and breakers; absent where only the limits of section `risk` are tried. */
  readonly safety?: RiskSafety;
}

interface RiskActorState {
  readonly desk: RiskDesk;
  readonly watch: RiskWatch | null;
}

const ROLL_MS = 1_000;
const WATCH_MS = 250;

/**
 * The pre-trade check as an actor. It answers an order in the lane, after everything that was told
 * to it before; what survives a crash is what the journal has. The venue goes on booking while a
 * new incarnation reads it, so a fill may be both read and told: it counts once.
 */
export function riskActor(options: RiskOptions): ActorSpec<RiskActorState, RiskMessage> {
  const { gate, instruments, safety, journal } = options;
  const moment: { -readonly [K in keyof Moment]: Moment[K] } = {
    nowNs: 0,
    mode: gate.mode,
    permissions: gate.permissions,
    riskScale: 0,
    isStrategyPaused: true,
  };

  let isCaughtUp = false;

  const roll = ({ desk, watch }: RiskActorState, nowMs: number): void => {
    const opened = desk.roll(nowMs);
    if (opened === null) return;
    journal(opened);
    watch?.openDay(opened.day);
  };

  return {
    kind: 'risk',
    mailbox: { capacity: 16_384, overflow: 'fail' },
    async start(ctx) {
      const state = await options.restore();
      ctx.send(ctx.self, { kind: 'caught-up' });
      const desk = new RiskDesk(instruments, options.limits(), state, ctx.clock.mono());
      desk.check.sizing = options.sizing ?? null;
      if (options.nativesOf !== undefined) desk.check.nativesOf = options.nativesOf;
      const nowMs = ctx.clock.mono() / 1e6;
      const found = { instruments, check: desk.check, state, record: journal };
      const watch = safety === undefined ? null : new RiskWatch({ ...safety, ...found }, nowMs);
      roll({ desk, watch }, ctx.clock.now());
      ctx.timers.start('roll', ROLL_MS, { kind: 'roll-day' }, { periodic: true });
      if (watch !== null)
        ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      return { desk, watch };
    },
    receive(state, message, ctx) {
      const { desk, watch } = state;
      switch (message.kind) {
        case 'quote-updated':
          desk.onQuote(message.instrument, message.bidTicks, message.askTicks, message.receivedNs);
          watch?.onQuote(message);
          break;
        case 'quote-lost':
          desk.onQuote(message.instrument, 0, 0, ctx.clock.mono());
          watch?.onQuoteLost(message, ctx.clock.mono() / 1e6);
          break;
        case 'order-updated':
          if (!isCaughtUp) break;
          desk.onOrder(message);
          watch?.onOrder(message, ctx.clock.mono() / 1e6);
          break;
        case 'transferred':
        case 'external-filled':
          if (!isCaughtUp) break;
          desk.onLedgerEvent(message);
          watch?.onLedgerEvent(message, ctx.clock.mono() / 1e6);
          break;
        case 'order-dropped':
        case 'amend-dropped':
          desk.onDropped(message);
          watch?.onDropped(message.order.clientId);
          break;
        case 'adopt-limits':
          desk.check.adopt(message.limits, ctx.clock.mono());
          break;
        case 'tell-book':
          if (watch !== null) ctx.send(message.to, watch.book(ctx.clock.mono()));
          break;
        case 'caught-up':
          isCaughtUp = true;
          break;
        case 'roll-day':
          roll(state, ctx.clock.now());
          if (watch !== null) ctx.send(address.portfolio, { kind: 'tell-funds', to: ctx.self });
          break;
        default:
          watch?.on(message, ctx.clock.mono() / 1e6);
      }
      return state;
    },
    answer({ desk }, question, ctx): RiskAnswer | AmendAnswer | Situation {
      if (question === 'situation') return desk.situation();
      const asked = question as OrderIntent | AmendIntent;
      const order = 'wanted' in asked ? asked.wanted : asked;
      moment.nowNs = ctx.clock.mono();
      moment.mode = gate.mode;
      moment.permissions = isFlattening(order) ? gate.flatteningPermissions : gate.permissions;
      const { sizeScale, isStrategyPaused } = options.severities;
      moment.riskScale = Math.min(moment.permissions.riskScale, sizeScale(order));
      moment.isStrategyPaused = isStrategyPaused(order.strategy);
      if (options.evidence !== undefined) {
        desk.check.note(order, moment, options.evidence.check(order.clientId));
      }
      return 'wanted' in asked ? desk.check.amend(asked, moment) : desk.check.check(order, moment);
    },
    view: ({ desk, watch }) => ({ ...desk.summary(), ...watch?.summary() }),
  };
}
