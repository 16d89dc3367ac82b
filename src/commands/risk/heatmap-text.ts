import type { HeatMap, HeatRow } from '../../risk/report/heatmap.ts';
import { coloured, type Look } from '../terminal.ts';
import { money, percent } from './figures.ts';
import type { ReportHead } from './report-words.ts';

export interface HeatView extends ReportHead {
  readonly heatmap: HeatMap;
}

/** How near a figure is to its limit. */
export type Tone = 'calm' | 'warm' | 'hot' | 'none';

export interface Cell {
  readonly text: string;
  readonly tone: Tone;
}

/** Of a limit. */
const WARM_FROM = 0.8;
/** A market that is so much of the risk is worth a look. */
const SHARE_WARM = 0.25;
const SHARE_HOT = 0.5;
const COLOURS = { calm: 'green', warm: 'yellow', hot: 'red' } as const;
const BAR_WIDTH = 10;

export const HEAT_COLUMNS = [
  'market',
  'notional',
  'share of VaR',
  'heat',
  'concentration',
  'of its limit',
  'deviation a day',
] as const;

/** The map as a table, the correlations below it; in colours where the terminal has them. */
export function heatmapText({ heatmap }: HeatView, look: Look): string {
  const { rows, heat, limits, correlation } = heatmap;
  const bar = (row: HeatRow): string => (look.hasColour ? ` ${barOf(row.share)}` : '');
  const markets = grid(
    HEAT_COLUMNS,
    rows.map((row) => heatCells(row, limits.heatMax)),
    look,
  );
  const numbers = rows.map((_, at) => String(at + 1));
  const pairs = grid(
    ['', ...numbers],
    rows.map(({ market }, at) => [
      { text: `${at + 1} ${market}`, tone: 'none' },
      ...(correlation[at] as (number | null)[]).map((each, column) =>
        correlationCell(each, { isOwn: column === at, limit: limits.correlationMax }),
      ),
    ]),
    look,
  );
  const [head, ...lines] = markets.split('\n') as [string, ...string[]];
  const barred = lines.map((line, at) => `${line}${bar(rows[at] as HeatRow)}`);
  const whole = heat.ok ? `${percent(heat.value)} of ${percent(limits.heatMax)}` : heat.error;
  return [
    [head, ...barred].join('\n'),
    `heat of the book: ${whole}`,
    `correlation, limit ${limits.correlationMax}:\n${pairs}`,
  ].join('\n\n');
}

export function heatCells(row: HeatRow, heatMax: number): readonly Cell[] {
  const { market, notional, share, heat, concentration, concentrationUse, deviation } = row;
  const use = percent(concentrationUse, 0);
  return [
    { text: market, tone: 'none' },
    { text: money(notional) as string, tone: 'none' },
    { text: percent(share, 1) ?? '-', tone: shareTone(share) },
    { text: percent(heat) ?? '-', tone: useTone(heat === null ? null : heat / heatMax) },
    { text: percent(concentration) as string, tone: useTone(concentrationUse) },
    { text: use ?? '-', tone: useTone(concentrationUse) },
    { text: percent(deviation) ?? '-', tone: 'none' },
  ];
}

/** A market with itself says nothing; two that go together or apart are alike to risk. */
export function correlationCell(
  correlation: number | null,
  { isOwn, limit }: { readonly isOwn: boolean; readonly limit: number },
): Cell {
  if (correlation === null) return { text: '-', tone: 'none' };
  const text = correlation.toFixed(2);
  return { text, tone: isOwn ? 'none' : useTone(Math.abs(correlation) / limit) };
}

function shareTone(share: number | null): Tone {
  if (share === null || share === 0) return 'none';
  return share >= SHARE_HOT ? 'hot' : share >= SHARE_WARM ? 'warm' : 'calm';
}

/** Beyond a limit is hot; a limit of nothing is beyond as soon as anything is there. */
function useTone(use: number | null): Tone {
  if (use === null || use === 0 || Number.isNaN(use)) return 'none';
  return use > 1 ? 'hot' : use >= WARM_FROM ? 'warm' : 'calm';
}

function barOf(share: number | null): string {
  return '█'.repeat(Math.round(Math.min(1, Math.abs(share ?? 0)) * BAR_WIDTH));
}

/** A table whose cells have colours, which take no room. */
function grid(header: readonly string[], rows: readonly (readonly Cell[])[], look: Look): string {
  const widths = header.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => (row[at] as Cell).text.length)),
  );
  const padded = (text: string, at: number): string =>
    at === 0 ? text.padEnd(widths[0] as number) : text.padStart(widths[at] as number);
  const line = (row: readonly Cell[]): string =>
    row
      .map(({ text, tone }, at) => {
        const cell = padded(text, at);
        return tone === 'none' ? cell : coloured(look, COLOURS[tone], cell);
      })
      .join('  ');
  return [header.map(padded).join('  '), ...rows.map(line)].join('\n');
}
