import { BulkClassifier } from '../../../../src/market/microstructure/bulk-classifier.ts';
import { weightedMid } from '../../../../src/market/microstructure/microprice.ts';
import { OrderFlowImbalance } from '../../../../src/market/microstructure/ofi.ts';
import { leeReadySign, TickRule } from '../../../../src/market/microstructure/trade-sign.ts';
import { Vpin, type VpinOptions } from '../../../../src/market/microstructure/vpin.ts';
import { KyleLambda } from '../../../../src/risk/panic/slippage.ts';
import { type Columns, numbersOf, type QuantAdapter } from './adapter.ts';

const FIRST = 10;

export const weightedMids: QuantAdapter = ({ inputs, csv }) => {
  const { bids, asks, bidSizes, askSizes } = bookOf(csv(inputs['data']));
  const mids = bids.map((bid, at) =>
    weightedMid(bid, bidSizes[at] as number, asks[at] as number, askSizes[at] as number),
  );
  return { wmid_first5: mids.slice(0, 5), wmid_mean: sumOf(mids) / mids.length };
};

/** Events, sums of whole windows, and the regression of the mid's change in ticks on them. */
export const ofi: QuantAdapter = ({ inputs, csv }) => {
  const { bids, asks, bidSizes, askSizes } = bookOf(csv(inputs['data']));
  const [window, tick] = [Number(inputs['window']), Number(inputs['tick'])];
  const flow = new OrderFlowImbalance({ window, history: 1, historyMin: 1 });
  const impact = new KyleLambda(Math.max(3, Math.floor((bids.length - 1) / window)));
  const midAt = (at: number): number => ((bids[at] as number) + (asks[at] as number)) / 2;
  const events: number[] = [];
  const sums: number[] = [];
  let mid = midAt(0);
  bids.forEach((bid, at) => {
    const [bidSize, ask, askSize] = [bidSizes[at], asks[at], askSizes[at]] as number[];
    const isClosed = flow.onQuote(bid, bidSize as number, ask as number, askSize as number);
    if (at > 0) events.push(flow.event);
    if (!isClosed) return;
    sums.push(flow.closed);
    impact.add(flow.closed, (midAt(at) - mid) / tick);
    mid = midAt(at);
  });
  impact.fit();
  return {
    e_first10: events.slice(0, FIRST),
    e_sum: sumOf(events),
    ofi_first10: sums.slice(0, FIRST),
    intercept: impact.alpha,
    beta: impact.lambda,
    t: impact.lambda / impact.standardError,
    r2: impact.r2,
  };
};

export const vpin: QuantAdapter = ({ inputs, csv }) => {
  const tape = csv(inputs['data']);
  const [prices, volumes, sides] = ['price', 'volume', 'side'].map((name) =>
    numbersOf(tape, name),
  ) as [readonly number[], readonly number[], readonly number[]];
  const barTrades = Number(inputs['bar_trades']);
  const options = {
    bucketVolume: Number(inputs['bucket_volume']),
    buckets: Number(inputs['n_buckets']),
    ...{ history: 1, historyMin: 1 },
  };
  // The definition takes the deviation of all changes, so the tape is read twice.
  const first = new BulkClassifier({ barTrades, deviation: null });
  prices.forEach((price, at) => void first.onTrade(price, volumes[at] as number));
  const { deviation } = first;
  const bars = new BulkClassifier({ barTrades, deviation });
  const shares: number[] = [];
  const bulk = filled(options, (pour) => {
    prices.forEach((price, at) => {
      if (!bars.onTrade(price, volumes[at] as number) || Number.isNaN(bars.buyShare)) return;
      shares.push(bars.buyShare);
      pour(bars.volume, bars.buyShare);
    });
  });
  const told = filled(options, (pour) => {
    volumes.forEach((volume, at) => {
      pour(volume, (sides[at] as number) > 0 ? 1 : 0);
    });
  });
  return {
    sd_dp: deviation,
    buy_share_first5: shares.slice(0, 5),
    bucket_imbalance: bulk.imbalances,
    vpin: bulk.values,
    vpin_true_side: told.values,
  };
};

export const tradeSign: QuantAdapter = ({ inputs, csv }) => {
  const tape = csv(inputs['data']);
  const [prices, sides, bids, asks] = ['price', 'side', 'bid', 'ask'].map((name) =>
    numbersOf(tape, name),
  ) as [readonly number[], readonly number[], readonly number[], readonly number[]];
  const rule = new TickRule();
  const ticks = prices.map((price) => rule.onTrade(price));
  const quotes = prices.map((price, at) =>
    leeReadySign(price, bids[at] as number, asks[at] as number, ticks[at] ?? 0),
  );
  const right = (signs: readonly number[], from: number): number =>
    signs.slice(from).filter((sign, at) => sign === sides[at + from]).length /
    (signs.length - from);
  return {
    tick_sum: sumOf(ticks),
    lee_ready_sum: sumOf(quotes),
    tick_agreement: right(ticks, 1),
    lr_agreement: right(quotes, 0),
  };
};

/** Every bucket and VPIN: no piece is larger than a bucket, so each fills one at most. */
function filled(
  options: VpinOptions,
  all: (pour: (volume: number, buyShare: number) => void) => void,
): { imbalances: number[]; values: number[] } {
  const { bucketVolume } = options;
  const measure = new Vpin(options);
  const imbalances: number[] = [];
  const values: number[] = [];
  all((volume, buyShare) => {
    for (let left = volume; left > 0; left -= bucketVolume) {
      if (!measure.onTrade(Math.min(left, bucketVolume), buyShare)) continue;
      imbalances.push(measure.imbalance);
      if (!Number.isNaN(measure.value)) values.push(measure.value);
    }
  });
  return { imbalances, values };
}

function bookOf(columns: Columns): Record<'bids' | 'asks' | 'bidSizes' | 'askSizes', number[]> {
  const column = (name: string): number[] => [...numbersOf(columns, name)];
  return {
    ...{ bids: column('bid'), bidSizes: column('bid_size') },
    ...{ asks: column('ask'), askSizes: column('ask_size') },
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
