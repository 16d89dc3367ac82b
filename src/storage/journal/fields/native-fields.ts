import type { Lots, Ticks } from '../../../core/units.ts';
import type { OrderIntent, Trigger } from '../../../execution/order.ts';
import type { ByteReader } from '../bytes.ts';
import { choice, type Field, flag, integer } from '../fields.ts';

/** What of an order the venue is to keep. */
export type Kept = Pick<OrderIntent, 'trigger' | 'shownLots'>;

/** Only ever grows at its end. */
const kinds = choice(['none', 'stop', 'take-profit', 'trailing-stop', 'pair']);
const ticks = integer<Ticks>();
const bips = integer<number>();
const lots = integer<Lots>();

/** A byte for the kind of the trigger, its numbers, a byte for an iceberg, its shown lots. */
export const nativeField: Field<Kept> = {
  write(out, { trigger, shownLots }) {
    kinds.write(out, trigger?.kind ?? 'none');
    if (trigger !== undefined) ticks.write(out, trigger.ticks);
    if (trigger?.kind === 'trailing-stop') bips.write(out, trigger.bips);
    flag.write(out, shownLots !== undefined);
    if (shownLots !== undefined) lots.write(out, shownLots);
  },
  read(from) {
    const kind = kinds.read(from);
    const trigger = kind === 'none' ? null : readTrigger(kind, from);
    const isIceberg = flag.read(from);
    return {
      ...(trigger === null ? {} : { trigger }),
      ...(isIceberg ? { shownLots: lots.read(from) } : {}),
    };
  },
};

function readTrigger(kind: Trigger['kind'], from: ByteReader): Trigger {
  const at = ticks.read(from);
  return kind === 'trailing-stop'
    ? { kind, ticks: at, bips: bips.read(from) }
    : { kind, ticks: at };
}
