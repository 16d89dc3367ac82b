import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { table } from '../terminal.ts';
import { inspectCommand, noActor, wholeOption } from './inspect-command.ts';
import type { TopRow, TreeRow } from './inspector.ts';

const SORTS = ['mailbox', 'latency', 'cpu', 'restarts', 'drops'] as const;
type Sort = (typeof SORTS)[number];
/** More would be too much work for one turn of the lane. */
const TREE_ROWS_MAX = 250;
const TOP_ROWS = 20;
const TOP_ROWS_MAX = 200;
const WINDOW_MS = 1_000;
const WATCH_MS = 1_000;
const WATCH = { type: 'boolean', help: 'again every second until Ctrl-C' } as const;

/** A tree, or the part of it that an answer has room for. */
interface TreeAnswer {
  readonly rows: readonly TreeRow[];
  /** Actors that are left out. */
  readonly left: number;
}

const tree = inspectCommand({
  name: 'tree',
  usage: '[PATH] [--watch]',
  summary: `the tree of actors, or what is below PATH, at most ${TREE_ROWS_MAX} of them`,
  examples: ['tree', 'tree trading', 'tree --watch'],
  options: { watch: WATCH },
  words: [0, 1],
  completesPath: true,
  async run(desk, { positionals: [path] }) {
    if (path !== undefined && !desk.inspector.has(path)) return noActor(desk, path);
    const all = await desk.inspector.tree();
    const below = `${path}/`;
    const rows = all.filter(
      (row) => path === undefined || row.path === path || row.path.startsWith(below),
    );
    const shown = rows.slice(0, TREE_ROWS_MAX);
    return done({ rows: shown, left: rows.length - shown.length } satisfies TreeAnswer);
  },
  show: (data) => showTree(data as TreeAnswer),
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
    watch: WATCH,
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

function showTree({ rows, left }: TreeAnswer): string {
  const lines = table(
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
  return left === 0 ? lines : `${lines}\n${left} more; \`tree PATH\` shows a part`;
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
