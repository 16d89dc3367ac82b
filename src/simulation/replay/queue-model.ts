import { err, ok, type Result } from '../../core/result.ts';
import {
  frontAfter,
  type QueueModel,
  shareBehind,
} from '../../market/microstructure/queue-position.ts';

export const DEFAULT_QUEUE_MODEL: QueueModel = { kind: 'risk-averse' };

/** Exponents of the power model: below 1 it is no queue, above 10 it is the larger side alone. */
const EXPONENTS = [1, 10] as const;

/**
 * What is in front of an order of a recording after a part of its level was taken back.
 *
 * @param front, back, canceled lots of others in front and behind, and how many left; canceled is
 *   at most front + back
 * @param lotSize one lot in units of base, in which ln(1 + x) is taken
 * @returns whole lots, rounded up, 0 … front
 */
export function lotsInFront(
  model: QueueModel,
  level: { readonly front: number; readonly back: number; readonly canceled: number },
  lotSize: number,
): number {
  const { front, back, canceled } = level;
  const chance = shareBehind(model, { front: front * lotSize, back: back * lotSize });
  return Math.ceil(frontAfter({ front, back }, canceled, chance));
}

/** Reads `risk-averse`, `power N` or `log`; else a sentence. */
export function parseQueueModel(text: string): Result<QueueModel, string> {
  if (text === 'risk-averse' || text === 'log') return ok({ kind: text });
  const n = Number(/^power (\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  const [least, most] = EXPONENTS;
  if (n >= least && n <= most) return ok({ kind: 'power', n });
  return err(`found ${text}, wanted risk-averse, power ${least} to power ${most}, or log`);
}
