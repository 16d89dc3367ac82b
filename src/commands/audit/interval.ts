import type { Interval } from '../../audit/report/entry-query.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type OptionSpec, type ParsedWords, parseDuration } from '../local-command.ts';

/** Options that say which part of a log is wanted. */
export const INTERVAL_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  from: {
    type: 'string',
    value: 'T',
    help: 'begin: a time in ISO 8601 (UTC without a zone), or so long ago, such as 2h',
  },
  to: { type: 'string', value: 'T', help: 'end, said likewise; both ends belong to it' },
};

/** The interval that the options name; without them everything. */
export function intervalOf(
  words: Pick<ParsedWords, 'text'>,
  nowMs: number,
): Result<Interval, string> {
  const from = momentOf(words.text('from'), nowMs, 0);
  const to = momentOf(words.text('to'), nowMs, Number.MAX_SAFE_INTEGER);
  if (from === null || to === null) {
    const [name, text] = from === null ? ['from', words.text('from')] : ['to', words.text('to')];
    return err(`--${name}: found ${text}, wanted a time such as 2026-08-01T09:30 or 2h`);
  }
  if (from > to) return err(`--from: found ${words.text('from')}, which is after --to`);
  return ok({ fromMs: from, toMs: to });
}

/** `2026-08-01`, with a time and a zone as far as wanted. */
const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?)?(Z|[+-]\d{2}:\d{2})?$/;

function momentOf(text: string | null, nowMs: number, otherwise: number): number | null {
  if (text === null) return otherwise;
  const match = ISO.exec(text);
  if (match === null) {
    const ago = parseDuration(text);
    return ago === null ? null : nowMs - ago;
  }
  // A date alone is read as UTC and a time without a zone as local; here both are UTC.
  const zoned = match[4] === undefined && match[1] !== undefined ? `${text}Z` : text;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) ? null : ms;
}
