import * as assert from 'uvu/assert';
import type { Premises } from '../process/premises.ts';

/** Waits until every position is flat, or too little is left for the venue to take. */
export async function untilFlat(premises: Premises): Promise<void> {
  const journal = premises.journal();
  const outcome = () =>
    journal.events('incident').find(({ what }) => what === 'flattening-ended')?.detail;
  await journal.until(
    'the end of the flattening',
    () => outcome() !== undefined,
    () => premises.story(),
  );
  const left = (outcome() ?? '').replace(
    /[A-Z0-9]+ -?[\d.]+ \(less than the venue takes\),? ?/g,
    '',
  );
  assert.ok(['every position is flat', 'left: '].includes(left), outcome());
}
