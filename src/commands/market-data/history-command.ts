import { err, ok, type Result } from '../../core/result.ts';
import type { ExchangeId } from '../../venues/ccxt/exchange-class.ts';
import type {
  AnswerTo,
  ReferenceFault,
  ReferenceMarket,
  ReferenceQuestion,
} from '../../venues/ccxt/reference-data.ts';
import { didYouMean, EXIT } from '../command.ts';
import { JSON_OUTPUT, usage } from '../launch-commands.ts';
import type { LocalCommand, ParsedWords, Surroundings } from '../local-command.ts';
import { answer, table } from '../terminal.ts';
import type { BarsWish } from './bars.ts';

const SERIES = ['bars', 'trades', 'funding', 'interest'] as const;
type Series = (typeof SERIES)[number];

const ROWS_MAX = 1_000;
const ROWS = 100;
/** The first question loads the class of the exchange, which takes seconds. */
const TIMEOUT_MS = 60_000;
const REQUEST_MS = 10_000;
const RATE = { ratePerSecond: 1, burst: 4 };
const MARKETS_SHOWN = 5;

/** What a venue keeps of the past, as anybody may ask for it; no key, no desk. */
export const historyCommand: LocalCommand = {
  name: 'history',
  usage: `VENUE SYMBOL ${SERIES.join('|')}`,
  summary: 'what a venue keeps of the past of a market: bars, trades, funding, open interest',
  examples: [
    'flyball history kraken BTC/USD bars --since 2026-01-01 --rows 500 --json',
    'flyball history binance-usdm BTCUSDT funding',
  ],
  options: {
    since: { type: 'string', value: 'TIME', help: 'from this time on (default: the latest)' },
    rows: { type: 'string', value: 'N', help: `at most, up to ${ROWS_MAX} (default ${ROWS})` },
    timeframe: { type: 'string', value: 'T', help: 'length of a bar: 1m, 1h, 1d (default 1m)' },
    host: { type: 'string', value: 'HOST:PORT', help: 'ask a simulated venue in its place' },
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const wish = await wishIn(words);
    if (!wish.ok) return usage(around, `history: ${wish.error}`);
    const found = await rowsOf(wish.value, around);
    if (!found.ok) {
      around.terminal.err(`history: ${found.error}\n`);
      return EXIT.failed;
    }
    answer(around.terminal, words.flag('json'), found.value, () => show(found.value));
    return EXIT.done;
  },
};

interface HistoryWish extends BarsWish {
  /** What ccxt calls the venue. */
  readonly exchange: ExchangeId;
  readonly series: Series;
}

type Row = Readonly<Record<string, string | number>>;

async function wishIn(words: ParsedWords): Promise<Result<HistoryWish, string>> {
  const { VENUE_KINDS, VENUE_KIND_NAMES } = await import('../../venues/kinds/venue-kinds.ts');
  const { minutesOf } = await import('./bars.ts');
  const [venue, symbol, named, extra] = words.positionals;
  if (venue === undefined || symbol === undefined || named === undefined || extra !== undefined) {
    return err(`found ${words.positionals.length} words, wanted VENUE SYMBOL and a series`);
  }
  const kind = VENUE_KIND_NAMES.find((name) => name === venue);
  if (kind === undefined) return err(`found ${venue}, wanted ${VENUE_KIND_NAMES.join(', ')}`);
  const series = SERIES.find((each) => each === named);
  if (series === undefined) return err(`found ${named}, wanted ${SERIES.join(', ')}`);
  const sinceText = words.text('since');
  const sinceMs = sinceText === null ? null : Date.parse(sinceText);
  if (sinceMs !== null && !(sinceMs >= 0)) {
    return err(`--since: found ${sinceText}, wanted a time such as 2026-01-31T12:00Z`);
  }
  const rowsText = words.text('rows') ?? String(ROWS);
  const rows = /^\d{1,4}$/.test(rowsText) ? Number(rowsText) : 0;
  if (rows < 1 || rows > ROWS_MAX) {
    return err(`--rows: found ${rowsText}, wanted 1 to ${ROWS_MAX}`);
  }
  const minutes = minutesOf(kind, words.text('timeframe') ?? '1m');
  if (!minutes.ok) return err(`--timeframe: ${minutes.error}`);
  const { exchange } = VENUE_KINDS[kind];
  const asked = { symbol, sinceMs, rows, minutes: minutes.value, host: words.text('host') };
  return ok({ kind, exchange, series, ...asked });
}

/** Bars are asked of the venue itself, everything else through ccxt. */
async function rowsOf(
  wish: HistoryWish,
  around: Pick<Surroundings, 'env'>,
): Promise<Result<readonly Row[], string>> {
  const { series } = wish;
  if (series !== 'bars') return askedFor(wish, series, around);
  const { barsOf } = await import('./bars.ts');
  return barsOf(wish, around.env);
}

/**
 * Asks through ccxt what our own adapters have no question for: the latest trades, and funding and
 * open interest over time; in a thread that ends with the answer.
 */
async function askedFor(
  { exchange, host, symbol, sinceMs, rows }: HistoryWish,
  series: Exclude<Series, 'bars'>,
  { env }: Pick<Surroundings, 'env'>,
): Promise<Result<readonly Row[], string>> {
  const { CcxtDesk } = await import('../../venues/ccxt/ccxt-desk.ts');
  const { ccxtThread } = await import('../../venues/ccxt/thread.ts');
  const { clock, timers, random } = env;
  const desk = new CcxtDesk({
    ...{ clock, timers, random, timeoutMs: TIMEOUT_MS, rate: RATE, crashed: () => {} },
    spawn: ccxtThread({ exchange, timeoutMs: REQUEST_MS, ...(host !== null && { host }) }),
  });
  const ask = async <Q extends ReferenceQuestion>(question: Q): Promise<AnswerTo<Q>> => {
    const found = await desk.ask(question);
    if (found.ok) return found.value;
    throw new NoHistory(faultText(found.error));
  };
  try {
    const market = marketIn(await ask({ kind: 'markets' }), symbol);
    const asked = { symbol: market.symbol, sinceMs, limit: rows };
    switch (series) {
      case 'trades':
        return ok((await ask({ kind: 'trades', ...asked })).map(timed));
      case 'funding':
        return ok((await ask({ kind: 'funding', ...asked })).map(timed));
      default:
        return ok([timed(await ask({ kind: 'open-interest', symbol: market.symbol }))]);
    }
  } catch (thrown) {
    if (thrown instanceof NoHistory) return err(thrown.message);
    throw thrown;
  } finally {
    desk.close();
  }
}

/** Why there is no history; thrown while it is asked for and caught at the edge of that. */
class NoHistory extends Error {
  override readonly name = 'NoHistory';
}

function marketIn(markets: readonly ReferenceMarket[], wanted: string): ReferenceMarket {
  const found = markets.find(({ id, symbol }) => id === wanted || symbol === wanted);
  if (found !== undefined) return found;
  const names = markets.map(({ symbol }) => symbol);
  const meant = didYouMean(names, wanted);
  const known = `wanted one of its ${names.length}: ${names.slice(0, MARKETS_SHOWN).join(', ')} …`;
  throw new NoHistory(
    `no market is called ${wanted}: ${meant === null ? known : `did you mean ${meant}?`}`,
  );
}

function faultText(fault: ReferenceFault): string {
  if (fault.kind === 'refused') return `${fault.name}: ${fault.detail}`;
  return fault.kind === 'timeout' ? `no answer within ${fault.ms} ms` : JSON.stringify(fault);
}

/** The time first, as text. */
function timed(each: object): Row {
  const { venueMs, ...rest } = each as Row;
  return { at: new Date(Number(venueMs)).toISOString(), ...rest };
}

function show(rows: readonly Row[]): string {
  const header = Object.keys(rows[0] ?? {});
  return table(
    header,
    rows.map((row) => header.map((name) => row[name] ?? null)),
  );
}
