import type { Instrument } from '../../../src/core/instrument.ts';
import type { MarketFact } from '../../../src/market/fact.ts';
import type { TradePrinted } from '../../../src/market/trade.ts';
import {
  type FrameOutcome,
  type MarketStream,
  noCounts,
} from '../../../src/venues/market/market-stream.ts';
import { MarketView } from '../../../src/venues/market/market-view.ts';

class ScriptedView extends MarketView {
  isLive = true;
}

/**
 * A stream whose frames are the outcomes they have, parted by commas; `outcome@2` is about the
 * third of its views.
 */
export class ScriptedStream implements MarketStream {
  readonly name = '';
  readonly url = 'wss://scripted';
  readonly patience = { askAfterMs: 2_000, deadAfterMs: 8_000 };
  ping: string | null = 'ping';
  readonly pace = { ratePerSecond: 2, burst: 2 };
  readonly reconnectMsMin = 4_000;
  readonly lifeMs = Number.POSITIVE_INFINITY;
  readonly hasVenueIds = true;
  readonly counts = noCounts();
  readonly views: readonly ScriptedView[];
  quoted: ScriptedView;
  readonly lostBy = 'checksum';
  readonly fault = 'scripted';
  readonly frames: readonly string[] = ['unsubscribe', 'subscribe'];
  readonly snapshots = null;
  readonly fact: MarketFact = { kind: 'venue-announced', venue: 'scripted', status: 'maintenance' };
  resets = 0;
  #left: string[] = [];

  constructor(instruments: readonly Instrument[]) {
    this.views = instruments.map((instrument) => new ScriptedView(instrument));
    this.quoted = this.views[0] as ScriptedView;
  }

  subscribe(nowMs: number): readonly string[] {
    return ['book', 'trade', `signed at ${nowMs}`];
  }

  onFrame(frame: Uint8Array): FrameOutcome {
    this.#left = new TextDecoder().decode(frame).split(',');
    return this.next();
  }

  next(): FrameOutcome {
    const [outcome = 'nothing', at = '0'] = (this.#left.shift() ?? 'nothing').split('@');
    this.quoted = this.views[Number(at)] as ScriptedView;
    return outcome as FrameOutcome;
  }

  trade(receivedNs: number): TradePrinted {
    return {
      kind: 'trade-printed',
      instrument: this.quoted.instrument.index,
      ticks: 100,
      lots: 2,
      takerSide: 'buy',
      tradeId: 1,
      venueMs: 0,
      receivedNs,
    };
  }

  reset(): void {
    this.resets += 1;
  }

  summary() {
    return { resets: this.resets };
  }
}
