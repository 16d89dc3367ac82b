import {
  KillSwitch,
  type KillSwitchOptions,
  type StopRequest,
} from '../../hardware/estop/kill-switch.ts';
import { type SelfTestOptions, SelfTestWatch } from '../../hardware/estop/self-test-watch.ts';
import type { Levels } from '../../hardware/estop/signals.ts';
import type { Level } from '../../hardware/gpio/port.ts';
import type { Mode } from '../../src/control/gate.ts';
import type { Result } from '../../src/core/result.ts';
import type { Log } from '../../src/ops/log.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { Reply } from '../runtime/ref.ts';

export type KillSwitchMessage =
  /** Time to look at the pins. */
  | { readonly kind: 'beat' }
  /** A driver has seen an edge; null when the pin cannot be read any more. */
  | {
      readonly kind: 'edge';
      readonly signal: keyof Levels;
      readonly level: Level | null;
      readonly atNs: number;
    }
  | ({ readonly kind: 'trip' } & StopRequest)
  | { readonly kind: 'acknowledge'; readonly by: string; readonly reply: Reply<boolean> }
  | {
      readonly kind: 'permit-reset';
      readonly by: string;
      readonly reason: string;
      readonly reply: Reply<Result<void, string>>;
    }
  /** What control made of it; null when it reset. */
  | {
      readonly kind: 'reset-ended';
      readonly by: string;
      readonly reason: string;
      readonly modeBefore: Mode;
      readonly refusal: string | null;
    }
  /** The self-test has ended; null when it passed. */
  | { readonly kind: 'self-tested'; readonly fault: string | null };

export interface KillSwitchActorOptions
  extends Omit<KillSwitchOptions, 'clock' | 'stop' | 'alert'>,
    Omit<SelfTestOptions, 'told' | 'backend'> {
  readonly beatMs: number;
  readonly log: Log;
}

interface State {
  readonly desk: KillSwitch;
  readonly tests: SelfTestWatch;
}

/** What keeps the desk in Manual as long as the stop is not known to work. */
const SELF_TEST = 'self-test';

/**
 * The emergency stop. Survives a crash through the latch, the pins and its record: it comes back
 * tripped when it was, or when a contact is open.
 */
export function killSwitchActor(
  options: KillSwitchActorOptions,
): ActorSpec<State, KillSwitchMessage> {
  const { log, beatMs, startFault } = options;
  type Ctx = Context<KillSwitchMessage>;

  const onSelfTest = (desk: KillSwitch, fault: string | null, ctx: Ctx): void => {
    desk.note(fault === null ? 'self-test:passed' : 'self-test:failed', ctx.path, fault ?? '');
    log(fault === null ? 'info' : 'error', ctx.path, SELF_TEST, { fault });
    if (fault === null) ctx.send(address.control, { kind: 'cleared', fault: SELF_TEST });
    else ctx.send(address.control, { kind: 'fault', fault: SELF_TEST, reason: fault });
  };

  return {
    kind: 'kill-switch',
    mailbox: { capacity: 1024, overflow: 'fail' },
    start(ctx) {
      const desk = new KillSwitch({
        ...options,
        clock: ctx.clock,
        stop(by, reason) {
          log('fatal', ctx.path, 'emergency-stop', { by, reason });
          ctx.send(address.control, { kind: 'emergency', by, reason });
        },
        alert: (what, detail) => log('error', ctx.path, what, { detail }),
      });
      const told = (fault: string | null) =>
        void ctx.send(ctx.self, { kind: 'self-tested', fault });
      const tests = new SelfTestWatch({ ...options, told });
      onSelfTest(desk, startFault, ctx);
      ctx.timers.start('beat', beatMs, { kind: 'beat' }, { periodic: true });
      return { desk, tests };
    },
    receive(state, message, ctx) {
      const { desk, tests } = state;
      switch (message.kind) {
        case 'beat':
          desk.beat();
          tests.look(desk.state.cause !== null);
          break;
        case 'edge':
          desk.edge(message.signal, message.level, message.atNs);
          break;
        case 'trip':
          desk.request(message);
          break;
        case 'acknowledge':
          ctx.send(message.reply, desk.acknowledge(message.by));
          break;
        case 'permit-reset':
          ctx.send(message.reply, desk.permitReset(message.by, message.reason));
          break;
        case 'reset-ended':
          desk.resetEnded(message, message.refusal);
          break;
        case 'self-tested':
          onSelfTest(desk, message.fault, ctx);
          break;
        default:
          message satisfies never;
      }
      return state;
    },
    view: ({ desk }) => desk.state,
  };
}
