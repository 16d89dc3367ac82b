import fc from 'fast-check';

/** Fixed, so that what is red stays red; FLYBALL_SEED explores other cases. */
export const SEED = Number(process.env['FLYBALL_SEED'] ?? 20_260_801);

/** Checks a law on generated cases; a failure prints the seed and the smallest case. */
export function law<Case>(property: fc.IProperty<Case>, runs = 200): void {
  fc.assert(property, { seed: SEED, numRuns: runs, includeErrorInReport: true });
}

/** The same of a property whose cases take turns of the event loop. */
export async function asyncLaw<Case>(property: fc.IAsyncProperty<Case>, runs = 200): Promise<void> {
  await fc.assert(property, { seed: SEED, numRuns: runs, includeErrorInReport: true });
}
