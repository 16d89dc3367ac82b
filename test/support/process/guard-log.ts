import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Premises } from './premises.ts';
import { until } from './until.ts';
import type { WrittenJournal } from './written-journal.ts';

export interface GuardLine {
  readonly time: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** What the guards of a data directory have written, oldest first. */
export function guardLog(premises: Premises): GuardLine[] {
  return readFileSync(join(premises.folder, 'run', 'guard.log'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line));
}

/** Waits for the n-th line of a kind. */
export function guardLogged(premises: Premises, kind: string, nth = 1): Promise<GuardLine> {
  return until(
    `${kind} in the log of the guard`,
    () => guardLog(premises).filter((line) => line.kind === kind)[nth - 1],
    () =>
      guardLog(premises)
        .map((line) => JSON.stringify(line))
        .join('\n'),
  );
}

/** Waits until the desk trades under a guard that is armed, and orders of it rest. */
export async function untilResting(premises: Premises, journal: WrittenJournal): Promise<void> {
  await journal.until('an armed guard', (now) => {
    const kinds = now.events('guard-armed', now.bootSequence()).length;
    return kinds > now.events('guard-lost', now.bootSequence()).length;
  });
  await until('resting orders', async () => (await restingAt(premises)) > 0);
}

/** Waits until the venue has no open order of the desk. */
export async function untilNothingRests(premises: Premises): Promise<void> {
  await until(
    'no resting order',
    async () => (await restingAt(premises)) === 0,
    () =>
      guardLog(premises)
        .map((line) => JSON.stringify(line))
        .join('\n'),
  );
}

const RESTING = new Set(['NEW', 'PARTIALLY_FILLED']);

/** Open orders at the venue, asked in a way that the venue does not count. */
export async function restingAt(premises: Premises): Promise<number> {
  const { orders } = await premises.account().truth();
  return orders.filter(({ status }) => RESTING.has(status)).length;
}
