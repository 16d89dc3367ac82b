import type { Spawnable } from '../../../actors/runtime/blueprint.ts';
import { type SizingOptions, sizingActor } from '../../../actors/trading/sizing.ts';
import type { SafetyKernel } from '../../control/safety-kernel.ts';
import type { Instrument } from '../../core/instrument.ts';
import { SizeBoard } from '../../risk/sizing/board.ts';
import type { SizeHeld } from '../../strategies/size-held.ts';
import type { DeskParts } from '../desk-parts.ts';

export interface DeskSizing {
  /** Read by the pre-trade check and the strategies; it survives the actor, and grows old. */
  readonly board: SizeBoard;
  readonly start: () => Spawnable;
  /**
   * Says what a strategy is held to: what the board has, scaled as the pre-trade check scales it.
   * Constant time, no allocation.
   */
  readonly holdOf: (label: string, instrument: number) => (nowNs: number, size: SizeHeld) => void;
}

/** What works out how large the positions of a desk may become. */
export function deskSizing(
  parts: DeskParts,
  kernel: SafetyKernel,
  record: SizingOptions['record'],
): DeskSizing {
  const { instruments, venues, env, config, gate } = parts;
  const board = new SizeBoard({
    instruments: instruments.length,
    staleMs: config.sizing.staleSeconds * 1_000,
    bornNs: env.clock.mono(),
  });
  const traded = instruments
    .filter(({ venue, symbol }) =>
      config.strategies.some((each) => each.venue === venue && each.symbol === symbol),
    )
    .map(({ index }) => index);
  return {
    board,
    start: () =>
      sizingActor({
        ...{ instruments, traded, board, record },
        settings: () => parts.config.sizing,
      }),
    holdOf(label, instrument) {
      const { venue } = instruments[instrument] as Instrument;
      const at = venues.findIndex(({ name }) => name === venue);
      return (nowNs, size) => {
        const raised = kernel.sizeScale(at, instrument, label);
        const scale = Math.min(gate.permissions.riskScale, raised);
        size.positionLots = Math.floor(board.positionLots(instrument, nowNs) * scale);
        size.orderLots = Math.floor(board.orderLots(instrument, nowNs) * scale);
      };
    },
  };
}
