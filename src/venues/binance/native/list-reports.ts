import { lotsOf } from '../../../core/units.ts';
import type { Report } from '../../../execution/report.ts';
import { arrayIn, objectIn, textOf, type WireObject, wholeOf } from '../wire.ts';
import { isStopName, orderNameOf } from './pair-names.ts';

/** Which of the desk's orders a report of Binance is about, and as what. */
export interface Subject {
  readonly clientId: string;
  /** `target` and `stop` are the legs of a pair. */
  readonly part: 'order' | 'target' | 'stop';
}

/** @param name the client id of the order in the report */
export function subjectOf(event: WireObject, name: string): Subject {
  const listId = event['g'];
  if (typeof listId !== 'number' || listId < 0) return { clientId: name, part: 'order' };
  return { clientId: orderNameOf(name), part: isStopName(name) ? 'stop' : 'target' };
}

/** Whether the order of a report is, or was, one with a trigger. */
export function hasTrigger(event: WireObject): boolean {
  const type = event['o'];
  if (typeof type !== 'string') return false;
  return type.startsWith('STOP_LOSS') || type.startsWith('TAKE_PROFIT');
}

/**
 * What the end of a list says: nothing more comes of either leg. What came of the pair is in the
 * reports of its legs; if they have not settled it the venue is asked.
 */
export function listReports(event: WireObject): readonly Report[] {
  if (event['L'] !== 'ALL_DONE') return [];
  const legs = arrayIn(event['O'], 'orders of a list').map((leg) => objectIn(leg, 'leg'));
  const targets = legs.filter((leg) => !isStopName(textOf(leg, 'c')));
  return targets.map((leg) => ({
    kind: 'progressed',
    clientId: textOf(leg, 'c'),
    venueOrderId: String(wholeOf(leg, 'i')),
    filledLots: lotsOf(0),
    hasEnded: true,
  }));
}
