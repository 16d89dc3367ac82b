import type { AlertRow } from '../../ops/alerts/alert-board.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { inspectCommand } from '../inspect/inspect-command.ts';
import { table } from '../terminal.ts';

const alerts = inspectCommand({
  name: 'alerts',
  usage: '[--open]',
  summary: 'what people were told: interventions, warnings, emergencies; newest first',
  examples: ['alerts', 'alerts --open --json'],
  options: { open: { type: 'boolean', help: 'critical ones that nobody has acknowledged' } },
  run(desk, { flag }) {
    const rows = desk.alerts.list();
    return done(flag('open') ? rows.filter(isOpen) : rows);
  },
  show: (data) =>
    table(
      ['alert', 'at', 'level', 'what', 'by', 'times', 'text', 'acknowledged'],
      (data as readonly AlertRow[]).map((row) => [
        row.id,
        new Date(row.at).toISOString(),
        row.level,
        row.what,
        row.by,
        row.count,
        row.text,
        row.acknowledgedBy === null ? (isOpen(row) ? 'no' : '-') : acknowledgement(row),
      ]),
    ),
});

const acknowledge = inspectCommand({
  name: 'alerts acknowledge',
  usage: 'ID --reason TEXT',
  summary: 'say that a critical alert was seen; until then the mode goes down step by step',
  examples: ['alerts acknowledge 1234 --reason "power is back"'],
  options: { reason: { type: 'string', help: 'what was found; it goes on record' } },
  words: [1, 1],
  action: () => 'reset',
  async run(desk, { positionals: [text = ''], text: option }, who) {
    const reason = option('reason')?.trim() ?? '';
    if (reason === '') {
      return failed(EXIT.usage, 'alerts acknowledge: found no reason, wanted --reason TEXT');
    }
    if (!/^\d{1,15}$/.test(text)) {
      return failed(EXIT.usage, `alerts acknowledge: found ${text}, wanted the number of an alert`);
    }
    const outcome = await desk.alerts.acknowledge(Number(text), who.user, reason);
    return outcome.ok
      ? done(outcome.value)
      : failed(EXIT.refused, `alerts acknowledge: ${outcome.error}`);
  },
  show: (data) => acknowledgement(data as AlertRow),
});

export const ALERT_COMMANDS: readonly DaemonCommand[] = [alerts, acknowledge];

function isOpen({ level, acknowledgedBy }: AlertRow): boolean {
  return level === 'critical' && acknowledgedBy === null;
}

function acknowledgement({ acknowledgedBy, reason }: AlertRow): string {
  return `${acknowledgedBy}: ${reason}`;
}
