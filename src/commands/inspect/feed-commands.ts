import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { table } from '../terminal.ts';
import { inspectCommand, wholeOption } from './inspect-command.ts';
import type { DeadLetterRow, EventRow, FeedBatch } from './inspector.ts';

const ROWS = { fallback: 20, min: 1, max: 256 };
const SINCE = { fallback: 0, min: 0, max: Number.MAX_SAFE_INTEGER };
const FOLLOW_MS = 500;

const OPTIONS = {
  follow: { type: 'boolean', help: 'go on with what is new until Ctrl-C' },
  rows: { type: 'string', value: 'N', help: 'the latest so many, at most 256 (default 20)' },
  since: { type: 'string', value: 'N', help: 'only what comes behind this number' },
} as const;

const events = feed({
  name: 'events',
  summary: 'what happened to actors: started, stopped, failed, restarting, gave up',
  rows: (desk, since, max) => desk.inspector.events(since, max),
  show: (rows) =>
    table(
      ['n', 'at', 'event', 'actor', 'uid', 'detail'],
      (rows as readonly EventRow[]).map((row) => [
        row.n,
        row.at,
        row.what,
        row.path,
        row.uid,
        row.detail || null,
      ]),
    ),
});

const deadLetters = feed({
  name: 'deadletters',
  summary: 'messages that nobody handled, and why',
  rows: (desk, since, max) => desk.inspector.deadLetters(since, max),
  show: (rows) =>
    table(
      ['n', 'at', 'recipient', 'message', 'sender', 'reason'],
      (rows as readonly DeadLetterRow[]).map((row) => [
        row.n,
        row.at,
        row.path,
        row.kind,
        row.sender || null,
        row.reason,
      ]),
    ),
});

export const FEED_COMMANDS: readonly DaemonCommand[] = [events, deadLetters];

function feed(command: {
  readonly name: string;
  readonly summary: string;
  readonly rows: (
    desk: Parameters<DaemonCommand['run']>[0],
    since: number,
    max: number,
  ) => FeedBatch<unknown>;
  readonly show: (rows: readonly unknown[]) => string;
}): DaemonCommand {
  const { name, summary } = command;
  return inspectCommand({
    name,
    usage: '[--rows N] [--follow]',
    summary,
    examples: [name, `${name} --follow`],
    options: OPTIONS,
    run(desk, words) {
      const max = wholeOption(words, 'rows', ROWS);
      const since = wholeOption(words, 'since', SINCE);
      if (typeof max === 'string') return failed(EXIT.usage, `${name}: ${max}`);
      if (typeof since === 'string') return failed(EXIT.usage, `${name}: ${since}`);
      return done(command.rows(desk, since, max));
    },
    show(data) {
      const { rows } = data as FeedBatch<unknown>;
      return command.show(rows);
    },
    next(words, data) {
      if (!words.includes('--follow')) return null;
      const { next } = data as FeedBatch<unknown>;
      const again = [name, '--follow', '--since', String(next)];
      return { words: again, afterMs: FOLLOW_MS, isFresh: false };
    },
  });
}
