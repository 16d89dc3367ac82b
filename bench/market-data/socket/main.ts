/**
 * Messages a second from a socket, ours beside ccxt 4.5.84: the same recorded frames of one
 * loopback server, which sends them as fast as flow control lets it. Ours is the feed as the desk
 * runs it; ccxt is unmodified, each book in a loop over `watchOrderBook`. The three are processes
 * of their own. The two take turns, each round with a new connection and new books, and at its end
 * both must show the same best prices. A round of ours lasts some milliseconds, so that other
 * programs on the same processors can take more than it: the budget holds by processor time, and by
 * the clock where three quarters of the rounds had to wait for nobody. Figures: docs/benchmarks.md.
 *
 *   npm run --silent bench:sockets -- [--json] [--check] [--seconds 10]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { recordings } from '../../../test/support/edge/recordings.ts';
import { runBench } from '../../bench-program.ts';
import { type Case, caseOf } from '../../case.ts';
import type { RecordedName } from '../recorded-market.ts';
import type { Round } from './follower.ts';

/** Issue 5: at least so many times the messages of ccxt. */
const TIMES_MORE = 4;
/** Rounds of each before the first that counts: the compiler is busy with ours until then. */
const ROUNDS_WARM = 25;
/** A round that took more than so many times its processor time had to wait for others. */
const ALONE_TIMES = 1.15;
/** Rounds of each that count, at least. */
const ROUNDS_MIN = 15;
/** A process that says nothing for so long never will. */
const PATIENCE_MS = 90_000;
const QUARTERS = [0.25, 0.5, 0.75] as const;

const TITLES: Readonly<Record<RecordedName, string>> = {
  binance: 'Binance spot',
  'binance-usdm': 'Binance futures',
  kraken: 'Kraken',
  coinbase: 'Coinbase',
};

/** @param seconds of each venue */
export async function socketCases(seconds: number): Promise<Case[]> {
  if (recordings === null) return [];
  const cases: Case[] = [];
  for (const name of Object.keys(TITLES) as RecordedName[]) {
    cases.push(...(await venueCases(name, seconds)));
  }
  return cases;
}

async function venueCases(name: RecordedName, seconds: number): Promise<Case[]> {
  const server = childOf('replay-server', name);
  const hosts = (await answerOf(server)) as readonly [string, string];
  const both = [
    childOf('follower', 'ours', name, ...hosts),
    childOf('follower', 'ccxt', name, ...hosts),
  ] as const;
  await Promise.all(both.map(answerOf));
  const ours: Round[] = [];
  const theirs: Round[] = [];
  const endNs = nodeClock.mono() + seconds * 1e9;
  for (let at = -ROUNDS_WARM; at < ROUNDS_MIN || nodeClock.mono() < endNs; at += 1) {
    const [mine, peer] = [await roundOf(both[0]), await roundOf(both[1])];
    if (mine.touches !== peer.touches) {
      throw new Error(`${name}: books end at ${mine.touches}, ccxt's at ${peer.touches}`);
    }
    if (at < 0) continue;
    ours.push(mine);
    theirs.push(peer);
  }
  for (const child of [server, ...both]) child.disconnect();
  const title = `${TITLES[name]} messages from a socket`;
  const isAlone = [ours, theirs].every((rounds) => {
    const times = rounds.map((round) => round.perProcessorSecond / round.perSecond);
    return quartersOf(times)[2] <= ALONE_TIMES;
  });
  const byClock = ({ perSecond }: Round): number => perSecond;
  const byProcessor = ({ perProcessorSecond }: Round): number => perProcessorSecond;
  return [
    ...casesOf(title, ours.map(byClock), theirs.map(byClock), isAlone),
    ...casesOf(`${title}, processor time`, ours.map(byProcessor), theirs.map(byProcessor), true),
  ];
}

/** @param isJudged whether the machine can tell */
function casesOf(
  name: string,
  ours: readonly number[],
  theirs: readonly number[],
  isJudged: boolean,
): Case[] {
  const ratios = ours.map((mine, at) => mine / (theirs[at] as number));
  const [low, middle, high] = quartersOf(ratios);
  return [
    caseOf({
      ...{ name, value: quartersOf(ours)[1], unit: 'messages/s' },
      peer: { name: 'ccxt 4.5.84', value: quartersOf(theirs)[1] },
    }),
    caseOf({
      ...{ name: `${name}, beside ccxt`, value: middle, unit: 'times' },
      ...{ target: TIMES_MORE, isJudged },
    }),
    caseOf({ name: `${name}, beside ccxt, lower quarter`, value: low, unit: 'times' }),
    caseOf({ name: `${name}, beside ccxt, upper quarter`, value: high, unit: 'times' }),
  ];
}

function childOf(file: string, ...parameters: readonly string[]): ChildProcess {
  return fork(new URL(`./${file}.js`, import.meta.url), parameters);
}

function roundOf(child: ChildProcess): Promise<Round> {
  child.send('round');
  return answerOf(child) as Promise<Round>;
}

/** The next that a process says. */
function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${child.spawnargs.slice(1)}: ${why}`));
    const onExit = (code: number | null): void => fail(`ended with ${code}`);
    const deadline = nodeTimers.after(PATIENCE_MS, () => fail(`silent for ${PATIENCE_MS} ms`));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      deadline.cancel();
      child.off('exit', onExit);
      resolve(answer);
    });
  });
}

function quartersOf(values: readonly number[]): [low: number, middle: number, high: number] {
  const sorted = [...values].sort((one, other) => one - other);
  return QUARTERS.map((share) => sorted[Math.floor(sorted.length * share)] as number) as [
    number,
    number,
    number,
  ];
}

/** Of each venue. */
const SECONDS = 10;
const SECONDS_MAX = 600;
await runBench({ seconds: SECONDS, secondsMax: SECONDS_MAX }, socketCases);
