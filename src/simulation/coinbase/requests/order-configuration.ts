import { parseBigDecimal } from '../../../core/decimal.ts';
import { type Instrument, parseLots, parseTicks } from '../../../core/instrument.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import {
  AMOUNT_DECIMALS,
  amountOf,
  type Lots,
  NO_AMOUNT,
  type Ticks,
} from '../../../core/units.ts';
import type { NewOrder, VenueTrigger } from '../../exchange/orders.ts';

/** What a configuration says of an order. */
export type OrderTerms = Pick<
  NewOrder,
  'type' | 'timeInForce' | 'ticks' | 'lots' | 'quote' | 'trigger' | 'bracket'
>;

/** Error and sentence of a configuration that is not taken. */
export interface TermsFault {
  readonly error: string;
  /** What the check before an order calls it, where the error does not tell. */
  readonly preview?: string;
  readonly details: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Configurations that the venue documents and that have no matching engine behind them here. */
const UNSERVED: ReadonlySet<string> = new Set([
  'limit_limit_gtd',
  'stop_limit_stop_limit_gtd',
  'trigger_bracket_gtd',
  'twap_limit_gtd',
  'scaled_limit_gtc',
]);

/** Reads `{"limit_limit_gtc": {…}}` and the like. Numbers off the grid come out as NaN. */
export function readConfiguration(
  configuration: unknown,
  instrument: Instrument,
): Result<OrderTerms, TermsFault> {
  const entries = Object.entries((configuration ?? {}) as object);
  const [name, value] = entries[0] ?? ['', null];
  if (entries.length !== 1 || typeof value !== 'object' || value === null) {
    return invalid('order_configuration must hold exactly one configuration');
  }
  const fields = value as Fields;
  switch (name) {
    case 'market_market_ioc':
      return marketTerms(fields, instrument);
    case 'limit_limit_gtc':
      return limitTerms(
        fields,
        instrument,
        'gtc',
        fields['post_only'] === true ? 'limit-maker' : 'limit',
      );
    case 'sor_limit_ioc':
      return limitTerms(fields, instrument, 'ioc', 'limit');
    case 'limit_limit_fok':
      return limitTerms(fields, instrument, 'fok', 'limit');
    case 'stop_limit_stop_limit_gtc':
      return stopTerms(fields, instrument);
    case 'trigger_bracket_gtc':
      return bracketTerms(fields, instrument);
    default:
      return err({
        error: 'UNSUPPORTED_ORDER_CONFIGURATION',
        details: UNSERVED.has(name)
          ? `${name} is not served by this venue`
          : `${name} is no order configuration`,
      });
  }
}

function marketTerms(fields: Fields, instrument: Instrument): Result<OrderTerms, TermsFault> {
  const { base_size: base, quote_size: quote } = fields;
  const terms = { type: 'market', timeInForce: 'gtc', ticks: 0 as Ticks } as const;
  if (typeof base === 'string' && quote === undefined) {
    return ok({ ...terms, lots: parseLots(instrument, base), quote: NO_AMOUNT });
  }
  const units = typeof quote === 'string' ? parseBigDecimal(quote, AMOUNT_DECIMALS) : null;
  if (base !== undefined || units === null || units <= 0n) {
    return invalid('market_market_ioc takes base_size or quote_size, a decimal above 0');
  }
  return ok({ ...terms, lots: 0 as Lots, quote: amountOf(units) });
}

function limitTerms(
  fields: Fields,
  instrument: Instrument,
  timeInForce: NewOrder['timeInForce'],
  type: 'limit' | 'limit-maker',
): Result<OrderTerms, TermsFault> {
  const { base_size: size, limit_price: price } = fields;
  if (typeof size !== 'string' || typeof price !== 'string') {
    return invalid('base_size and limit_price are decimal texts');
  }
  const lots = parseLots(instrument, size);
  return ok({ type, timeInForce, ticks: parseTicks(instrument, price), lots, quote: NO_AMOUNT });
}

const DIRECTIONS: ReadonlyMap<unknown, VenueTrigger['direction']> = new Map([
  ['STOP_DIRECTION_STOP_UP', 'rises-to'],
  ['STOP_DIRECTION_STOP_DOWN', 'falls-to'],
]);

function stopTerms(fields: Fields, instrument: Instrument): Result<OrderTerms, TermsFault> {
  const { stop_price: price, stop_direction: way } = fields;
  const limit = limitTerms(fields, instrument, 'gtc', 'limit');
  const direction = DIRECTIONS.get(way);
  if (!limit.ok) return limit;
  if (typeof price !== 'string' || direction === undefined) {
    const [up, down] = DIRECTIONS.keys();
    return invalid(`stop_price is a decimal text and stop_direction ${up} or ${down}`);
  }
  const ticks = parseTicks(instrument, price);
  if (!(ticks > 0)) return checked('PREVIEW_INVALID_STOP_PRICE_PRECISION');
  return ok({ ...limit.value, trigger: { direction, ticks, reference: 'last', trail: null } });
}

/** How far below the price that wakes it the stop of a bracket, which sells, has its limit. */
const BRACKET_LIMIT_PERCENT = 5;

function bracketTerms(fields: Fields, instrument: Instrument): Result<OrderTerms, TermsFault> {
  const price = fields['stop_trigger_price'];
  if (fields['quote_size'] !== undefined) {
    return checked('PREVIEW_QUOTE_SIZE_NOT_ALLOWED_FOR_BRACKET');
  }
  const limit = limitTerms(fields, instrument, 'gtc', 'limit');
  if (!limit.ok) return limit;
  if (typeof price !== 'string') return invalid('stop_trigger_price is a decimal text');
  const ticks = parseTicks(instrument, price);
  if (!(ticks > 0)) return checked('PREVIEW_INVALID_STOP_TRIGGER_PRICE_PRECISION');
  const limitTicks = (ticks - Math.floor((ticks * BRACKET_LIMIT_PERCENT) / 100)) as Ticks;
  return ok({ ...limit.value, bracket: { ticks, limitTicks, isOffOnceTraded: true } });
}

/** A fault that has a name in the check before an order, and none besides. */
function checked(preview: string): Result<never, TermsFault> {
  return err({ error: 'UNKNOWN_FAILURE_REASON', preview, details: '' });
}

function invalid(details: string): Result<OrderTerms, TermsFault> {
  return err({ error: 'INVALID_ARGUMENT', details });
}
