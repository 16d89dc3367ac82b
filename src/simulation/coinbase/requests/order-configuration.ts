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
import type { NewOrder } from '../../exchange/orders.ts';

/** What a configuration says of an order. */
export type OrderTerms = Pick<NewOrder, 'type' | 'timeInForce' | 'ticks' | 'lots' | 'quote'>;

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
  'stop_limit_stop_limit_gtc',
  'stop_limit_stop_limit_gtd',
  'trigger_bracket_gtc',
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

function invalid(details: string): Result<OrderTerms, TermsFault> {
  return err({ error: 'INVALID_ARGUMENT', details });
}
