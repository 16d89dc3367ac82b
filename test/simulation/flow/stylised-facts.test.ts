/**
 * Credibility test 10: a generated market has the statistics that real ones are known for. They are
 * facts of the law by which it is generated and not of one lucky path, so several markets are
 * watched, and each figure comes with its standard error, which its bound then has to respect.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NEW_YEAR } from '../../support/venue/fixtures.ts';
import { aFlow } from '../../support/venue/flow.ts';
import {
  autocorrelation,
  deviation,
  differences,
  excessKurtosis,
  type Figure,
  geary,
  jackknife,
  lagSums,
  lineSums,
  mean,
  slope,
  tailSums,
  thinned,
} from '../../support/venue/stylised-facts.ts';

const SEEDS = [1, 2, 3, 4];
const HOURS = 1.25;
const BLOCK_SECONDS = 900;
/** So many standard errors are no chance. */
const SURE = 2;
/** Of several figures at once, the largest of which is to be chance. */
const SURE_OF_MANY = 3;

/** What an observer notes in a quarter of an hour: mid and spread each second, and every taker. */
class Block {
  changes = 0;
  trades = 0;
  /** Logarithms, in basis points. */
  readonly mids: number[] = [];
  readonly spreads: number[] = [];
  readonly signs: number[] = [];
  readonly impacts: { readonly lots: number; readonly bps: number }[] = [];

  returns(seconds: number): number[] {
    return differences(thinned(this.mids, seconds));
  }

  /** The same beginning at every second: more of them, though neighbours know each other. */
  overlapping(seconds: number): number[] {
    return this.mids.slice(seconds).map((mid, at) => mid - (this.mids[at] as number));
  }

  /** Returns of a minute, each divided by the volatility that was realised within it. */
  calmedReturns(): number[] {
    const seconds = this.returns(1);
    return this.returns(60).map((value, at) => {
      const within = seconds.slice(at * 60, at * 60 + 60);
      return value / Math.sqrt(within.reduce((sum, each) => sum + each * each, 0));
    });
  }
}

function observe(seed: number): Block[] {
  const { time, exchange, market, flow, midTicks } = aFlow({ seed });
  const blocks: Block[] = [];
  let block = new Block();
  let mid = Number.NaN;
  exchange.listen((events) => {
    let lots = 0;
    let sign = 0;
    for (const event of events) {
      if (event.kind === 'level-changed') block.changes += 1;
      if (event.kind !== 'traded') continue;
      block.trades += 1;
      sign = event.trade.takerSide === 'buy' ? 1 : -1;
      lots += event.trade.lots;
    }
    const next = midTicks();
    if (sign !== 0) {
      block.signs.push(sign);
      block.impacts.push({ lots, bps: sign * Math.log(next / mid) * 10_000 });
    }
    mid = next;
  });
  const note = (): void => {
    const [bid, ask] = [market.book.best('buy'), market.book.best('sell')];
    block.mids.push(Math.log(midTicks()) * 10_000);
    block.spreads.push((((ask?.ticks ?? Number.NaN) - (bid?.ticks ?? 0)) / midTicks()) * 10_000);
  };
  flow.start();
  for (let second = 0; second < HOURS * 3_600; second += 1) {
    if (second % BLOCK_SECONDS === 0) {
      block = new Block();
      blocks.push(block);
      note();
    }
    time.runUntil(NEW_YEAR + (second + 1) * 1_000);
    note();
  }
  return blocks;
}

const blocks = SEEDS.flatMap(observe);

type Series = (block: Block) => readonly number[];

function memory(series: Series, lags: readonly number[]): Figure[] {
  const all = blocks.map(series);
  const centre = mean(all.flat());
  return lags.map((lag) =>
    jackknife(
      all.map((values) => lagSums(values, lag, centre)),
      autocorrelation,
    ),
  );
}

function say(what: string, ...figures: Figure[]): void {
  const texts = figures.map(({ value, error }) => `${value.toFixed(3)} ± ${error.toFixed(3)}`);
  process.stdout.write(`  ${what}: ${texts.join(', ')}\n`);
}

test('the market is as lively as it was asked to be', () => {
  const perSecond = (count: (block: Block) => number) =>
    jackknife(
      blocks.map((block) => [count(block), BLOCK_SECONDS]),
      ([sum = 0, seconds = 0]) => sum / seconds,
    );
  const changes = perSecond((block) => block.changes);
  const trades = perSecond((block) => block.trades);
  say('book changes and trades a second', changes, trades);
  assert.ok(changes.value > 30 && changes.value < 100);
  assert.ok(trades.value > 1 && trades.value < 10);
});

test('returns have fat tails, less so over longer times', () => {
  const [short, long] = [1, 60].map((time) =>
    jackknife(
      blocks.map((block) => tailSums(block.returns(time))),
      excessKurtosis,
    ),
  );
  say('excess kurtosis of 1 s and 60 s returns', short as Figure, long as Figure);
  assert.ok((short?.value ?? 0) > 3, 'normal returns would have 0');
  assert.ok((long?.value ?? 0) > 0.5);
  // How violent a quarter of an hour is shapes both alike and so is divided out of the comparison.
  const both = blocks.map((block) => {
    const scale = deviation(block.returns(1));
    return [1, 60].map((time) => tailSums(block.overlapping(time).map((value) => value / scale)));
  });
  const ratioOf = (at: number) =>
    jackknife(
      both.map((sums) => sums[at] as readonly number[]),
      geary,
    );
  const rise = jackknife(
    both.map((sums) => sums.flat()),
    (sums) => geary(sums.slice(4)) - geary(sums.slice(0, 4)),
  );
  const [ratio, after] = [ratioOf(0), ratioOf(1)];
  say('Geary ratio of calmed 1 s and 60 s returns, and its rise', ratio, after, rise);
  assert.ok(ratio.value + SURE * ratio.error < Math.sqrt(2 / Math.PI), 'as normal ones have it');
  assert.ok(rise.value > SURE * rise.error);
});

test('volatility comes in clusters that fade slowly', () => {
  const found = memory((block) => block.returns(10).map(Math.abs), [1, 3, 6, 12]);
  say('autocorrelation of absolute 10 s returns after 10, 30, 60, 120 s', ...found);
  for (const { value, error } of found.slice(0, 3)) assert.ok(value > 0.1 && value > SURE * error);
});

test('returns do not predict returns', () => {
  const lags = [1, 2, 3, 5];
  const short = memory((block) => block.returns(1), lags);
  // Divided by their volatility they are nearly normal, so the error is that of as many
  // independent values; undivided, a few violent minutes decide and it is twice as large.
  const minutes = blocks.flatMap((block) => block.calmedReturns()).length;
  const error = 1 / Math.sqrt(minutes);
  const long = memory((block) => block.calmedReturns(), lags).map(({ value }) => ({
    value,
    error,
  }));
  say('autocorrelation of 1 s returns at lags 1 2 3 5', ...short);
  say('autocorrelation of 60 s returns at lags 1 2 3 5', ...long);
  assert.ok(short.every(({ value }) => Math.abs(value) < 0.1));
  assert.ok(long.every(({ value }) => Math.abs(value) < SURE_OF_MANY * error));
});

test('signs of takers have a long memory', () => {
  const lags = [1, 3, 10, 30];
  const distant = [40, 45, 50, 55, 60];
  const found = memory(({ signs }) => signs, lags);
  const centre = mean(blocks.flatMap(({ signs }) => signs));
  const sums = blocks.map(({ signs }) =>
    [...lags, ...distant].flatMap((lag) => lagSums(signs, lag, centre)),
  );
  const at = (all: readonly number[], index: number) =>
    autocorrelation(all.slice(4 * index, 4 * index + 4));
  const decay = jackknife(sums, (all) =>
    slope(lineSums(lags.map((lag, index) => [Math.log(lag), Math.log(at(all, index))]))),
  );
  const far = jackknife(sums, (all) => mean(distant.map((_, i) => at(all, lags.length + i))));
  say('autocorrelation of signs at lags 1 3 10 30, around 50', ...found, far);
  say('exponent of its decay', decay);
  assert.ok((found[0]?.value ?? 0) > 0.05);
  assert.ok(far.value > 0.01 && far.value > SURE * far.error);
  assert.ok(decay.value - SURE * decay.error > -1, 'a power law, slower than 1/lag');
  assert.ok(decay.value + SURE * decay.error < -0.1);
});

test('impact grows with size, less than in proportion', () => {
  const sizes = blocks.flatMap(({ impacts }) => impacts.map(({ lots }) => lots));
  sizes.sort((left, right) => left - right);
  const edges = Array.from(
    { length: 9 },
    (_, at) => sizes[((sizes.length * (at + 1)) / 10) | 0] ?? 0,
  );
  /** Number, lots and impact of the takers of each tenth, by size. */
  const sumsOf = ({ impacts }: Block): readonly number[] => {
    const sums: number[] = new Array(30).fill(0);
    for (const { lots, bps } of impacts) {
      const tenth = edges.filter((edge) => lots >= edge).length;
      [1, lots, bps].forEach((value, at) => {
        sums[3 * tenth + at] = (sums[3 * tenth + at] as number) + value;
      });
    }
    return sums;
  };
  const tenths = (sums: readonly number[]) =>
    Array.from({ length: 10 }, (_, at) => {
      const [count = 0, lots = 0, bps = 0] = sums.slice(3 * at, 3 * at + 3);
      return { lots: lots / count, bps: bps / count };
    });
  const sums = blocks.map(sumsOf);
  const growth = jackknife(sums, (all) => {
    const bins = tenths(all);
    return (bins[9]?.bps ?? 0) - (bins[0]?.bps ?? 0);
  });
  const exponent = jackknife(sums, (all) =>
    slope(lineSums(tenths(all).map(({ lots, bps }) => [Math.log(lots), Math.log(bps)]))),
  );
  say('impact of the largest tenth of takers less that of the smallest, in bps', growth);
  say('exponent of impact', exponent);
  assert.ok(growth.value > SURE * growth.error);
  assert.ok(exponent.value - SURE * exponent.error > 0.1);
  assert.ok(exponent.value + SURE * exponent.error < 0.8, '1 would be in proportion');
});

test('the spread is a few basis points and returns to its mean', () => {
  const size = jackknife(
    blocks.map(({ spreads }) => [spreads.reduce((sum, each) => sum + each, 0), spreads.length]),
    ([sum = 0, count = 0]) => sum / count,
  );
  const pull = jackknife(
    blocks.map(({ spreads }) =>
      lineSums(differences(spreads).map((change, at) => [spreads[at] ?? 0, change])),
    ),
    slope,
  );
  const halfLife = Math.log(2) / -Math.log(1 + pull.value);
  say('mean spread in bps', size);
  say('pull towards the mean a second', pull);
  assert.ok(size.value > 2 && size.value < 6);
  assert.ok(pull.value + SURE * pull.error < -0.05 && pull.value - SURE * pull.error > -1);
  assert.ok(halfLife < 15, `half of it is gone after ${halfLife} s`);
});

test.run();
