/**
 * A process that records as fast as it can and says how far that is durable, until it is killed.
 *
 *   node store-process.js FOLDER
 */
import { nodeTimers } from '../../../../src/core/node-env.ts';
import { MarketTape } from '../../../../src/storage/columns/tape.ts';
import { openMarketStore } from '../../../../src/storage/columns/threads/market-store.ts';
import { storeOptions } from '../../../support/columns/store-options.ts';

const TRADES_A_TURN = 200;
/** Between two trades pass five seconds of their local time: a life has hours, a score has days. */
const BETWEEN_NS = 5e9;

const opened = await openMarketStore(storeOptions(process.argv[2] as string));
if (!opened.ok) throw new Error(opened.error);
const store = opened.value;
const tape = new MarketTape(store.ring, [0]);
let position = store.recovered.head;
process.stdout.write(`head ${position}\n`);

function turn(): void {
  for (let count = 0; count < TRADES_A_TURN && store.ring.room > 2; count += 1) {
    position += 1;
    const trade = { instrument: 0, ticks: position, lots: 1, takerSide: 'buy' as const };
    tape.onTrade({ ...trade, tradeId: position, venueMs: 1, receivedNs: position * BETWEEN_NS });
  }
  process.stdout.write(`durable ${store.durable}\n`);
  nodeTimers.after(1, turn);
}
turn();
