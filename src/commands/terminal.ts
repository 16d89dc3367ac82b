/** Plain tables and colours for people; everything here is also there as `--json`. */

/** What a command writes to: results to `out`, talk to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether results go to a person's screen, and whether colours may. */
  readonly isInteractive: boolean;
  readonly hasColour: boolean;
  readonly columns: number;
}

/** How an answer may look there. */
export type Look = Pick<Terminal, 'hasColour'>;

/** Where nobody said, it is plain. */
export const NO_LOOK: Look = { hasColour: false };

const GAP = '  ';

/**
 * A table with a header; columns that hold only numbers stand to the right.
 *
 * @returns `none` when there are no rows
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string {
  if (rows.length === 0) return 'none';
  const cells = rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))));
  const widths = header.map((name, at) =>
    Math.max(name.length, ...cells.map((row) => (row[at] ?? '').length)),
  );
  const isNumeric = header.map((_, at) => cells.every((row) => /^-?[\d.,]*$/.test(row[at] ?? '')));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => {
        const width = widths[at] as number;
        return isNumeric[at] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(GAP)
      .trimEnd();
  return [line(header), ...cells.map(line)].join('\n');
}

/** Names and values under each other. */
export function pairs(entries: readonly (readonly [string, unknown])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries
    .map(([name, value]) => `${name.padEnd(width)}${GAP}${value === null ? '-' : String(value)}`)
    .join('\n');
}

const COLOURS = { red: 31, green: 32, yellow: 33, bold: 1 } as const;

export function coloured(terminal: Look, colour: keyof typeof COLOURS, text: string): string {
  return terminal.hasColour ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
}

/** Writes a command's answer the way it was asked for. */
export function answer(
  terminal: Terminal,
  isJson: boolean,
  data: unknown,
  show: (data: unknown, look?: Look) => string,
): void {
  terminal.out(isJson ? `${JSON.stringify(data)}\n` : `${show(data, terminal)}\n`);
}
