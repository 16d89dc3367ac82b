import { type AuditFinding, findingText } from '../../audit/check/finding.ts';
import type { TrustedHead } from '../../audit/check/log-walk.ts';
import type { VerifyOptions } from '../../audit/check/verify-log.ts';
import { type VerifierKey, verifierKeyText } from '../../audit/note/keys.ts';
import { hashText } from '../../audit/tree/hash.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type VerifiedDirectory, verifyDirectory } from '../../storage/audit/verify-directory.ts';
import { type LogFault, logFaultText } from '../../storage/log-fault.ts';
import { EXIT } from '../command.ts';
import { usage } from '../launch-commands.ts';
import {
  type LocalCommand,
  type ParsedWords,
  parseDuration,
  type Surroundings,
} from '../local-command.ts';
import { answer, pairs } from '../terminal.ts';
import {
  type AuditFolder,
  auditFolder,
  FOLDER_OPTIONS,
  KEY_OPTION,
  verifierKeyIn,
} from './audit-folder.ts';
import { headsIn } from './heads-file.ts';

/** Heartbeats come every ten seconds; a lane that is blocked may miss two of them. */
const SILENCE_MS = 30_000;

export const verifyCommand: LocalCommand = {
  name: 'audit verify',
  usage: '[DIR]',
  summary: 'verify the signed log from its first entry, and the journal against it',
  examples: [
    'flyball audit verify',
    'flyball audit verify /media/backup/flyball --key audit.vkey --head yesterday.checkpoint',
    'flyball audit verify --head ~/.local/state/flyball-guard/DESK/heads.log',
  ],
  options: {
    ...FOLDER_OPTIONS,
    key: KEY_OPTION,
    witness: {
      type: 'string',
      value: 'F',
      multiple: true,
      help: 'verifier key of a witness, or a file of it; its signatures are verified',
    },
    head: {
      type: 'string',
      value: 'F',
      multiple: true,
      help: 'an older checkpoint from elsewhere, or a heads.log of a guard: shows a rollback',
    },
    fresh: {
      type: 'string',
      value: 'T',
      help: "demand a witness' signature that is not older, such as 60s",
    },
    silence: {
      type: 'string',
      value: 'T',
      help: 'let a longer gap between two entries of a boot count as a fault (default: say so)',
    },
  },
  async run(words, around) {
    const found = auditFolder(words.positionals[0], words, around);
    if (!found.ok) {
      around.terminal.err(`audit verify: ${found.error}\n`);
      return EXIT.failed;
    }
    const options = optionsOf(words, found.value, around);
    if (!options.ok) return usage(around, `audit verify: ${options.error}`);
    return tell(found.value, verify(found.value, options.value, around), words, around);
  },
};

interface Verdict extends VerifiedDirectory {
  /** A gap between heartbeats that nobody asked to count as a fault. */
  readonly silence: AuditFinding | null;
}

interface Asked {
  readonly options: VerifyOptions;
  readonly isSilenceFault: boolean;
  /** Whether the key is one that whoever asks has brought along. */
  readonly isPinned: boolean;
}

function optionsOf(
  words: ParsedWords,
  folder: AuditFolder,
  { env }: Surroundings,
): Result<Asked, string> {
  if (words.positionals.length > 1) return err('wanted one directory');
  const pinned = words.text('key');
  const key = verifierKeyIn(env.files, pinned ?? folder.keyFile);
  if (!key.ok) return err(`--key ${key.error}`);
  const witnesses: VerifierKey[] = [];
  for (const text of words.texts('witness')) {
    const witness = verifierKeyIn(env.files, text);
    if (!witness.ok) return err(`--witness ${witness.error}`);
    witnesses.push(witness.value);
  }
  const heads: TrustedHead[] = [];
  for (const file of words.texts('head')) {
    const some = headsIn(env.files, file);
    if (!some.ok) return err(`--head ${some.error}`);
    heads.push(...some.value);
  }
  const [fresh, silence] = ['fresh', 'silence'].map((name) => words.text(name));
  const [freshMs, silenceMs] = [fresh, silence].map((text) => parseDuration(text ?? '30s'));
  if (freshMs === null) return err(`--fresh: found ${fresh}, wanted a time such as 60s`);
  if (silenceMs === null) return err(`--silence: found ${silence}, wanted a time such as 30s`);
  const nowSeconds = Math.floor(env.clock.now() / 1_000);
  const limitSeconds = Math.ceil((freshMs as number) / 1_000);
  const bound = silence === null ? SILENCE_MS : (silenceMs as number);
  return ok({
    options: {
      key: key.value,
      witnesses,
      heads,
      fresh: fresh === null ? null : { nowSeconds, limitSeconds },
      silenceNsMax: BigInt(Math.ceil(bound)) * 1_000_000n,
    },
    isSilenceFault: silence !== null,
    isPinned: pinned !== null,
  });
}

function verify(
  folder: AuditFolder,
  { options, isSilenceFault, isPinned }: Asked,
  { env }: Surroundings,
): Result<Verdict & Pick<Asked, 'isPinned'>, AuditFinding | LogFault> {
  const first = verifyDirectory(env.files, folder, options);
  if (first.ok) return ok({ ...first.value, silence: null, isPinned });
  const { error } = first;
  const isSilence = error.kind === 'audit-finding' && error.what === 'silent';
  if (!isSilence || isSilenceFault) return first;
  const again = verifyDirectory(env.files, folder, { ...options, silenceNsMax: null });
  return again.ok ? ok({ ...again.value, silence: error, isPinned }) : again;
}

function tell(
  folder: AuditFolder,
  verdict: ReturnType<typeof verify>,
  words: ParsedWords,
  { terminal }: Surroundings,
): number {
  const isJson = words.flag('json');
  if (!verdict.ok) {
    const { error } = verdict;
    const isFinding = error.kind === 'audit-finding';
    const text = isFinding ? findingText(error) : logFaultText(error);
    if (isJson) answer(terminal, true, { ok: false, ...error, text }, String);
    else terminal.err(`audit verify: ${text}\n`);
    return isFinding ? EXIT.unverified : EXIT.failed;
  }
  const { checkpoint, cosignatures, key, uncovered, journal, silence, isPinned } = verdict.value;
  const notes = [
    isPinned ? null : `the key is the one in ${folder.keyFile}: pin a copy from elsewhere`,
    cosignatures.length > 0
      ? null
      : 'no --witness has signed it: a log rolled back as a whole would look like this one',
    silence === null ? null : findingText(silence),
  ].filter((note) => note !== null);
  const data = {
    ok: true,
    size: checkpoint.size,
    root: hashText(checkpoint.root),
    key: verifierKeyText(key),
    witnesses: cosignatures.map(({ key: witness, seconds }) => ({
      name: witness.name,
      seconds,
    })),
    uncovered,
    journal,
    notes,
  };
  answer(terminal, isJson, data, () => show(data));
  return EXIT.done;
}

function show(data: {
  readonly size: number;
  readonly root: string;
  readonly key: string;
  readonly witnesses: readonly { readonly name: string }[];
  readonly uncovered: number;
  readonly journal: Verdict['journal'];
  readonly notes: readonly string[];
}): string {
  const { size, root, key, witnesses, uncovered, journal, notes } = data;
  const compared =
    journal === null
      ? 'none'
      : `${journal.compared} agree with their entries, ${journal.from} … ${journal.to}`;
  return pairs([
    ['audit log', `whole: ${size} entries`],
    ['root', root],
    ['signed by', key],
    ['witnesses', witnesses.map(({ name }) => name).join(', ') || 'none'],
    ['journal', journal === null ? 'not there' : 'whole'],
    ['records', compared],
    ['uncovered', uncovered],
    ...notes.map((note) => ['note', note] as const),
  ]);
}
