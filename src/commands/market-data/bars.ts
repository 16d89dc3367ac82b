import type { Env } from '../../core/env.ts';
import type { Instrument } from '../../core/instrument.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Candle, type CandleHistory, MINUTE_MS } from '../../venues/history/candle-history.ts';
import { publicAccess } from '../../venues/kinds/live-addresses.ts';
import type { OpenedVenue, VenueAccess } from '../../venues/kinds/venue-kind.ts';
import { VENUE_KINDS, type VenueKindName } from '../../venues/kinds/venue-kinds.ts';
import type { HttpOutcome, Query } from '../../venues/port.ts';

/** Whatever a venue may call a market: it becomes part of an address. */
const SYMBOL = /^[\w/-]{1,40}$/;
const REQUEST_MS = 10_000;
/** Minutes of the letters that a length ends with. */
const MINUTES: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1_440, w: 10_080 };

export interface BarsWish {
  readonly kind: VenueKindName;
  /** The venue's own name of the market. */
  readonly symbol: string;
  /** Null for the latest. */
  readonly sinceMs: number | null;
  readonly rows: number;
  /** Length of a bar, one that the venue has. */
  readonly minutes: number;
  /** Of a simulated venue; null for the real one. */
  readonly host: string | null;
}

/** One bar as it is shown; decimals as texts. */
export type BarRow = Readonly<Record<'at' | 'open' | 'high' | 'low' | 'close' | 'volume', string>>;

/** @returns minutes of a length such as `1m`, `4h` or `1d` that the venue has, or what it has */
export function minutesOf(kind: VenueKindName, text: string): Result<number, string> {
  const { lengths } = candlesOf(kind, null, '').history;
  const [, count, letter] = /^(\d{1,2})([mhdw])$/.exec(text) ?? [];
  const minutes = Number(count) * (MINUTES[letter ?? ''] ?? Number.NaN);
  if (lengths.includes(minutes)) return ok(minutes);
  return err(`found ${text}, wanted one of ${lengths.map(lengthText).join(', ')}`);
}

/** Asks the venue itself, page after page, and for the rules of the market before. */
export async function barsOf(
  wish: BarsWish,
  { clock, net }: Pick<Env, 'clock' | 'net'>,
): Promise<Result<readonly BarRow[], string>> {
  const { kind, rows, minutes, host, symbol } = wish;
  if (!SYMBOL.test(symbol)) {
    return err(`found ${symbol}, wanted the venue's own name of a market, such as BTC-USD`);
  }
  const send = (request: Query<unknown>['request']): Promise<HttpOutcome> =>
    new Promise((resolve) => net.http(request, resolve));
  const { opened, history } = candlesOf(kind, host, symbol);
  const rules = VENUE_KINDS[kind].instruments(opened.access, opened.settings, 0);
  const found = rules.decode(await send(rules.request));
  if (!found.ok) return found;
  const [instrument] = found.value as readonly [Instrument];
  const lengthMs = minutes * MINUTE_MS;
  const nowMs = clock.now();
  const firstMs = wish.sinceMs ?? Math.floor(nowMs / lengthMs + 1 - rows) * lengthMs;
  const endMs = Math.min(nowMs, firstMs + rows * lengthMs);
  const candles = new Map<number, Candle>();
  for (let fromMs = firstMs; fromMs < endMs; fromMs += history.candlesMax * lengthMs) {
    const toMs = Math.min(endMs, fromMs + history.candlesMax * lengthMs);
    const query = history.query(instrument, fromMs, toMs, minutes);
    const page = query.decode(await send(query.request));
    if (!page.ok) return err(`${kind}: ${page.error.detail}`);
    for (const candle of page.value) candles.set(candle.openMs, candle);
  }
  const wanted = [...candles.values()].filter(({ openMs }) => openMs >= firstMs && openMs < endMs);
  return ok(wanted.sort((one, other) => one.openMs - other.openMs).map(rowOf));
}

function candlesOf(
  kind: VenueKindName,
  host: string | null,
  symbol: string,
): { readonly opened: OpenedVenue; readonly history: CandleHistory } {
  const access = host === null ? publicAccess(kind) : simulatedAccess(host);
  const times = { receiveWindowMs: REQUEST_MS, requestTimeoutMs: REQUEST_MS };
  const opened = { access, settings: { name: kind, symbols: [symbol], ...times }, instruments: [] };
  return { opened, history: VENUE_KINDS[kind].candles(opened) };
}

function simulatedAccess(host: string): VenueAccess {
  const [restUrl, streamUrl] = [`http://${host}`, `ws://${host}`];
  return { restUrl, streamUrl, sessionUrl: streamUrl, account: null };
}

function lengthText(minutes: number): string {
  const letter = (['w', 'd', 'h'] as const).find(
    (each) => minutes % (MINUTES[each] as number) === 0,
  );
  return `${minutes / (MINUTES[letter ?? 'm'] as number)}${letter ?? 'm'}`;
}

function rowOf({ openMs, open, high, low, close, quantity }: Candle): BarRow {
  const at = new Date(openMs).toISOString();
  const texts = { open, high, low, close, volume: quantity };
  const entries = Object.entries(texts).map(([name, value]) => [name, String(value)]);
  return { at, ...Object.fromEntries(entries) };
}
