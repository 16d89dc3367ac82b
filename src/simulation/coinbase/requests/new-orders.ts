import { amountText, priceText, quantityText, quoteAmount } from '../../../core/instrument.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { type Amount, amountOf, type Lots, NO_AMOUNT } from '../../../core/units.ts';
import type { Side } from '../../../execution/order.ts';
import { opposite } from '../../book/order-book.ts';
import { feeOnTop } from '../../exchange/fees.ts';
import type { NewOrder, Refusal } from '../../exchange/orders.ts';
import type { MarketView } from '../../exchange/port.ts';
import { orderName } from '../order-names.ts';
import { badArgument, type Call, type CallReply, good, type Operation } from './operation.ts';
import { readConfiguration, type TermsFault } from './order-configuration.ts';
import { triggerFault } from './trigger-rules.ts';

const SIDES: Readonly<Record<string, Side>> = { BUY: 'buy', SELL: 'sell' };
const CLIENT_ID = /^[\x21-\x7e]{1,128}$/;

export const NEW_ORDER_REQUESTS: readonly Operation[] = [
  { name: 'orders.create', route: 'POST orders', right: 'trade', run: create },
  { name: 'orders.preview', route: 'POST orders/preview', right: 'read', run: preview },
];

function create(call: Call): CallReply {
  const { desk, body, account } = call;
  const { client_order_id: clientId, order_configuration: configuration } = body;
  const place = placeIn(call);
  if (!place.ok) return badArgument(place.error);
  if (typeof clientId !== 'string' || !CLIENT_ID.test(clientId)) {
    return badArgument('client_order_id: wanted 1 to 128 printable characters');
  }
  const { symbol } = place.value.market.rules.instrument;
  // The same client id again is the same order again: it is shown, and nothing is placed.
  const known = desk.exchange.find(account, { symbol, orderId: null, clientId });
  if (known !== null) return created(orderName(known.orderId), body);
  const wanted = wantedIn(call, place.value, clientId);
  if (!wanted.ok) return notCreated(wanted.error, configuration);
  const placed = desk.exchange.place(account, wanted.value);
  if (!placed.ok) return notCreated(faultOf(placed.error), configuration);
  return created(orderName(placed.value.order.orderId), body);
}

/** What an order would cost, or why it would not be taken. Nothing is placed. */
function preview(call: Call): CallReply {
  const { desk, account } = call;
  const place = placeIn(call);
  if (!place.ok) return badArgument(place.error);
  const { side, market } = place.value;
  const wanted = wantedIn(call, place.value, '');
  const refusal = wanted.ok ? desk.exchange.wouldRefuse(account, wanted.value) : null;
  const fault = wanted.ok ? refusal && faultOf(refusal) : wanted.error;
  const isTaken = wanted.ok && fault === null;
  const { lots, quote } = isTaken ? sizeOf(market, wanted.value) : NOTHING;
  const commission = feeOnTop(desk.exchange.fees, quote);
  const { instrument } = market.rules;
  const best = (of: Side): string => {
    const level = market.best(of);
    return level === null ? '' : priceText(instrument, level.ticks);
  };
  return good({
    order_total: amountText(amountOf(side === 'buy' ? quote + commission : quote - commission)),
    commission_total: amountText(commission),
    errs: fault === null ? [] : [previewName(fault)],
    warning: [],
    quote_size: amountText(quote),
    base_size: quantityText(instrument, lots),
    best_bid: best('buy'),
    best_ask: best('sell'),
    is_max: false,
  });
}

interface Place {
  readonly market: MarketView;
  readonly side: Side;
}

/** Where an order is to go. @returns one sentence when it says neither market nor side */
function placeIn({ desk, body }: Call): Result<Place, string> {
  const market = desk.exchange.markets.get(String(body['product_id']));
  const side = SIDES[String(body['side'])];
  if (market === undefined) return err(`product_id: ${String(body['product_id'])} is not listed`);
  return side === undefined ? err('side: wanted BUY or SELL') : ok({ market, side });
}

/** The order that a request asks for, as far as the venue has such orders. */
function wantedIn(
  { desk, body }: Call,
  { market, side }: Place,
  clientId: string,
): Result<NewOrder, TermsFault> {
  const { instrument } = market.rules;
  // An entry whose exits nobody keeps would be another order than the one that was asked for.
  if ((body['attached_order_configuration'] ?? null) !== null) {
    const details = 'attached_order_configuration is not served by this venue';
    return err({ error: 'UNSUPPORTED_ORDER_CONFIGURATION', details });
  }
  const terms = readConfiguration(body['order_configuration'], instrument);
  if (!terms.ok) return terms;
  const fault = triggerFault(terms.value, side, market.tape.last?.ticks ?? null);
  if (fault !== null) return err(fault);
  if (desk.board.statusOf(instrument.symbol) !== 'online') {
    return err({ error: 'INVALID_PRODUCT_ID', details: 'trading in this product is disabled' });
  }
  const prevention = body['self_trade_prevention_id'];
  return ok({
    symbol: instrument.symbol,
    clientId,
    side,
    ...terms.value,
    selfTradePrevention: typeof prevention === 'string' ? 'expire-taker' : 'none',
  });
}

function created(order_id: string, body: Call['body']): CallReply {
  const { product_id, side, client_order_id, order_configuration } = body;
  const success_response = { order_id, product_id, side, client_order_id };
  return good({ success: true, success_response, order_configuration });
}

function notCreated(fault: TermsFault, order_configuration: unknown): CallReply {
  const { error, details } = fault;
  const error_response = {
    error,
    message: details,
    error_details: details,
    preview_failure_reason: previewName(fault),
    new_order_failure_reason: error,
  };
  return good({ success: false, error_response, order_configuration });
}

/** What the check that comes before an order calls a fault. */
function previewName({ error, preview }: TermsFault): string {
  return preview ?? PREVIEWS[error] ?? error;
}

const PREVIEWS: Readonly<Record<string, string>> = {
  INSUFFICIENT_FUND: 'PREVIEW_INSUFFICIENT_FUND',
  INVALID_LIMIT_PRICE_POST_ONLY: 'PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY',
};

/** What the venue says when its matching engine refuses. */
export function faultOf(refusal: Refusal): TermsFault {
  switch (refusal.kind) {
    case 'insufficient-balance':
      return {
        error: 'INSUFFICIENT_FUND',
        details: `${amountText(refusal.free)} ${refusal.asset} of ${amountText(refusal.wanted)}`,
      };
    case 'would-take':
      return {
        error: 'INVALID_LIMIT_PRICE_POST_ONLY',
        details: 'a post-only order would have taken liquidity',
      };
    case 'filter':
      return { error: 'INVALID_ARGUMENT', details: `outside of the rules: ${refusal.filter}` };
    default:
      return { error: 'UNKNOWN_FAILURE_REASON', details: refusal.kind };
  }
}

interface Size {
  readonly lots: Lots;
  readonly quote: Amount;
}

const NOTHING: Size = { lots: 0 as Lots, quote: NO_AMOUNT };

/** What an order comes to: at its limit, or what it would meet in the book as it is. */
function sizeOf(market: MarketView, { type, side, ticks, lots, quote }: NewOrder): Size {
  const { instrument } = market.rules;
  if (type !== 'market') return { lots, quote: quoteAmount(instrument, ticks, lots) };
  let met = NOTHING;
  for (const level of market.depth(opposite(side), Number.MAX_SAFE_INTEGER)) {
    const all = quoteAmount(instrument, level.ticks, level.lots);
    const left = quote - met.quote;
    const paidFor = all > left ? Number((BigInt(level.lots) * left) / all) : level.lots;
    const taken = (quote > 0n ? paidFor : Math.min(level.lots, lots - met.lots)) as Lots;
    if (taken === 0) break;
    const paid = quoteAmount(instrument, level.ticks, taken);
    met = { lots: (met.lots + taken) as Lots, quote: amountOf(met.quote + paid) };
  }
  return met;
}
