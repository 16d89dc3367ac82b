import {
  KillSwitch,
  type KillSwitchOptions,
  type StopRequest,
} from '../../hardware/estop/kill-switch.ts';
import type { Levels } from '../../hardware/estop/signals.ts';
import type { Level } from '../../hardware/gpio/port.ts';
import type { Mode } from '../../src/control/gate.ts';
import type { Result } from '../../src/core/result.ts';
import { address } from '../addresses.ts';
import type { ActorSpec } from '../runtime/actor-spec.ts';
import type { Reply } from '../runtime/ref.ts';
import { type StopChecks, type StopChecksOptions, stopChecks } from './stop-checks.ts';

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
  /** Somebody has pressed the button and seen the desk stop; or may the desk be reset? */
  | {
      readonly kind: 'prove' | 'permit-reset';
      readonly by: string;
      readonly reason: string;
      readonly reply: Reply<Result<void, string>>;
    }
  /** What control made of a reset that was permitted; null when it reset. */
  | {
      readonly kind: 'reset-ended';
      readonly by: string;
      readonly reason: string;
      readonly modeBefore: Mode;
      readonly refusal: string | null;
    };

export interface KillSwitchActorOptions
  extends Omit<KillSwitchOptions, 'clock' | 'stop' | 'alert'>,
    StopChecksOptions {
  readonly beatMs: number;
}

interface State extends StopChecks {
  readonly desk: KillSwitch;
}

/**
 * The emergency stop. Survives a crash through the latch and the pins: it comes back tripped when
 * it was, or when a contact is open. The date of the proof test survives in the journal.
 */
export function killSwitchActor(
  options: KillSwitchActorOptions,
): ActorSpec<State, KillSwitchMessage> {
  const { log, beatMs } = options;
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
      ctx.timers.start('beat', beatMs, { kind: 'beat' }, { periodic: true });
      return { desk, ...stopChecks(options, desk, ctx) };
    },
    receive(state, message, ctx) {
      const { desk, selfTest, proofs } = state;
      switch (message.kind) {
        case 'beat':
          desk.beat();
          selfTest.look(desk.state.cause !== null);
          proofs.look();
          ctx.send(address.watchdog, { kind: 'beat' });
          ctx.send(address.indicator, { kind: 'beat', stop: desk.state, atNs: ctx.clock.mono() });
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
        case 'prove':
          ctx.send(message.reply, prove(state, message.by, message.reason));
          break;
        case 'permit-reset':
          ctx.send(message.reply, desk.permitReset(message.by, message.reason));
          break;
        default:
          message.kind satisfies 'reset-ended';
          desk.resetEnded(message, message.refusal);
      }
      return state;
    },
    view: ({ desk, proofs }) => ({ stop: desk.state, provenMs: proofs.lastMs }),
  };
}

function prove({ desk, proofs }: State, by: string, reason: string): Result<void, string> {
  const proven = proofs.prove(desk.pressedUs);
  desk.note(proven.ok ? 'proof:passed' : 'proof:refused', by, proven.ok ? reason : proven.error);
  return proven;
}
