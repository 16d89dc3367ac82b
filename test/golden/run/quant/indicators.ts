import {
  AdaptiveAverage,
  type Average,
  DoubleExponential,
  ExponentialAverage,
  SimpleAverage,
  TripleExponential,
  Trix,
  WeightedAverage,
} from '../../../../src/math/indicators/averages.ts';
import { BollingerBand, RollingDeviation } from '../../../../src/math/indicators/bands.ts';
import { type Bar, typicalPrice } from '../../../../src/math/indicators/bar.ts';
import {
  Change,
  MovingAverageDivergence,
  RateOfChange,
  RegressionSlope,
  RelativeStrength,
} from '../../../../src/math/indicators/momentum.ts';
import {
  CommodityChannel,
  Stochastic,
  UltimateOscillator,
  WilliamsRange,
} from '../../../../src/math/indicators/oscillators.ts';
import { GappedParabolicStop, ParabolicStop } from '../../../../src/math/indicators/parabolic.ts';
import {
  CloseVolatility,
  RangeVolatility,
  YangZhangVolatility,
} from '../../../../src/math/indicators/range-volatility.ts';
import {
  Aroon,
  AverageTrueRange,
  DirectionalIndex,
  TrueRanges,
} from '../../../../src/math/indicators/trend.ts';
import {
  AccumulationDistribution,
  ChaikinMoneyFlow,
  MoneyFlowIndex,
  OnBalanceVolume,
  RollingVwap,
} from '../../../../src/math/indicators/volume.ts';
import { RollingRange } from '../../../../src/math/indicators/window.ts';
import { type Columns, numbersOf, type QuantAdapter, type QuantInputs } from './adapter.ts';

/** What an indicator says of a bar, by the columns that it is written in. */
type Row = Readonly<Record<string, number | null | undefined>>;

const DAYS_A_YEAR = 252;

export const talib: QuantAdapter = (from) => {
  const bars = barsOf(from);
  const table = tableOf(bars, talibRow());
  const last = (name: string): unknown => table[name]?.at(-1);
  return { table, rsi14_last: last('RSI14'), atr14_last: last('ATR14'), macd_last: last('MACD') };
};

export const ttr: QuantAdapter = (from) => {
  const bars = barsOf(from);
  return { table: tableOf(bars, ttrRow(deviationOfRanges(bars))) };
};

function barsOf({ inputs, csv }: QuantInputs): readonly Bar[] {
  const columns: Columns = csv(inputs['data']);
  const [open, high, low, close, volume] = ['Open', 'High', 'Low', 'Close', 'Volume'].map((name) =>
    numbersOf(columns, name),
  ) as [Numbers, Numbers, Numbers, Numbers, Numbers];
  return close.map((price, at) => ({
    ...{ open: open[at] as number, high: high[at] as number, low: low[at] as number },
    ...{ close: price, volume: volume[at] as number },
  }));
}

type Numbers = readonly number[];

function tableOf(bars: readonly Bar[], rowOf: (bar: Bar) => Row): Record<string, unknown[]> {
  const rows = bars.map(rowOf);
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return Object.fromEntries(
    Array.from(names, (name) => [name, rows.map((row) => row[name] ?? null)]),
  );
}

function talibRow(): (bar: Bar) => Row {
  const averages: Readonly<Record<string, Average>> = {
    SMA20: new SimpleAverage(20),
    EMA10: new ExponentialAverage(10),
    WMA10: new WeightedAverage(10),
    DEMA10: new DoubleExponential(10),
    TEMA10: new TripleExponential(10),
    KAMA10: new AdaptiveAverage(10),
    RSI14: new RelativeStrength(14),
    ROC10: new RateOfChange(10),
    TRIX15: new Trix(15),
    LINREG_SLOPE14: new RegressionSlope(14),
    STDDEV20: new RollingDeviation(20),
  };
  const macd = new MovingAverageDivergence({
    ...{ fast: 12, slow: 26, signal: 9, isAligned: true, isPercent: false },
  });
  const percent = new MovingAverageDivergence({
    ...{ fast: 12, slow: 26, signal: 9, isAligned: false, isPercent: true },
  });
  const band = new BollingerBand(20);
  const atr = new AverageTrueRange(14);
  const directional = new DirectionalIndex(14);
  const channel = new CommodityChannel(20);
  const balance = new OnBalanceVolume();
  const flow = new MoneyFlowIndex(14);
  const stochastic = new Stochastic({ range: 14, slow: 3, slower: 3, flat: 0 });
  const williams = new WilliamsRange(14, 0);
  const change = new Change(10);
  const aroon = new Aroon(20);
  const stop = new ParabolicStop();
  const distribution = new AccumulationDistribution();
  const ultimate = new UltimateOscillator(7, 14, 28);
  return (bar) => {
    const { close } = bar;
    const of = Object.entries(averages).map(([name, each]) => [name, each.next(close)] as const);
    const lines = macd.next(close);
    const signal = lines?.signal ?? null;
    const bollinger = band.next(close);
    const range = atr.next(bar);
    const moves = directional.next(bar);
    const stochastics = stochastic.next(bar);
    const slower = stochastics?.slower ?? null;
    const share = williams.next(bar);
    const from = change.next(close);
    const ages = aroon.next(bar);
    return {
      ...Object.fromEntries(of),
      // All of it from where all of it is known.
      MACD: signal === null ? null : lines?.line,
      MACDsig: signal,
      MACDhist: signal === null ? null : (lines?.line as number) - signal,
      PPO: percent.next(close)?.line,
      ...{ BBup: bollinger?.high, BBmid: bollinger?.middle, BBlow: bollinger?.low },
      ATR14: range,
      NATR14: range === null ? null : (100 * range) / close,
      ...{ ADX14: moves?.average, PLUS_DI14: moves?.plus, MINUS_DI14: moves?.minus },
      CCI20: channel.next(bar),
      OBV: balance.next(bar),
      MFI14: flow.next(bar),
      STOCHslowk: slower === null ? null : 100 * (stochastics?.slow as number),
      STOCHslowd: slower === null ? null : 100 * slower,
      WILLR14: share === null ? null : -100 * share,
      MOM10: from === null ? null : close - from,
      ...{ AROONup: ages?.up, AROONdn: ages?.down },
      SAR: stop.next(bar),
      AD: distribution.next(bar),
      ULTOSC: ultimate.next(bar),
    };
  };
}

function ttrRow(gap: number): (bar: Bar) => Row {
  const averages: Readonly<Record<string, Average>> = {
    SMA20: new SimpleAverage(20),
    EMA10: new ExponentialAverage(10),
    EMA10w: new ExponentialAverage(10, 'wilder'),
    WMA10: new WeightedAverage(10),
    DEMA10: new DoubleExponential(10),
    RSI14: new RelativeStrength(14),
    RSI14_sma: new RelativeStrength(14, 'simple'),
  };
  const macd = new MovingAverageDivergence({
    ...{ fast: 12, slow: 26, signal: 9, isAligned: false, isPercent: false },
  });
  const bands = { BB: new BollingerBand(20), BBc: new BollingerBand(20) };
  const ranges = new TrueRanges();
  const atr = new AverageTrueRange(14);
  const directional = new DirectionalIndex(14);
  const channel = new CommodityChannel(20);
  const balance = new OnBalanceVolume();
  const stochastic = new Stochastic({ range: 14, slow: 3, slower: 3, flat: 0.5 });
  const williams = new WilliamsRange(14, 0.5);
  const change = new Change(10);
  const flow = new ChaikinMoneyFlow(20);
  const donchian = new RollingRange(20);
  const aroon = new Aroon(20, 20);
  const stop = new GappedParabolicStop(gap);
  const vwap = new RollingVwap(20);
  const volatilities = {
    volYZ: new YangZhangVolatility(20, DAYS_A_YEAR),
    volGK: new RangeVolatility('garman-klass', 20, DAYS_A_YEAR),
    volP: new RangeVolatility('parkinson', 20, DAYS_A_YEAR),
    volRS: new RangeVolatility('rogers-satchell', 20, DAYS_A_YEAR),
    volC: new CloseVolatility(20, DAYS_A_YEAR),
  };
  return (bar) => {
    const { high, low, close, volume } = bar;
    const of = Object.entries(averages).map(([name, each]) => [name, each.next(close)] as const);
    const years = Object.entries(volatilities).map(
      ([name, each]) => [name, each.next(bar)] as const,
    );
    const lines = macd.next(close);
    const range = ranges.next(bar);
    const moves = directional.next(bar);
    const stochastics = stochastic.next(bar);
    const from = change.next(close);
    const isWide = donchian.push(high, low);
    const ages = aroon.next(bar);
    return {
      ...Object.fromEntries([...of, ...years]),
      ...{ 'MACD.macd': lines?.line, 'MACD.signal': lines?.signal },
      ...bandRow('BB', bands.BB, typicalPrice(bar)),
      ...bandRow('BBc', bands.BBc, close),
      'ATR14.tr': range?.range,
      'ATR14.atr': atr.next(bar),
      ...{ 'ATR14.trueHigh': range?.high, 'ATR14.trueLow': range?.low },
      ...{ 'ADX.DIp': moves?.plus, 'ADX.DIn': moves?.minus },
      ...{ 'ADX.DX': moves?.index, 'ADX.ADX': moves?.average },
      CCI20: channel.next(bar),
      OBV: balance.next(bar),
      'STOCH.fastK': stochastics?.fast,
      ...{ 'STOCH.fastD': stochastics?.slow, 'STOCH.slowD': stochastics?.slower },
      WPR14: williams.next(bar),
      ROC10: from === null ? null : close / from - 1,
      MOM10: from === null ? null : close - from,
      CMF20: flow.next(bar),
      'DC20.high': isWide ? donchian.high : null,
      'DC20.mid': isWide ? (donchian.high + donchian.low) / 2 : null,
      'DC20.low': isWide ? donchian.low : null,
      ...{ 'AROON20.aroonUp': ages?.up, 'AROON20.aroonDn': ages?.down },
      'AROON20.oscillator': ages === null ? null : ages.up - ages.down,
      SAR: stop.next(bar),
      VWAP20: vwap.next(close, volume),
    };
  };
}

function bandRow(name: string, band: BollingerBand, price: number): Row {
  const found = band.next(price);
  if (found === null) return {};
  const { low, middle, high } = found;
  return {
    [`${name}.dn`]: low,
    [`${name}.mavg`]: middle,
    [`${name}.up`]: high,
    [`${name}.pctB`]: (price - low) / (high - low),
  };
}

/** The first gap of TTR: the sample deviation of all ranges. */
function deviationOfRanges(bars: readonly Bar[]): number {
  const ranges = bars.map(({ high, low }) => high - low);
  const mean = ranges.reduce((sum, range) => sum + range, 0) / ranges.length;
  const squares = ranges.reduce((sum, range) => sum + (range - mean) ** 2, 0);
  return Math.sqrt(squares / (ranges.length - 1));
}
