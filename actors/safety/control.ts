import {
  ControlDesk,
  type ControlSummary,
  type ResetRefusal,
} from '../../src/control/control-desk.ts';
import type { ControlEvent } from '../../src/control/events.ts';
import type { Gate } from '../../src/control/gate.ts';
import type { Latch } from '../../src/control/latch.ts';
import type { RestoredMode } from '../../src/control/mode/restore.ts';
import type { StateSeal } from '../../src/control/mode/state-seal.ts';
import type { ModePolicy, RequestableMode } from '../../src/control/modes.ts';
import type { SafetyKernel } from '../../src/control/safety-kernel.ts';
import type { StopPolicy } from '../../src/control/stop/flatten-permit.ts';
import type { Result } from '../../src/core/result.ts';
import type { Log } from '../../src/ops/log.ts';
import type { ActorSpec } from '../runtime/actor-spec.ts';
import type { Reply } from '../runtime/ref.ts';
import type { SeverityMessage } from './severity-message.ts';
import { type StopMessage, stopPort } from './stop-port.ts';
import { venuePort } from './venue-port.ts';

export type ControlMessage =
  /** Every supervisor has started. */
  | { readonly kind: 'started' }
  | { readonly kind: 'fault'; readonly fault: string; readonly reason: string }
  | { readonly kind: 'cleared'; readonly fault: string }
  | { readonly kind: 'venue-connected'; readonly venue: string }
  | { readonly kind: 'venue-lost'; readonly venue: string; readonly reason: string }
  | { readonly kind: 'venue-reconciled'; readonly venue: string; readonly token: number }
  | { readonly kind: 'venue-stuck'; readonly venue: string; readonly reason: string }
  | {
      readonly kind: 'request-mode';
      readonly mode: RequestableMode;
      readonly by: string;
      readonly reason: string;
      readonly reply: Reply<ControlSummary>;
    }
  | StopMessage
  | SeverityMessage
  | {
      readonly kind: 'reset';
      readonly by: string;
      readonly reason: string;
      readonly reply: Reply<Result<void, ResetRefusal>>;
    }
  /** Answered once every venue agrees with the journal and nothing of ours rests. */
  | { readonly kind: 'settle'; readonly reply: Reply<true> }
  | { readonly kind: 'adopt-policy'; readonly policy: ModePolicy };

export interface ControlOptions {
  readonly gate: Gate;
  readonly latch: Latch;
  readonly seal: StateSeal;
  readonly kernel: SafetyKernel;
  readonly venues: readonly string[];
  /** The mode to come back at, once everything journaled has been applied. */
  readonly restore: () => Promise<RestoredMode>;
  /** Durable on return. @throws when it cannot be journaled */
  readonly journal: (event: ControlEvent) => void;
  /** How an emergency stops the desk; at once when it is not said. */
  readonly stop?: () => StopPolicy;
  /** Whether the tree was up before this incarnation: then it need not be told. */
  readonly isTreeUp: () => boolean;
  readonly log: Log;
}

const EVALUATE_MS = 250;

/**
 * Mode and gate of the desk. Survives a crash through journal and latch: Emergency stays, and
 * anything else comes back at Manual with the gate closed until every venue has been reconciled.
 */
export function controlActor(options: ControlOptions): ActorSpec<ControlDesk, ControlMessage> {
  return {
    kind: 'control',
    mailbox: { capacity: 1024, overflow: 'fail' },
    async start(ctx) {
      const desk = new ControlDesk(
        {
          ...options,
          clock: ctx.clock,
          ...venuePort(ctx),
          ...stopPort(ctx, options.stop),
          alert: (what, detail) => options.log('error', ctx.path, what, { detail }),
        },
        await options.restore(),
      );
      ctx.timers.start('evaluate', EVALUATE_MS, { kind: 'evaluate' }, { periodic: true });
      if (options.isTreeUp()) desk.started();
      return desk;
    },
    receive(desk, message, ctx) {
      switch (message.kind) {
        case 'started':
          desk.started();
          break;
        case 'fault':
          desk.fault(message.fault, message.reason);
          break;
        case 'cleared':
          desk.cleared(message.fault);
          break;
        case 'venue-connected':
          desk.venueConnected(message.venue);
          break;
        case 'venue-lost':
          desk.venueLost(message.venue, message.reason);
          break;
        case 'venue-reconciled':
          desk.venueReconciled(message.venue, message.token);
          break;
        case 'venue-stuck':
          desk.emergency(`venue:${message.venue}`, message.reason);
          break;
        case 'request-mode':
          desk.request(message.mode, message.by, message.reason);
          ctx.send(message.reply, desk.summary());
          break;
        case 'emergency':
          desk.emergency(message.by, message.reason, message.stop);
          break;
        case 'flattened':
          desk.flattened(message.left);
          break;
        case 'reset':
          ctx.send(message.reply, desk.reset(message.by, message.reason));
          break;
        case 'settle':
          desk.settle(() => void ctx.send(message.reply, true));
          break;
        case 'adopt-policy':
          desk.adopt(message.policy);
          break;
        case 'release':
          ctx.send(message.reply, desk.release(message.id, message.by));
          break;
        case 'severity-changed':
        case 'evaluate':
          desk.evaluate();
          break;
        default:
          message satisfies never;
      }
      return desk;
    },
    view: (desk) => desk.summary(),
  };
}
