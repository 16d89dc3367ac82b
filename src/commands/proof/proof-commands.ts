import type { Action } from '../../control/authorisation.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { pairs, table } from '../terminal.ts';
import type { Explanation, ModeRow, ProofPort } from './proof-port.ts';

const inspect = (): Action => 'inspect';

/** A command that needs nothing but what the journal proves. */
export type ProofCommand = Omit<DaemonCommand, 'run'> & {
  run(
    desk: { readonly proof: ProofPort },
    words: readonly string[],
  ): ReturnType<DaemonCommand['run']>;
};

const explain: ProofCommand = {
  name: 'explain',
  usage: 'ORDER-ID',
  summary: 'why an order was sent: its causes in order, and its decision made once more',
  examples: ['explain abcdefgh-1-mm-1a'],
  action: inspect,
  async run(desk, [clientId]) {
    if (clientId === undefined) return failed(EXIT.usage, 'explain: wanted a client order id');
    const explained = await desk.proof.explain(clientId);
    return explained.ok
      ? done(explained.value)
      : failed(EXIT.failed, `explain: ${explained.error}`);
  },
  show: (data) => showExplanation(data as Explanation),
};

const history: ProofCommand = {
  name: 'mode history',
  usage: '',
  summary: 'changes of mode, who wanted them and who approved them',
  examples: ['mode history'],
  action: inspect,
  async run(desk) {
    const rows = await desk.proof.modeHistory();
    return rows.ok ? done(rows.value) : failed(EXIT.failed, `mode history: ${rows.error}`);
  },
  show: (data) =>
    table(
      ['sequence', 'at', 'what', 'by', 'reason'],
      (data as readonly ModeRow[]).map((row) => [
        row.sequence,
        row.at,
        row.what,
        row.by,
        row.reason,
      ]),
    ),
};

/** What can be asked of any journal, of a desk that runs or of one that is dead. */
export const PROOF_COMMANDS: readonly ProofCommand[] = [explain, history];

function showExplanation({ links, again, isRecorded }: Explanation): string {
  const sections = links.map(({ what, rows }) => `${what}\n${indented(pairs(rows))}`);
  return [...sections, `made once more\n${indented(verdictText(isRecorded, again))}`].join('\n\n');
}

function verdictText(isRecorded: boolean, again: Explanation['again']): string {
  if (!isRecorded || again === null) {
    return 'not possible: this record is from before inputs were recorded, or nothing noted them';
  }
  if (again.obstacle !== '') return `not possible: ${again.obstacle}`;
  if (again.isSame) return 'the same intent, bit for bit';
  const parts = again.parts.map(
    ({ name, recorded, now }) => `${name}: recorded ${recorded}, now ${now}`,
  );
  return `they part:\n${parts.join('\n')}`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
