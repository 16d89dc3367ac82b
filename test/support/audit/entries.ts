import { type AuditEntry, encodeEntry, entryFaultText } from '../../../src/audit/entry.ts';
import { EMPTY_ROOT, leafHash } from '../../../src/audit/tree/hash.ts';

/** An entry of the first boot; one a millisecond. */
export function anEntry(over: Partial<AuditEntry> = {}): AuditEntry {
  const seq = over.seq ?? 1;
  return {
    seq,
    monoNs: BigInt(seq) * 1_000_000n,
    wallNs: 1_767_225_600_000_000_000n + BigInt(seq) * 1_000_000n,
    boot: 1,
    epoch: 0,
    actor: 'execution',
    type: 'order-submitted',
    payload: { clientId: `desk-1-mm-${seq}`, ticks: 6_173_763, side: 'buy', isPostOnly: true },
    prev: EMPTY_ROOT,
    ...over,
  };
}

export function encoded(entry: AuditEntry): Uint8Array {
  const bytes = encodeEntry(entry);
  if (!bytes.ok) throw new Error(entryFaultText(bytes.error));
  return bytes.value;
}

/** Entries that follow one another, each with what `over` says of its index. */
export function chained(
  count: number,
  over: (index: number) => Partial<AuditEntry> = () => ({}),
): Uint8Array[] {
  let prev = EMPTY_ROOT;
  return Array.from({ length: count }, (_, index) => {
    const bytes = encoded(anEntry({ seq: index + 1, prev, ...over(index) }));
    prev = leafHash(bytes);
    return bytes;
  });
}
