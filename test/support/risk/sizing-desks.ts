import type { Instrument } from '../../../src/core/instrument.ts';
import type { Regime } from '../../../src/risk/breakers/settings.ts';
import type { AllocationCase, AllocationModel } from '../../../src/risk/sizing/allocation.ts';
import { SizeBoard } from '../../../src/risk/sizing/board.ts';
import type { BookTold, MarketTold } from '../../../src/risk/sizing/book-told.ts';
import { type SizingSettings, sizingSection } from '../../../src/risk/sizing/settings.ts';
import { type SizeSet, SizingDesk } from '../../../src/risk/sizing/sizing-desk.ts';
import { STANDING_TAIL } from '../../../src/risk/value-at-risk/tail-factors.ts';
import { anInstrument } from '../trade/instruments.ts';
import { matrixOf } from './samples.ts';

export const SECOND = 1e9;
export const MINUTE_NS = 60e9;

export function someSizing(parts: Record<string, unknown> = {}): SizingSettings {
  return sizingSection.parse(parts);
}

/** One market of a daily deviation, with nothing proven and much traded. */
export function aCase(parts: Partial<AllocationCase> = {}): AllocationCase {
  return { supportedEdge: 0, liquidityMax: 10, regime: 'calm' as Regime, ...parts };
}

/** Markets that all move by a deviation a day, each pair by a correlation. */
export function aModel(
  markets: readonly AllocationCase[],
  deviation = 0.02,
  correlation = 0.5,
): AllocationModel {
  const rows = markets.map((_, row) =>
    markets.map((__, column) => (row === column ? 1 : correlation) * deviation ** 2),
  );
  return { markets, covariance: matrixOf(rows), tail: STANDING_TAIL };
}

/** Two markets at 100 a lot, both traded, and a desk that is worth 100,000. */
export function aSizingDesk(parts: Record<string, unknown> = {}, more: Partial<Instrument> = {}) {
  const instruments = [0, 1].map((index) => ({
    ...anInstrument({ index, tick: '1', lot: '1', symbol: `S${index}`, quantityMax: '1000000' }),
    ...more,
  }));
  const board = new SizeBoard({ instruments: 2, staleMs: 1, bornNs: 0 });
  const events: SizeSet[] = [];
  const record = (event: SizeSet): void => void events.push(event);
  const options = { instruments, traded: [0, 1], board, record };
  const desk = new SizingDesk(options, someSizing(parts));
  return { desk, board, events, instruments };
}

export function aMarketTold(parts: Partial<MarketTold> = {}): MarketTold {
  return {
    ...{ midTicks: 100, profit: 0, positionLots: 0, tradedLots: 0, regime: 'calm' as Regime },
    ...parts,
  };
}

export function aBook(atNs: number, parts: Partial<BookTold> = {}): BookTold {
  return {
    kind: 'book-told',
    atNs,
    equity: 100_000,
    covariance: matrixOf([
      [0.0004, 0.0002],
      [0.0002, 0.0004],
    ]),
    tail: STANDING_TAIL,
    markets: [aMarketTold(), aMarketTold()],
    ...parts,
  };
}
