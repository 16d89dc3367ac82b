import type { MarketStood } from './market-stood.ts';
import type { BackfillEvent } from './quality/backfill.ts';
import type { QualityEvent } from './quality/events.ts';

/** What is known of markets and worth keeping in the journal. */
export type MarketEvent = QualityEvent | BackfillEvent | MarketStood;
