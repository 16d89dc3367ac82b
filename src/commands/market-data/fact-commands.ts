import type { FactRow } from '../../market/fact-board.ts';
import type { SourceRow } from '../../venues/facts/fact-poller.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { inspectCommand } from '../inspect/inspect-command.ts';
import { pairs, table } from '../terminal.ts';

const FACTS = 'market-data/facts';

interface FactReport {
  readonly figures: readonly FactRow[];
  readonly questions: readonly SourceRow[];
  readonly heard: number;
  readonly forgotten: number;
}

const facts = inspectCommand({
  name: 'facts',
  usage: '[VENUE]',
  summary: 'what venues told beside prices: funding, open interest, who is long, options, staking',
  examples: ['facts', 'facts kraken', 'facts --json'],
  words: [0, 1],
  run(desk, { positionals: [venue] }) {
    const state = desk.actorState(FACTS) as FactReport | null;
    if (state === null) {
      const why = 'the configuration has no section `facts`, or the actor is down';
      return failed(EXIT.failed, `facts: nothing is asked: ${why}`);
    }
    const isWanted = (row: { readonly venue: string }): boolean =>
      venue === undefined || row.venue === venue;
    return done({
      ...state,
      figures: state.figures.filter(isWanted),
      questions: state.questions.filter(isWanted),
    } satisfies FactReport);
  },
  show(data) {
    const { figures, questions, heard, forgotten } = data as FactReport;
    return [
      table(
        ['venue', 'of', 'figure', 'value', 'at'],
        figures.map(({ venue, subject, figure, value, venueMs, heardMs }) => [
          venue,
          subject || null,
          figure,
          figure.endsWith('-ms') ? timeText(Number(value)) : String(value),
          timeText(venueMs || heardMs),
        ]),
      ),
      table(
        ['venue', 'question', 'of', 'asked', 'failed', 'what is wrong'],
        questions.map((row) => [
          row.venue,
          row.topic,
          row.subject || null,
          row.asked,
          row.failed,
          row.fault || null,
        ]),
      ),
      pairs([
        ['heard', heard],
        ['forgotten', forgotten],
      ]),
    ].join('\n\n');
  },
});

export const FACT_COMMANDS: readonly DaemonCommand[] = [facts];

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
