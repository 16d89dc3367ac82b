import type { HttpReply, Net, NetFault } from '../../src/core/env.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import type { Result } from '../../src/core/result.ts';
import {
  type BackfillEvent,
  type BackfillJob,
  BackfillQueue,
} from '../../src/market/quality/backfill.ts';
import type { SequenceGap } from '../../src/market/quality/events.ts';
import type { TapeRelay } from '../../src/storage/columns/tape-relay.ts';
import { BackfillDesk, type BackfillQuestion } from '../../src/venues/history/backfill-desk.ts';
import type { TradeHistory } from '../../src/venues/history/trade-history.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import { sendHttp } from '../socket.ts';

export type BackfillMessage =
  | SequenceGap
  | { readonly kind: 'watch' }
  | { readonly kind: 'answered'; readonly outcome: Result<HttpReply, NetFault> };

export interface BackfillOptions {
  readonly instruments: readonly Instrument[];
  /** By name of the venue. */
  readonly histories: ReadonlyMap<string, TradeHistory>;
  readonly stakeOf: (instrument: number) => BackfillJob['stake'];
  /** What the journal has of jobs that have not ended. */
  readonly restore: () => Promise<readonly BackfillJob[]>;
  /** @throws when it cannot be journaled */
  readonly journal: (event: BackfillEvent) => void;
  /** Null where nothing is recorded. */
  readonly tape: TapeRelay | null;
  readonly net: Net;
}

const WATCH_MS = 500;

interface BackfillState {
  readonly desk: BackfillDesk;
  /** What was asked and not answered yet. */
  asked: BackfillQuestion | null;
}

/**
 * Fetches trades that were missed from the venues' histories, one question at a time. The journal
 * has every job, so a crash or a kill loses none: it is asked again from where it stood.
 */
export function backfillActor(options: BackfillOptions): ActorSpec<BackfillState, BackfillMessage> {
  const { journal, tape, net } = options;
  type Ctx = Context<BackfillMessage>;

  const askNext = (state: BackfillState, ctx: Ctx): void => {
    if (state.asked !== null) return;
    state.asked = state.desk.next(ctx.clock.now());
    if (state.asked === null) return;
    const { request } = state.asked.query;
    sendHttp<BackfillMessage>(ctx, net, request, (outcome) => ({ kind: 'answered', outcome }));
  };

  return {
    kind: 'backfill',
    mailbox: { capacity: 4_096, overflow: 'reject' },
    async start(ctx) {
      const jobs = await options.restore();
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      const queue = new BackfillQueue({
        all: () => jobs,
        put: (job) => journal({ kind: 'backfill-queued', job }),
        remove: (id, outcome) => journal({ kind: 'backfill-ended', id, outcome }),
      });
      const desk = new BackfillDesk(
        {
          ...options,
          queue,
          record: (trade) => tape?.onBackfilled(trade),
          tell: (found) => void ctx.send(address.quality, found),
        },
        ctx.clock.now(),
      );
      return { desk, asked: null };
    },
    receive(state, message, ctx) {
      if (message.kind === 'gap-found') state.desk.onGap(message, ctx.clock.now());
      else if (message.kind === 'watch') askNext(state, ctx);
      else if (message.kind === 'answered') {
        const { asked } = state;
        state.asked = null;
        const clocks = { nowMs: ctx.clock.now(), monoNs: ctx.clock.mono() };
        if (asked !== null) {
          state.desk.onAnswer(asked.job, asked.query.decode(message.outcome), clocks);
        }
      } else message satisfies never;
      return state;
    },
    view: ({ desk }) => desk.summary(),
  };
}
