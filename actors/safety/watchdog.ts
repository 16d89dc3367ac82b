import { MissedBeats } from '../../hardware/watchdog/missed-beats.ts';
import { PettingRound } from '../../hardware/watchdog/petting.ts';
import { type VitalSign, VitalSigns } from '../../hardware/watchdog/vital-signs.ts';
import type { Log } from '../../src/ops/log.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';

export type WatchdogMessage =
  /** The stop lives. */
  | { readonly kind: 'beat' }
  | { readonly kind: 'look' }
  /** A period in which everybody had to live is over. */
  | { readonly kind: 'round' };

export interface WatchdogOptions {
  readonly beatMs: number;
  /** Closes gate and latch at once. */
  readonly trip: (reason: string) => void;
  /** Whoever resets this host or this service when it is not petted; null when nobody does. */
  readonly pets: { pet(): void } | null;
  /** Actors that have to live for a pet, by path. */
  readonly required: readonly string[];
  readonly signs: () => readonly VitalSign[];
  readonly log: Log;
}

/** A device that resets within seconds is petted several times before it does. */
export const ROUND_MS = 500;
/** The gate is read before every order: it lives as long as what feeds it does. */
const GATE = 'gate';

interface State {
  readonly beats: MissedBeats;
  readonly vitals: VitalSigns;
  readonly round: PettingRound;
  /** Who did not answer in the last round. */
  missing: string;
}

/**
 * Watches the stop itself: three beats missed trip it. Where the host or systemd watches this
 * process it tells them that everybody lives, and nothing when somebody hangs, however lively the
 * event loop is. It holds nothing that a crash could lose.
 */
export function watchdogActor(options: WatchdogOptions): ActorSpec<State, WatchdogMessage> {
  const { beatMs, trip, pets, required, signs, log } = options;

  const endRound = (state: State, ctx: Context<WatchdogMessage>): void => {
    const { beats, vitals, round } = state;
    if (!beats.isLost) round.answered(GATE);
    const alive = vitals.look(signs());
    for (const path of required.filter((each) => alive.includes(each))) round.answered(path);
    const missing = round.close().join(', ');
    if (missing === '') pets?.pet();
    if (missing !== state.missing) {
      if (missing !== '') log('error', ctx.path, 'not-petted', { missing });
      state.missing = missing;
    }
  };

  return {
    kind: 'watchdog',
    start(ctx) {
      ctx.timers.start('look', beatMs, { kind: 'look' }, { periodic: true });
      if (pets !== null) {
        ctx.timers.start('round', ROUND_MS, { kind: 'round' }, { periodic: true });
      }
      return {
        beats: new MissedBeats(),
        vitals: new VitalSigns(),
        round: new PettingRound([GATE, ...required]),
        missing: '',
      };
    },
    receive(state, message, ctx) {
      switch (message.kind) {
        case 'beat':
          state.beats.beat();
          break;
        case 'look':
          if (state.beats.look()) trip('the stop has missed three beats');
          break;
        default:
          message.kind satisfies 'round';
          endRound(state, ctx);
      }
      return state;
    },
    view: ({ beats, missing }) => ({ isBeatLost: beats.isLost, missing }),
  };
}
