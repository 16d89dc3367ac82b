import { parseDecimal } from '../../../../core/decimal.ts';
import { type Instrument, parseLots, parseTicks } from '../../../../core/instrument.ts';
import type { Result } from '../../../../core/result.ts';
import { NO_AMOUNT, type Ticks } from '../../../../core/units.ts';
import type { Side, TimeInForce } from '../../../../execution/order.ts';
import type { NewOrder, VenueTrigger } from '../../../exchange/orders.ts';
import type { MarketView } from '../../../exchange/port.ts';
import { type BinanceError, badRequest, missing } from '../../errors.ts';
import type { Parameters } from '../../parameters.ts';
import { autoClientId, type Call, isOnTick, marketOf } from '../../requests/operation.ts';
import { CLIENT_ID, invalid, mandatory, neither, SIDES } from '../../requests/order-parameters.ts';
import { BAD_RATE, OFF_TICK } from '../errors.ts';
import { type CONDITIONAL_TYPES, sharedTerms } from '../order-fields.ts';

/** What a conditional order waits for, and what it is once it has woken. */
interface AlgoKind {
  readonly wakes: 'stop' | 'take-profit' | 'trailing';
  readonly becomes: 'limit' | 'market';
}

const ALGO_KINDS: Readonly<Record<(typeof CONDITIONAL_TYPES)[number], AlgoKind>> = {
  STOP: { wakes: 'stop', becomes: 'limit' },
  STOP_MARKET: { wakes: 'stop', becomes: 'market' },
  TAKE_PROFIT: { wakes: 'take-profit', becomes: 'limit' },
  TAKE_PROFIT_MARKET: { wakes: 'take-profit', becomes: 'market' },
  TRAILING_STOP_MARKET: { wakes: 'trailing', becomes: 'market' },
};
const ALGO_TYPES = { CONDITIONAL: 'CONDITIONAL' } as const;
const REFERENCES: Readonly<Record<string, VenueTrigger['reference']>> = {
  MARK_PRICE: 'mark',
  CONTRACT_PRICE: 'last',
};
const TIMES: Readonly<Record<string, TimeInForce>> = { GTC: 'gtc', IOC: 'ioc', FOK: 'fok' };
/** What this venue does not have: a price at which it would not sell, a whole position at a go. */
const NOT_OFFERED: Readonly<Record<string, true>> = { false: true, FALSE: true };
const BAD_TIME = badRequest(-1115, 'Invalid timeInForce.');
const BAD_TYPE = badRequest(-1116, 'Invalid orderType.');
const BAD_SIDE = badRequest(-1117, 'Invalid side.');
const BAD_WORKING_TYPE = badRequest(-4031, 'Invalid workingType.');
/** A callback rate is a percentage from 0.1 to 10. */
const BIPS_DECIMALS = 2;
const BIPS_MIN = 10;
const BIPS_MAX = 1_000;

/**
 * Reads an order for the service for conditional orders. It ignores what it does not know, such as
 * the name that some clients have for `activatePrice`.
 */
export function newAlgoOrder(call: Call): Result<NewOrder, BinanceError> {
  const { desk, parameters } = call;
  parameters.ignoreOthers();
  mandatory(parameters, 'algoType', ALGO_TYPES, invalid('algoType'));
  const market = marketOf(call);
  const side = mandatory(parameters, 'side', SIDES, BAD_SIDE);
  const kind = mandatory(parameters, 'type', ALGO_KINDS, BAD_TYPE);
  const clientId = parameters.matching('clientAlgoId', CLIENT_ID) ?? autoClientId(desk.random);
  const shared = sharedTerms(parameters);
  parameters.choice('closePosition', NOT_OFFERED, invalid('closePosition'));
  parameters.choice('priceProtect', NOT_OFFERED, invalid('priceProtect'));
  const reference = parameters.choice('workingType', REFERENCES, BAD_WORKING_TYPE) ?? 'last';
  const lasts = parameters.choice('timeInForce', TIMES, BAD_TIME) ?? 'gtc';
  if (market === null || side === null || kind === null) return parameters.checked<NewOrder>(null);
  const isMarket = kind.becomes === 'market';
  const order: NewOrder = {
    symbol: market.rules.instrument.symbol,
    clientId,
    side,
    type: kind.becomes,
    timeInForce: isMarket ? 'ioc' : lasts,
    ticks: isMarket ? noPrice(parameters) : priceOf(call, market, 'price'),
    lots: lotsOf(parameters, market.rules.instrument),
    quote: NO_AMOUNT,
    ...shared,
    trigger: triggerOf(call, market, { ...kind, side, reference }),
  };
  return parameters.checked(order);
}

function triggerOf(
  call: Call,
  market: MarketView,
  { wakes, side, reference }: AlgoKind & { side: Side; reference: VenueTrigger['reference'] },
): VenueTrigger {
  const { parameters } = call;
  const above = side === 'buy' ? 'rises-to' : 'falls-to';
  const below = side === 'buy' ? 'falls-to' : 'rises-to';
  if (wakes !== 'trailing') {
    const direction = wakes === 'stop' ? above : below;
    return { direction, ticks: priceOf(call, market, 'triggerPrice'), reference, trail: null };
  }
  parameters.mustNot('triggerPrice');
  const begins = parameters.has('activatePrice');
  const rate = parameters.decimal('callbackRate');
  if (rate === null) parameters.fail(missing('callbackRate'));
  const bips = parseDecimal(rate ?? '', BIPS_DECIMALS);
  if (!(bips >= BIPS_MIN && bips <= BIPS_MAX)) parameters.fail(BAD_RATE);
  const ticks = begins ? priceOf(call, market, 'activatePrice') : (0 as Ticks);
  return { direction: below, ticks, reference, trail: { bips } };
}

function lotsOf(parameters: Parameters, instrument: Instrument) {
  const quantity = parameters.decimal('quantity');
  if (quantity === null) parameters.fail(neither('quantity', 'closePosition'));
  return parseLots(instrument, quantity ?? '');
}

function noPrice(parameters: Parameters): Ticks {
  parameters.mustNot('price');
  return 0 as Ticks;
}

function priceOf({ desk, parameters }: Call, market: MarketView, name: string): Ticks {
  const { instrument } = market.rules;
  const price = parameters.text(name);
  parameters.decimal(name);
  const ticks = parseTicks(instrument, price);
  if (!(ticks > 0) || !isOnTick(desk, instrument.symbol, price)) parameters.fail(OFF_TICK);
  return ticks;
}
