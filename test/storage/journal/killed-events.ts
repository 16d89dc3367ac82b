import { amountOf, lotsOf } from '../../../src/core/units.ts';
import type { JournalEvent } from '../../../src/storage/journal/event-table.ts';
import { aFill, anInstrument, submitted } from './events.ts';

export const KILL_SEGMENT_BYTES = 16_384;

/** What the record of a sequence must hold, whichever process wrote it. */
export function eventNumber(sequence: number): JournalEvent {
  if (sequence === 1) return { kind: 'instrument-defined', instrument: anInstrument() };
  const clientId = `c${Math.floor((sequence - 2) / 4)}`;
  switch ((sequence - 2) % 4) {
    case 0:
      return submitted({ clientId });
    case 1:
      return { kind: 'order-accepted', clientId, venueOrderId: `v${sequence}` };
    case 2: {
      const fill = aFill({ tradeId: `t${sequence}`, lots: lotsOf(1), quote: amountOf(7n) });
      return { kind: 'order-filled', clientId, fill };
    }
    default:
      return { kind: 'order-canceled', clientId, reason: 'done' };
  }
}
