import { type Lots, NO_AMOUNT, type Ticks } from '../../../src/core/units.ts';
import type { Side } from '../../../src/execution/order.ts';
import type { QueueModel } from '../../../src/market/microstructure/queue-position.ts';
import { DEFAULT_RETENTION } from '../../../src/simulation/exchange/clearing.ts';
import type { NewOrder, VenueOrder } from '../../../src/simulation/exchange/orders.ts';
import { type RecordedFrame, readRecording } from '../../../src/simulation/recording.ts';
import type { Recording } from '../../../src/simulation/replay/open-recording.ts';
import { DEFAULT_QUEUE_MODEL } from '../../../src/simulation/replay/queue-model.ts';
import {
  openRecordedExchange,
  type RecordedExchange,
} from '../../../src/simulation/replay/recorded-exchange.ts';
import { type VirtualTime, virtualTime } from '../../../src/simulation/virtual-time.ts';
import { amount, byClientId, must } from '../venue/fixtures.ts';

const loaded = new Map<string, Promise<readonly RecordedFrame[]>>();

/** All frames of a recording; read once. */
export function framesOf({ path }: Recording): Promise<readonly RecordedFrame[]> {
  const frames = loaded.get(path) ?? readAll(path);
  loaded.set(path, frames);
  return frames;
}

async function readAll(path: string): Promise<readonly RecordedFrame[]> {
  const frames: RecordedFrame[] = [];
  for await (const frame of readRecording(path)) frames.push(frame);
  return frames;
}

export interface RehearsalOptions {
  readonly queue?: QueueModel;
  readonly makerPpm?: number;
  readonly takerPpm?: number;
  /** Instead of all frames of the recording. */
  readonly frames?: readonly RecordedFrame[];
}

/** Somebody who trades on a recorded market without a venue's protocol between. */
export class Rehearsal {
  readonly exchange: RecordedExchange;
  readonly time: VirtualTime;
  readonly recording: Recording;
  #orders = 0;

  constructor(recording: Recording, options: RehearsalOptions) {
    const { queue = DEFAULT_QUEUE_MODEL, makerPpm = 0, takerPpm = 0 } = options;
    this.recording = recording;
    this.time = virtualTime(recording.startMs);
    this.exchange = must(
      openRecordedExchange({
        rules: recording.rules,
        fees: { makerPpm, takerPpm, discount: null },
        queue,
        retention: DEFAULT_RETENTION,
        records: null,
        clock: this.time.clock,
      }),
    );
    this.exchange.openAccount('alice');
    const { base, quote } = recording.rules.instrument;
    for (const asset of [base, quote]) this.exchange.transfer('alice', asset, RICH);
  }

  /** @returns the order as it was accepted; null when it was refused */
  place(side: Side, ticks: number, lots: number, over: Partial<NewOrder> = {}): VenueOrder | null {
    this.#orders += 1;
    const placed = this.exchange.place('alice', {
      symbol: this.recording.rules.instrument.symbol,
      clientId: `o${this.#orders}`,
      side,
      type: 'limit-maker',
      timeInForce: 'gtc',
      ticks: ticks as Ticks,
      lots: lots as Lots,
      quote: NO_AMOUNT,
      selfTradePrevention: 'none',
      ...over,
    });
    return placed.ok ? placed.value.order : null;
  }

  cancelAll(): void {
    this.exchange.cancelAll('alice', this.recording.rules.instrument.symbol);
  }

  find(order: VenueOrder): VenueOrder {
    const found = this.exchange.find('alice', byClientId(order));
    if (found === null) throw new Error(`${order.clientId} is known`);
    return found;
  }

  bestTicks(side: Side): number {
    return this.exchange.market.best(side)?.ticks ?? Number.NaN;
  }

  /** What was won since the beginning in quote currency, inventory at the middle of the touch. */
  get profit(): number {
    const { base, quote, tickSize } = this.recording.rules.instrument;
    const mid = ((this.bestTicks('buy') + this.bestTicks('sell')) / 2) * tickSize;
    const gained = (asset: string): number => {
      const balance = this.exchange.account('alice')?.balances.get(asset);
      return Number((balance?.free ?? 0n) + (balance?.locked ?? 0n) - RICH) / 1e8;
    };
    return gained(quote) + gained(base) * mid;
  }
}

const RICH = amount('10000000');

/** Plays a recording with somebody who was given the time to set timers. */
export async function rehearse(
  recording: Recording,
  options: RehearsalOptions,
  prepare: (rehearsal: Rehearsal) => void,
  seen: (frame: RecordedFrame, rehearsal: Rehearsal) => void = () => {},
): Promise<Rehearsal> {
  const frames = options.frames ?? (await framesOf(recording));
  const rehearsal = new Rehearsal(recording, options);
  const { time, exchange } = rehearsal;
  prepare(rehearsal);
  for (const recorded of frames) {
    const dueMs = Math.max(recorded.localNs / 1e6 + recording.offsetMs, time.clock.now());
    time.runUntil(dueMs);
    const reason = exchange.play(recorded.frame);
    if (reason !== null) throw new Error(`line ${recorded.line}: ${reason}`);
    seen(recorded, rehearsal);
  }
  return rehearsal;
}
