import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tolerances } from './compare.ts';
import type { Columns, QuantAdapter } from './quant/adapter.ts';
import { acquisition, gaussianProcess } from './quant/bayes-opt.ts';
import {
  egarchFilter,
  egarchFit,
  garchFilter,
  garchFit,
  garchTFit,
  garchTFixedFit,
} from './quant/garch.ts';
import { dccFilter, dccFit } from './quant/garch-dcc.ts';
import { talib, ttr } from './quant/indicators.ts';
import { call, jumps, mertonReturns } from './quant/jumps.ts';
import { constantVelocity, hedgeRatio, localLevel, steady } from './quant/kalman.ts';
import { ofi, tradeSign, vpin, weightedMids } from './quant/microstructure.ts';
import { benford, bocpd, breaksOfMean, cusum, pelt } from './quant/quality.ts';
import { binary, empirical, multiAsset } from './quant/risk/kelly.ts';
import {
  allocation,
  backtest,
  capital,
  conditional,
  shock,
  shrinkage,
  trafficLights,
} from './quant/risk/risk-capital.ts';
import { ewma, portfolio, series } from './quant/risk/value-at-risk.ts';
import {
  auction,
  effective,
  glosten,
  huang,
  lambda,
  microprice,
  mrr,
  queue,
  reversal,
  roll,
} from './quant/spreads.ts';
import { hurst, nash, ornsteinUhlenbeck } from './quant/statistics.ts';
import {
  engleGranger,
  johansenDetOrder,
  johansenEcdet,
  mackinnon,
  tests,
} from './quant/unit-roots.ts';
import type { Vector, VectorFile } from './vector.ts';

/** By `topic/item`; what is not listed is reported as missing. */
const ADAPTERS: Readonly<Record<string, QuantAdapter>> = {
  'bayes_opt/acquisition': acquisition,
  'bayes_opt/gaussian-process': gaussianProcess,
  'benford/benford': benford,
  'change_point/bocpd': bocpd,
  'change_point/cusum': cusum,
  'change_point/mean-breaks': breaksOfMean,
  'change_point/pelt': pelt,
  'cointegration/engle-granger': engleGranger,
  'cointegration/johansen-det-order': johansenDetOrder,
  'cointegration/johansen-ecdet': johansenEcdet,
  'covariance/allocation': allocation,
  'covariance/shrinkage': shrinkage,
  'garch/egarch-filter': egarchFilter,
  'garch/egarch-fit': egarchFit,
  'garch/garch-filter': garchFilter,
  'garch/garch-fit': garchFit,
  'garch/garch-t-fit': garchTFit,
  'garch/garch-t-fixed-fit': garchTFixedFit,
  'garch_dcc/dcc-filter': dccFilter,
  'garch_dcc/dcc-fit': dccFit,
  'indicators/talib': talib,
  'indicators/ttr': ttr,
  'jump/jump-tests': jumps,
  'jump/merton-returns': mertonReturns,
  'kalman/constant-velocity': constantVelocity,
  'kalman/hedge-ratio': hedgeRatio,
  'kalman/local-level': localLevel,
  'kalman/steady-state': steady,
  'kelly/binary': binary,
  'kelly/empirical': empirical,
  'kelly/multi-asset': multiAsset,
  'kyle/auction': auction,
  'kyle/lambda': lambda,
  'merton76/call': call,
  'microprice/stoikov': microprice,
  'microprice/weighted-mid': weightedMids,
  'hurst/hurst': hurst,
  'nash/equilibria': nash,
  'ofi/ofi': ofi,
  'ou/mle': ornsteinUhlenbeck,
  'queue/position': queue,
  'regulatory/backtest': backtest,
  'regulatory/capital': capital,
  'regulatory/traffic-light': trafficLights,
  'spread_decomposition/effective': effective,
  'spread_decomposition/glosten-harris': glosten,
  'spread_decomposition/huang-stoll': huang,
  'spread_decomposition/mrr': mrr,
  'spread_decomposition/roll': roll,
  'spread_decomposition/sign-reversal': reversal,
  'stress/conditional': conditional,
  'stress/shock': shock,
  'var_es/ewma': ewma,
  'var_es/portfolio': portfolio,
  'var_es/series': series,
  'unit_root/mackinnon': mackinnon,
  'unit_root/tests': tests,
  'vpin/vpin': vpin,
  'vpin/trade-sign': tradeSign,
};

/** Columns of a table of results that are no results. */
const TABLE_INPUTS = ['i', 'Open', 'High', 'Low', 'Close', 'Volume'];

/** The vectors of a topic file of the quantitative code: an array of them, else there are none. */
export function quantVectors({ topic, folder, document }: VectorFile): readonly Vector[] {
  if (!Array.isArray(document)) return [];
  return document.filter(isQuantVector).map((vector, at) => {
    const { item, inputs, expected } = vector;
    const adapter = ADAPTERS[`${topic}/${item}`];
    const csv = (name: unknown): Columns => csvColumns(join(folder, String(name)));
    return {
      topic,
      item,
      name: String(vector.name ?? at),
      expected: withTable(expected, csv),
      tolerance: vector.tolerance ?? {},
      answer: adapter === undefined ? null : () => adapter({ inputs, csv }),
    };
  });
}

interface QuantVector {
  readonly item: string;
  readonly name?: unknown;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly tolerance?: Tolerances;
}

function isQuantVector(value: unknown): value is QuantVector {
  const { item, inputs, expected } = (value ?? {}) as Partial<QuantVector>;
  return typeof item === 'string' && typeof inputs === 'object' && typeof expected === 'object';
}

/** `expected.table` names a file: its columns of results stand for it. */
function withTable(
  expected: Readonly<Record<string, unknown>>,
  csv: (name: unknown) => Columns,
): unknown {
  if (typeof expected['table'] !== 'string') return expected;
  const columns = Object.entries(csv(expected['table']));
  const results = columns.filter(([name]) => !TABLE_INPUTS.includes(name));
  return { ...expected, table: Object.fromEntries(results) };
}

function csvColumns(path: string): Columns {
  const [head = '', ...rows] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const cells = rows.map((row) => row.split(','));
  const numberOf = (text: string | undefined): number | null =>
    text === undefined || text === 'NA' || text === '' ? null : Number(text);
  const columns = head.split(',').map((name, at) => [name, cells.map((row) => numberOf(row[at]))]);
  return Object.fromEntries(columns);
}
