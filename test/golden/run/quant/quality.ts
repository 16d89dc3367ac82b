import { BenfordCounts, type BenfordReport } from '../../../../src/market/quality/benford.ts';
import { Cusum } from '../../../../src/market/quality/change/cusum.ts';
import { meanBreaks } from '../../../../src/market/quality/change/mean-breaks.ts';
import {
  type SegmentCost,
  pelt as segmentsOf,
} from '../../../../src/market/quality/change/pelt.ts';
import { RunLength } from '../../../../src/market/quality/change/run-length.ts';
import { type Columns, numbersOf, type QuantAdapter } from './adapter.ts';

const PATH = 5;
const HEAD = 6;
const COSTS: Readonly<Record<string, SegmentCost>> = {
  l2: 'l2',
  'normal-mean-variance': 'normal-mean-variance',
};

export const benford: QuantAdapter = ({ inputs, csv }) => {
  const texts =
    inputs['data'] === undefined ? generated(inputs) : firstColumn(csv(inputs['data'])).map(String);
  return { first: reportOf('first', texts), first_two: reportOf('first-two', texts) };
};

function reportOf(digits: 'first' | 'first-two', texts: readonly string[]): unknown {
  const counts = new BenfordCounts(digits);
  for (const text of texts) counts.addText(text);
  const { n, chi2, p, mad, conformity, ks, ksBound, ...each } = counts.report() as BenfordReport;
  const isFirst = digits === 'first';
  const shown = { counts: isFirst ? each.counts : null, z: isFirst ? each.z : null };
  return { n, chi2, p, mad, label: conformity, ks, ks_crit5: ksBound, ...shown };
}

/** Whole numbers, which may be larger than a double holds exactly. */
function generated(inputs: Readonly<Record<string, unknown>>): readonly string[] {
  const [from, to] = [Number(inputs['from']), Number(inputs['to'])];
  const texts: string[] = [];
  let [value, next] = [1n, 1n];
  for (let at = 1; at <= to; at += 1) {
    if (at >= from && inputs['generator'] === 'fibonacci') texts.push(String(value));
    [value, next] = [next, value + next];
  }
  if (inputs['generator'] === 'fibonacci') return texts;
  const isPower = inputs['generator'] === 'powers';
  for (let at = from; at <= to; at += 1) {
    texts.push(String(isPower ? BigInt(Number(inputs['base'])) ** BigInt(at) : at));
  }
  return texts;
}

export const pelt: QuantAdapter = ({ inputs, csv }) => {
  const series = firstColumn(csv(inputs['data']));
  const runs = inputs['runs'] as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  return Object.fromEntries(
    Object.entries(runs).map(([name, run]) => {
      const cost = COSTS[String(run['cost'])] as SegmentCost;
      const [penalty, segmentMin] = [Number(run['penalty']), Number(run['min_size'])];
      return [name, segmentsOf(series, { cost, penalty, segmentMin })];
    }),
  );
};

export const cusum: QuantAdapter = ({ inputs, csv }) => {
  const series = firstColumn(csv(inputs['data']));
  const trained = Number(inputs['train']);
  const train = series.slice(0, trained);
  const mean = train.reduce((sum, value) => sum + value, 0) / train.length;
  const squares = train.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (train.length - 1));
  const [slack, threshold] = [Number(inputs['k']), Number(inputs['h'])];
  const watch = new Cusum({ mean, deviation, slack, threshold });
  const alarms: [number, string][] = [];
  const path = series.slice(trained).map((value, at) => {
    const alarm = watch.add(value);
    if (alarm !== null) alarms.push([trained + at, alarm]);
    return [watch.up, watch.down];
  });
  return {
    first_alarm: alarms[0] ?? null,
    alarms: alarms.slice(0, PATH),
    path_first5: path.slice(0, PATH),
  };
};

export const bocpd: QuantAdapter = ({ inputs }) => {
  const series = inputs['x'] as readonly number[];
  const [mu, kappa, alpha, beta] = inputs['prior'] as readonly [number, number, number, number];
  const runLength = new RunLength({
    hazard: Number(inputs['hazard']),
    prior: { mu, kappa, alpha, beta },
    runMax: Math.max(series.length, 2),
  });
  const posterior = (points: number): number[] =>
    Array.from({ length: points }, (_, at) => runLength.chanceOf(at + 1));
  let early: number[] = [];
  series.forEach((value, at) => {
    runLength.add(value);
    if (at + 1 === HEAD) early = posterior(HEAD);
  });
  return {
    posterior_after_n: posterior(series.length),
    posterior_after_6: early,
    log_evidence: runLength.logEvidence,
  };
};

export const breaksOfMean: QuantAdapter = ({ inputs, csv }) => {
  const found = meanBreaks(firstColumn(csv(inputs['data'])), Number(inputs['min_segment']));
  if (!found.ok) return found.error;
  const { breaks, bic, rss, ols, recursive } = found.value;
  return {
    breakpoints: breaks,
    bic_by_m: bic,
    rss_by_m: rss,
    olscusum_stat: ols.statistic,
    olscusum_p: ols.p,
    olscusum_argmax: ols.argmax,
    olscusum_path_head: ols.path.slice(0, HEAD),
    reccusum: recursive.statistic,
    reccusum_p: recursive.p,
  };
};

function firstColumn(columns: Columns): readonly number[] {
  return numbersOf(columns, Object.keys(columns)[0] as string);
}
