import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { table } from '../terminal.ts';
import { inspectCommand, wholeOption } from './inspect-command.ts';
import type { TopRow, TreeRow } from './inspector.ts';

const SORTS = ['mailbox', 'latency', 'cpu', 'restarts', 'drops'] as const;
type Sort = (typeof SORTS)[number];
const TOP_ROWS = 20;
const TOP_ROWS_MAX = 200;
const WINDOW_MS = 1_000;
const WATCH_MS = 1_000;

const tree = inspectCommand({
  name: 'tree',
  usage: '[--watch]',
  summary: 'the tree of actors with uid, age, restarts and mailboxes',
  examples: ['tree', 'tree --watch'],
  options: { watch: { type: 'boolean', help: 'again every second until Ctrl-C' } },
  run: async (desk) => done(await desk.inspector.tree()),
  show: (data) => showTree(data as readonly TreeRow[]),
  next: (words) => nextWatch('tree', words),
});

const top = inspectCommand({
  name: 'top',
  usage: '[--by mailbox|latency|cpu|restarts|drops] [--rows N] [--watch]',
  summary: 'the busiest actors: messages a second, time in handlers, mailboxes',
  examples: ['top', 'top --by latency --watch'],
  options: {
    by: { type: 'string', value: 'WHAT', help: `order: ${SORTS.join(', ')} (default cpu)` },
    rows: { type: 'string', value: 'N', help: `rows, at most ${TOP_ROWS_MAX} (default 20)` },
    watch: { type: 'boolean', help: 'again every second until Ctrl-C' },
  },
  async run(desk, words) {
    const by = words.text('by') ?? 'cpu';
    const rows = wholeOption(words, 'rows', { fallback: TOP_ROWS, min: 1, max: TOP_ROWS_MAX });
    if (typeof rows === 'string') return failed(EXIT.usage, `top: ${rows}`);
    if (!isSort(by)) {
      return failed(EXIT.usage, `top: --by: found ${by}, wanted ${SORTS.join(', ')}`);
    }
    const all = await desk.inspector.top(WINDOW_MS);
    const ordered = [...all].sort((left, right) => keyOf(right, by) - keyOf(left, by));
    return done(ordered.slice(0, rows));
  },
  show: (data) => showTop(data as readonly TopRow[]),
  next: (words) => nextWatch('top', words),
});

export const TREE_COMMANDS: readonly DaemonCommand[] = [tree, top];

function nextWatch(name: string, words: readonly string[]) {
  if (!words.includes('--watch')) return null;
  return { words: [name, ...words], afterMs: WATCH_MS, isFresh: true };
}

function isSort(text: string): text is Sort {
  return (SORTS as readonly string[]).includes(text);
}

function keyOf(row: TopRow, by: Sort): number {
  switch (by) {
    case 'mailbox':
      return row.mailbox;
    case 'latency':
      return row.maxUs ?? -1;
    case 'cpu':
      return row.cpuFraction;
    case 'restarts':
      return row.restarts;
    case 'drops':
      return row.dropped;
  }
}

function showTree(rows: readonly TreeRow[]): string {
  return table(
    ['actor', 'uid', 'status', 'age', 'restarts', 'lately', 'mailbox', 'handled', 'last error'],
    rows.map((row) => [
      `${'  '.repeat(row.path.split('/').length - 1)}${row.path}`,
      row.uid,
      row.status,
      row.ageSeconds === null ? null : ageText(row.ageSeconds),
      row.restarts,
      row.recentRestarts,
      `${row.mailbox}/${row.capacity} (${row.highWater})`,
      row.handled,
      row.lastError,
    ]),
  );
}

/** `45s`, `12m`, `3h`, `2d`: the largest unit of which there is one. */
export function ageText(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'm'],
  ];
  for (const [size, name] of units)
    if (seconds >= size) return `${Math.floor(seconds / size)}${name}`;
  return `${Math.floor(seconds)}s`;
}

function showTop(rows: readonly TopRow[]): string {
  return table(
    ['actor', 'status', 'msg/s', 'mean µs', 'max µs', 'cpu %', 'mailbox', 'restarts', 'dropped'],
    rows.map((row) => [
      row.path,
      row.status,
      Math.round(row.handledPerSecond),
      row.meanUs === null ? null : row.meanUs.toFixed(1),
      row.maxUs === null ? null : row.maxUs.toFixed(1),
      (row.cpuFraction * 100).toFixed(2),
      `${row.mailbox} (${row.highWater})`,
      row.restarts,
      row.dropped,
    ]),
  );
}
