import { rowsOf } from '../../../../src/math/matrix.ts';
import { dickeyFuller } from '../../../../src/math/time-series/dickey-fuller.ts';
import { engleGranger as relation } from '../../../../src/math/time-series/engle-granger.ts';
import {
  type Johansen,
  johansen,
  johansenDetrended,
} from '../../../../src/math/time-series/johansen.ts';
import {
  type CriticalValues,
  mackinnonCritical,
  mackinnonP,
} from '../../../../src/math/time-series/mackinnon.ts';
import type { Deterministic } from '../../../../src/math/time-series/mackinnon-tables.ts';
import { kpss, phillipsPerron } from '../../../../src/math/time-series/stationarity.ts';
import { answered, numbersOf, type QuantAdapter } from './adapter.ts';

const REGRESSIONS: Readonly<Record<string, Deterministic>> = {
  ...{ n: 'none', c: 'constant', ct: 'trend', ctt: 'quadratic' },
};
const SERIES_MAX = 12;

const listOf = ({ at1, at5, at10 }: CriticalValues): number[] => [at1, at5, at10];

export const tests: QuantAdapter = ({ inputs, csv }) => {
  const series = numbersOf(csv(inputs['data']), String(inputs['column']));
  const regressions = Object.entries(REGRESSIONS).map(([name, deterministic]) => {
    const fixed = answered(dickeyFuller(series, deterministic, 2));
    const { at1, at5, at10 } = fixed.critical;
    const chosen = answered(dickeyFuller(series, deterministic, { max: 12 }));
    return [
      name,
      {
        lag2: {
          ...{ stat: fixed.statistic, p: fixed.p, nobs: fixed.observations },
          crit: { '1%': at1, '5%': at5, '10%': at10 },
        },
        aic_maxlag12: {
          ...{ stat: chosen.statistic, p: chosen.p, lag: chosen.lags },
          nobs: chosen.observations,
        },
      },
    ];
  });
  const level = (around: 'level' | 'trend') => {
    const { statistic, critical } = answered(kpss(series, around, 4));
    const { at10, at5, at2_5, at1 } = critical;
    return { stat: statistic, crit: [at10, at5, at2_5, at1] };
  };
  const perron = answered(phillipsPerron(series));
  return {
    ...Object.fromEntries(regressions),
    kpss_mu_lag4: level('level'),
    kpss_tau_lag4: level('trend'),
    pp_ztau_const_short: { stat: perron.statistic, crit: listOf(perron.critical) },
  };
};

export const mackinnon: QuantAdapter = ({ inputs }) => {
  const stats = inputs['stats'] as readonly number[];
  const nobs = (inputs['nobs'] ?? []) as readonly number[];
  const counts = Array.from({ length: SERIES_MAX }, (_, at) => at + 1);
  const byRegression = Object.entries(REGRESSIONS).map(([name, deterministic]) => {
    const p = (series: number) => {
      const found = stats.map((stat) => mackinnonP(stat, deterministic, series));
      return found.includes(null) ? null : found;
    };
    const crit = (series: number) => {
      const found = nobs.map((count) => {
        const values = mackinnonCritical(count, deterministic, series);
        return [String(count), values === null ? null : listOf(values)] as const;
      });
      return found.some(([, values]) => values === null) ? null : Object.fromEntries(found);
    };
    const ofCounts = counts.flatMap((series) => [
      [`p_n${series}`, p(series)] as const,
      [`crit_n${series}`, crit(series)] as const,
    ]);
    return [name, { p: p(1), ...Object.fromEntries(ofCounts) }];
  });
  return Object.fromEntries(byRegression);
};

export const engleGranger: QuantAdapter = ({ inputs, csv }) => {
  const columns = csv(inputs['data']);
  const [y, x] = [inputs['y'], inputs['x']].map((name) => numbersOf(columns, String(name)));
  const lags = Number(inputs['lags']);
  const test = (deterministic: 'constant' | 'trend') =>
    answered(relation(y as number[], x as number[], { deterministic, lags }));
  const shape = ({ statistic, p, critical }: ReturnType<typeof test>) => ({
    ...{ stat: statistic, p, crit_1_5_10: listOf(critical) },
  });
  const constant = test('constant');
  const { beta, residualDeviation } = constant;
  return {
    c: shape(constant),
    ct: shape(test('trend')),
    ols: { const: constant.constant, beta, resid_sd: residualDeviation },
  };
};

export const johansenEcdet: QuantAdapter = ({ inputs, csv }) => {
  const season = inputs['season'] === undefined ? null : Number(inputs['season']);
  const restricted = { none: 'none', const: 'constant', trend: 'trend' } as const;
  const found = answered(
    johansen(Object.values(csv(inputs['data'])) as number[][], {
      lags: Number(inputs['K']),
      restricted: restricted[inputs['ecdet'] as keyof typeof restricted],
      season,
    }),
  );
  return {
    trace: { stat: found.trace.statistics, crit_10_5_1: found.trace.critical },
    eigen: { stat: found.maximum.statistics, crit_10_5_1: found.maximum.critical },
    lambda: found.eigenvalues,
    V: rowsOf(found.vectors),
    W: rowsOf(found.loadings),
  };
};

export const johansenDetOrder: QuantAdapter = ({ inputs, csv }) => {
  const found: Johansen = answered(
    johansenDetrended(Object.values(csv(inputs['data'])) as number[][], {
      degree: Number(inputs['det_order']) as -1 | 0 | 1,
      differences: Number(inputs['k_ar_diff']),
    }),
  );
  return {
    eig: found.eigenvalues,
    trace: found.trace.statistics,
    max_eig: found.maximum.statistics,
    crit_trace_90_95_99: found.trace.critical,
    crit_max_90_95_99: found.maximum.critical,
  };
};
