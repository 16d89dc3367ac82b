import { parseHead } from '../../audit/note/checkpoint.ts';
import { parseNote } from '../../audit/note/note.ts';
import { csvOf, htmlOf, type ReportHead } from '../../audit/report/render.ts';
import { REPORTS, type Report, ReportMaker, type ReportName } from '../../audit/report/report.ts';
import { hashText } from '../../audit/tree/hash.ts';
import type { Files } from '../../core/env.ts';
import { EXIT } from '../command.ts';
import { table } from '../terminal.ts';
import { INTERVAL_OPTIONS, intervalOf } from './interval.ts';
import { entriesOf, logCommand } from './log-command.ts';

const FORMATS = ['text', 'csv', 'json', 'html'] as const;
type Format = (typeof FORMATS)[number];

export const reportCommand = logCommand({
  name: 'audit report',
  usage: REPORTS.join('|'),
  summary: 'a report for compliance out of the signed log: orders, modes, interventions, e-stop',
  examples: [
    'flyball audit report orders --from 2026-08-01 --to 2026-08-02 --format csv > orders.csv',
    'flyball audit report interventions --format html > interventions.html',
  ],
  options: {
    format: { type: 'string', value: 'F', help: `${FORMATS.join(', ')} (default text)` },
    ...INTERVAL_OPTIONS,
  },
  run({ reader, log }, words, { env, terminal }) {
    const [name, ...more] = words.positionals;
    if (!REPORTS.includes(name as ReportName) || more.length > 0) {
      return `found ${words.positionals.join(' ')}, wanted ${REPORTS.join(', ')}`;
    }
    const format = words.flag('json') ? 'json' : (words.text('format') ?? 'text');
    if (!FORMATS.includes(format as Format)) {
      return `--format: found ${format}, wanted ${FORMATS.join(', ')}`;
    }
    const interval = intervalOf(words, env.clock.now());
    if (!interval.ok) return interval.error;
    const maker = new ReportMaker(name as ReportName, interval.value);
    for (const { entry } of entriesOf(reader)) maker.take(entry);
    const report = maker.report();
    const head = headOf(env.files, log, words.text('from'), words.text('to'));
    terminal.out(rendered(report, head, format as Format));
    if (report.isCut) terminal.err('audit report: there are more rows; narrow the interval\n');
    return report.isCut ? EXIT.failed : EXIT.done;
  },
});

function rendered(report: Report, head: ReportHead, format: Format): string {
  switch (format) {
    case 'csv':
      return csvOf(report);
    case 'html':
      return htmlOf(report, head);
    case 'json':
      return `${JSON.stringify({ ...head, ...report })}\n`;
    default:
      return `${table(report.columns, report.rows)}\n`;
  }
}

function headOf(files: Files, log: string, from: string | null, to: string | null): ReportHead {
  const note = parseNote(files.read(`${log}/checkpoint`) ?? new Uint8Array());
  const head = note.ok ? parseHead(note.value.text) : note;
  const { origin, size, root } = head.ok
    ? head.value
    : { origin: '', size: 0, root: new Uint8Array() };
  return { origin, size, root: hashText(root), from: from ?? 'the begin', to: to ?? 'the end' };
}
