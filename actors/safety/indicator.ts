import { LampPanel, type LampPins } from '../../hardware/estop/lamp-panel.ts';
import type { EstopState } from '../../hardware/estop/state.ts';
import type { GpioBackend } from '../../hardware/gpio/port.ts';
import type { Gate } from '../../src/control/gate.ts';
import type { ActorSpec } from '../runtime/actor-spec.ts';

export type IndicatorMessage =
  /** The stop lives, and this is how it stands. */
  | { readonly kind: 'beat'; readonly stop: EstopState; readonly atNs: number }
  | { readonly kind: 'refresh' };

export interface IndicatorOptions {
  readonly backend: GpioBackend;
  readonly lamps: LampPins;
  readonly gate: Gate;
  /** How often the stop beats. */
  readonly beatMs: number;
  readonly refreshMs: number;
}

interface State {
  readonly panel: LampPanel;
  stop: EstopState | null;
  beatUs: number | null;
}

/**
 * Lamps, buzzer and heartbeat. Nothing survives a crash, and nothing has to: what is shown follows
 * from the latch. When it ends the lamps are dark, which means "failed".
 */
export function indicatorActor(options: IndicatorOptions): ActorSpec<State, IndicatorMessage> {
  const { backend, lamps, gate, beatMs, refreshMs } = options;
  return {
    kind: 'indicator',
    start(ctx) {
      ctx.timers.start('refresh', refreshMs, { kind: 'refresh' }, { periodic: true });
      return { panel: new LampPanel(backend, lamps, beatMs * 1_000), stop: null, beatUs: null };
    },
    receive(state, message, ctx) {
      if (message.kind === 'beat') {
        state.stop = message.stop;
        state.beatUs = Math.floor(message.atNs / 1_000);
        return state;
      }
      const isDegraded = gate.mode !== 'full-auto' || gate.isClosed;
      const isStopped = gate.isClosedBy('emergency');
      const { stop, beatUs, panel } = state;
      const atUs = Math.floor(ctx.clock.mono() / 1_000);
      panel.show({ stop, beatUs, isStopped, isDegraded }, atUs);
      return state;
    },
    stop: ({ panel }) => panel.dark(),
  };
}
