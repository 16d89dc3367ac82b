import { millisOf } from '../../../core/units.ts';
import { TRADES_PER_PAGE } from '../../../execution/reconciliation.ts';
import type { VenueTrade } from '../../../execution/report.ts';
import {
  flagOf,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
  wholeOf,
} from '../../binance/wire.ts';
import type { Query } from '../../port.ts';
import type { KrakenInstrument } from '../pair.ts';
import { followed, type KrakenAccess, type Params, privateQuestion } from '../rest.ts';
import { cutAmountIn } from '../wire/amounts.ts';
import { gridIn, tradeSideIn } from './executions.ts';

/** Trades that the venue tells at a time. */
const PAGE = 50;
/** Trades by which two pages overlap when none came between them the last time. */
const OVERLAP = 5;

/** One page as the venue tells it: newest first, of all pairs. */
interface Page {
  readonly offset: number;
  /** How many trades there are in all since the mark. */
  readonly count: number;
  readonly trades: readonly (VenueTrade & { readonly timeSeconds: number })[];
  /** Entries on the page, those of other pairs included. */
  readonly entries: readonly string[];
}

/** What was gathered of the trades since one mark, oldest first and without a hole. */
interface Gathered {
  readonly mark: string | null;
  /** How many there were when it was last asked; −1 before. */
  count: number;
  /** Ids of all trades from the oldest on, whatever their pair. */
  readonly ids: Set<string>;
  readonly trades: (VenueTrade & { readonly timeSeconds: number })[];
}

/**
 * The account's trades, oldest first. The venue tells them newest first, fifty at a time and of all
 * pairs, so they are gathered from the oldest page on; what was gathered stays, so that an account
 * with more missed trades than its call limit allows gets on a little with every attempt.
 */
export class TradeHistory {
  readonly #access: KrakenAccess;
  readonly #pairs: ReadonlyMap<string, KrakenInstrument>;
  readonly #gathered = new Map<string, Gathered>();

  constructor(access: KrakenAccess, pairs: ReadonlyMap<string, KrakenInstrument>) {
    this.#access = access;
    this.#pairs = pairs;
  }

  /**
   * A page of trades of one pair after one, oldest first; with null only the latest.
   *
   * @param after id of a trade, or `-1` for the beginning
   */
  after(
    instrument: { readonly symbol: string },
    after: string | null,
    nowMs: number,
  ): Query<readonly VenueTrade[]> {
    const { symbol } = instrument;
    if (after === null) return this.#latest(symbol, nowMs);
    let gathered = this.#gathered.get(symbol);
    if (gathered?.mark !== after) gathered = { mark: after, count: -1, ids: new Set(), trades: [] };
    this.#gathered.set(symbol, gathered);
    return this.#step(symbol, gathered, { offset: 0, wanted: -1 }, nowMs);
  }

  #latest(symbol: string, nowMs: number): Query<readonly VenueTrade[]> {
    return this.#question([], 0, nowMs, ({ trades }) =>
      trades
        .filter((trade) => trade.symbol === symbol)
        .slice(0, 1)
        .map(plain),
    );
  }

  #step(
    symbol: string,
    gathered: Gathered,
    ask: { readonly offset: number; readonly wanted: number },
    nowMs: number,
  ): Query<readonly VenueTrade[]> {
    const { mark } = gathered;
    // What comes while the pages are asked for is left to the next time, or it would never end.
    let { wanted } = ask;
    const start: Params = mark === null || mark === '-1' ? [] : [['start', mark]];
    let missing = 0;
    let grown = 0;
    const question = this.#question(start, ask.offset, nowMs, (page): readonly VenueTrade[] => {
      take(gathered, page);
      missing = page.count - gathered.ids.size;
      grown = gathered.count < 0 ? 0 : page.count - gathered.count;
      gathered.count = page.count;
      if (wanted < 0) wanted = page.count;
      return gathered.trades
        .filter((trade) => trade.symbol === symbol)
        .slice(0, TRADES_PER_PAGE)
        .map(plain);
    });
    return followed(question, (trades) => {
      if (gathered.ids.size >= wanted || trades.length >= TRADES_PER_PAGE) return null;
      // As many trades as last time will push the page on, so it begins so much further back.
      const overlap = Math.min(grown + OVERLAP, PAGE - 1);
      const offset = Math.max(0, missing - PAGE + overlap);
      return this.#step(symbol, gathered, { offset, wanted }, nowMs);
    });
  }

  #question<T>(start: Params, offset: number, nowMs: number, decode: (page: Page) => T): Query<T> {
    const params: Params = [...start, ['ofs', offset]];
    return privateQuestion(this.#access, 'TradesHistory', params, nowMs, (result) =>
      decode(this.#pageIn(objectIn(result, 'trades history'), offset)),
    );
  }

  #pageIn(result: WireObject, offset: number): Page {
    const all = objectIn(result['trades'], 'trades');
    const entries = Object.keys(all);
    const trades = entries.flatMap((tradeId) => {
      const trade = objectIn(all[tradeId], 'trade');
      const pair = this.#pairs.get(textOf(trade, 'pair'));
      return pair === undefined ? [] : [tradeIn(tradeId, trade, pair)];
    });
    trades.sort((one, other) => other.timeSeconds - one.timeSeconds);
    return { offset, count: wholeOf(result, 'count'), trades, entries };
  }
}

/** Adds a page if it touches what is there already; trades that came meanwhile have moved it on. */
function take(gathered: Gathered, { offset, count, trades, entries }: Page): void {
  const fromOldest = count - offset - entries.length;
  if (fromOldest > gathered.ids.size) return;
  const isNews = ({ fill }: VenueTrade): boolean => !gathered.ids.has(fill.tradeId);
  gathered.trades.push(...trades.filter(isNews).reverse());
  for (const id of entries) gathered.ids.add(id);
}

function tradeIn(
  tradeId: string,
  trade: WireObject,
  pair: KrakenInstrument,
): VenueTrade & { readonly timeSeconds: number } {
  const timeSeconds = Number(trade['time']);
  if (!(timeSeconds > 0)) throw new WireFault('time: wanted seconds since 1970');
  return {
    venueOrderId: textOf(trade, 'ordertxid'),
    symbol: pair.symbol,
    side: tradeSideIn(trade, 'type'),
    timeSeconds,
    fill: {
      tradeId,
      ...gridIn(pair, textOf(trade, 'price'), textOf(trade, 'vol')),
      quote: cutAmountIn(trade, 'cost'),
      fee: cutAmountIn(trade, 'fee'),
      // Histories state fees in quote currency, whatever they were paid in.
      feeAsset: pair.quote,
      isMaker: flagOf(trade, 'maker'),
      venueMs: millisOf(Math.floor(timeSeconds * 1_000)),
    },
  };
}

function plain({ timeSeconds: _, ...trade }: VenueTrade & { readonly timeSeconds: number }) {
  return trade;
}
