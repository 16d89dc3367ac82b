import type { Millis } from '../../core/units.ts';

/**
 * `notice`: a person has done something. `warning`: worth a look, and the desk goes on by itself.
 * `critical`: a person has to look; the desk trades less and less until one has.
 */
export const ALERT_LEVELS = ['notice', 'warning', 'critical'] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];

export interface Alert {
  /** Sequence of the event in the journal that it is about, so it is the same after a restart. */
  readonly id: number;
  readonly level: AlertLevel;
  /** What happened, in kebab-case: the kind of the event, or what it tells. */
  readonly what: string;
  /** Who did it, or where it happened. */
  readonly by: string;
  /** For people; secrets masked, bounded. */
  readonly text: string;
  readonly at: Millis;
}

/** What alerts themselves add to the journal. */
export type AlertEvent =
  | {
      readonly kind: 'alert-raised';
      readonly id: number;
      readonly level: AlertLevel;
      readonly what: string;
      readonly by: string;
      readonly text: string;
    }
  | {
      readonly kind: 'alert-acknowledged';
      readonly id: number;
      readonly by: string;
      readonly reason: string;
    };
