import type { Instrument } from '../../src/core/instrument.ts';
import { bytesOf } from '../../src/venues/market/frame-bytes.ts';
import { framesOf, recording } from '../../test/support/edge/recordings.ts';
import { recordedBooks } from '../../test/support/kraken/recorded.ts';
import { rawLines } from '../../test/support/replay/raw.ts';
import { anInstrument } from '../../test/support/trade/instruments.ts';

/** What a venue sends of its books, as it was recorded, in the form of today's sockets. */
export interface RecordedMarket<Traded extends Instrument = Instrument> {
  readonly instruments: readonly Traded[];
  /** Books with which its socket begins. */
  readonly snapshots: readonly Uint8Array[];
  /** The book that is asked for over REST, where that is the way. */
  readonly depth: Uint8Array | null;
  readonly updates: readonly Uint8Array[];
  /** The last update is known by this: its number, or its time in milliseconds. */
  readonly last: number;
}

export const RECORDED = {
  binance: () => binance(SPOT),
  'binance-usdm': () => binance(USDM),
  kraken,
  coinbase,
};
export type RecordedName = keyof typeof RECORDED;

const SPOT = {
  path: 'l2/binance-spot/btcusdt_20240808.gz',
  sha256: '5d263f4c5379',
  instrument: anInstrument(),
  /** Diffs that end here are older than the snapshot. */
  isOld: (finalId: number, snapshotId: number) => finalId <= snapshotId,
};
const USDM = {
  path: 'l2/binance-usdm/btcusdt_20240808.gz',
  sha256: '0ad7b3a0f5cf',
  instrument: anInstrument({ tick: '0.1', lot: '0.001' }),
  isOld: (finalId: number, snapshotId: number) => finalId < snapshotId,
};

/** Diffs from the first that the snapshot needs on; trades and tickers are left out. */
function binance({ path, sha256, instrument, isOld }: typeof SPOT): RecordedMarket {
  const frames = [...framesOf(recording(path, sha256))].map((frame) => Buffer.from(frame));
  const depth = frames.find((frame) => frame.includes('{"lastUpdateId"'));
  if (depth === undefined) throw new Error(`${path}: no snapshot`);
  const { lastUpdateId } = JSON.parse(depth.toString()) as { lastUpdateId: number };
  const finalId = (frame: Buffer): number => JSON.parse(frame.toString()).data.u as number;
  const updates = frames
    .filter((frame) => frame.includes('"depthUpdate"'))
    .filter((frame) => !isOld(finalId(frame), lastUpdateId));
  const last = finalId(updates[updates.length - 1] as Buffer);
  return { instruments: [instrument], snapshots: [], depth, updates, last };
}

const RECORDED_STAMP = '16:48:54.213106Z';
const LAST_STAMP = '16:48:59.999000Z';

function kraken() {
  const { pairs, frames } = recordedBooks();
  const isSnapshot = (frame: Uint8Array): boolean =>
    Buffer.from(frame).includes('"type":"snapshot"');
  const updates = frames.filter((frame) => !isSnapshot(frame));
  const end = Buffer.from(updates.pop() as Uint8Array).toString();
  return {
    instruments: pairs,
    snapshots: frames.filter(isSnapshot),
    depth: null,
    updates: [...updates, bytesOf(end.replace(RECORDED_STAMP, LAST_STAMP))],
    last: Date.parse(`2021-04-17T${LAST_STAMP}`),
  };
}

interface ListedProduct {
  readonly id: string;
  readonly base_currency: string;
  readonly quote_currency: string;
  readonly quote_increment: string;
  readonly base_increment: string;
}

type ExchangeSide = readonly (readonly [price: string, size: string])[];

interface ExchangeFrame {
  readonly type: string;
  readonly product_id: string;
  readonly bids: ExchangeSide;
  readonly asks: ExchangeSide;
  readonly changes: readonly (readonly [side: string, price: string, size: string])[];
  readonly time: string;
}

/** Frames of Coinbase Exchange in the form of Advanced Trade, one number over all of them. */
function coinbase(): RecordedMarket {
  const lines = rawLines(recording('raw/coinbase/COINBASE.ws.28.0.gz', '45f10f42785d'));
  const frames = lines.map(({ body }) => JSON.parse(body) as ExchangeFrame);
  const first = frames.filter(({ type }) => type === 'snapshot');
  const changes = frames.filter(({ type }) => type === 'l2update');
  const instruments = productsOf(first.map((frame) => frame.product_id));
  const [start = '', end = ''] = [changes[0]?.time, changes[changes.length - 1]?.time];
  return {
    instruments,
    snapshots: first.map((frame, at) => {
      const { bids, asks } = frame;
      const sides = [
        ...bids.map(([price, size]) => ['buy', price, size] as const),
        ...asks.map(([price, size]) => ['sell', price, size] as const),
      ];
      return levelFrame(at, 'snapshot', { ...frame, changes: sides, time: start });
    }),
    depth: null,
    updates: changes.map((frame, at) => levelFrame(first.length + at, 'update', frame)),
    last: Date.parse(end),
  };
}

function productsOf(symbols: readonly string[]): Instrument[] {
  const [listed] = rawLines(recording('raw/coinbase/COINBASE.0.gz', 'c09a79fd8315'));
  const products = JSON.parse(listed?.body ?? '[]') as readonly ListedProduct[];
  return products
    .filter(({ id }) => symbols.includes(id))
    .map((product, index) =>
      anInstrument({
        index,
        venue: 'coinbase',
        symbol: product.id,
        base: product.base_currency,
        quote: product.quote_currency,
        tick: product.quote_increment,
        lot: product.base_increment,
      }),
    );
}

function levelFrame(
  sequence: number,
  type: 'snapshot' | 'update',
  { product_id, changes, time }: ExchangeFrame,
): Uint8Array {
  const updates = changes.map(([side, price_level, new_quantity]) => ({
    side: side === 'buy' ? 'bid' : 'offer',
    event_time: time,
    price_level,
    new_quantity,
  }));
  const head = { channel: 'l2_data', client_id: '', timestamp: time, sequence_num: sequence };
  return bytesOf(JSON.stringify({ ...head, events: [{ type, product_id, updates }] }));
}
