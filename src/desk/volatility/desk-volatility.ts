import {
  type VolatilityOptions,
  volatilityActor,
  type WarmUp,
} from '../../../actors/market-data/volatility.ts';
import type { Spawnable } from '../../../actors/runtime/blueprint.ts';
import type { Net } from '../../core/env.ts';
import { nodeTimers } from '../../core/node-env.ts';
import { VolatilityBoard } from '../../risk/volatility/live/board.ts';
import { isWarmable } from '../../risk/volatility/live/warm-start.ts';
import { CandleDesk } from '../../venues/history/candle-desk.ts';
import { MINUTE_MS } from '../../venues/history/candle-history.ts';
import { quietNet } from '../../venues/session/quiet-net.ts';
import type { DeskParts } from '../desk-parts.ts';
import { threadCalibrator, turnCalibrator } from './calibrators.ts';

export interface DeskVolatility {
  /** Read by whoever decides over orders; it survives the actor, and says when it is too old. */
  readonly board: VolatilityBoard;
  readonly start: () => Spawnable;
}

/** What follows the volatility of a desk; null where its configuration does not ask for it. */
export function deskVolatility(
  parts: DeskParts,
  record: VolatilityOptions['record'],
): DeskVolatility | null {
  const { config, instruments, env, isClockReal, log } = parts;
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
        ...{ instruments, settings, board, record, log },
        warmUp: settings.warmStart ? warmUpOf(parts, settings.returns, board.periodMs) : null,
        calibrator: (failed) =>
          isClockReal ? threadCalibrator(nodeTimers, failed) : turnCalibrator(env.timers),
      }),
  };
}

/** Candles are of a minute, so that other periods begin cold. */
function warmUpOf(
  { instruments, venues, env }: DeskParts,
  returns: number,
  periodMs: number,
): WarmUp | null {
  if (!isWarmable(periodMs)) return null;
  const byName = new Map(venues.map((venue) => [venue.name, venue]));
  const nets = instruments.map(({ venue }) => {
    const quiet = byName.get(venue)?.quiet;
    return quiet === undefined ? env.net : quietNet(env, quiet);
  });
  const histories = new Map(venues.map(({ name, candles }) => [name, candles]));
  // A return is between two prices.
  const minutes = ((returns + 1) * periodMs) / MINUTE_MS;
  return {
    open: (nowMs) => new CandleDesk({ instruments, histories, minutes }, nowMs),
    netOf: (instrument) => nets[instrument] as Net,
  };
}
