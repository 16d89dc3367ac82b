import type { VenueKindName } from '../../../src/venues/kinds/venue-kinds.ts';
import type { Cell, Row } from './fault-table.ts';

export const KINDS: readonly VenueKindName[] = ['binance', 'binance-usdm', 'kraken', 'coinbase'];

/** The table of faults as docs/market-data.md has it: bounds, and why a cell is none, by number. */
export function faultPage(table: Readonly<Record<string, Row>>): readonly string[] {
  const reasons: string[] = [];
  const cellText = (cell: Cell | string): string => {
    if (typeof cell !== 'string') return boundsOf(cell);
    if (!reasons.includes(cell)) reasons.push(cell);
    return `– (${reasons.indexOf(cell) + 1})`;
  };
  const rows = Object.entries(table).map(([fault, row]) => {
    return `| ${fault} | ${KINDS.map((kind) => cellText(row[kind])).join(' | ')} |`;
  });
  const notes = reasons.map((reason, at) => `(${at + 1}) ${reason}.`);
  return [
    `| fault | ${KINDS.join(' | ')} |`,
    `|---|${'---|'.repeat(KINDS.length)}`,
    ...rows,
    '',
    ...notes,
  ];
}

/** Lasting faults count from their end; meanwhile the book is stale, or right all the while. */
function boundsOf({ staleWithinMs, rightWithinMs }: Cell): string {
  const right = `${seconds(rightWithinMs)} s`;
  return staleWithinMs === undefined ? `never / ${right}` : `${seconds(staleWithinMs)} / ${right}`;
}

function seconds(ms: number): string {
  return String(ms / 1_000);
}
