import { findingText } from '../../audit/check/finding.ts';
import { type EntryProof, type ProveFault, proveSequence } from '../../storage/audit/prove.ts';
import { logFaultText } from '../../storage/log-fault.ts';
import { EXIT } from '../command.ts';
import { answer, pairs } from '../terminal.ts';
import { logCommand } from './log-command.ts';

export const proveCommand = logCommand({
  name: 'audit prove',
  usage: 'SEQUENCE',
  summary: 'prove that a record of the journal is in the signed log; --json stands by itself',
  examples: ['flyball audit prove 1200', 'flyball audit prove 1200 --json > proof.json'],
  options: {},
  run({ log }, words, { env, terminal }) {
    const sequence = sequenceIn(words.positionals);
    if (sequence === null) return `found ${words.positionals.join(' ')}, wanted one sequence`;
    const proven = proveSequence(env.files, log, sequence);
    if (!proven.ok) {
      terminal.err(`audit prove: ${proveFaultText(proven.error)}\n`);
      return proven.error.kind === 'audit-finding' ? EXIT.unverified : EXIT.failed;
    }
    answer(terminal, words.flag('json'), proven.value, () => proofText(proven.value));
    return EXIT.done;
  },
});

/** The one sequence that stands behind the command; null for anything else. */
export function sequenceIn(words: readonly string[]): number | null {
  const [text] = words;
  return words.length === 1 && /^[1-9]\d{0,14}$/.test(text ?? '') ? Number(text) : null;
}

export function proofText(proof: EntryProof): string {
  const { sequence, index, size, root, leafHash, entry, checkpoint } = proof;
  const path = proof.proof.map((hash, at) => [at === 0 ? 'path' : '', hash] as const);
  const head = pairs([
    ['record', sequence],
    ['entry', `${index} of ${size}`],
    ['leaf', leafHash],
    ...path,
    ['root', root],
  ]);
  return `${entry}\n\n${head}\n\n${checkpoint.trimEnd()}`;
}

export function proveFaultText(fault: ProveFault): string {
  if (fault.kind === 'audit-finding') return findingText(fault);
  if (fault.kind !== 'no-such-entry') return logFaultText(fault);
  return `found no entry of record ${fault.sequence}: ${fault.detail}`;
}
