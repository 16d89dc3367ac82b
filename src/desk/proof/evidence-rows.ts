import type { ExplanationLink } from '../../commands/proof/proof-port.ts';
import { type Instrument, notionalAt, priceText, quantityText } from '../../core/instrument.ts';
import { kindText } from '../../execution/native/kind-text.ts';
import type { OrderIntent } from '../../execution/order.ts';
import { EVIDENCE_AT as AT, type Evidence } from '../../execution/proof/evidence.ts';
import { weightedMid } from '../../market/microstructure/microprice.ts';
import type { ApprovedOrder } from '../../risk/approved-order.ts';
import { Exposure } from '../../risk/exposure.ts';
import { valuedTicks } from '../../risk/native-rules.ts';
import { decideAgain } from '../../strategies/decision-record.ts';
import type { MarketMakingSettings } from '../../strategies/market-making.ts';
import { binanceOrders } from '../../venues/binance/orders.ts';
import { apiKeyOf } from '../../venues/binance/sign.ts';

type Rows = ExplanationLink['rows'];

export function marketRows(evidence: Evidence, instrument: Instrument): Rows {
  const price = (at: number): number => (evidence[at] as number) * instrument.tickSize;
  const size = (at: number): number => (evidence[at] as number) * instrument.lotSize;
  return [
    ['symbol', `${instrument.venue} ${instrument.symbol}`],
    ['book update', evidence[AT.updateId] as number],
    ['received, ns', evidence[AT.receivedNs] as number],
    ['bid', `${short(price(AT.bidTicks))} × ${short(size(AT.bidLots))}`],
    ['ask', `${short(price(AT.askTicks))} × ${short(size(AT.askLots))}`],
  ];
}

/** What the strategy makes of the event, computed again from the recorded inputs. */
export function featureRows(
  evidence: Evidence,
  instrument: Instrument,
  settings: MarketMakingSettings,
): Rows {
  const making = decideAgain(evidence, instrument, settings);
  const [bid, ask] = [evidence[AT.bidTicks] as number, evidence[AT.askTicks] as number];
  const micro = weightedMid(
    bid,
    evidence[AT.bidLots] as number,
    ask,
    evidence[AT.askLots] as number,
  );
  const { tickSize } = instrument;
  return [
    ['microprice', short(micro * tickSize)],
    ['fair price', short(making.fair * tickSize)],
    ['fair before', short((evidence[AT.fair] as number) * tickSize)],
    ['volatility, bps in 1 s', short(making.volatility * 10_000)],
    ['inventory', short((evidence[AT.inventoryLots] as number) * instrument.lotSize)],
    ['position held to', heldTo(evidence[AT.sizePositionLots] as number, instrument)],
  ];
}

/** Before there were sizes none was noted, and one that is lifted holds nothing. */
function heldTo(lots: number, { lotSize }: Instrument): string {
  return lots < Number.MAX_SAFE_INTEGER ? short(lots * lotSize) : 'nothing';
}

export function decisionRows(order: OrderIntent, evidence: Evidence, instrument: Instrument): Rows {
  const { tickSize } = instrument;
  const quote = (at: number): string => short((evidence[at] as number) * tickSize);
  return [
    ['strategy', order.strategy],
    ['settings', evidence[AT.settingsId] as number],
    ['quotes', `${quote(AT.quoteBidTicks)} / ${quote(AT.quoteAskTicks)}`],
    ['side', order.side],
    ['kind', kindText(instrument, order)],
    ['price', order.kind === 'market' ? 'market' : priceText(instrument, order.ticks)],
    ['quantity', quantityText(instrument, order.lots)],
    ['gate epoch', order.epoch],
  ];
}

/** The numbers of the pre-trade check, worked out again as `risk/pre-trade` does. */
export function riskRows(order: OrderIntent, evidence: Evidence, instrument: Instrument): Rows {
  const at = (place: number): number => evidence[place] as number;
  if (Number.isNaN(at(AT.riskCheckedNs))) return [['numbers', 'were not noted']];
  const mid = (at(AT.riskBidTicks) + at(AT.riskAskTicks)) / 2;
  const exposure = new Exposure();
  exposure.position = at(AT.positionLots);
  exposure.buyLots = at(AT.buyLots);
  exposure.sellLots = at(AT.sellLots);
  const { side, lots } = order;
  const scale = at(AT.riskScale);
  const worst = notionalAt(instrument, mid, exposure.worstWith(side, lots));
  const bandBps = at(AT.priceBandBps);
  const notional = notionalAt(instrument, valuedTicks(order, mid, bandBps), lots);
  const ageMs = (at(AT.riskCheckedNs) - at(AT.riskQuotedNs)) / 1e6;
  return [
    ['reduces the position', exposure.isReducing(side, lots)],
    ['notional', of(notional, at(AT.maxOrderNotional) * scale)],
    ['worst position', of(worst, at(AT.maxPositionNotional) * scale)],
    offRow(order, mid, bandBps),
    ['age of the book, ms', of(ageMs, at(AT.staleBookMs))],
    ['loss today', of(at(AT.lossToday), at(AT.maxDailyLoss))],
  ];
}

/** A limit behind a trigger is held against that, a trigger by a setting of its own. */
function offRow({ kind, ticks, trigger }: OrderIntent, mid: number, bandBps: number): Rows[number] {
  const offBps = (price: number, from: number): number => (Math.abs(price - from) / from) * 10_000;
  if (trigger === undefined) {
    return ['off the mid, bps', of(ticks > 0 ? offBps(ticks, mid) : 0, bandBps)];
  }
  const isBehind = kind === 'limit' && trigger.kind !== 'pair';
  if (isBehind) return ['off the trigger, bps', of(offBps(ticks, trigger.ticks), bandBps)];
  return ['trigger off the mid, bps', trigger.ticks > 0 ? short(offBps(trigger.ticks, mid)) : '0'];
}

/** Stands for the key and its signature, which no record holds. */
const SECRET = '(not recorded)';

/** The request as the codec of the venue writes it from the recorded numbers. */
export function requestRows(
  order: OrderIntent,
  evidence: Evidence,
  instrument: Instrument,
  wasSent: boolean,
): Rows {
  const window = evidence[AT.receiveWindowMs] as number;
  const codec = binanceOrders(apiKeyOf(SECRET, ''), window);
  const text = codec.place(
    // It was approved, or its intent would not be in the journal.
    order as ApprovedOrder,
    instrument,
    String(evidence[AT.requestId]),
    evidence[AT.venueMs] as number,
  );
  return [
    ['handed to the socket', wasSent],
    ['request', text.replace(/"signature":"[0-9a-f]*"/, `"signature":"${SECRET}"`)],
  ];
}

function of(value: number, limit: number): string {
  return `${short(value)} of at most ${short(limit)}`;
}

/** Digits enough to tell two ticks apart. */
function short(value: number): string {
  return String(Number(value.toPrecision(10)));
}
