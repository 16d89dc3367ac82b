import type { EntryProof } from '../../storage/audit/prove.ts';
import { proofText, sequenceIn } from '../audit/prove-command.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { pairs, table } from '../terminal.ts';
import { inspectCommand } from './inspect-command.ts';
import type { AuditReport, AuditRow } from './inspector.ts';

const TAIL = 20;
const TAIL_MAX = 200;

const tail = inspectCommand({
  name: 'audit tail',
  usage: '[N]',
  summary: `the last events of the journal, as they are on disk; at most ${TAIL_MAX}`,
  examples: ['audit tail', 'audit tail 100 --json'],
  words: [0, 1],
  async run(desk, { positionals: [text] }) {
    const count = text === undefined ? TAIL : /^\d{1,6}$/.test(text) ? Number(text) : 0;
    if (!(count >= 1 && count <= TAIL_MAX)) {
      return failed(EXIT.usage, `audit tail: found ${text}, wanted 1 … ${TAIL_MAX}`);
    }
    const read = await desk.inspector.auditTail(count);
    return read.ok ? done(read.value) : failed(EXIT.failed, `audit tail: ${read.error}`);
  },
  show: (data) =>
    table(
      ['sequence', 'at', 'boot', 'event', 'detail'],
      (data as readonly AuditRow[]).map((row) => [
        row.sequence,
        row.at,
        row.boot,
        row.kind,
        row.detail,
      ]),
    ),
});

const verify = inspectCommand({
  name: 'audit verify',
  usage: '',
  summary: 'read every segment of the journal from disk: checksums, sequence, codec',
  examples: ['audit verify'],
  async run(desk) {
    const read = await desk.inspector.auditVerify();
    return read.ok ? done(read.value) : failed(EXIT.unverified, `audit verify: ${read.error}`);
  },
  show(data) {
    const { isWhole, from, to, records, segments, hash } = data as AuditReport;
    return pairs([
      ['journal', isWhole ? 'whole' : 'whole as far as it was read; time ran out'],
      ['records', `${records}, ${from} … ${to}`],
      ['segments', segments],
      ['sha-256', hash],
    ]);
  },
});

const prove = inspectCommand({
  name: 'audit prove',
  usage: 'SEQUENCE',
  summary: 'prove that an event is in the signed Merkle tree; --json stands by itself',
  examples: ['audit prove 1200'],
  words: [1, 1],
  run(desk, { positionals }) {
    const sequence = sequenceIn(positionals);
    if (sequence === null) {
      return failed(EXIT.usage, `audit prove: found ${positionals.join(' ')}, wanted a sequence`);
    }
    const proven = desk.inspector.auditProve(sequence);
    return proven.ok ? done(proven.value) : failed(EXIT.failed, `audit prove: ${proven.error}`);
  },
  show: (data) => proofText(data as EntryProof),
});

export const AUDIT_COMMANDS: readonly DaemonCommand[] = [tail, verify, prove];
