import { BAR_KINDS, type BarKind } from '../../market/aggregation/market-series.ts';
import type { ExecutionQuote } from '../../market/aggregation/pair-market.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { inspectCommand, wholeOption } from '../inspect/inspect-command.ts';
import { pairs, table } from '../terminal.ts';
import type { BackfillLine, BarRow, BucketRow, MarketReport, QueueRow } from './market-port.ts';

const SERIES: readonly string[] = [...BAR_KINDS, 'buckets'];
const ROWS = { fallback: 20, min: 1, max: 256 };

const market = inspectCommand({
  name: 'market',
  usage: '',
  summary: 'venues and markets: health, clock, latency, age, data score, fees; failover order',
  examples: ['market', 'market --json'],
  async run(desk) {
    return done(await desk.market.report());
  },
  show: (data) => showMarket(data as MarketReport),
});

const quote = inspectCommand({
  name: 'quote',
  usage: 'SYMBOL buy|sell SIZE',
  summary: 'how SIZE of base is best taken now over all venues, fees included; it orders nothing',
  examples: ['quote BTC/USD buy 0.5', 'quote BTCUSDT sell 2 --json'],
  words: [3, 3],
  async run(desk, { positionals }) {
    const [symbol, side, size] = positionals as [string, string, string];
    if (side !== 'buy' && side !== 'sell') {
      return failed(EXIT.usage, `quote: found ${side}, wanted buy or sell`);
    }
    if (!/^\d+(\.\d+)?$/.test(size)) {
      return failed(EXIT.usage, `quote: found the size ${size}, wanted a decimal above 0`);
    }
    const found = await desk.market.quote(symbol, { side, quantity: Number(size) });
    if (!found.ok) return failed(EXIT.failed, `quote: ${found.error}`);
    const { value } = found;
    if (value.unfilled === 0) return done(value);
    const error = `quote: ${numberText(value.unfilled)} of ${size} cannot be taken now`;
    return { exitCode: EXIT.failed, data: value, error };
  },
  show: (data) => showQuote(data as ExecutionQuote),
});

const bars = inspectCommand({
  name: 'bars',
  usage: `SYMBOL ${SERIES.join('|')} [--rows N]`,
  summary: 'the latest closed bars of a market, or its 1 to 5 ms buckets of event time',
  examples: ['bars BTCUSDT time', 'bars BTC/USD buckets --rows 5'],
  options: {
    rows: { type: 'string', value: 'N', help: 'of each market, at most 256 (default 20)' },
  },
  words: [2, 2],
  async run(desk, words) {
    const [symbol, series] = words.positionals as [string, string];
    const rows = wholeOption(words, 'rows', ROWS);
    if (typeof rows === 'string') return failed(EXIT.usage, `bars: ${rows}`);
    if (!isSeries(series)) {
      return failed(EXIT.usage, `bars: found ${series}, wanted ${SERIES.join(', ')}`);
    }
    const found = await desk.market.bars(symbol, series, rows);
    return found.ok ? done(found.value) : failed(EXIT.failed, `bars: ${found.error}`);
  },
  show: (data) => showBars(data as readonly (BarRow | BucketRow)[]),
});

const queue = inspectCommand({
  name: 'queue',
  usage: '',
  summary: 'what trades before each of our open orders: exact where books are by order (depth l3)',
  examples: ['queue', 'queue --json'],
  async run(desk) {
    return done(await desk.market.queues());
  },
  show: (data) =>
    table(
      ['market', 'client id', 'side', 'price', 'left', 'ahead', 'orders ahead', 'level'],
      (data as readonly QueueRow[]).map((row) => [
        row.market,
        row.clientId,
        row.side,
        row.price,
        row.left,
        row.ahead,
        row.ordersAhead,
        row.level,
      ]),
    ),
});

export const MARKET_COMMANDS: readonly DaemonCommand[] = [market, quote, bars, queue];

function isSeries(text: string): text is BarKind | 'buckets' {
  return SERIES.includes(text);
}

function showMarket(report: MarketReport): string {
  const venues = table(
    ['venue', 'health', 'silent ms', 'round trip ms', 'clock ahead ms', 'books', 'why'],
    report.venues.map((row) => [
      row.venue,
      row.health,
      rounded(row.silentMs),
      rounded(row.roundTripMs, 1),
      withError(row.clockAheadMs, row.clockErrorMs),
      `${row.liveMarkets} of ${row.markets}`,
      row.reasons.join(', ') || null,
    ]),
  );
  const markets = table(
    ['market', 'pair', 'book', 'age ms', 'latency ms', 'p99 ms', 'score', 'missing', 'fee bps'],
    report.markets.map((row) => [
      `${row.venue} ${row.symbol}`,
      row.pair,
      row.state,
      rounded(row.ageMs),
      row.latency === null ? null : withError(row.latency.medianMs, row.latency.errorMs),
      row.latency === null ? null : row.latency.p99Ms.toFixed(1),
      rounded(row.score, 1),
      row.missing,
      numberText(row.takerFeeBps),
    ]),
  );
  const touches = table(
    ['pair', 'bid', 'at', 'ask', 'at', 'crossed bps'],
    report.pairs.map(({ pair, bid, ask, crossedBps }) => [
      pair,
      bid === null ? null : numberText(bid.price),
      bid?.market ?? null,
      ask === null ? null : numberText(ask.price),
      ask?.market ?? null,
      rounded(crossedBps, 2),
    ]),
  );
  const order = report.failover.length === 0 ? 'none is up' : report.failover.join(', ');
  const rest = pairs([
    ['failover', order],
    ['crossed beyond fees', `${report.crossings} times`],
    ['backfill', backfillText(report.backfill)],
  ]);
  return [venues, markets, touches, rest].join('\n\n');
}

function backfillText(line: BackfillLine | null): string {
  if (line === null) return '-';
  const { waiting, fetched, givenUp, tooLarge } = line;
  return `${waiting} gaps wait, ${fetched} trades fetched, ${givenUp + tooLarge} gaps given up`;
}

function showQuote(quoted: ExecutionQuote): string {
  const { pair, side, asked, filled, currency } = quoted;
  const head = pairs([
    ['quote', `${side} ${numberText(asked)} ${pair}`],
    ['filled', numberText(filled)],
    ['price', quoted.price === null ? null : numberText(quoted.price)],
    ['with fees', quoted.netPrice === null ? null : numberText(quoted.netPrice)],
    ['last level', quoted.worst === null ? null : numberText(quoted.worst)],
    [side === 'buy' ? 'to pay' : 'to receive', `${numberText(quoted.net)} ${currency}`],
    ['of that fees', `${numberText(quoted.fees)} ${currency}`],
  ]);
  const legs = table(
    ['venue', 'symbol', 'quantity', 'price', 'with fees', 'fees'],
    quoted.legs.map((leg) => [
      leg.venue,
      leg.symbol,
      numberText(leg.quantity),
      numberText(leg.price),
      numberText(leg.net),
      numberText(leg.fees),
    ]),
  );
  const left = quoted.leftOut.map(({ market: name, why }) => `left out: ${name}: ${why}`);
  return [head, '', legs, ...left].join('\n');
}

function showBars(rows: readonly (BarRow | BucketRow)[]): string {
  const isBuckets = rows.some((row) => 'startUs' in row);
  if (isBuckets) {
    return table(
      ['market', 'start µs', 'width µs', 'events', 'first', 'high', 'low', 'last'],
      (rows as readonly BucketRow[]).map((row) => [
        row.market,
        row.startUs,
        row.endUs - row.startUs,
        row.events,
        numberText(row.firstMid),
        numberText(row.highMid),
        numberText(row.lowMid),
        numberText(row.lastMid),
      ]),
    );
  }
  return table(
    ['market', 'opens', 'closes', 'open', 'high', 'low', 'close', 'size', 'bought', 'trades'],
    (rows as readonly BarRow[]).map((row) => [
      row.market,
      row.openAt,
      row.closeAt,
      row.open,
      row.high,
      row.low,
      row.close,
      row.quantity,
      row.bought,
      row.trades,
    ]),
  );
}

function rounded(value: number | null, decimals = 0): string | null {
  return value === null ? null : value.toFixed(decimals);
}

function withError(value: number | null, error: number | null): string | null {
  if (value === null) return null;
  return error === null ? value.toFixed(1) : `${value.toFixed(1)} ± ${error.toFixed(1)}`;
}

/** At most eight decimals, none that say nothing. */
function numberText(value: number): string {
  return value.toFixed(8).replace(/\.?0+$/, '');
}
