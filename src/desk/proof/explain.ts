import type { Explanation, ExplanationLink, Verdict } from '../../commands/proof/proof-port.ts';
import type { Instrument } from '../../core/instrument.ts';
import { err, ok, type Result, reasonOf } from '../../core/result.ts';
import type { Lots, Ticks } from '../../core/units.ts';
import { Decision } from '../../execution/decision.ts';
import type { OrderIntent } from '../../execution/order.ts';
import { EVIDENCE_AT as AT, type Evidence } from '../../execution/proof/evidence.ts';
import type { EventStore } from '../../storage/event-store/event-store.ts';
import type { JournalRecord } from '../../storage/journal/codec.ts';
import { decideAgain } from '../../strategies/decision-record.ts';
import { type MarketMakingSettings, marketMakingSection } from '../../strategies/market-making.ts';
import { eventRows } from './event-rows.ts';
import { decisionRows, featureRows, marketRows, requestRows, riskRows } from './evidence-rows.ts';

type Submitted = Extract<JournalRecord['event'], { kind: 'order-submitted' }>;

/** Events of one order that are shown; a life of an order is far shorter. */
const EVENTS_MAX = 200;

/** The chain from a market event to the end of an order, out of the journal alone. */
export function explainOrder(store: EventStore, clientId: string): Result<Explanation, string> {
  const records: JournalRecord[] = [];
  for (const record of store.readStream(`order/${clientId}`)) {
    if (records.length === EVENTS_MAX) break;
    records.push(record);
  }
  const [first] = records;
  if (first === undefined) return err(`no order ${clientId} is in this journal`);
  const { event } = first;
  if (event.kind !== 'order-submitted') return err(`the intent of ${clientId} is not on record`);
  const history: ExplanationLink = { what: 'events', rows: eventRows(records) };
  const { order, evidence } = event;
  if (evidence === undefined) {
    return ok({ clientId, isRecorded: false, links: [history], again: null });
  }
  const then = standingAt(store, first, event);
  const { instrument } = then;
  const again = verdictOf(order, evidence, then);
  const links: ExplanationLink[] = [];
  if (instrument !== null && isDecisionKnown(evidence)) {
    links.push({ what: 'market event', rows: marketRows(evidence, instrument) });
    if (then.settings !== null) {
      const rows = featureRows(evidence, instrument, then.settings);
      links.push({ what: 'features', rows });
    }
  }
  if (instrument !== null) {
    links.push({ what: 'decision', rows: decisionRows(order, evidence, instrument) });
    links.push({ what: 'risk', rows: riskRows(order, evidence, instrument) });
    const rows = requestRows(order, evidence, instrument, wasSent(records));
    links.push({ what: 'bytes sent', rows });
    links.push(...amendmentLinks(order, records, instrument));
  }
  return ok({ clientId, isRecorded: true, links: [...links, history], again });
}

/** The decisions behind other terms of an order: price and size in all, and the quotes then. */
function amendmentLinks(
  order: OrderIntent,
  records: readonly JournalRecord[],
  instrument: Instrument,
): ExplanationLink[] {
  return records.flatMap(({ sequence, event }): ExplanationLink[] => {
    if (event.kind !== 'amend-submitted' || event.evidence === undefined) return [];
    const rows = decisionRows({ ...order, ...event.amendment }, event.evidence, instrument);
    return [{ what: 'amendment', rows: [['record', sequence], ...rows] }];
  });
}

interface Standing {
  readonly instrument: Instrument | null;
  readonly settings: MarketMakingSettings | null;
}

/** Events about the desk that are read in one go, and in all: this runs beside the lane's work. */
const DESK_EVENTS_AT_ONCE = 128;
const DESK_EVENTS_MAX = 16_384;

/** The instrument and the settings that were in force when an order was decided, newest first. */
function standingAt(
  store: EventStore,
  at: JournalRecord,
  { order, evidence }: Submitted,
): Standing {
  let instrument: Instrument | null = null;
  let settings: MarketMakingSettings | null = null;
  const newest = store.version('desk');
  for (let to = newest; to > Math.max(0, newest - DESK_EVENTS_MAX); to -= DESK_EVENTS_AT_ONCE) {
    for (const { sequence, event } of lastUpTo(store, to)) {
      if (sequence >= at.sequence) continue;
      if (event.kind === 'instrument-defined' && event.instrument.index === order.instrument) {
        instrument ??= event.instrument;
      } else if (
        event.kind === 'strategy-configured' &&
        event.strategy === order.strategy &&
        event.settingsId === evidence?.[AT.settingsId]
      ) {
        settings ??= settingsIn(event.settings);
      }
    }
    if (instrument !== null && settings !== null) break;
  }
  return { instrument, settings };
}

/** A piece of the stream of the desk that ends with a version, newest first. */
function lastUpTo(store: EventStore, to: number): readonly JournalRecord[] {
  const piece: JournalRecord[] = [];
  for (const record of store.readStream('desk', Math.max(1, to - DESK_EVENTS_AT_ONCE + 1))) {
    piece.push(record);
    if (piece.length === Math.min(to, DESK_EVENTS_AT_ONCE)) break;
  }
  return piece.reverse();
}

function settingsIn(text: string): MarketMakingSettings | null {
  try {
    const read = marketMakingSection.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

function isDecisionKnown(evidence: Evidence): boolean {
  return !Number.isNaN(evidence[AT.receivedNs]);
}

/** Makes the decision again and the intent from it, and compares every number and word. */
function verdictOf(
  order: OrderIntent,
  evidence: Evidence,
  { instrument, settings }: Standing,
): Verdict {
  const no = (obstacle: string): Verdict => ({ isSame: false, parts: [], obstacle });
  if (!isDecisionKnown(evidence)) return no('the inputs of this decision were not noted');
  if (instrument === null) return no(`instrument ${order.instrument} is not in this journal`);
  if (settings === null) {
    return no(`settings ${evidence[AT.settingsId]} of ${order.strategy} are not in this journal`);
  }
  try {
    const parts = differences(order, evidence, instrument, settings);
    return { isSame: parts.length === 0, parts, obstacle: '' };
  } catch (thrown) {
    return no(`it throws: ${reasonOf(thrown)}`);
  }
}

function differences(
  order: OrderIntent,
  evidence: Evidence,
  instrument: Instrument,
  settings: MarketMakingSettings,
): Verdict['parts'] {
  const making = decideAgain(evidence, instrument, settings);
  const isBuy = order.side === 'buy';
  const decision = new Decision();
  const decidedNs = evidence[AT.receivedNs] as number;
  decision.of(order.strategy, order.instrument, decidedNs, making.shownShare);
  const now = decision.quote(
    order.clientId,
    instrument,
    order.epoch,
    order.side,
    (isBuy ? making.bidTicks : making.askTicks) as Ticks,
    (isBuy ? making.bidLots : making.askLots) as Lots,
  );
  const quotes: [name: string, recorded: number, now: number][] = [
    ['quoteBidTicks', evidence[AT.quoteBidTicks] as number, making.bidTicks],
    ['quoteBidLots', evidence[AT.quoteBidLots] as number, making.bidLots],
    ['quoteAskTicks', evidence[AT.quoteAskTicks] as number, making.askTicks],
    ['quoteAskLots', evidence[AT.quoteAskLots] as number, making.askLots],
  ];
  const names = Object.keys(order) as (keyof OrderIntent)[];
  const pairs = [
    ...quotes,
    ...names.map((name) => [name, order[name], now[name]] as [string, unknown, unknown]),
  ];
  // The journal writes −0 as 0, so here they are one.
  return pairs
    .filter(([, recorded, value]) => recorded !== value)
    .map(([name, recorded, value]) => ({ name, recorded: textOf(recorded), now: textOf(value) }));
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The gate looks a second time behind the journal, and a socket may be gone. */
function wasSent(records: readonly JournalRecord[]): boolean {
  return !records.some(({ event }) => event.kind === 'order-refused');
}
