import { feedActor } from '../../../actors/market-data/feed.ts';
import type { ActorSpec } from '../../../actors/runtime/actor-spec.ts';
import { Lane } from '../../../actors/runtime/lane.ts';
import { refByPath } from '../../../actors/runtime/ref.ts';
import { nodeEnv, nodeTimers } from '../../../src/core/node-env.ts';
import type { QuoteMessage } from '../../../src/market/quote.ts';
import { silentLog } from '../../../src/ops/log.ts';
import { FUTURES_BOOKS } from '../../../src/venues/binance/futures/futures-stream.ts';
import { BinanceStream } from '../../../src/venues/binance/stream.ts';
import { CoinbaseStream } from '../../../src/venues/coinbase/market/stream.ts';
import { KrakenStream } from '../../../src/venues/kraken/stream.ts';
import type { MarketStream } from '../../../src/venues/market/market-stream.ts';
import { nodeNet } from '../../../src/venues/net.ts';
import { RECORDED_DEPTH } from '../../../test/support/kraken/recorded.ts';
import type { RECORDED, RecordedMarket, RecordedName } from '../recorded-market.ts';

/** Whoever follows the books of a venue over a socket, until the last recorded update. */
export interface Follower {
  /** Every book has begun. */
  readonly ready: Promise<void>;
  /** The last update is in its book. */
  readonly done: Promise<void>;
  /** Best bid and best ask of each book, in ticks. */
  touches(): readonly (readonly number[])[];
  close(): Promise<void>;
}

const STOP_MS = 1_000;
let lanes = 0;

/** Our feed as the desk runs it: socket, connection, stream and books in its actor. */
export async function ourBooks(
  name: RecordedName,
  market: RecordedMarket,
  host: string,
): Promise<Follower> {
  const net = nodeNet(nodeTimers);
  lanes += 1;
  const lane = new Lane({ ...nodeEnv(net, 1), name: `bench-socket-${lanes}` });
  const stream = streamOf(name, market, host);
  const wanted = market.snapshots.length + market.updates.length;
  const [ready, done] = [latch(), latch()];
  const listener: ActorSpec<null, QuoteMessage> = {
    kind: 'listener',
    start: () => null,
    receive(state) {
      if (!ready.isOpen && stream.views.every(({ isLive }) => isLive)) ready.open();
      if (stream.counts.updates === wanted) done.open();
      return state;
    },
  };
  await lane.spawn(listener, 'listener');
  const quotes = [refByPath<QuoteMessage>('listener')];
  const listeners = { quotes: () => quotes, trades: () => [], facts: [] };
  const feed = feedActor({ stream: () => stream, net, listeners, log: silentLog() });
  await lane.spawn(feed, 'feed');
  return {
    ready: ready.opened,
    done: done.opened,
    touches: () => stream.views.map(({ bidTicks, askTicks }) => [bidTicks, askTicks]),
    async close() {
      await lane.stopAll(STOP_MS);
      net.close();
    },
  };
}

export function streamOf(name: RecordedName, market: RecordedMarket, host: string): MarketStream {
  const { instruments } = market;
  const urls = { streamUrl: `ws://${host}`, restUrl: `http://${host}` };
  const shared = { ...urls, instruments, hasTrades: false };
  if (name === 'binance') return new BinanceStream(shared);
  if (name === 'binance-usdm') return new BinanceStream({ ...shared, books: FUTURES_BOOKS });
  if (name === 'coinbase') return new CoinbaseStream(shared);
  return new KrakenStream({
    ...{ url: `ws://${host}/v2`, venue: 'kraken', hasTrades: false, depth: RECORDED_DEPTH },
    instruments: (market as ReturnType<typeof RECORDED.kraken>).instruments,
  });
}

/** A promise that is kept by calling `open`. */
export function latch() {
  let keep = (): void => {};
  const opened = new Promise<void>((resolve) => {
    keep = resolve;
  });
  return {
    opened,
    isOpen: false,
    open(): void {
      this.isOpen = true;
      keep();
    },
  };
}
