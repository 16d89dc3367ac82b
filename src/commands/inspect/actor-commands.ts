import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import type { Desk } from '../desk.ts';
import { pairs, table } from '../terminal.ts';
import { inspectCommand } from './inspect-command.ts';
import type { ActorView, QueuedRow, TimerRow } from './inspector.ts';
import { ageText } from './tree-commands.ts';

const info = about({
  name: 'info',
  summary: 'everything about one actor but its state, and what may be done with it',
  pick: (view) => view,
  show: (data) => showInfo(data as ActorView),
});

const mailbox = about({
  name: 'mailbox',
  summary: 'what waits in the mailbox of an actor: kinds, senders and ages, oldest first',
  pick: ({ queued }) => queued,
  show: (data) =>
    table(
      ['kind', 'sender', 'age ms', 'event'],
      (data as readonly QueuedRow[]).map((row) => [
        row.isNotice ? `${row.kind} (notice)` : row.kind,
        row.sender || null,
        row.ageMs === null ? null : row.ageMs.toFixed(1),
        row.event,
      ]),
    ),
});

const children = about({
  name: 'children',
  summary: 'the children of an actor in the order of their start',
  pick: (view) => view.children,
  show: showPaths,
});

const watchers = about({
  name: 'watchers',
  summary: 'who is told when an actor ends',
  pick: (view) => view.watchers,
  show: showPaths,
});

const timers = about({
  name: 'timers',
  summary: 'the timers of an actor, and when each is due',
  pick: (view) => view.timers,
  show: (data) =>
    table(
      ['key', 'message', 'every ms', 'due in ms'],
      (data as readonly TimerRow[]).map((row) => [
        row.key,
        row.message,
        row.periodMs,
        row.dueInMs.toFixed(0),
      ]),
    ),
});

const state = inspectCommand({
  name: 'state',
  usage: 'PATH [JSONPATH]',
  summary: 'what an actor shows of its state, or a part of it; secrets are left out',
  examples: ['state trading/risk', "state trading/risk '$.exposures[0].position'"],
  words: [1, 2],
  takesPath: true,
  run(desk, { positionals: [path = '', jsonPath] }) {
    const found = desk.inspector.state(path, jsonPath ?? null);
    return found.ok ? done(found.value) : failed(EXIT.failed, `state: ${found.error}`);
  },
  show: (data) => JSON.stringify(data, null, 2),
});

export const ACTOR_COMMANDS: readonly DaemonCommand[] = [
  info,
  state,
  mailbox,
  children,
  watchers,
  timers,
];

function about(command: {
  readonly name: string;
  readonly summary: string;
  readonly pick: (view: ActorView) => unknown;
  readonly show: (data: unknown) => string;
}): DaemonCommand {
  const { name, summary, pick, show } = command;
  return inspectCommand({
    name,
    usage: 'PATH',
    summary,
    examples: [`${name} trading/risk`],
    takesPath: true,
    run: (desk, { positionals: [path = ''] }) => done(pick(detailOf(desk, path))),
    show,
  });
}

/** The path has been looked up in this turn already, so somebody holds it. */
function detailOf(desk: Desk, path: string): ActorView {
  return desk.inspector.detail(path) as ActorView;
}

function showPaths(data: unknown): string {
  const paths = data as readonly string[];
  return paths.length === 0 ? 'none' : paths.join('\n');
}

function showInfo(view: ActorView): string {
  return pairs([
    ['path', view.path],
    ['kind', view.kind],
    ['uid', view.uid],
    ['status', view.status],
    ['age', view.ageSeconds === null ? null : ageText(view.ageSeconds)],
    ['restarts', `${view.restarts}, ${view.recentRestarts} of them lately`],
    ['restart budget', view.restartBudget],
    ['mailbox', `${view.mailbox} of ${view.capacity}, at most ${view.highWater} so far`],
    ['overflow', view.overflow],
    ['on restart', view.mailboxOnRestart],
    ['handled', view.handled],
    ['dropped', view.dropped],
    ['stashed', view.stashed],
    ['parent', view.parent || null],
    ['children', view.children.length],
    ['watchers', view.watchers.join(', ') || 'none'],
    ['watching', view.watching.join(', ') || 'none'],
    ['timers', view.timers.length],
    ['allowed', view.allowed.join(', ') || 'nothing'],
    ['last error', view.lastError],
  ]);
}
