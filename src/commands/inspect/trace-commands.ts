import { type DaemonCommand, done, EXIT, failed, type NextRun } from '../command.ts';
import { parseDuration } from '../local-command.ts';
import { table } from '../terminal.ts';
import { inspectCommand, noActor, wholeOption } from './inspect-command.ts';
import type { HopRow, TraceBatch } from './inspector.ts';

/** What a trace takes when nothing is said; the bounds of the runtime are above it. */
const RECORDS = { fallback: 20, min: 1, max: 1_000 };
const PER_SECOND = { fallback: 50, min: 1, max: 500 };
const FOR_MS = 10_000;
const FOR_MS_MAX = 300_000;
const FETCH_MS = 250;

/** What `trace` answers each time; `trace` is the number to fetch more by. */
interface TraceAnswer extends TraceBatch {
  readonly trace: number;
}

const trace = inspectCommand({
  name: 'trace',
  usage: 'PATH [--filter KIND] [--limit N] [--rate R] [--for 30s]',
  summary: 'record the messages of one actor, within hard limits, and show them as they come',
  examples: ['trace trading/risk', 'trace trading/execution --filter quote --limit 5 --for 30s'],
  options: {
    filter: { type: 'string', value: 'KIND', help: 'only messages of this kind' },
    limit: { type: 'string', value: 'N', help: 'records, at most 1000 (default 20)' },
    rate: { type: 'string', value: 'R', help: 'records a second, at most 500 (default 50)' },
    for: { type: 'string', value: '30s', help: 'how long, at most 5m (default 10s)' },
    end: { type: 'string', value: 'ID', help: 'end a trace that is on' },
    more: { type: 'string', value: 'ID', help: 'what a trace that is on has recorded since' },
  },
  words: [0, 1],
  completesPath: true,
  run(desk, words) {
    const end = words.text('end');
    if (end !== null) desk.inspector.endTrace(Number(end));
    const more = end ?? words.text('more');
    if (more !== null) {
      const batch = desk.inspector.fetchTrace(Number(more));
      if (batch === null) return failed(EXIT.failed, `trace: no trace ${more} is on`);
      return done({ trace: Number(more), ...batch } satisfies TraceAnswer);
    }
    const [path] = words.positionals;
    if (path === undefined) return failed(EXIT.usage, 'trace: wanted the path of an actor');
    if (!desk.inspector.has(path)) return noActor(desk, path);
    const records = wholeOption(words, 'limit', RECORDS);
    const perSecond = wholeOption(words, 'rate', PER_SECOND);
    for (const value of [records, perSecond]) {
      if (typeof value === 'string') return failed(EXIT.usage, `trace: ${value}`);
    }
    const forText = words.text('for');
    const durationMs = forText === null ? FOR_MS : parseDuration(forText);
    if (durationMs === null || durationMs > FOR_MS_MAX) {
      const wanted = 'wanted a duration up to 5m, such as 30s';
      return failed(EXIT.usage, `trace: --for: found ${forText}, ${wanted}`);
    }
    const limits = { records: Number(records), perSecond: Number(perSecond), durationMs };
    const begun = desk.inspector.trace(path, words.text('filter'), limits);
    if (!begun.ok) return failed(EXIT.refused, `trace: ${begun.error}`);
    const nothing = { records: [], skipped: 0, isOver: false };
    return done({ trace: begun.value, ...nothing } satisfies TraceAnswer);
  },
  show: (data) => showBatch(data as TraceAnswer),
  next(_words, data): NextRun | null {
    const { trace: id, isOver } = data as TraceAnswer;
    if (isOver) return null;
    const atEnd = ['trace', '--end', String(id)];
    return { words: ['trace', '--more', String(id)], afterMs: FETCH_MS, isFresh: false, atEnd };
  },
});

const traceId = inspectCommand({
  name: 'trace-id',
  usage: '[ID]',
  summary: 'follow one event through the actors; without ID, the events that traces have caught',
  examples: ['trace-id', 'trace-id 4711'],
  words: [0, 1],
  run(desk, { positionals: [text] }) {
    if (text === undefined) return done(desk.inspector.caughtEvents());
    const event = /^\d{1,15}$/.test(text) ? Number(text) : 0;
    if (event === 0) return failed(EXIT.usage, `trace-id: found ${text}, wanted a number`);
    const hops = desk.inspector.hops(event);
    if (hops.length > 0) return done(hops);
    const hint = 'events are numbered while a `trace` is on, and those it caught are kept';
    return failed(EXIT.failed, `trace-id: event ${event} is not known: ${hint}`);
  },
  show(data) {
    const [first] = data as readonly unknown[];
    if (typeof first === 'object') return showWay(data as readonly HopRow[]);
    return first === undefined ? 'none' : (data as readonly number[]).join('\n');
  },
});

export const TRACE_COMMANDS: readonly DaemonCommand[] = [trace, traceId];

function showBatch({ trace: id, records, skipped, isOver }: TraceAnswer): string {
  const lines = records.map(
    (hop) =>
      `${hop.event}  ${hop.path}  ${hop.kind}  from ${hop.sender || 'outside'}  ` +
      `waited ${hop.waitedUs.toFixed(1)} µs  took ${hop.tookUs.toFixed(1)} µs  ${hop.outcome}`,
  );
  if (isOver) lines.push(`trace ${id} is over, ${skipped} left out by its rate`);
  return lines.join('\n');
}

/** Times are counted from the first hop. */
function showWay(hops: readonly HopRow[]): string {
  const startUs = hops[0]?.atUs ?? 0;
  return table(
    ['at µs', 'actor', 'message', 'sender', 'waited µs', 'took µs', 'outcome'],
    hops.map((hop) => [
      (hop.atUs - startUs).toFixed(1),
      hop.path,
      hop.kind,
      hop.sender || null,
      hop.waitedUs.toFixed(1),
      hop.tookUs.toFixed(1),
      hop.outcome,
    ]),
  );
}
