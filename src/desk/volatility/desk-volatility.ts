import { type VolatilityOptions, volatilityActor } from '../../../actors/market-data/volatility.ts';
import type { Spawnable } from '../../../actors/runtime/blueprint.ts';
import { nodeTimers } from '../../core/node-env.ts';
import { VolatilityBoard } from '../../risk/volatility/live/board.ts';
import type { DeskParts } from '../desk-parts.ts';
import { threadCalibrator, turnCalibrator } from './calibrators.ts';

export interface DeskVolatility {
  /** Read by whoever decides over orders; it survives the actor, and says when it is too old. */
  readonly board: VolatilityBoard;
  readonly start: () => Spawnable;
}

/** What follows the volatility of a desk; null where its configuration does not ask for it. */
export function deskVolatility(
  { config, instruments, env, isClockReal }: DeskParts,
  record: VolatilityOptions['record'],
): DeskVolatility | null {
  const settings = config.volatility;
  if (settings === undefined) return null;
  const board = new VolatilityBoard({
    instruments: instruments.length,
    periodMs: settings.periodSeconds * 1_000,
    staleMs: settings.staleSeconds * 1_000,
  });
  return {
    board,
    start: () =>
      volatilityActor({
        ...{ instruments, settings, board, record },
        calibrator: (failed) =>
          isClockReal ? threadCalibrator(nodeTimers, failed) : turnCalibrator(env.timers),
      }),
  };
}
