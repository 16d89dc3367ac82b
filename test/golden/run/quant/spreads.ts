import { kyleAuction } from '../../../../src/market/microstructure/kyle-auction.ts';
import { kyleLambda } from '../../../../src/market/microstructure/kyle-lambda.ts';
import {
  frontAfter,
  type QueueModel,
  shareBehind,
} from '../../../../src/market/microstructure/queue-position.ts';
import {
  effectiveSpread,
  glostenHarris,
  huangStoll,
  mrrSpread,
  rollSpread,
  signReversal,
} from '../../../../src/market/microstructure/spread.ts';
import {
  equalCountEdges,
  stoikovMicroprice,
} from '../../../../src/market/microstructure/stoikov-microprice.ts';
import type { QuotedTape } from '../../../../src/market/microstructure/tape.ts';
import { rowsOf } from '../../../../src/math/matrix.ts';
import { type Columns, numbersOf, type QuantAdapter, type QuantInputs } from './adapter.ts';

export const auction: QuantAdapter = ({ inputs }) => {
  const [n, variance, noise] = ['N', 'Sigma0', 'sigma_u2'].map((name) => Number(inputs[name]));
  const found = kyleAuction(n as number, variance as number, noise as number);
  return { lam: found.lambda, beta: found.beta, Sigma: found.variance };
};

export const lambda: QuantAdapter = (from) => {
  const found = kyleLambda(tapeOf(from));
  if (!found.ok) return found.error;
  const { alpha, lambda: lam, standardError, robustError, t, r2, rootLambda, amihud } = found.value;
  const errors = { se: standardError, se_hac5: robustError };
  return { a: alpha, lam, ...errors, t, r2, lam_sqrt: rootLambda, amihud };
};

export const microprice: QuantAdapter = ({ inputs, csv }) => {
  const book = csv(inputs['data']);
  const [bidSizes, askSizes] = [numbersOf(book, 'bid_size'), numbersOf(book, 'ask_size')];
  const imbalanceBuckets = Number(inputs['n_imb']);
  const found = stoikovMicroprice(
    { bids: numbersOf(book, 'bid'), bidSizes, asks: numbersOf(book, 'ask'), askSizes },
    { imbalanceBuckets, spreads: Number(inputs['n_spread']), tick: Number(inputs['tick']) },
  );
  if (!found.ok) return found.error;
  const { first, transitions, six, limit, observations } = found.value;
  const all = bidSizes.map((size, at) => size / (size + (askSizes[at] as number)));
  const counts = {
    rows_after_symmetrising: observations,
    bucket_edges_all_rows: equalCountEdges(all, imbalanceBuckets),
  };
  return { G1: first, B: rowsOf(transitions), G6: six, Gstar: limit, ...counts };
};

export const roll: QuantAdapter = (from) => {
  const found = rollSpread(tapeOf(from));
  if (found.ok) return { cov: found.value.covariance, spread: found.value.spread };
  return { cov: 'covariance' in found.error ? found.error.covariance : null, spread: null };
};

export const glosten: QuantAdapter = (from) => {
  const found = glostenHarris(tapeOf(from));
  if (!found.ok) return found.error;
  const { transitory, lasting, standardErrors, adverseShare } = found.value;
  const [[c0, c1], [z0, z1]] = [transitory, lasting];
  return { c0, c1, z0, z1, se: standardErrors, adverse_share_at_mean_volume: adverseShare };
};

export const huang: QuantAdapter = (from) => {
  const found = huangStoll(tapeOf(from));
  if (!found.ok) return found.error;
  const { spread, lastingShare, orderProcessingShare } = found.value;
  return { S: spread, lam: lastingShare, order_processing_share: orderProcessingShare };
};

export const reversal: QuantAdapter = (from) => {
  const found = signReversal(tapeOf(from));
  if (!found.ok) return found.error;
  const [previous, beforeThat] = found.value.coefficients;
  return { pi: found.value.reversal, coef_Q1: previous, coef_Q2: beforeThat };
};

export const effective: QuantAdapter = (from) => {
  const found = effectiveSpread(tapeOf(from), Number(from.inputs['h']));
  if (!found.ok) return found.error;
  const { effective: paid, realised, impact, volumeWeighted } = found.value;
  const means = { eff_mean: paid, realised_mean: realised, impact_mean: impact };
  return { ...means, vw_eff: volumeWeighted };
};

export const mrr: QuantAdapter = (from) => {
  const found = mrrSpread(tapeOf(from));
  if (!found.ok) return found.error;
  const { rho, theta, phi, slopes } = found.value;
  return { rho, theta, phi, b1: slopes[0], b2: slopes[1] };
};

const MODELS: Readonly<Record<string, QueueModel>> = {
  power1: { kind: 'power', n: 1 },
  power2: { kind: 'power', n: 2 },
  power3: { kind: 'power', n: 3 },
  log: { kind: 'log' },
};

export const queue: QuantAdapter = ({ inputs }) => ({
  after: (inputs['cases'] as readonly (readonly [number, number, number])[]).map(
    ([front, back, canceled]) => {
      const place = { front, back };
      const by = (model: QueueModel) => {
        const chance = shareBehind(model, place);
        return { prob_behind: chance, front_after: frontAfter(place, canceled, chance) };
      };
      const models = Object.entries(MODELS).map(([name, model]) => [name, by(model)]);
      return {
        ...Object.fromEntries(models),
        risk_averse: by({ kind: 'risk-averse' }),
        pro_rata: by({ kind: 'power', n: 1 }),
      };
    },
  ),
});

function tapeOf({ inputs, csv }: QuantInputs): QuotedTape {
  const tape: Columns = csv(inputs['data']);
  const [prices, volumes, sides] = ['price', 'volume', 'side'].map((name) => numbersOf(tape, name));
  return {
    prices: prices as readonly number[],
    volumes: volumes as readonly number[],
    sides: sides as readonly number[],
    bids: numbersOf(tape, 'bid'),
    asks: numbersOf(tape, 'ask'),
  };
}
