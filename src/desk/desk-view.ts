import type { ActorInfo } from '../../actors/runtime/place.ts';
import type { ActorRow, MarketRow, OrderRow, PositionRow } from '../commands/desk.ts';
import { amountText, type Instrument, priceText, quantityText } from '../core/instrument.ts';
import type { Lots } from '../core/units.ts';
import { kindText } from '../execution/native/kind-text.ts';
import { isEnded, type OrderRecord } from '../execution/order.ts';
import type { Holding, Touch } from '../execution/portfolio.ts';
import { averageEntryPerLot } from '../execution/positions.ts';

/** Rows of what people look at; amounts as decimal texts. */

export function actorRow(info: ActorInfo): ActorRow {
  const { path, kind, status, uid, restarts, mailbox, handled, dropped, lastError } = info;
  return {
    path,
    kind,
    status,
    uid,
    restarts,
    mailbox: mailbox.depth,
    capacity: mailbox.capacity,
    highWater: mailbox.highWater,
    handled,
    dropped,
    lastError,
  };
}

export function positionRow(instrument: Instrument, holding: Holding, touch: Touch): PositionRow {
  const { position, unrealised } = holding;
  const { lots, realised, fees } = position;
  const entry = averageEntryPerLot(position) / instrument.lotSize;
  return {
    symbol: instrument.symbol,
    quantity: quantityText(instrument, lots),
    entry: lots === 0 ? null : entry.toFixed(instrument.priceDecimals),
    mark: touch === null ? null : priceText(instrument, touch.bid),
    realised: amountText(realised),
    unrealised: unrealised === null ? null : amountText(unrealised),
    fees: amountText(fees),
  };
}

export function marketRow(
  instrument: Instrument,
  holding: Holding | undefined,
  touch: Touch,
): MarketRow {
  return {
    venue: instrument.venue,
    symbol: instrument.symbol,
    bid: touch === null ? null : priceText(instrument, touch.bid),
    ask: touch === null ? null : priceText(instrument, touch.ask),
    position: holding === undefined ? '-' : quantityText(instrument, holding.position.lots),
  };
}

export function orderRow(instrument: Instrument, record: OrderRecord): OrderRow {
  const { order, status, filledLots, isWaiting } = record;
  const waitText = isWaiting && !isEnded(record) ? ['waiting'] : [];
  const cancelText = record.isCancelRequested ? ['cancel sent'] : [];
  return {
    clientId: order.clientId,
    symbol: instrument.symbol,
    side: order.side,
    kind: kindText(instrument, order),
    price: order.kind === 'market' ? 'market' : priceText(instrument, order.ticks),
    quantity: quantityText(instrument, order.lots as Lots),
    filled: quantityText(instrument, filledLots),
    status: [status, ...waitText, ...amendText(instrument, record), ...cancelText].join(', '),
  };
}

/** The terms that an open order may have already. */
function amendText(instrument: Instrument, { amendment, isAmendUnknown }: OrderRecord): string[] {
  if (amendment === null) return [];
  const { ticks, lots } = amendment;
  const terms = `${quantityText(instrument, lots)} at ${priceText(instrument, ticks)}`;
  return [isAmendUnknown ? `perhaps ${terms} by now` : `amend sent: ${terms}`];
}
