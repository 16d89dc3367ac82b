import type { ControlSummary } from '../../src/control/control-desk.ts';
import type { HttpReply, Net, NetFault } from '../../src/core/env.ts';
import { type Result, reasonOf } from '../../src/core/result.ts';
import type { AlertRow } from '../../src/ops/alerts/alert-board.ts';
import {
  AlertDesk,
  type AlertDeskOptions,
  type AlertMemory,
  type JournaledAlertSource,
} from '../../src/ops/alerts/alert-desk.ts';
import type { Log } from '../../src/ops/log.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { Reply } from '../runtime/ref.ts';

export type AlertsMessage =
  | ({ readonly kind: 'journaled' } & JournaledAlertSource)
  | {
      readonly kind: 'acknowledge';
      readonly id: number;
      readonly by: string;
      readonly reason: string;
      readonly reply: Reply<Result<AlertRow, string>>;
    }
  | { readonly kind: 'watch' }
  | { readonly kind: 'post' }
  | { readonly kind: 'posted'; readonly outcome: Result<HttpReply, NetFault> };

export interface AlertsOptions
  extends Pick<AlertDeskOptions, 'acknowledgeMs' | 'webhook' | 'journal' | 'mode'> {
  readonly restore: () => Promise<AlertMemory>;
  /** From here on whoever was given before is told no more. */
  readonly listen: (tell: (source: JournaledAlertSource) => void) => void;
  readonly net: Pick<Net, 'http'>;
  readonly log: Log;
}

/** What the view of this actor shows. */
export interface AlertsView {
  readonly rows: readonly AlertRow[];
  readonly waiting: number;
}

const WATCH_MS = 1_000;
const ASK_MS = 5_000;

/**
 * Tells people. What was told survives a crash through the journal, and what happens meanwhile is
 * told after it; posts that waited are lost with it.
 */
export function alertsActor(options: AlertsOptions): ActorSpec<AlertDesk, AlertsMessage> {
  const { net, log, restore, listen, ...settings } = options;

  const effects = (ctx: Context<AlertsMessage>): AlertDeskOptions => ({
    ...settings,
    clock: ctx.clock,
    random: ctx.random,
    lower(mode, reason) {
      const request = (reply: Reply<ControlSummary>) =>
        ({ kind: 'request-mode', mode, by: ctx.path, reason, reply }) as const;
      ctx.ask(address.control, request, ASK_MS).catch((thrown) => {
        log('error', ctx.path, 'mode-not-lowered', { reason: reasonOf(thrown) });
      });
    },
    post(request) {
      const done = (outcome: Result<HttpReply, NetFault>): void => {
        ctx.ingest({ kind: 'posted', outcome });
      };
      net.http(request, ctx.fenced(done));
    },
    postLater: (afterMs) => ctx.timers.start('post', afterMs, { kind: 'post' }),
    log: (level, kind, fields) => log(level, ctx.path, kind, fields),
  });

  return {
    kind: 'alerts',
    // Whatever is lost here is in the journal.
    mailbox: { capacity: 1024, overflow: 'reject' },
    async start(ctx) {
      // Before the restore: what happens meanwhile waits in the mailbox, and is taken once.
      listen((source) => void ctx.send(ctx.self, { kind: 'journaled', ...source }));
      const desk = new AlertDesk(effects(ctx), await restore());
      ctx.timers.start('watch', WATCH_MS, { kind: 'watch' }, { periodic: true });
      return desk;
    },
    receive(desk, message, ctx) {
      switch (message.kind) {
        case 'journaled':
          desk.take(message);
          break;
        case 'acknowledge':
          ctx.send(message.reply, desk.acknowledge(message.id, message.by, message.reason));
          break;
        case 'watch':
          desk.watch();
          break;
        case 'post':
          desk.postNext();
          break;
        case 'posted':
          desk.onAnswer(message.outcome);
          break;
        default:
          message satisfies never;
      }
      return desk;
    },
    view: ({ rows, waiting }): AlertsView => ({ rows, waiting }),
  };
}
