import type { BreakerEvent } from '../../../risk/breakers/events.ts';
import { RUNGS } from '../../../risk/ladders/de-risking.ts';
import type { RungChanged } from '../../../risk/ladders/rung-changed.ts';
import { choice, object, text } from '../fields.ts';

type BreakerOpened = Extract<BreakerEvent, { readonly kind: 'breaker-opened' }>;

/** A breaker that has opened. */
export const breakerFields = object<Omit<BreakerOpened, 'kind'>>({
  control: text,
  scope: text,
  severity: text,
  reset: text,
  measured: text,
  limit: text,
  regime: text,
});

/** A control that stands on another rung. */
export const rungFields = object<Omit<RungChanged, 'kind'>>({
  control: text,
  from: choice(RUNGS),
  to: choice(RUNGS),
  measure: text,
  measured: text,
  limit: text,
  use: text,
});
