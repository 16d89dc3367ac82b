import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { inspect } from '../inspect/inspect-command.ts';
import { pairs, table } from '../terminal.ts';
import { type EstopEventRow, type EstopRow, REPORT_MAX } from './estop-port.ts';

const state: DaemonCommand = {
  name: 'estop',
  usage: '',
  summary: 'the emergency stop: driver, contacts, what it stands for, and when it was last proven',
  examples: ['estop'],
  action: inspect,
  run: async (desk) => done(desk.estop.state()),
  show: (data) => showState(data as EstopRow),
};

const acknowledge: DaemonCommand = {
  name: 'acknowledge',
  usage: '',
  summary: 'say that the trip was seen: the buzzer falls silent, nothing is reset',
  examples: ['acknowledge'],
  action: () => 'reset',
  async run(desk, _words, who) {
    if (await desk.estop.acknowledge(who.user)) return done('acknowledged');
    return failed(EXIT.refused, 'acknowledge: there is no trip that nobody has acknowledged');
  },
  show: String,
};

const prove: DaemonCommand = {
  name: 'estop proof',
  usage: 'REASON…',
  summary: 'record a proof test: the button was pressed just now and the desk was seen to stop',
  examples: ['estop proof monthly test, panel of the first floor'],
  action: () => 'reset',
  async run(desk, reason, who) {
    if (reason.length === 0) return failed(EXIT.usage, 'estop proof: wanted a reason');
    const outcome = await desk.estop.prove(who.user, reason.join(' '));
    return outcome.ok ? done(outcome.value) : failed(EXIT.refused, `estop proof: ${outcome.error}`);
  },
  show: (data) => showState(data as EstopRow),
};

interface Report {
  readonly isCsv: boolean;
  readonly rows: readonly EstopEventRow[];
}

const report: DaemonCommand = {
  name: 'estop report',
  usage: '[--last N] [--csv]',
  summary: 'every trip, reset, refusal, fault and test of the stop, for those who audit it',
  examples: ['estop report --csv', 'estop report --last 50'],
  options: {
    last: { type: 'string', value: 'N', help: `the latest N, ${REPORT_MAX} at most (the default)` },
    csv: { type: 'boolean', help: 'comma-separated values with a header, RFC 4180' },
  },
  action: inspect,
  async run(desk, words) {
    const isCsv = words.includes('--csv');
    const [flag, text, ...extra] = words.filter((word) => word !== '--csv');
    const last = flag === undefined ? REPORT_MAX : Number(text);
    const isCount = Number.isInteger(last) && last >= 1 && last <= REPORT_MAX;
    if ((flag !== undefined && flag !== '--last') || extra.length > 0 || !isCount) {
      return failed(EXIT.usage, `estop report: wanted --last 1 … ${REPORT_MAX} or --csv`);
    }
    const rows = await desk.estop.report(last);
    if (!rows.ok) return failed(EXIT.failed, `estop report: ${rows.error}`);
    return done({ isCsv, rows: rows.value } satisfies Report);
  },
  show(data) {
    const { isCsv, rows } = data as Report;
    const cells = rows.map((row) => COLUMNS.map((column) => row[column]));
    return isCsv ? csv([COLUMNS, ...cells]) : table(COLUMNS, cells);
  },
};

export const ESTOP_COMMANDS: readonly DaemonCommand[] = [state, prove, report, acknowledge];

const COLUMNS = [
  'sequence',
  'at',
  'boot',
  'monoUs',
  'what',
  'cause',
  'by',
  'modeBefore',
  'modeAfter',
  'openOrders',
  'detail',
] as const;

/** RFC 4180, without the line break behind the last line. */
function csv(rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number): string => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join(',')).join('\r\n');
}

function showState(row: EstopRow): string {
  const { contacts } = row;
  return pairs([
    ['driver', row.isHardware ? row.driver : `${row.driver}: no hardware stop`],
    ['stands for', row.causes.join(', ') || 'nothing: armed'],
    ['contacts', `A ${contacts.a}, B ${contacts.b}, tamper ${contacts.tamper}`],
    ['fault', row.isFaulted ? 'the channels disagreed' : 'none'],
    ['acknowledged', row.cause === null ? '-' : row.isAcknowledged ? 'yes' : 'no'],
    ['proof test', `${row.proof}, last ${row.provenAt ?? 'never'}`],
  ]);
}
