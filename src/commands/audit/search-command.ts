import { type EntryQuery, isWanted } from '../../audit/report/entry-query.ts';
import { entryText, plainText, timeText } from '../../audit/report/entry-text.ts';
import { EXIT } from '../command.ts';
import { answer, table } from '../terminal.ts';
import { INTERVAL_OPTIONS, intervalOf } from './interval.ts';
import { entryAt, logCommand } from './log-command.ts';

const LIMIT = 100;
const LIMIT_MAX = 100_000;

interface Hit {
  readonly sequence: number;
  readonly time: string;
  readonly kind: string;
  readonly actor: string;
  readonly text: string;
}

export const searchCommand = logCommand({
  name: 'audit search',
  usage: '[TEXT…]',
  summary: 'entries of the signed log by kind, actor, order, time and text; the newest of them',
  examples: [
    'flyball audit search --kind mode-changed --from 2h',
    'flyball audit search --client abcdefgh-1-mm-1a --json',
    'flyball audit search wrong prices --actor ann',
  ],
  options: {
    kind: { type: 'string', value: 'K', multiple: true, help: 'kind of event; several add up' },
    actor: { type: 'string', value: 'A', help: 'part of who did it' },
    client: { type: 'string', value: 'ID', help: 'client order id' },
    limit: { type: 'string', value: 'N', help: `at most so many (default ${LIMIT})` },
    ...INTERVAL_OPTIONS,
  },
  run({ reader }, words, { env, terminal }) {
    const interval = intervalOf(words, env.clock.now());
    if (!interval.ok) return interval.error;
    const limitText = words.text('limit') ?? String(LIMIT);
    const limit = /^\d{1,6}$/.test(limitText) ? Number(limitText) : 0;
    if (limit < 1 || limit > LIMIT_MAX)
      return `--limit: found ${limitText}, wanted 1 … ${LIMIT_MAX}`;
    const query: EntryQuery = {
      kinds: words.texts('kind'),
      actor: words.text('actor') ?? '',
      text: words.positionals.join(' '),
      clientId: words.text('client') ?? '',
      interval: interval.value,
    };
    const hits: Hit[] = [];
    // From the newest on, so that a limit ends the search early.
    for (let index = reader.size - 1; index >= 0 && hits.length < limit; index -= 1) {
      const { entry } = entryAt(reader, index);
      if (!isWanted(query, entry)) continue;
      hits.push({
        sequence: entry.seq,
        time: timeText(entry),
        kind: plainText(entry.type),
        actor: plainText(entry.actor),
        text: entryText(entry),
      });
    }
    hits.reverse();
    answer(terminal, words.flag('json'), hits, () =>
      table(
        ['sequence', 'time', 'kind', 'actor', 'what'],
        hits.map(({ sequence, time, kind, actor, text }) => [sequence, time, kind, actor, text]),
      ),
    );
    return hits.length > 0 ? EXIT.done : EXIT.failed;
  },
});
