/**
 * Who leaves when a level shrinks by cancellations, which a book by levels does not tell.
 * `risk-averse`: always somebody behind us, as long as there is anybody. `power` and `log`: the
 * larger part, the more so the higher n, from the larger side of the queue; `power` with n = 1 is
 * in proportion.
 */
export type QueueModel =
  | { readonly kind: 'risk-averse' }
  | { readonly kind: 'power'; readonly n: number }
  | { readonly kind: 'log' };

/** A level of a book as one of its orders sees it, in one unit. */
export interface QueuePlace {
  readonly front: number;
  readonly back: number;
}

/**
 * The chance that a cancellation was behind us, f(back) / (f(back) + f(front)) with f(x) = xⁿ or
 * ln(1 + x); 1 for `risk-averse` and where nobody is in front.
 *
 * @see hftbacktest, "Probability queue position models": PowerProbQueueFunc, LogProbQueueFunc
 */
export function shareBehind(model: QueueModel, { front, back }: QueuePlace): number {
  if (model.kind === 'risk-averse' || front === 0) return 1;
  const weigh = (x: number): number => (model.kind === 'log' ? Math.log1p(x) : x ** model.n);
  return weigh(back) / (weigh(back) + weigh(front));
}

/**
 * What is in front of an order after `canceled` left its level that no trade explains. Trades are
 * taken off the front before, or each print would advance us twice.
 *
 * front − (1 − P) c + min(back − P c, 0), within 0 … front: what cannot have been behind us was in
 * front.
 *
 * @param canceled at most front + back
 * @param chanceBehind P, as `shareBehind` says
 */
export function frontAfter(
  { front, back }: QueuePlace,
  canceled: number,
  chanceBehind: number,
): number {
  const behind = Math.min(back, canceled * chanceBehind);
  return Math.max(0, Math.min(front, front - (canceled - behind)));
}
