import { type Instrument, lotsBelow, parseLots, parseTicks } from '../../../core/instrument.ts';
import { type Lots, millisOf, NO_AMOUNT } from '../../../core/units.ts';
import type { Fill, Side } from '../../../execution/order.ts';
import type { Report } from '../../../execution/report.ts';
import {
  arrayIn,
  objectIn,
  textOf,
  WireFault,
  type WireObject,
  wordIn,
} from '../../binance/wire.ts';
import { timeStampMs } from '../../market/time-stamp.ts';
import { assetName } from '../pair.ts';
import { cutAmountIn } from '../wire/amounts.ts';
import { clientIdOf } from '../wire/client-id.ts';

/** Orders that are remembered: the venue does not repeat their ids and markets in every report. */
const REMEMBERED_MAX = 20_000;

interface Remembered {
  readonly clientId: string;
  /** Empty until the venue has named it. */
  symbol: string;
}

/** Turns what the `executions` channel says of orders into reports. */
export class Executions {
  readonly #bySymbol: ReadonlyMap<string, Instrument>;
  readonly #orders = new Map<string, Remembered>();

  constructor(instruments: readonly Instrument[]) {
    this.#bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  }

  /**
   * @param data the `data` of a frame, whose numbers are texts
   * @throws WireFault when a report lacks what its kind must have
   */
  reportsIn(data: unknown): readonly Report[] {
    return arrayIn(data, 'data').flatMap((entry) => this.#reportsOf(objectIn(entry, 'execution')));
  }

  /** Whatever a report is about, it may be the first that tells of an order that has woken. */
  #reportsOf(entry: WireObject): readonly Report[] {
    const venueOrderId = textOf(entry, 'order_id');
    const order = this.#orderOf(venueOrderId, entry);
    const reports = this.#newsIn(entry, order, venueOrderId);
    if (!hasWoken(entry)) return reports;
    const { clientId } = order;
    return [{ kind: 'triggered', clientId, venueOrderId }, ...reports];
  }

  #newsIn(entry: WireObject, order: Remembered, venueOrderId: string): readonly Report[] {
    const { clientId } = order;
    const kind = textOf(entry, 'exec_type');
    switch (kind) {
      case 'new':
        return [{ kind: 'accepted', clientId, venueOrderId }];
      case 'trade':
        return this.#fill(entry, clientId, venueOrderId);
      case 'canceled':
      case 'expired': {
        const filledLots = this.#filledLots(entry, order);
        const filled = filledLots === null ? {} : { filledLots };
        return [{ kind: 'ended', clientId, ...endOf(kind, wordIn(entry['reason'])), ...filled }];
      }
      // Its fills have told it already, unless one of them is missing.
      case 'filled': {
        const filledLots = this.#filledLots(entry, order);
        if (filledLots === null) return [];
        return [{ kind: 'progressed', clientId, venueOrderId, filledLots, hasEnded: true }];
      }
      case 'amended':
        return this.#amended(entry, clientId, venueOrderId);
      // Not live yet, or nothing that the desk counts.
      case 'pending_new':
      case 'restated':
      case 'status':
      case 'iceberg_refill':
        return [];
      default:
        throw new WireFault(`exec_type: found ${kind}, wanted one that is known`);
    }
  }

  /** An order without a client id is somebody else's: it goes by the venue's. */
  #orderOf(venueOrderId: string, entry: WireObject): Remembered {
    const known = this.#orders.get(venueOrderId);
    const symbol = wordIn(entry['symbol']);
    if (known !== undefined) {
      known.symbol ||= symbol;
      return known;
    }
    const named = wordIn(entry['cl_ord_id']);
    if (named === '') return { clientId: venueOrderId, symbol };
    const order = { clientId: clientIdOf(named), symbol };
    this.#orders.set(venueOrderId, order);
    if (this.#orders.size > REMEMBERED_MAX) {
      for (const oldest of this.#orders.keys()) {
        this.#orders.delete(oldest);
        break;
      }
    }
    return order;
  }

  /**
   * All that has filled of an order; null where the venue does not say, or of a market that is not
   * ours.
   */
  #filledLots(entry: WireObject, { symbol }: Remembered): Lots | null {
    const instrument = this.#bySymbol.get(symbol);
    const filled = wordIn(entry['cum_qty']);
    if (instrument === undefined || filled === '') return null;
    const lots = lotsBelow(instrument, filled);
    if (Number.isNaN(lots)) throw new WireFault(`cum_qty: found ${filled}, wanted a decimal`);
    return lots;
  }

  /** Only what the change is about is in the report; without both terms it says nothing here. */
  #amended(entry: WireObject, clientId: string, venueOrderId: string): readonly Report[] {
    const instrument = this.#bySymbol.get(wordIn(entry['symbol']));
    const price = wordIn(entry['limit_price']);
    const quantity = wordIn(entry['order_qty']);
    if (instrument === undefined || price === '' || quantity === '') return [];
    const terms = gridIn(instrument, price, quantity);
    return [{ kind: 'amended', clientId, venueOrderId, ...terms }];
  }

  #fill(entry: WireObject, clientId: string, venueOrderId: string): readonly Report[] {
    const symbol = textOf(entry, 'symbol');
    const instrument = this.#bySymbol.get(symbol);
    if (instrument === undefined) return [];
    const { fee, feeAsset } = feeIn(entry['fees'] ?? [], instrument);
    const venueMs = timeStampMs(textOf(entry, 'timestamp'));
    if (Number.isNaN(venueMs)) throw new WireFault('timestamp: found no time in RFC 3339');
    const fill: Fill = {
      tradeId: textOf(entry, 'exec_id'),
      ...gridIn(instrument, textOf(entry, 'last_price'), textOf(entry, 'last_qty')),
      quote: cutAmountIn(entry, 'cost'),
      fee,
      feeAsset,
      isMaker: textOf(entry, 'liquidity_ind') === 'm',
      venueMs: millisOf(Math.floor(venueMs)),
    };
    const side = tradeSideIn(entry, 'side');
    return [{ kind: 'filled', clientId, venueOrderId, symbol, side, fill }];
  }
}

/**
 * Whether a report is of an order that has waited for a price and does no more. The channel has no
 * report of its own for that: the trigger beside the order says it, in this report or a later one.
 */
function hasWoken(entry: WireObject): boolean {
  return objectIn(entry['triggers'] ?? {}, 'triggers')['status'] === 'triggered';
}

/** Why the venue ended an order; one that would have met another of ours expired. */
function endOf(
  kind: 'canceled' | 'expired',
  reason: string,
): { readonly how: 'canceled' | 'expired'; readonly reason: string } {
  if (/self.?trade|stp/i.test(reason)) return { how: 'expired', reason: 'stp' };
  return { how: kind, reason: reason || kind };
}

export function tradeSideIn(object: WireObject, field: string): Side {
  const side = textOf(object, field);
  if (side === 'buy' || side === 'sell') return side;
  throw new WireFault(`${field}: found ${side}, wanted buy or sell`);
}

/** @throws WireFault for what is off the grid, so that no fill is booked wrong */
export function gridIn(
  instrument: Instrument,
  price: string,
  quantity: string,
): Pick<Fill, 'ticks' | 'lots'> {
  const ticks = parseTicks(instrument, price);
  const lots = parseLots(instrument, quantity);
  if (ticks > 0 && lots > 0) return { ticks, lots };
  throw new WireFault(`${instrument.symbol}: ${quantity} at ${price} is off the grid`);
}

function feeIn(value: unknown, { quote }: Instrument): Pick<Fill, 'fee' | 'feeAsset'> {
  const fees = arrayIn(value, 'fees').map((entry) => objectIn(entry, 'fee'));
  const [first, ...others] = fees;
  if (first === undefined) return { fee: NO_AMOUNT, feeAsset: quote };
  if (others.length > 0) throw new WireFault('fees: found two assets, wanted one');
  return { fee: cutAmountIn(first, 'qty'), feeAsset: assetName(textOf(first, 'asset')) };
}
