import { type Instrument, lotsBelow } from '../../../../core/instrument.ts';
import type { Report } from '../../../../execution/report.ts';
import { textOf, WireFault, type WireObject, wholeOf, wordIn } from '../../wire.ts';
import { assertOneWay } from '../account.ts';
import { algoName } from './algo-order.ts';

/**
 * What `ALGO_UPDATE` says of an order that waits, or has waited, for its trigger. The order that
 * is made of it bears its client id, and its fills come as those of any order, often before the
 * news that it has woken.
 *
 * @throws WireFault
 */
export function algoReports(order: WireObject, instrument: Instrument): readonly Report[] {
  assertOneWay(textOf(order, 'ps'), 'ps');
  const clientId = textOf(order, 'caid');
  const status = textOf(order, 'X');
  switch (status) {
    case 'NEW':
      return [{ kind: 'accepted', clientId, venueOrderId: algoName(order, 'aid') }];
    // Nothing is made of it yet.
    case 'TRIGGERING':
      return [];
    case 'TRIGGERED':
      return [{ kind: 'triggered', clientId, venueOrderId: madeId(order) }];
    case 'FINISHED': {
      const venueOrderId = madeId(order);
      const filledLots = lotsBelow(instrument, textOf(order, 'aq'));
      return [
        { kind: 'triggered', clientId, venueOrderId },
        { kind: 'progressed', clientId, venueOrderId, filledLots, hasEnded: true },
      ];
    }
    case 'CANCELED':
      return [{ kind: 'ended', clientId, how: 'canceled', reason: 'canceled' }];
    case 'EXPIRED':
      return [{ kind: 'ended', clientId, how: 'expired', reason: whyOf(order, 'expired') }];
    // The matching engine would not have it: its margin, or nothing left to reduce.
    case 'REJECTED':
      return [{ kind: 'ended', clientId, how: 'rejected', reason: whyOf(order, 'rejected') }];
    default:
      throw new WireFault(`X: found ${status}, wanted a status that is known`);
  }
}

/** The order that was made of it. */
function madeId(order: WireObject): string {
  return String(wholeOf(order, 'ai'));
}

function whyOf(order: WireObject, otherwise: string): string {
  return wordIn(order['rm']) || otherwise;
}
