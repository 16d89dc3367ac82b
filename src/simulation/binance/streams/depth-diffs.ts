import type { Clock, Timer, Timers } from '../../../core/env.ts';
import type { Lots, Ticks } from '../../../core/units.ts';
import type { ExchangeEvent, MarketView } from '../../exchange/port.ts';
import { type FaultPlan, FaultyFrames } from '../faults.ts';
import { levelsJson, type Wire, wireOf } from '../requests/order-json.ts';

type LevelChange = Extract<ExchangeEvent, { kind: 'level-changed' }>;

/**
 * Collects the changes of one book and tells the new sizes once per interval of the clock, only
 * while somebody listens. Each frame begins with the id after the last of the frame before.
 */
export class DepthDiffs {
  readonly #market: MarketView;
  readonly #wire: Wire;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #frames: FaultyFrames<string>;
  #levels = { buy: new Map<Ticks, Lots>(), sell: new Map<Ticks, Lots>() };
  #firstId = 0;
  #lastId = 0;
  /** Last id of the frame before, by which futures frames follow each other. */
  #previousId = 0;
  readonly #isFutures: boolean;
  #timer: Timer | null = null;

  constructor(
    market: MarketView,
    intervalMs: number,
    edges: {
      readonly clock: Clock;
      readonly timers: Timers;
      readonly faults: FaultPlan;
      readonly isFutures?: boolean;
      readonly publish: (text: string) => void;
    },
  ) {
    this.#market = market;
    this.#wire = wireOf(market.rules.instrument);
    this.#intervalMs = intervalMs;
    this.#clock = edges.clock;
    this.#timers = edges.timers;
    this.#isFutures = edges.isFutures ?? false;
    const { symbol } = market.rules.instrument;
    this.#frames = new FaultyFrames(edges.faults, symbol, edges.publish);
  }

  start(): void {
    this.#reset();
    this.#previousId = this.#market.updateId;
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  note({ side, ticks, lots, updateId }: LevelChange): void {
    if (this.#timer === null) return;
    if (this.#firstId === 0) this.#firstId = updateId;
    this.#lastId = updateId;
    this.#levels[side].set(ticks, lots);
  }

  #arm(): void {
    const delayMs = this.#intervalMs - (this.#clock.now() % this.#intervalMs);
    this.#timer = this.#timers.after(delayMs, () => {
      this.#arm();
      if (this.#firstId > 0) this.#frames.send(this.#frame());
    });
  }

  #frame(): string {
    const nowMs = this.#clock.now();
    const text = JSON.stringify({
      e: 'depthUpdate',
      E: nowMs,
      ...(this.#isFutures && { T: nowMs }),
      s: this.#market.rules.instrument.symbol,
      U: this.#firstId,
      u: this.#lastId,
      ...(this.#isFutures && { pu: this.#previousId }),
      b: this.#changed('buy'),
      a: this.#changed('sell'),
    });
    this.#previousId = this.#lastId;
    this.#reset();
    return text;
  }

  #changed(side: 'buy' | 'sell'): string[][] {
    const levels = [...this.#levels[side]].map(([ticks, lots]) => ({ ticks, lots }));
    return levelsJson(this.#wire, levels);
  }

  #reset(): void {
    this.#levels = { buy: new Map(), sell: new Map() };
    this.#firstId = 0;
    this.#lastId = 0;
  }
}
