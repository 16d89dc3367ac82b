import { amountText } from '../../../core/instrument.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import type { MarketView } from '../../exchange/port.ts';
import { type Call, type Method, percentOf, priceOf, secondsOf, sizeOf } from '../call.ts';
import { INVALID_ARGUMENTS, type KrakenError, UNKNOWN_PAIR } from '../errors.ts';
import { assetCode, type PairNames } from '../names.ts';

const DEPTH_MAX = 500;
const TRADES_MAX = 1_000;
const CANDLES_MAX = 720;
const DAY_MS = 86_400_000;
const MINUTES: ReadonlySet<number> = new Set([1, 5, 15, 30, 60, 240, 1_440]);

/** What everybody may ask. */
export const PUBLIC_METHODS: readonly Method[] = [
  { name: 'Time', right: null, cost: 0, run: time },
  { name: 'SystemStatus', right: null, cost: 0, run: systemStatus },
  { name: 'Assets', right: null, cost: 0, run: assets },
  { name: 'AssetPairs', right: null, cost: 0, run: assetPairs },
  { name: 'Ticker', right: null, cost: 0, run: ticker },
  { name: 'Depth', right: null, cost: 0, run: depth },
  { name: 'Trades', right: null, cost: 0, run: trades },
  { name: 'OHLC', right: null, cost: 0, run: candles },
];

function time({ desk }: Call): Result<unknown, KrakenError> {
  const unixtime = Math.floor(desk.clock.now() / 1_000);
  return ok({ unixtime, rfc1123: new Date(unixtime * 1_000).toUTCString() });
}

function systemStatus({ desk }: Call): Result<unknown, KrakenError> {
  const timestamp = `${new Date(desk.clock.now()).toISOString().slice(0, 19)}Z`;
  return ok({ status: desk.state.system, timestamp });
}

function assets({ desk }: Call): Result<unknown, KrakenError> {
  const names = desk.pairs.all.flatMap(({ market }) => {
    const { base, quote } = market.rules.instrument;
    return [base, quote];
  });
  const entries = [...new Set(names)].map((asset) => {
    const code = assetCode(asset);
    const altname = code.length === 4 && /^[XZ]/.test(code) ? code.slice(1) : code;
    const decimals = { decimals: 10, display_decimals: 5 };
    return [code, { aclass: 'currency', altname, ...decimals, status: 'enabled' }];
  });
  return ok(Object.fromEntries(entries));
}

function assetPairs({ desk, read }: Call): Result<unknown, KrakenError> {
  const wanted = read('pair') === '' ? null : read('pair').split(',');
  if (wanted?.some((name) => desk.pairs.find(name) === null)) return err(UNKNOWN_PAIR);
  const { makerPpm, takerPpm } = desk.exchange.fees;
  const entries = desk.pairs.all
    .filter(({ names }) => wanted === null || wanted.some((name) => isNamed(names, name)))
    .map(({ names, market }) => {
      const { instrument } = market.rules;
      return [
        names.key,
        {
          altname: names.altname,
          wsname: names.wsname,
          aclass_base: 'currency',
          base: names.base,
          aclass_quote: 'currency',
          quote: names.quote,
          lot: 'unit',
          cost_decimals: 5,
          pair_decimals: instrument.priceDecimals,
          lot_decimals: instrument.quantityDecimals,
          lot_multiplier: 1,
          leverage_buy: [],
          leverage_sell: [],
          fees: [[0, percentOf(takerPpm)]],
          fees_maker: [[0, percentOf(makerPpm)]],
          fee_volume_currency: 'ZUSD',
          margin_call: 80,
          margin_stop: 40,
          ordermin: sizeOf(instrument, instrument.lotsMin),
          costmin: amountText(instrument.notionalMin),
          tick_size: priceOf(instrument, 1),
          status: desk.state.statusOf(names.symbol),
        },
      ] as const;
    });
  return ok(Object.fromEntries(entries));
}

function isNamed(names: PairNames, name: string): boolean {
  return [names.key, names.altname, names.wsname, names.symbol].includes(name);
}

function ticker({ desk, read }: Call): Result<unknown, KrakenError> {
  const asked = read('pair');
  const pairs = asked === '' ? desk.pairs.all : asked.split(',').map((n) => desk.pairs.find(n));
  const entries: (readonly [string, unknown])[] = [];
  for (const pair of pairs) {
    if (pair === null) return err(UNKNOWN_PAIR);
    entries.push([pair.names.key, tickerJson(pair.market, desk.clock.now())]);
  }
  return ok(Object.fromEntries(entries));
}

function tickerJson(market: MarketView, nowMs: number): unknown {
  const { instrument } = market.rules;
  const price = (ticks: number): string => priceOf(instrument, ticks);
  const [bid, ask] = [market.best('buy'), market.best('sell')];
  const day = market.tape.window(nowMs - DAY_MS);
  const volume = sizeOf(instrument, day?.lots ?? 0);
  const quote = Number(day?.quote ?? 0) / 1e8;
  const average = day === null ? 0 : quote / (day.lots * instrument.lotSize);
  const twice = (text: string): string[] => [text, text];
  return {
    a: [price(ask?.ticks ?? 0), '1', sizeOf(instrument, ask?.lots ?? 0)],
    b: [price(bid?.ticks ?? 0), '1', sizeOf(instrument, bid?.lots ?? 0)],
    c: [price(market.tape.last?.ticks ?? 0), sizeOf(instrument, market.tape.last?.lots ?? 0)],
    v: twice(volume),
    p: twice(average.toFixed(instrument.priceDecimals)),
    t: [day?.trades ?? 0, day?.trades ?? 0],
    l: twice(price(day?.low ?? 0)),
    h: twice(price(day?.high ?? 0)),
    o: price(day?.open ?? 0),
  };
}

function depth({ desk, read }: Call): Result<unknown, KrakenError> {
  const pair = desk.pairs.find(read('pair'));
  if (pair === null) return err(UNKNOWN_PAIR);
  const count = Math.min(Number(read('count') || 100), DEPTH_MAX);
  if (!(count >= 1)) return err(`${INVALID_ARGUMENTS}:count`);
  const { market, names } = pair;
  const { instrument } = market.rules;
  const seconds = Math.floor(desk.clock.now() / 1_000);
  const side = (which: 'buy' | 'sell'): unknown =>
    market
      .depth(which, count)
      .map(({ ticks, lots }) => [priceOf(instrument, ticks), sizeOf(instrument, lots), seconds]);
  return ok({ [names.key]: { asks: side('sell'), bids: side('buy') } });
}

function trades({ desk, read }: Call): Result<unknown, KrakenError> {
  const pair = desk.pairs.find(read('pair'));
  if (pair === null) return err(UNKNOWN_PAIR);
  const { market, names } = pair;
  const { instrument } = market.rules;
  const sinceMs = Number(read('since') || '0') / 1e6;
  const count = Math.min(Number(read('count') || TRADES_MAX), TRADES_MAX);
  const after = market.tape.latest(TRADES_MAX).filter(({ venueMs }) => venueMs > sinceMs);
  const page = sinceMs > 0 ? after.slice(0, count) : after.slice(-count);
  const last = page.at(-1)?.venueMs ?? sinceMs;
  const entries = page.map(({ ticks, lots, venueMs, takerSide, tradeId }) => [
    priceOf(instrument, ticks),
    sizeOf(instrument, lots),
    secondsOf(venueMs),
    takerSide === 'buy' ? 'b' : 's',
    'm',
    '',
    tradeId,
  ]);
  return ok({ [names.key]: entries, last: `${Math.round(last)}000000` });
}

function candles({ desk, read }: Call): Result<unknown, KrakenError> {
  const pair = desk.pairs.find(read('pair'));
  if (pair === null) return err(UNKNOWN_PAIR);
  const minutes = Number(read('interval') || '1');
  if (!MINUTES.has(minutes)) return err(`${INVALID_ARGUMENTS}:interval`);
  const { market, names } = pair;
  const { instrument } = market.rules;
  const fromMs = Number(read('since') || '0') * 1_000 + 1;
  const bars = market.tape.bars(minutes, fromMs, desk.clock.now(), CANDLES_MAX);
  const entries = bars.map((bar) => [
    secondsOf(bar.openMs),
    priceOf(instrument, bar.open),
    priceOf(instrument, bar.high),
    priceOf(instrument, bar.low),
    priceOf(instrument, bar.close),
    (Number(bar.quote) / 1e8 / (bar.lots * instrument.lotSize)).toFixed(instrument.priceDecimals),
    sizeOf(instrument, bar.lots),
    bar.trades,
  ]);
  // The last candle is still being made, so a client asks again from the one before.
  return ok({ [names.key]: entries, last: secondsOf(bars.at(-2)?.openMs ?? 0) });
}
