/** Toxicity measures against the reference numbers; see the README beside the shared vectors. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BulkClassifier } from '../../../src/market/microstructure/bulk-classifier.ts';
import { OrderFlowImbalance } from '../../../src/market/microstructure/ofi.ts';
import { Vpin, type VpinOptions } from '../../../src/market/microstructure/vpin.ts';
import { KyleLambda } from '../../../src/risk/panic/slippage.ts';
import { assertVector, quantRows, quantVectors } from '../../support/quant/vectors.ts';

type Row = Record<string, number>;

interface OfiInputs {
  readonly data: string;
  readonly window: number;
  readonly tick: number;
}

const ofiVectors = quantVectors<OfiInputs, unknown>('ofi', 'ofi');
for (const vector of ofiVectors) {
  test(`ofi/ofi: ${vector.name}`, () => {
    const { data, window, tick } = vector.inputs;
    const flow = new OrderFlowImbalance({ window, history: 100, historyMin: 10 });
    const rows = quantRows(data);
    const events: number[] = [];
    const sums: number[] = [];
    const impact = new KyleLambda(Math.max(3, Math.floor(rows.length / window)));
    let mid = midOf(rows[0] as Row);
    for (const row of rows) {
      const { bid, bid_size, ask, ask_size } = row as Record<'bid' | 'ask', number> & Row;
      const isClosed = flow.onQuote(bid, bid_size as number, ask, ask_size as number);
      if (flow.events > events.length) events.push(flow.event);
      if (!isClosed) continue;
      sums.push(flow.closed);
      impact.add(flow.closed, (midOf(row) - mid) / tick);
      mid = midOf(row);
    }
    impact.fit();
    assertVector(vector, {
      e_first10: events.slice(0, 10),
      e_sum: events.reduce((sum, event) => sum + event, 0),
      ofi_first10: sums.slice(0, 10),
      intercept: impact.alpha,
      beta: impact.lambda,
      t: impact.lambda / impact.standardError,
      r2: impact.r2,
    });
  });
}

function midOf({ bid, ask }: Row): number {
  return ((bid as number) + (ask as number)) / 2;
}

interface VpinInputs {
  readonly data: string;
  readonly bar_trades: number;
  readonly bucket_volume: number;
  readonly n_buckets: number;
}

const vpinVectors = quantVectors<VpinInputs, unknown>('vpin', 'vpin');
for (const vector of vpinVectors) {
  test(`vpin/vpin: ${vector.name}`, () => {
    const { data, bar_trades, bucket_volume, n_buckets } = vector.inputs;
    const rows = quantRows(data) as Record<'price' | 'volume' | 'side', number>[];
    const options = { bucketVolume: bucket_volume, buckets: n_buckets, history: 1, historyMin: 1 };
    // The definition takes the deviation of all changes, so the tape is read twice.
    const first = new BulkClassifier({ barTrades: bar_trades, deviation: null });
    for (const { price, volume } of rows) first.onTrade(price, volume);
    const deviation = first.deviation;
    const bars = new BulkClassifier({ barTrades: bar_trades, deviation });
    const shares: number[] = [];
    const bulk = filling(options, (vpin) => {
      for (const { price, volume } of rows) {
        if (!bars.onTrade(price, volume) || Number.isNaN(bars.buyShare)) continue;
        shares.push(bars.buyShare);
        vpin(bars.volume, bars.buyShare);
      }
    });
    const told = filling(options, (vpin) => {
      for (const { volume, side } of rows) vpin(volume, side > 0 ? 1 : 0);
    });
    assertVector(vector, {
      sd_dp: deviation,
      buy_share_first5: shares.slice(0, 5),
      bucket_imbalance: bulk.imbalances,
      vpin: bulk.values,
      vpin_true_side: told.values,
    });
  });
}

/** Takes down each bucket and VPIN: no piece is larger than a bucket, so each fills one at most. */
function filling(
  options: VpinOptions,
  pour: (onTrade: (volume: number, buyShare: number) => void) => void,
): { imbalances: number[]; values: number[] } {
  const vpin = new Vpin(options);
  const imbalances: number[] = [];
  const values: number[] = [];
  pour((volume, buyShare) => {
    for (let left = volume; left > 0; left -= options.bucketVolume) {
      if (!vpin.onTrade(Math.min(left, options.bucketVolume), buyShare)) continue;
      imbalances.push(vpin.imbalance);
      if (!Number.isNaN(vpin.value)) values.push(vpin.value);
    }
  });
  return { imbalances, values };
}

test('there is a vector of each measure', () => {
  assert.is(ofiVectors.length, 1);
  assert.is(vpinVectors.length, 1);
});

test.run();
