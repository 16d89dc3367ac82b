import type { HeatMap } from '../../risk/report/heatmap.ts';
import { money, percent, timeText } from './figures.ts';
import {
  type Cell,
  correlationCell,
  HEAT_COLUMNS,
  type HeatView,
  heatCells,
  type Tone,
} from './heatmap-text.ts';

/** Side of a square of the correlation matrix, and the room of its names, in pixels. */
const SQUARE = 44;
const NAMES = 190;
const HEADER = 24;
const BAR = 120;

/** The map as one page that needs nothing else: no script, no font, no picture from anywhere. */
export function heatmapPage(view: HeatView): string {
  const { heatmap, madeMs, equity, gross, net, returns, periodMinutes } = view;
  const { limits, heat } = heatmap;
  const facts: readonly (readonly [string, string])[] = [
    ['Made at', `${timeText(madeMs)} UTC`],
    ['Equity', money(equity) as string],
    ['Gross and net', `${money(gross)} and ${money(net)}`],
    ['History', `${returns} returns of ${periodMinutes} min in common`],
    ['Heat of the book', heat.ok ? `${percent(heat.value)}` : heat.error],
    ['Limits', limitsText(limits)],
  ];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<title>Flyball risk heat map</title>',
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<h1>Risk heat map</h1>',
    `<dl>${facts.map(([name, text]) => `<dt>${name}</dt><dd>${escaped(text)}</dd>`).join('')}</dl>`,
    marketTable(heatmap),
    '<h2>Correlation of returns</h2>',
    correlationPicture(heatmap),
    `<p>Red is beyond a limit, amber above 80 % of it; a share of the value at risk is amber from
a quarter and red from a half. A dash is a figure that is not known.</p>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE = `
:root{color-scheme:light dark;--calm:#2e7d3233;--warm:#f9a82566;--hot:#c6282888;--bar:#1565c0}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}
dt{font-weight:600}dd{margin:0}
table{border-collapse:collapse;margin:1rem 0}
th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid #8886}
th:first-child,td:first-child{text-align:left}
.calm{background:var(--calm);fill:var(--calm)}.warm{background:var(--warm);fill:var(--warm)}
.hot{background:var(--hot);fill:var(--hot)}rect.none{fill:#8882}
.bar{fill:var(--bar)}text{font-size:12px;fill:currentColor}
.scroll{overflow-x:auto}
`;

function limitsText({ concentrationMax, heatMax, correlationMax }: HeatMap['limits']): string {
  const shares = `${percent(concentrationMax)} of equity in one asset, heat ${percent(heatMax)}`;
  return `${shares}, correlation ${correlationMax}`;
}

function marketTable({ rows, limits }: HeatMap): string {
  const head = [...HEAT_COLUMNS, 'risk'].map((name) => `<th scope="col">${name}</th>`).join('');
  const body = rows
    .map((row) => {
      const [market, ...cells] = heatCells(row, limits.heatMax) as [Cell, ...Cell[]];
      const name = `<th scope="row">${escaped(market.text)}</th>`;
      return `<tr>${name}${cells.map(dataCell).join('')}<td>${barPicture(row.share)}</td></tr>`;
    })
    .join('\n');
  const caption = '<caption>Markets by what they are to the risk of the desk</caption>';
  return `<div class="scroll"><table>${caption}<thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table></div>`;
}

function dataCell({ text, tone }: Cell): string {
  return tone === 'none'
    ? `<td>${escaped(text)}</td>`
    : `<td class="${tone}">${escaped(text)}</td>`;
}

/** A hedge goes to the left of the middle. */
function barPicture(share: number | null): string {
  const width = Math.min(1, Math.abs(share ?? 0)) * (BAR / 2);
  const x = (share ?? 0) < 0 ? BAR / 2 - width : BAR / 2;
  const place = `x="${x.toFixed(1)}" y="2" width="${width.toFixed(1)}" height="12"`;
  const bar = `<rect class="bar" ${place}/>`;
  const middle = `<line x1="${BAR / 2}" y1="0" x2="${BAR / 2}" y2="16" stroke="currentColor"/>`;
  return `<svg width="${BAR}" height="16" role="img" aria-label="share">${bar}${middle}</svg>`;
}

function correlationPicture({ rows, correlation, limits }: HeatMap): string {
  const size = rows.length;
  const [width, height] = [NAMES + size * SQUARE, HEADER + size * SQUARE];
  const squares = rows.flatMap(({ market }, at) => {
    const y = HEADER + at * SQUARE;
    const label = `<text x="0" y="${y + SQUARE / 2 + 4}">${at + 1} ${escaped(market)}</text>`;
    const cells = (correlation[at] as (number | null)[]).map((each, column) => {
      const how = { isOwn: column === at, limit: limits.correlationMax };
      const { text, tone } = correlationCell(each, how);
      const pair = `${market} with ${rows[column]?.market}: ${text}`;
      return squareAt(NAMES + column * SQUARE, y, { text, tone, pair });
    });
    return [label, ...cells];
  });
  const numbers = rows.map(
    (_, at) => `<text x="${NAMES + at * SQUARE + SQUARE / 2 - 4}" y="14">${at + 1}</text>`,
  );
  const box = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const label = 'aria-label="correlation of the markets"';
  return `<div class="scroll"><svg ${box} role="img" ${label}>
${[...numbers, ...squares].join('\n')}
</svg></div>`;
}

function squareAt(
  x: number,
  y: number,
  { text, tone, pair }: { readonly text: string; readonly tone: Tone; readonly pair: string },
): string {
  const side = SQUARE - 2;
  const place = `x="${x}" y="${y}" width="${side}" height="${side}"`;
  const rect = `<rect class="${tone}" ${place}><title>${escaped(pair)}</title></rect>`;
  return `${rect}<text x="${x + 7}" y="${y + SQUARE / 2 + 4}">${text}</text>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string);
}
