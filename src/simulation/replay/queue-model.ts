import { err, ok, type Result } from '../../core/result.ts';

/**
 * Who leaves when a level shrinks by cancellations, which a recording by levels does not tell.
 * `risk-averse`: always somebody behind us, as long as there is anybody. `power` and `log`: the
 * larger part, the more so the higher n, from the larger side of the queue.
 */
export type QueueModel =
  | { readonly kind: 'risk-averse' }
  | { readonly kind: 'power'; readonly n: number }
  | { readonly kind: 'log' };

export const DEFAULT_QUEUE_MODEL: QueueModel = { kind: 'risk-averse' };

/** Exponents of the power model: below 1 it is no queue, above 10 it is the larger side alone. */
const EXPONENTS = [1, 10] as const;

/**
 * What is in front of an order after a part of its level was taken back.
 *
 * risk-averse: min(front, front + back − canceled). The others put the share
 * f(back) / (f(back) + f(front)) of the cancellations behind, with f(x) = xⁿ or ln(1 + x), never
 * more than is there, and the rest in front.
 *
 * @param front, back, canceled lots of others in front and behind, and how many left; canceled is
 *   at most front + back
 * @param lotSize one lot in units of base, in which ln(1 + x) is taken
 * @returns whole lots, rounded up, 0 … front
 * @see hftbacktest, "Probability queue position models": PowerProbQueueFunc, LogProbQueueFunc
 */
export function frontAfter(
  model: QueueModel,
  level: { readonly front: number; readonly back: number; readonly canceled: number },
  lotSize: number,
): number {
  const { front, back, canceled } = level;
  const behind = Math.min(back, canceled * shareBehind(model, front * lotSize, back * lotSize));
  return Math.max(0, Math.min(front, Math.ceil(front - (canceled - behind))));
}

function shareBehind(model: QueueModel, front: number, back: number): number {
  if (model.kind === 'risk-averse' || front === 0) return 1;
  const weigh = (x: number): number => (model.kind === 'log' ? Math.log1p(x) : x ** model.n);
  return weigh(back) / (weigh(back) + weigh(front));
}

/** Reads `risk-averse`, `power N` or `log`; else a sentence. */
export function parseQueueModel(text: string): Result<QueueModel, string> {
  if (text === 'risk-averse' || text === 'log') return ok({ kind: text });
  const n = Number(/^power (\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  const [least, most] = EXPONENTS;
  if (n >= least && n <= most) return ok({ kind: 'power', n });
  return err(`found ${text}, wanted risk-averse, power ${least} to power ${most}, or log`);
}
