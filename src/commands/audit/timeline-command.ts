import { isWithin } from '../../audit/report/entry-query.ts';
import { entryText, plainText, timeText } from '../../audit/report/entry-text.ts';
import { EXIT } from '../command.ts';
import { answer } from '../terminal.ts';
import { INTERVAL_OPTIONS, intervalOf } from './interval.ts';
import { entriesOf, logCommand } from './log-command.ts';

const LINES_MAX = 100_000;

/** Says nothing to a person by itself. */
const UNTOLD: ReadonlySet<string> = new Set(['heartbeat', 'venue-reconciled']);

const OF_ORDERS = /^(?:order|amend|cancel)-/;

export const timelineCommand = logCommand({
  name: 'audit timeline',
  usage: '',
  summary: 'what happened in an interval, one line for each event, in the order of the log',
  examples: [
    'flyball audit timeline --from 10m',
    'flyball audit timeline --from 2026-08-01T09:30 --to 2026-08-01T09:45 --brief',
  ],
  options: {
    brief: { type: 'boolean', help: 'without the events of orders' },
    ...INTERVAL_OPTIONS,
  },
  run({ reader }, words, { env, terminal }) {
    const interval = intervalOf(words, env.clock.now());
    if (!interval.ok) return interval.error;
    const lines: { sequence: number; time: string; text: string }[] = [];
    let untold = 0;
    for (const { entry } of entriesOf(reader)) {
      if (!isWithin(interval.value, entry) || UNTOLD.has(entry.type)) continue;
      if (words.flag('brief') && OF_ORDERS.test(entry.type)) continue;
      if (lines.length === LINES_MAX) {
        untold += 1;
        continue;
      }
      const text = `${plainText(entry.type)}  ${plainText(entry.actor)}  ${entryText(entry)}`;
      lines.push({ sequence: entry.seq, time: timeText(entry), text });
    }
    answer(terminal, words.flag('json'), { lines, untold }, () =>
      [
        ...lines.map(({ sequence, time, text }) => `${time}  ${sequence}  ${text}`),
        ...(untold > 0 ? [`… and ${untold} more: narrow the interval`] : []),
        ...(lines.length === 0 ? ['nothing happened'] : []),
      ].join('\n'),
    );
    return EXIT.done;
  },
});
