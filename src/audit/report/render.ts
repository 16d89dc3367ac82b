import type { Report } from './report.ts';

/** What stands above a report: which log it is of, and which part. */
export interface ReportHead {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly from: string;
  readonly to: string;
}

/** Comma-separated values after RFC 4180, without what a spreadsheet would run as a formula. */
export function csvOf({ columns, rows }: Report): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** A page that stands alone: no script, nothing loaded from anywhere. */
export function htmlOf(report: Report, head: ReportHead): string {
  const { name, columns, rows } = report;
  const title = `Flyball audit report: ${name}`;
  const line = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join('')}</tr>`;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ${STYLE_POLICY}">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(title)}</h1>`,
    `<p>Log <code>${escaped(head.origin)}</code>, ${head.size} entries, root ` +
      `<code>${escaped(head.root)}</code>. From ${escaped(head.from)} to ${escaped(head.to)}: ` +
      `${rows.length} rows${report.isCut ? ', and more that are not shown' : ''}.</p>`,
    `<table><thead>${line('th', columns)}</thead><tbody>`,
    ...rows.map((row) => line('td', row)),
    '</tbody></table></body></html>',
    '',
  ].join('\n');
}

const STYLE_POLICY = "style-src 'unsafe-inline'";
const STYLE =
  'body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}' +
  'td,th{border:1px solid #999;padding:2px 6px;text-align:left;vertical-align:top}';

const FORMULA = /^[=+@\t\r]/;

function cell(text: string): string {
  const plain = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] as string);
}
