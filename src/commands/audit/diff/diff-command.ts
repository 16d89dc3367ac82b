import { err, ok, type Result } from '../../../core/result.ts';
import { openEntries } from '../../../storage/audit/entry-reader.ts';
import { logFaultText } from '../../../storage/log-fault.ts';
import { EXIT } from '../../command.ts';
import { usage } from '../../launch-commands.ts';
import type { LocalCommand } from '../../local-command.ts';
import type { RecordedPort } from '../../proof/recorded-port.ts';
import { answer, table } from '../../terminal.ts';
import { type AuditFolder, auditFolder, FOLDER_OPTIONS } from '../audit-folder.ts';
import { intervalOf } from '../interval.ts';
import { type DeskState, stateDiff } from './state-diff.ts';

export const diffCommand: LocalCommand = {
  name: 'audit diff',
  usage: 'A B',
  summary: 'what of mode, positions and open orders is not the same behind two records',
  examples: ['flyball audit diff 1200 1450', 'flyball audit diff 2026-08-01T09:30 head --json'],
  options: FOLDER_OPTIONS,
  async run(words, around) {
    const { env, terminal, launch } = around;
    const [from, to, ...more] = words.positionals;
    if (from === undefined || to === undefined || more.length > 0) {
      return usage(around, 'audit diff: wanted two states: sequences, times, or head');
    }
    const folder = auditFolder(undefined, words, around);
    const desk = folder.ok ? await launch.recorded(folder.value.path, env) : folder;
    if (!desk.ok || !folder.ok) {
      terminal.err(`audit diff: ${desk.ok ? '' : desk.error}\n`);
      return EXIT.failed;
    }
    try {
      const sequenceOf = (text: string) => momentOf(text, desk.value, folder.value, around);
      const before = stateAt(desk.value, sequenceOf(from));
      const after = stateAt(desk.value, sequenceOf(to));
      if (!before.ok || !after.ok) {
        const fault = before.ok ? after : before;
        terminal.err(`audit diff: ${fault.ok ? '' : fault.error}\n`);
        return EXIT.failed;
      }
      const differences = stateDiff(before.value, after.value);
      const span = { from: before.value.sequence, to: after.value.sequence };
      answer(terminal, words.flag('json'), { ...span, differences }, () =>
        table(
          ['what', 'field', `behind ${span.from}`, `behind ${span.to}`],
          differences.map((each) => [each.what, each.field, each.before, each.after]),
        ),
      );
      return EXIT.done;
    } finally {
      await desk.value.close();
    }
  },
};

type Around = Parameters<LocalCommand['run']>[1];

/** Sequence of a state: itself, the last one, or that of the last record up to a time. */
function momentOf(
  text: string,
  desk: RecordedPort,
  { log }: AuditFolder,
  { env }: Around,
): Result<number, string> {
  if (text === 'head') return ok(desk.status().head);
  if (/^[1-9]\d{0,14}$/.test(text)) return ok(Number(text));
  const words = { text: (name: string) => (name === 'to' ? text : null) };
  const interval = intervalOf(words, env.clock.now());
  if (!interval.ok) return err(`found ${text}, wanted a sequence, a time, or head`);
  const reader = openEntries(env.files, log);
  if (!reader.ok) return err(logFaultText(reader.error));
  for (let index = reader.value.size - 1; index >= 0; index -= 1) {
    const read = reader.value.at(index);
    if (!read.ok) return err(logFaultText(read.error));
    const { seq, wallNs } = read.value.entry;
    if (Number(wallNs / 1_000_000n) <= interval.value.toMs) return ok(seq);
  }
  return err(`found no record up to ${text}`);
}

function stateAt(desk: RecordedPort, sequence: Result<number, string>): Result<DeskState, string> {
  const moved = sequence.ok ? desk.goTo(sequence.value) : sequence;
  if (!moved.ok) return moved;
  const { mode, requested, boot } = desk.status();
  const [positions, orders] = [desk.positions(), desk.orders()];
  return ok({ sequence: moved.value, mode, requested, boot, positions, orders });
}
