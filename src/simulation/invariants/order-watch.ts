import { GATE_LAYOUT, isFlattenable, MODES, PERMISSIONS } from '../../control/gate.ts';
import { FLATTENING } from '../../core/ids.ts';
import { type Instrument, notionalAt, parseLots, parseTicks } from '../../core/instrument.ts';
import type { Ticks } from '../../core/units.ts';
import type { OrderIntent } from '../../execution/order.ts';
import type { Outgoing } from '../../venues/port.ts';
import type { VenueOrder } from '../exchange/orders.ts';
import type { ExchangeEvent } from '../exchange/port.ts';
import type { JournalWatch } from './journal-watch.ts';
import type { AmendmentReader, LeavingAmendment } from './leaving-amendment.ts';
import type { LeavingOrder, OrderReader } from './leaving-order.ts';
import type { Verdicts } from './verdicts.ts';

export interface OrderWatchOptions {
  readonly verdicts: Verdicts;
  readonly journal: JournalWatch;
  readonly account: string;
  readonly instrument: Instrument;
  /** Index of the venue on the desk, and how its orders are read. */
  readonly venue: number;
  readonly read: OrderReader;
  readonly readAmendment: AmendmentReader;
  /** Largest limit that was in force lately, and how far an order's price may be off the mid. */
  readonly limits: () => { readonly notionalMax: number; readonly bandBps: number };
  /** Why the contacts of the stop let no order leave; empty when they do. */
  readonly stopped: () => string;
}

/** An order that rests, as the venue has it. */
interface OpenOrder {
  readonly orderId: number;
  readonly clientId: string;
  readonly side: 'buy' | 'sell';
  /** Its limit, or where it wakes: 0 where neither is known. */
  readonly ticks: Ticks;
  /** What is left of it, and what has filled. */
  readonly lots: number;
  readonly filledLots: number;
  /** The other limb of a pair, of which one alone fills. */
  readonly pairedId: number | undefined;
}

/** I1, I2, I3 and `journaled` of one venue, from the bytes that leave and from what it books. */
export class OrderWatch {
  /** Orders that have left, ever. */
  sent = 0;
  /** Other terms for orders that have left, ever. */
  amends = 0;
  accepted = 0;
  fills = 0;
  readonly #options: OrderWatchOptions;
  readonly #ids = new Set<string>();
  readonly #live = new Map<string, number>();
  readonly #open = new Map<number, OpenOrder>();
  #position = 0;
  #words: Int32Array | null = null;

  constructor(options: OrderWatchOptions) {
    this.#options = options;
  }

  booted(words: Int32Array): void {
    this.#words = words;
  }

  /** What is about to be handed to a socket. @returns its client id if it is an order */
  onSent(sent: Outgoing): string | null {
    const amendment = this.#options.readAmendment(sent);
    if (amendment !== null) this.#amends(amendment);
    const order = this.#options.read(sent);
    if (order === null) return null;
    this.#leaves(order);
    return order.clientId;
  }

  onVenue(events: readonly ExchangeEvent[]): void {
    for (const event of events) {
      if (event.kind !== 'executed' || event.order.account !== this.#options.account) continue;
      const { order, trade } = event;
      if (event.execution === 'new') this.#accepted(order);
      if (trade !== null) {
        this.fills += 1;
        this.#position += trade.side === 'buy' ? trade.lots : -trade.lots;
      }
      const isOver = order.status !== 'new' && order.status !== 'partially-filled';
      if (isOver) {
        this.#open.delete(order.orderId);
        this.#live.delete(order.clientId);
      } else {
        const { orderId, clientId, side, filledLots, pairedId } = order;
        const ticks = pricedAt(order);
        const lots = order.lots - filledLots;
        const known = { orderId, clientId, side, ticks, lots, filledLots, pairedId };
        this.#open.delete(order.orderId);
        // The mode may have fallen while it was on its way.
        if (event.execution === 'amended') this.#withinLimit(known, lots, 1);
        this.#open.set(order.orderId, known);
        this.#live.set(clientId, order.orderId);
      }
    }
  }

  /** Signed lots that the venue has booked. */
  get position(): number {
    return this.#position;
  }

  get resting(): number {
    return this.#open.size;
  }

  #leaves(order: LeavingOrder): void {
    const { verdicts, journal, instrument } = this.#options;
    const { clientId, side, quantity } = order;
    this.sent += 1;
    this.#gateIsOpen(clientId);
    if (this.#ids.has(clientId)) verdicts.report('I3', `client id ${clientId} leaves twice`);
    this.#ids.add(clientId);
    const intent = journal.intent(clientId);
    if (intent === null) verdicts.report('journaled', `${clientId} left and is not journaled`);
    else this.#isAnnounced(order, intent);
    const lots = parseLots(instrument, quantity);
    const ticks = parseTicks(instrument, order.price || order.trigger || '0');
    this.#withinLimit({ clientId, side, ticks }, lots, this.#riskScale);
  }

  /** What the venue is to keep of an order is what was announced. */
  #isAnnounced({ clientId, trigger, shown }: LeavingOrder, intent: OrderIntent): void {
    const { verdicts, instrument } = this.#options;
    const wakesAt = trigger === '' ? 0 : parseTicks(instrument, trigger);
    if (wakesAt !== (intent.trigger?.ticks ?? 0)) {
      verdicts.report('journaled', `${clientId} left and would wake at ${trigger}`);
    }
    const shows = shown === '' ? 0 : parseLots(instrument, shown);
    if (shows !== (intent.shownLots ?? 0)) {
      verdicts.report('journaled', `${clientId} left and would show ${shown}`);
    }
  }

  get #riskScale(): number {
    const words = this.#words;
    const mode = words === null ? 'manual' : MODES[words[GATE_LAYOUT.mode] as number];
    return PERMISSIONS[mode ?? 'manual'].riskScale;
  }

  /**
   * Other terms for an order: announced like an order, through the same gate, and within the limit
   * with the larger of what the order is and what it would be.
   */
  #amends(amendment: LeavingAmendment): void {
    const { verdicts, journal, instrument } = this.#options;
    this.amends += 1;
    const orderId = this.#live.get(amendment.clientId) ?? amendment.orderId;
    const known = this.#open.get(orderId);
    const clientId = known?.clientId ?? amendment.clientId;
    // An order that has ended meanwhile is amended by nobody, and may be asked for all the same.
    if (clientId === '') return;
    this.#gateIsOpen(clientId);
    const lots = parseLots(instrument, amendment.quantity);
    const announced = journal.amendment(clientId);
    const ticks =
      amendment.price === ''
        ? (known?.ticks ?? announced?.ticks)
        : parseTicks(instrument, amendment.price);
    if (announced?.lots !== lots || announced.ticks !== ticks) {
      verdicts.report('journaled', `other terms of ${clientId} left and are not journaled`);
    }
    if (known === undefined || ticks === undefined) return;
    const worstLots = Math.max(lots - known.filledLots, known.lots);
    this.#open.delete(orderId);
    this.#withinLimit({ ...known, ticks }, worstLots, this.#riskScale);
    this.#open.set(orderId, known);
  }

  #accepted(order: VenueOrder): void {
    const { clientId } = order;
    this.accepted += 1;
    if (this.#live.has(clientId)) {
      this.#options.verdicts.report('I3', `${clientId} rests twice at the venue`);
    }
    // The mode may have fallen while it was on its way.
    const { side, pairedId } = order;
    const other = pairedId === undefined ? undefined : this.#open.get(pairedId);
    if (other === undefined) {
      this.#withinLimit({ clientId, side, ticks: pricedAt(order) }, order.lots, 1);
    }
  }

  #gateIsOpen(clientId: string): void {
    const { verdicts, journal } = this.#options;
    const words = this.#words;
    if (words === null) {
      verdicts.report('I1', `${clientId} leaves a desk that is not up`);
      return;
    }
    const halt = words[GATE_LAYOUT.halt] as number;
    const intent = journal.intent(clientId);
    if (intent?.strategy === FLATTENING) {
      this.#isPermitted(words, intent);
      return;
    }
    const stopped = this.#options.stopped();
    if (stopped !== '') verdicts.report('I1', `${clientId} leaves, the stop is ${stopped}`);
    if (halt !== 0) verdicts.report('I1', `${clientId} leaves, the halt word is ${halt}`);
    const paused = words[GATE_LAYOUT.venues + this.#options.venue] as number;
    if (paused !== 0) verdicts.report('I1', `${clientId} leaves, the venue's word is ${paused}`);
    const mode = MODES[words[GATE_LAYOUT.mode] as number] as keyof typeof PERMISSIONS;
    const { mayIncrease, mayReduce } = PERMISSIONS[mode];
    const isReducing = intent?.isReduceOnly === true;
    const may = isReducing ? mayReduce : mayIncrease;
    if (!may) verdicts.report('I1', `${clientId} leaves in mode ${mode}`);
  }

  /**
   * A slice of the flattening leaves while an emergency has closed the gate and nothing that speaks
   * against flattening, in the epoch of the permit, and brings the position that the venue has
   * booked nearer to zero.
   */
  #isPermitted(words: Int32Array, { clientId, ...intent }: OrderIntent): void {
    const { verdicts } = this.#options;
    const halt = words[GATE_LAYOUT.halt] as number;
    const permit = words[GATE_LAYOUT.permit] as number;
    const isAlone = isFlattenable(halt);
    const isOfNow = permit === words[GATE_LAYOUT.epoch] && intent.epoch === permit;
    if (!isAlone || !isOfNow || !intent.isReduceOnly) {
      const found = `halt word ${halt}, permit ${permit}, epoch ${intent.epoch}`;
      verdicts.report('I1', `${clientId} leaves as a slice: ${found}`);
    }
    const held = intent.side === 'buy' ? -this.#position : this.#position;
    if (intent.lots > held) {
      verdicts.report('I2', `${clientId} ${intent.side} ${intent.lots} lots, held ${held}`);
    }
  }

  /** What the position comes to if this order and all that rests on its side fill. */
  #withinLimit(
    order: Pick<VenueOrder, 'clientId' | 'side' | 'ticks'>,
    orderLots: number,
    riskScale: number,
  ): void {
    const { verdicts, instrument, limits } = this.#options;
    const { clientId, side, ticks } = order;
    let lots = this.#position * (side === 'buy' ? 1 : -1) + orderLots;
    for (const open of this.#open.values()) {
      if (open.side === side && !this.#isSecond(open)) lots += open.lots;
    }
    if (lots <= 0) return;
    const { notionalMax, bandBps } = limits();
    const limit = notionalMax * riskScale * (1 + bandBps / 10_000) ** 2;
    // What trails and never named a price has none to be valued at.
    const worst = notionalAt(instrument, ticks, lots);
    if (worst <= limit) return;
    const found = `worst case ${worst.toFixed(2)} of ${limit.toFixed(2)}`;
    verdicts.report('I2', `${clientId} ${side}: ${found}, position ${this.#position} lots`);
  }

  /** Whether the other limb of the pair counts already: one of them fills. */
  #isSecond({ orderId, pairedId }: OpenOrder): boolean {
    return pairedId !== undefined && pairedId < orderId && this.#open.has(pairedId);
  }
}

/** The price that an order of the venue is valued at: its limit, or where it wakes. */
function pricedAt({ ticks, trigger }: VenueOrder): Ticks {
  return ticks > 0 ? ticks : (trigger?.ticks ?? ticks);
}
