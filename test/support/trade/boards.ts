import { BreakerBoard } from '../../../src/risk/breakers/board.ts';
import type { BreakerEvent } from '../../../src/risk/breakers/events.ts';
import { LimitBook } from '../../../src/risk/breakers/limit-book.ts';
import { type BreakerSettings, breakersSection } from '../../../src/risk/breakers/settings.ts';
import { aKernel, type TestKernel } from '../control/kernels.ts';

export interface TestBoard extends TestKernel {
  readonly board: BreakerBoard;
  readonly journal: BreakerEvent[];
  readonly warnings: string[];
}

/** Three venues that list the same two symbols, unless told otherwise. */
const INSTRUMENTS = [0, 1, 2].flatMap((venue) => [
  { venue, symbol: 'BTCUSDT' },
  { venue, symbol: 'ETHUSDT' },
]);

export function aBoard(
  parts: {
    readonly venues?: number;
    readonly settings?: Partial<BreakerSettings>;
    readonly kernel?: TestKernel;
    readonly nowMs?: number;
  } = {},
): TestBoard {
  const { venues = 3, kernel: tested = aKernel(), nowMs = 0 } = parts;
  const settings = breakersSection.parse(parts.settings ?? {});
  const limits = new LimitBook(settings);
  const journal: BreakerEvent[] = [];
  const warnings: string[] = [];
  const board = new BreakerBoard(
    {
      kernel: tested.kernel,
      instruments: INSTRUMENTS.filter(({ venue }) => venue < venues),
      venues,
      limits: () => limits,
      record: (event) => void journal.push(event),
      warned: (control, scope) => void warnings.push(`${control} ${scope}`),
    },
    settings,
    nowMs,
  );
  return { ...tested, board, journal, warnings };
}

/** What became of breakers, as lines. */
export function told(journal: readonly BreakerEvent[]): readonly string[] {
  return journal.flatMap((event) =>
    event.kind === 'profit-peaked' ? [] : [`${event.kind} ${event.control} ${event.scope}`],
  );
}
