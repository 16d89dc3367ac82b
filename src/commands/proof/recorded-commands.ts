import type { RunResult } from '../../remote/server.ts';
import { type DaemonCommand, didYouMean, done, EXIT, failed, findCommand } from '../command.ts';
import { DAEMON_COMMANDS } from '../daemon-commands.ts';
import { inspect } from '../inspect/inspect-command.ts';
import { pairs, table } from '../terminal.ts';
import { PROOF_COMMANDS } from './proof-commands.ts';
import type { AuditReport, EventRow, RecordedPort, RecordedStatus } from './recorded-port.ts';

/** A command on a recorded journal, with a face like that of the live one. */
export type RecordedCommand = Omit<DaemonCommand, 'run'> & {
  run(desk: RecordedPort, words: readonly string[]): Promise<RunResult>;
};

const EVENTS_SHOWN = 20;
const EVENTS_MAX = 10_000;

const status: RecordedCommand = {
  name: 'status',
  usage: '',
  summary: 'what the desk was when its record ends, or where `at` has gone',
  examples: ['status'],
  action: inspect,
  run: async (desk) => done(desk.status()),
  show: (data) => showStatus(data as RecordedStatus),
};

const at: RecordedCommand = {
  name: 'at',
  usage: 'SEQUENCE',
  summary: 'go to the state behind a record, forwards or back',
  examples: ['at 1200'],
  action: inspect,
  async run(desk, [word]) {
    const sequence = wholeNumber(word);
    if (sequence === null) {
      return failed(EXIT.usage, `at: found ${word}, wanted the sequence of a record`);
    }
    const moved = desk.goTo(sequence);
    return moved.ok ? done(moved.value) : failed(EXIT.failed, `at: ${moved.error}`);
  },
  show: (data) => `the state is that behind record ${data}`,
};

const events: RecordedCommand = {
  name: 'events',
  usage: '[COUNT] [KIND]',
  summary: 'the last records up to where the state is',
  examples: ['events', 'events 100', 'events 50 order-filled'],
  action: inspect,
  run: async (desk, words) => lastEvents('events', desk, words),
  show: showEvents,
};

const tail: RecordedCommand = {
  name: 'audit tail',
  usage: '[COUNT]',
  summary: 'commands, refusals, modes and approvals, newest last',
  examples: ['audit tail', 'audit tail 100'],
  action: inspect,
  async run(desk, [word]) {
    const count = countOf(word);
    if (count === null) return failed(EXIT.usage, badCount('audit tail', word));
    return done(desk.events(count, AUDITED));
  },
  show: showEvents,
};

const verify: RecordedCommand = {
  name: 'audit verify',
  usage: '',
  summary: 'check the chain over all records, and segments against the store',
  examples: ['audit verify'],
  action: inspect,
  async run(desk) {
    const report = desk.verify();
    return report.isSound ? done(report) : failed(EXIT.unverified, faultText(report));
  },
  show(data) {
    const { records, chain, compared } = data as AuditReport;
    return pairs([
      ['records', records],
      ['chain', chain],
      ['compared', compared],
      ['faults', 'none'],
    ]);
  },
};

/** Kinds of what people did. */
const AUDITED = [
  'command-given',
  'command-refused',
  'mode-changed',
  'mode-requested',
  'mode-approved',
  'config-changed',
  'estop',
  'booted',
  'stopped',
];

/** Everything that can be asked of a recorded journal. */
export const RECORDED_COMMANDS: readonly RecordedCommand[] = [
  status,
  at,
  rowsLike('positions', (desk) => desk.positions()),
  rowsLike('orders', (desk) => desk.orders()),
  events,
  tail,
  verify,
  ...PROOF_COMMANDS,
];

/** Finds and runs a command on a recorded journal. */
export async function runRecordedCommand(
  desk: RecordedPort,
  words: readonly string[],
): Promise<RunResult> {
  const found = findCommand(RECORDED_COMMANDS, words);
  const live = findCommand(DAEMON_COMMANDS, words);
  // `mode` is live and `mode history` is not: the longer name is the one that is meant.
  if (found !== null) return found.command.run(desk, found.rest);
  if (live !== null) {
    const { name } = live.command;
    return failed(EXIT.refused, `${name}: needs a desk that runs; this is a recorded one`);
  }
  const names = RECORDED_COMMANDS.map(({ name }) => name);
  const meant = didYouMean(names, words.slice(0, 2).join(' '));
  const hint = meant === null ? '`help` lists the commands' : `did you mean \`${meant}\`?`;
  return failed(EXIT.usage, `unknown command ${words.join(' ')}: ${hint}`);
}

/** A command that shows rows as the live one of that name does. */
function rowsLike(name: string, rowsOf: (desk: RecordedPort) => unknown): RecordedCommand {
  const live = findCommand(DAEMON_COMMANDS, [name])?.command as DaemonCommand;
  return { ...live, run: async (desk) => done(rowsOf(desk)) };
}

function lastEvents(name: string, desk: RecordedPort, words: readonly string[]): RunResult {
  const isKindFirst = words[0] !== undefined && wholeNumber(words[0]) === null;
  const [word, kind] = isKindFirst ? [undefined, words[0]] : words;
  const count = countOf(word);
  return count === null
    ? failed(EXIT.usage, badCount(name, word))
    : done(desk.events(count, kind === undefined ? null : [kind]));
}

function countOf(word: string | undefined): number | null {
  const count = word === undefined ? EVENTS_SHOWN : wholeNumber(word);
  return count !== null && count >= 1 && count <= EVENTS_MAX ? count : null;
}

function badCount(name: string, word: string | undefined): string {
  return `${name}: found ${word}, wanted a number from 1 to ${EVENTS_MAX}`;
}

function wholeNumber(word: string | undefined): number | null {
  return word !== undefined && /^\d{1,15}$/.test(word) ? Number(word) : null;
}

function faultText({ faults, records }: AuditReport): string {
  return `audit verify: ${faults.length} faults in ${records} records\n${faults.join('\n')}`;
}

function showEvents(data: unknown): string {
  return table(
    ['sequence', 'kind', 'what'],
    (data as readonly EventRow[]).map(({ sequence, kind, text }) => [sequence, kind, text]),
  );
}

function showStatus(status: RecordedStatus): string {
  const integrity = Object.entries(status.integrity).map(([what, count]) => `${what} ${count}`);
  return pairs([
    ['recorded in', status.folder],
    ['record', `${status.at} of ${status.head}`],
    ['journal ends', status.ends],
    ['desk', `${status.deskId}, boot ${status.boot}, flyball ${status.version}`],
    ['ended', status.wasStopped ? 'by an orderly stop' : 'without one'],
    ['mode', `${status.mode}, wanting ${status.requested}`],
    ['open orders', status.openOrders],
    ['integrity', integrity.join(', ') || 'nothing is wrong'],
  ]);
}
