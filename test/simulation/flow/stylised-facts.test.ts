/** Credibility test 10: a generated market has the statistics that real ones are known for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NEW_YEAR } from '../../support/venue/fixtures.ts';
import { aFlow } from '../../support/venue/flow.ts';
import {
  autocorrelation,
  deviation,
  differences,
  excessKurtosis,
  line,
  mean,
  thinned,
} from '../../support/venue/stylised-facts.ts';

const HOURS = 3;
const SEED = 1;

/** What an observer notes of a market: mid and spread each second, and every taker. */
function observe() {
  const { time, exchange, market, flow, midTicks } = aFlow({ seed: SEED });
  const seen = { changes: 0, trades: 0, mids: [] as number[], spreads: [] as number[] };
  const signs: number[] = [];
  const impacts: { lots: number; bps: number }[] = [];
  let mid = Number.NaN;
  exchange.listen((events) => {
    let lots = 0;
    let sign = 0;
    for (const event of events) {
      if (event.kind === 'level-changed') seen.changes += 1;
      if (event.kind !== 'traded') continue;
      seen.trades += 1;
      sign = event.trade.takerSide === 'buy' ? 1 : -1;
      lots += event.trade.lots;
    }
    const next = midTicks();
    if (sign !== 0) {
      signs.push(sign);
      impacts.push({ lots, bps: sign * Math.log(next / mid) * 10_000 });
    }
    mid = next;
  });
  flow.start();
  for (let second = 1; second <= HOURS * 3_600; second += 1) {
    time.runUntil(NEW_YEAR + second * 1_000);
    const [bid, ask] = [market.book.best('buy'), market.book.best('sell')];
    seen.mids.push(Math.log(midTicks()) * 10_000);
    seen.spreads.push((((ask?.ticks ?? Number.NaN) - (bid?.ticks ?? 0)) / midTicks()) * 10_000);
  }
  return { ...seen, signs, impacts };
}

const seen = observe();
const returns = (seconds: number): number[] => differences(thinned(seen.mids, seconds));

function say(what: string, ...figures: number[]): void {
  process.stdout.write(`  ${what}: ${figures.map((figure) => figure.toFixed(3)).join(' ')}\n`);
}

test('the market is as lively as it was asked to be', () => {
  const seconds = HOURS * 3_600;
  say('book changes and trades a second', seen.changes / seconds, seen.trades / seconds);
  assert.ok(seen.changes / seconds > 30 && seen.changes / seconds < 100);
  assert.ok(seen.trades / seconds > 1 && seen.trades / seconds < 10);
});

test('returns have fat tails, less so over longer times', () => {
  const [short, long] = [excessKurtosis(returns(1)), excessKurtosis(returns(60))];
  say('volatility of 1 s in bps', deviation(returns(1)));
  say('excess kurtosis of 1 s and 60 s returns', short, long);
  assert.ok(short > 3, 'normal returns would have 0');
  assert.ok(long > 0.5 && long < short);
});

test('volatility comes in clusters that fade slowly', () => {
  const sizes = returns(10).map(Math.abs);
  const memory = [1, 3, 6, 12].map((lag) => autocorrelation(sizes, lag));
  say('autocorrelation of absolute 10 s returns after 10, 30, 60, 120 s', ...memory);
  assert.ok(memory.slice(0, 3).every((each) => each > 0.1));
});

test('returns do not predict returns', () => {
  const short = [1, 2, 3, 5].map((lag) => autocorrelation(returns(1), lag));
  const long = [1, 2, 3, 5].map((lag) => autocorrelation(returns(60), lag));
  say('autocorrelation of 1 s returns at lags 1 2 3 5', ...short);
  say('autocorrelation of 60 s returns at lags 1 2 3 5', ...long);
  assert.ok(short.every((each) => Math.abs(each) < 0.1));
  // 180 returns: two standard errors are 0.15, and fat tails widen that.
  assert.ok(long.every((each) => Math.abs(each) < 0.2));
});

test('signs of takers have a long memory', () => {
  const lags = [1, 3, 10, 30];
  const memory = lags.map((lag) => autocorrelation(seen.signs, lag));
  const far = mean([40, 45, 50, 55, 60].map((lag) => autocorrelation(seen.signs, lag)));
  const { slope } = line(lags.map((lag, at) => [Math.log(lag), Math.log(memory[at] ?? 0)]));
  say('autocorrelation of signs at lags 1 3 10 30, around 50', ...memory, far);
  say('exponent of its decay', slope);
  assert.ok((memory[0] ?? 0) > 0.05);
  assert.ok(far > 0.01, 'two standard errors of no memory are 0.01');
  assert.ok(slope > -1 && slope < -0.1, 'a power law, slower than 1/lag');
});

test('impact grows with size, less than in proportion', () => {
  const sorted = [...seen.impacts].sort((left, right) => left.lots - right.lots);
  const bins = Array.from({ length: 10 }, (_, at) => {
    const part = sorted.slice((sorted.length * at) / 10, (sorted.length * (at + 1)) / 10);
    return { lots: mean(part.map(({ lots }) => lots)), bps: mean(part.map(({ bps }) => bps)) };
  });
  const { slope } = line(bins.map(({ lots, bps }) => [Math.log(lots), Math.log(bps)]));
  say('impact in bps by decile of size', ...bins.map(({ bps }) => bps));
  say('exponent of impact', slope);
  assert.ok((bins[9]?.bps ?? 0) > (bins[0]?.bps ?? 0));
  assert.ok(slope > 0.1 && slope < 0.8, '1 would be in proportion');
});

test('the spread is a few basis points and returns to its mean', () => {
  const { slope } = line(
    differences(seen.spreads).map((change, at) => [seen.spreads[at] ?? 0, change]),
  );
  const halfLife = Math.log(2) / -Math.log(1 + slope);
  say('mean spread in bps, deviation', mean(seen.spreads), deviation(seen.spreads));
  say('pull towards the mean a second, half-life in seconds', slope, halfLife);
  assert.ok(mean(seen.spreads) > 2 && mean(seen.spreads) < 6);
  assert.ok(slope < -0.05 && slope > -1);
  assert.ok(halfLife < 15);
});

test.run();
