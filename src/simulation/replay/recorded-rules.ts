import { basename } from 'node:path';
import { parseBigDecimal } from '../../core/decimal.ts';
import type { Files } from '../../core/env.ts';
import { parseLots } from '../../core/instrument.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import { AMOUNT_DECIMALS, type Amount, amountOf, type Lots } from '../../core/units.ts';
import { instrumentsIn } from '../../venues/binance/exchange-info.ts';
import { compileMarket, type MarketRules, NATIVE_RULES } from '../exchange/market-rules.ts';
import type { RecordingSurvey } from '../recording.ts';

/** Whose word the rules are: a file beside the recording, one that was named, or nobody's. */
export type RulesSource = 'beside' | 'given' | 'derived';

export interface RecordedRules {
  readonly rules: MarketRules;
  readonly source: RulesSource;
  /** For an operator: what holds and where it is from. */
  readonly sentence: string;
}

/** What is added to the name of a recording to find its rules. */
export const RULES_SUFFIX = '.instruments.json';

/**
 * The rules of the market that a recording is of: from the named file, else from the file beside
 * it, else from the prices and sizes that occur in it.
 *
 * @param path file with an `exchangeInfo` reply or one of its symbols; null when none is named
 * @returns one sentence when a file cannot be used, or nothing can be derived
 */
export function recordedRules(
  survey: RecordingSurvey,
  path: string | null,
  files: Files,
): Result<RecordedRules, string> {
  if (path !== null) return statedRules(survey, path, 'given', files);
  const beside = `${survey.path}${RULES_SUFFIX}`;
  const stated = statedRules(survey, beside, 'beside', files);
  if (stated.ok || stated.error !== absent(beside)) return stated;
  return derivedRules(survey);
}

function statedRules(
  { symbol }: RecordingSurvey,
  path: string,
  source: RulesSource,
  files: Files,
): Result<RecordedRules, string> {
  const text = textOf(path, files);
  if (!text.ok) return text;
  const stated = symbolIn(text.value, symbol);
  if (!stated.ok) return err(`${path}: ${stated.error}`);
  const compiled = instrumentsIn(JSON.stringify({ symbols: [stated.value] }), VENUE, [symbol]);
  if (!compiled.ok) return err(`${path}: ${compiled.error}`);
  const instrument = compiled.value[0];
  if (instrument === undefined) return err(`${path}: ${symbol} is missing`);
  const filters = filtersOf(stated.value);
  const marketMax = parseLots(instrument, textIn(filters, 'MARKET_LOT_SIZE', 'maxQty'));
  const notionalMax = parseBigDecimal(textIn(filters, 'NOTIONAL', 'maxNotional'), AMOUNT_DECIMALS);
  const rules: MarketRules = {
    instrument,
    marketLotsMax: marketMax >= instrument.lotsMin ? marketMax : (instrument.lotsMax as Lots),
    notionalMax: notionalMax === null ? NO_NOTIONAL_MAX : amountOf(notionalMax),
    native: NATIVE_RULES,
  };
  const from = source === 'given' ? 'the file that was named' : 'the file beside the recording';
  const sentence = `rules of ${symbol} from ${from}, ${path}`;
  return ok({ rules, source, sentence });
}

const VENUE = 'recording';
/** No order comes near it. */
const NO_NOTIONAL_MAX: Amount = amountOf(BigInt(Number.MAX_SAFE_INTEGER));
/** Largest price and quantity of a market that nobody describes: 10^-8 of it is a safe integer. */
const DERIVED_MAX = '90000000';

/** Quote assets of Binance spot; the longest that fits is taken. */
const QUOTES = [
  ...['FDUSD', 'USDT', 'USDC', 'TUSD', 'BUSD', 'USDP', 'USD1', 'BIDR', 'BVND', 'IDRT'],
  ...['DAI', 'PAX', 'BTC', 'ETH', 'BNB', 'XRP', 'TRX', 'DOGE', 'DOT', 'SOL', 'AEUR', 'EURI'],
  ...['EUR', 'GBP', 'AUD', 'TRY', 'BRL', 'JPY', 'MXN', 'PLN', 'RON', 'ZAR', 'ARS', 'COP', 'CZK'],
  ...['UAH', 'RUB', 'NGN', 'USD'],
].sort((left, right) => right.length - left.length);

function derivedRules({ symbol, tick, lot, path }: RecordingSurvey): Result<RecordedRules, string> {
  const quote = QUOTES.find((asset) => symbol.endsWith(asset) && symbol.length > asset.length);
  const cure = `write its exchangeInfo to ${basename(path)}${RULES_SUFFIX} or name a file of rules`;
  if (quote === undefined) return err(`${path}: no known quote asset ends ${symbol}; ${cure}`);
  const compiled = compileMarket(
    {
      symbol,
      base: symbol.slice(0, -quote.length),
      quote,
      tick,
      lot,
      priceMax: DERIVED_MAX,
      quantityMax: DERIVED_MAX,
      marketQuantityMax: DERIVED_MAX,
      notionalMin: '0',
      notionalMax: DERIVED_MAX,
    },
    VENUE,
    0,
  );
  if (!compiled.ok) {
    const { field, found, wanted } = compiled.error;
    return err(`${path}: ${symbol}.${field}: found ${found}, wanted ${wanted}; ${cure}`);
  }
  const grid = `tick ${tick} and lot ${lot} are the finest price and size that occur`;
  const sentence = `rules of ${symbol} derived from the recording: ${grid}, no least notional`;
  return ok({ rules: compiled.value, source: 'derived', sentence });
}

type Json = Readonly<Record<string, unknown>>;

function textOf(path: string, files: Files): Result<string, string> {
  try {
    const bytes = files.read(path);
    return bytes === null ? err(absent(path)) : ok(new TextDecoder().decode(bytes));
  } catch (thrown) {
    return err(`${path}: ${reasonOf(thrown)}`);
  }
}

function absent(path: string): string {
  return `${path}: no such file, wanted an exchangeInfo reply or one of its symbols`;
}

/** The description of a symbol in a whole reply, or alone. */
function symbolIn(text: string, symbol: string): Result<Json, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
  const all = arrayOf(isJson(value) && 'symbols' in value ? value['symbols'] : [value]);
  const found = all.find((entry) => entry['symbol'] === symbol);
  return found === undefined ? err(`found no symbol ${symbol}`) : ok(found);
}

function filtersOf(described: Json): readonly Json[] {
  return arrayOf(described['filters']);
}

/** A text of a filter; '' when there is none. */
function textIn(filters: readonly Json[], filterType: string, field: string): string {
  const text = filters.find((each) => each['filterType'] === filterType)?.[field];
  return typeof text === 'string' ? text : '';
}

function arrayOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
