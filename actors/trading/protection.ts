import type { ControlEvent } from '../../src/control/events.ts';
import type { Gate } from '../../src/control/gate.ts';
import { PROTECTION } from '../../src/core/ids.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import type { OrderRecord } from '../../src/execution/order.ts';
import type { OrderUpdated } from '../../src/execution/order-manager.ts';
import { protectiveIntent } from '../../src/execution/protection/intent.ts';
import { Keeper, type KeeperActions } from '../../src/execution/protection/keeper.ts';
import { NAKED_NS_MAX, NakedWatch } from '../../src/execution/protection/naked-watch.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { PositionChanged } from './portfolio.ts';
import { type Dropped, Submission, type SubmissionOptions } from './submission.ts';

export type ProtectionMessage =
  | PositionChanged
  | OrderUpdated
  | Dropped
  | { readonly kind: 'keep-stops' };

export interface ProtectionOptions extends SubmissionOptions {
  readonly gate: Gate;
  readonly clientId: (strategy: string) => string;
  /** Index of the venue of an instrument, as the gate knows it. */
  readonly venueOf: (instrument: Instrument) => number;
  readonly markets: readonly { readonly instrument: Instrument; readonly stopBps: number }[];
  /** Protective stops that have not ended, once everything in the journal has been applied. */
  readonly restore: () => Promise<readonly OrderRecord[]>;
  readonly journal: (event: ControlEvent) => void;
}

interface Kept {
  readonly instrument: Instrument;
  readonly keeper: Keeper;
  readonly watch: NakedWatch;
  readonly actions: KeeperActions;
}

/** By index of the instrument. */
type Stops = ReadonlyMap<number, Kept>;

type Ctx = Context<ProtectionMessage>;

const KEEP_MS = 250;

/**
 * Keeps a stop at the venue for each position that is to have one, by the way of all orders. It
 * acts on its clock alone, when all that a fill has led to has been told. Its orders survive a
 * crash through the journal, its positions are the portfolio's.
 */
export function protectionActor(options: ProtectionOptions): ActorSpec<Stops, ProtectionMessage> {
  const { gate, markets } = options;

  /** Whoever has closed the gate takes back what has to go. */
  const mayAct = (instrument: Instrument): boolean =>
    !gate.isClosed &&
    gate.permissions.mayReduce &&
    gate.venuePauses(options.venueOf(instrument)).length === 0 &&
    gate.instrumentPauses(instrument.index).length === 0;

  const actionsOf = (
    instrument: Instrument,
    submission: Submission<ProtectionMessage>,
    ctx: Ctx,
  ): KeeperActions => ({
    place(side, ticks, lots) {
      const clientId = options.clientId(PROTECTION);
      const named = { clientId, epoch: gate.epoch, nowNs: ctx.clock.mono() };
      const intent = protectiveIntent(instrument, { side, ticks, lots }, named);
      return submission.place(intent) ? clientId : null;
    },
    cancel(clientId) {
      ctx.send(address.venue(instrument.venue), { kind: 'cancel', clientId });
    },
  });

  const keep = ({ instrument, keeper, watch, actions }: Kept, ctx: Ctx): void => {
    const nowNs = ctx.clock.mono();
    if (mayAct(instrument)) keeper.settle(nowNs, actions);
    if (!watch.look(keeper.protection, nowNs)) return;
    const { venue, symbol } = instrument;
    const detail = `${venue} ${symbol}: no stop at the venue for ${NAKED_NS_MAX / 1e9} s`;
    options.journal({ kind: 'incident', what: 'naked-position', where: ctx.path, detail });
  };

  return {
    kind: 'protection',
    mailbox: { capacity: 8192, overflow: 'fail' },
    async start(ctx) {
      const orders = await options.restore();
      const submission = new Submission(options, ctx);
      const stops = new Map<number, Kept>();
      for (const { instrument, stopBps } of markets) {
        const keeper = new Keeper(instrument, stopBps);
        const actions = actionsOf(instrument, submission, ctx);
        stops.set(instrument.index, { instrument, keeper, watch: new NakedWatch(), actions });
        const { index } = instrument;
        ctx.send(address.portfolio, { kind: 'tell-position', instrument: index, to: ctx.self });
      }
      for (const order of orders) stops.get(order.order.instrument)?.keeper.onOrder(order);
      ctx.timers.start('keep', KEEP_MS, { kind: 'keep-stops' }, { periodic: true });
      return stops;
    },
    receive(stops, message, ctx) {
      switch (message.kind) {
        case 'position-changed':
          stops.get(message.instrument)?.keeper.onPosition(message.lots, message.cost);
          break;
        case 'order-updated':
          stops.get(message.record.order.instrument)?.keeper.onOrder(message.record);
          break;
        case 'order-dropped':
          stops.get(message.order.instrument)?.keeper.onDropped(message.order.clientId);
          break;
        case 'amend-dropped':
          break;
        case 'keep-stops':
          for (const kept of stops.values()) keep(kept, ctx);
          break;
        default:
          message satisfies never;
      }
      return stops;
    },
    view: (stops) =>
      [...stops.values()].map(({ instrument, keeper }) => ({
        venue: instrument.venue,
        symbol: instrument.symbol,
        protection: keeper.protection,
        live: keeper.liveCount,
      })),
  };
}
