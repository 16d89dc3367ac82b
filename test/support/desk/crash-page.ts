import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../shared.ts';

/** One row of the table of crashes in docs/safety.md, word for word. */
export interface CrashRow {
  /** Path with `…` for the name of a venue or a strategy. */
  readonly actor: string;
  readonly gate: string;
  readonly mode: string;
  readonly resting: string;
  readonly queued: string;
  readonly resumes: string;
  readonly givingUp: string;
}

const HEADING =
  '| actor | gate | mode | what rests | queued messages | trading goes on after | giving up |';

/** @throws when the page has no such table, or a row of it has another number of cells */
export function crashRows(): readonly CrashRow[] {
  const page = readFileSync(join(root, 'docs', 'safety.md'), 'utf8');
  const [, table] = page.split(`${HEADING}\n`);
  if (table === undefined) throw new Error(`docs/safety.md has no table headed ${HEADING}`);
  const lines = table.split('\n').slice(1);
  return lines.slice(0, lines.indexOf('')).map(rowOf);
}

function rowOf(line: string): CrashRow {
  const cells = line.split('|').slice(1, -1);
  if (cells.length !== 7) throw new Error(`docs/safety.md: 7 cells are wanted in ${line}`);
  const [actor, gate, mode, resting, queued, resumes, givingUp] = cells.map((cell) =>
    cell.trim().replaceAll('`', ''),
  ) as [string, string, string, string, string, string, string];
  return { actor, gate, mode, resting, queued, resumes, givingUp };
}

/** The path on the paper desk that a row speaks of. */
export function pathOf({ actor }: CrashRow): string {
  return actor.replace('strategy:…', 'strategy:mm').replace(':…', ':binance');
}

/** The row that speaks of a path. */
export function rowNameOf(path: string): string {
  return path.replace(/:.*$/, ':…');
}
