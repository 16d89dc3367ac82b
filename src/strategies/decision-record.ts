import { createHash } from 'node:crypto';
import type { Instrument } from '../core/instrument.ts';
import {
  DECISION_AT as AT,
  EVIDENCE_AT,
  type Evidence,
  type EvidenceTrail,
} from '../execution/proof/evidence.ts';
import type { QuoteUpdated } from '../market/quote.ts';
import { MarketMaking, type MarketMakingSettings } from './market-making.ts';
import { NOT_HELD, type SizeHeld } from './size-held.ts';
import type { Strategy } from './strategy.ts';

/** Journaled when a strategy starts and when it takes other settings over. */
export interface StrategyConfigured {
  readonly kind: 'strategy-configured';
  readonly strategy: string;
  /** As `settingsIdOf` makes it, so that a decision can name them in one number. */
  readonly settingsId: number;
  /** The settings as JSON. */
  readonly settings: string;
}

/** Notes what one strategy decides and by which settings; it outlives the strategy's crashes. */
export class StrategyRecord {
  readonly #strategy: string;
  readonly #trail: EvidenceTrail;
  readonly #journal: (event: StrategyConfigured) => void;
  #settingsId = 0;

  /** @param journal throws when it cannot be journaled */
  constructor(
    strategy: string,
    trail: EvidenceTrail,
    journal: (event: StrategyConfigured) => void,
  ) {
    this.#strategy = strategy;
    this.#trail = trail;
    this.#journal = journal;
  }

  /** The settings of the decisions from here on. @throws when they cannot be journaled */
  configured(settings: MarketMakingSettings): void {
    const settingsId = settingsIdOf(settings);
    const text = JSON.stringify(settings);
    this.#journal({
      kind: 'strategy-configured',
      strategy: this.#strategy,
      settingsId,
      settings: text,
    });
    this.#settingsId = settingsId;
  }

  /** Decides, and notes what went in and what came out. Allocates nothing. */
  decide(
    making: Strategy,
    quote: QuoteUpdated,
    inventoryLots: number,
    size: Readonly<SizeHeld> = NOT_HELD,
  ): void {
    const slot = this.#trail.decision(this.#strategy);
    slot[AT.bidTicks] = quote.bidTicks;
    slot[AT.bidLots] = quote.bidLots;
    slot[AT.askTicks] = quote.askTicks;
    slot[AT.askLots] = quote.askLots;
    slot[AT.receivedNs] = quote.receivedNs;
    slot[AT.updateId] = quote.updateId;
    slot[AT.inventoryLots] = inventoryLots;
    making.save(slot, AT.ownBidTicks);
    slot[AT.sizePositionLots] = size.positionLots;
    slot[AT.sizeOrderLots] = size.orderLots;
    making.decide(quote, inventoryLots, size);
    slot[AT.quoteBidTicks] = making.bidTicks;
    slot[AT.quoteBidLots] = making.bidLots;
    slot[AT.quoteAskTicks] = making.askTicks;
    slot[AT.quoteAskLots] = making.askLots;
    slot[AT.settingsId] = this.#settingsId;
  }
}

/** Decides again from what was noted; the strategy as it is after it. */
export function decideAgain(
  evidence: Evidence,
  instrument: Instrument,
  settings: MarketMakingSettings,
): MarketMaking {
  const making = new MarketMaking(instrument, settings);
  making.restore(evidence, AT.ownBidTicks);
  const top = {
    bidTicks: evidence[AT.bidTicks] as number,
    bidLots: evidence[AT.bidLots] as number,
    askTicks: evidence[AT.askTicks] as number,
    askLots: evidence[AT.askLots] as number,
    receivedNs: evidence[AT.receivedNs] as number,
  };
  const positionLots = evidence[EVIDENCE_AT.sizePositionLots] as number;
  const orderLots = evidence[EVIDENCE_AT.sizeOrderLots] as number;
  // Records of the first layout know no sizes: there were none.
  const size = Number.isNaN(positionLots) ? NOT_HELD : { positionLots, orderLots };
  making.decide(top, evidence[AT.inventoryLots] as number, size);
  return making;
}

const ID_BYTES = 6;

/** 48 bits of a hash over the settings, whatever the order of their keys: a safe integer. */
export function settingsIdOf(settings: MarketMakingSettings): number {
  const entries = Object.entries(settings).sort(([left], [right]) => (left < right ? -1 : 1));
  const digest = createHash('sha256').update(JSON.stringify(entries)).digest();
  return digest.readUIntBE(0, ID_BYTES);
}
