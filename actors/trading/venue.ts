import type { Timers, WebSocketLink } from '../../src/core/env.ts';
import { err, ok, reasonOf } from '../../src/core/result.ts';
import type { BalanceDifference } from '../../src/execution/ledger.ts';
import type { OrderIntent } from '../../src/execution/order.ts';
import type { ReconcileOutcome } from '../../src/execution/reconciliation.ts';
import type { ApprovedAmendment, ApprovedOrder } from '../../src/risk/approved-order.ts';
import type { HttpOutcome } from '../../src/venues/port.ts';
import { VenueDesk } from '../../src/venues/venue-desk.ts';
import type {
  VenueDeskOptions,
  VenueDeskPort,
  VenueMemory,
} from '../../src/venues/venue-desk-port.ts';
import { address, placerOf, venueNews } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import { NO_LINK, openSocket, type SocketMessage, sendHttp, watchSocket } from '../socket.ts';
import type { PortfolioMessage } from './portfolio.ts';

export type VenueMessage =
  | SocketMessage
  | { readonly kind: 'place'; readonly order: ApprovedOrder }
  | { readonly kind: 'amend'; readonly change: ApprovedAmendment }
  /** The incarnation before failed with this order in hand. */
  | { readonly kind: 'account-for'; readonly order: OrderIntent }
  | { readonly kind: 'cancel'; readonly clientId: string }
  /** Control wants the venue reconciled; a later token asks for a run that begins later. */
  | { readonly kind: 'reconcile'; readonly token: number }
  | { readonly kind: 'run-ended'; readonly outcome: ReconcileOutcome }
  | { readonly kind: 'answered'; readonly requestId: string; readonly outcome: HttpOutcome }
  | { readonly kind: 'cancel-all' | 'connect' | 'try-again' }
  | { readonly kind: 'lift-throttle' | 'verify' | 'watch' };

export interface VenueOptions extends VenueDeskOptions {
  readonly timers: Timers;
  /** What the journal knows, once everything in it has been applied. */
  readonly restore: () => Promise<VenueMemory>;
}

const WATCH_MS = 250;
const VERIFY_MS = 30_000;
const COMPARE_TIMEOUT_MS = 5_000;

interface VenueState {
  readonly desk: VenueDesk;
  link: WebSocketLink;
}

/**
 * One venue: the socket that carries orders out and reports in. Orders survive a crash through the
 * journal, and control lets nothing new leave before they are reconciled with the venue.
 */
export function venueActor(options: VenueOptions): ActorSpec<VenueState, VenueMessage> {
  const { net, log, timers, venue } = options;
  type Ctx = Context<VenueMessage>;

  const portOf = (ctx: Ctx, state: () => VenueState): VenueDeskPort => ({
    path: ctx.path,
    clock: ctx.clock,
    random: ctx.random,
    fenced: (callback) => ctx.fenced(callback),
    send(request, requestId) {
      if (typeof request === 'string') return state().link.send(request);
      return sendHttp<VenueMessage>(ctx, net, request, (outcome) => ({
        kind: 'answered',
        requestId,
        outcome,
      }));
    },
    open(url) {
      state().link = openSocket(ctx, net, url);
    },
    notOpened: (why) => void ctx.ingest({ kind: 'closed', line: 0, why, refused: null }),
    told(update) {
      ctx.send(address.portfolio, update);
      ctx.send(address.risk, update);
      if (update.kind === 'order-updated') ctx.send(placerOf(update.record.order), update);
    },
    dropped(kind, order) {
      ctx.send(address.risk, { kind, order });
      ctx.send(placerOf(order), { kind, order });
    },
    compare: (balances) =>
      ctx
        .ask<PortfolioMessage, readonly BalanceDifference[]>(
          address.portfolio,
          (reply) => ({ kind: 'compare', venue: venue.name, balances, reply }),
          COMPARE_TIMEOUT_MS,
        )
        .then(ok, (thrown) => err(reasonOf(thrown))),
    adjust: (differences) =>
      void ctx.send(address.portfolio, { kind: 'adjust', venue: venue.name, differences }),
    pause: (ms) => new Promise((resolve) => void timers.after(ms, ctx.fenced(resolve))),
    later: (what, ms) => ctx.timers.start(what, ms, { kind: what }),
    runEnded: (outcome) => void ctx.ingest({ kind: 'run-ended', outcome }),
    tellRisk: (news) => venueNews.forEach((to) => void ctx.send(to, news)),
    tellControl: (news) => void ctx.send(address.control, { ...news, venue: venue.name }),
  });

  const onClosed = ({ desk }: VenueState, why: string, ctx: Ctx): void => {
    const againMs = desk.onClosed(why);
    log('warn', ctx.path, 'disconnected', { why, againMs });
    ctx.timers.start('connect', againMs, { kind: 'connect' });
  };

  return {
    kind: 'venue',
    mailbox: { capacity: 8192, overflow: 'fail' },
    async start(ctx) {
      const memory = await options.restore();
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      ctx.timers.start('verify', VERIFY_MS, { kind: 'verify' }, { periodic: true });
      let state: VenueState;
      const desk = new VenueDesk(
        options,
        memory,
        portOf(ctx, () => state),
      );
      state = { desk, link: NO_LINK };
      desk.connect();
      return state;
    },
    receive(state, message, ctx) {
      const { desk } = state;
      if (message.kind === 'place') desk.entry.place(message.order);
      else if (message.kind === 'amend') desk.entry.amend(message.change);
      else if (message.kind === 'cancel') desk.entry.cancel(message.clientId);
      else if (message.kind === 'account-for') desk.entry.accountFor(message.order);
      else if (message.kind === 'frame') {
        if (desk.onFrame(message.frame, message.receivedNs) === 'closing') state.link.close();
      } else if (message.kind === 'opened') desk.onOpened();
      else if (message.kind === 'closed') onClosed(state, message.why, ctx);
      else if (message.kind === 'connect') desk.connect();
      else if (message.kind === 'answered') desk.onAnswered(message.requestId, message.outcome);
      else if (message.kind === 'cancel-all') desk.entry.cancelAll();
      else if (message.kind === 'reconcile') desk.reconcile(message.token);
      else if (message.kind === 'run-ended') desk.onRunEnded(message.outcome);
      else if (message.kind === 'try-again') desk.run('restart');
      else if (message.kind === 'lift-throttle') desk.liftThrottle();
      else if (message.kind === 'verify') desk.run('verify');
      else if (message.kind === 'watch') {
        desk.onTick();
        watchSocket(ctx.path, log, desk.connection, state.link, () => desk.ping());
      } else message.kind satisfies never;
      return state;
    },
    stop: ({ link }) => link.close(),
    view: ({ desk }) => desk.summary(),
  };
}
