import type { Severity } from '../../../control/safety-cause.ts';
import type { MarketShock } from '../../../simulation/flow/market-shock.ts';

/** A crash, and the desk that it strikes. */
export interface CrashScenario {
  readonly name: string;
  /** One sentence: what it shows. */
  readonly shows: string;
  /** Largest position of each market, as a share of the capital. */
  readonly exposure: number;
  /** As they are shipped, without the sizes of the Kelly fraction, or the drawdown alone. */
  readonly limits: 'shipped' | 'no-sizing' | 'drawdown-alone';
  /** Before the crash: somebody sells, so that the desk is long when it comes. */
  readonly lean: MarketShock;
  readonly crash: MarketShock;
  /** Who has to act, in this order, and at which loss. */
  readonly wanted: readonly WantedAct[];
}

export interface WantedAct {
  readonly control: string;
  readonly severity: Severity;
  /** Of the highest equity. */
  readonly level: number;
}

/** In a minute, everywhere at once, with a twentieth of the depth left. */
const FALL: MarketShock = { priceFactor: 0.7, seconds: 60, depthShare: 0.05 };
const SLIDE: MarketShock = { priceFactor: 0.99, seconds: 120, depthShare: 1 };

export const CRASHES: readonly CrashScenario[] = [
  {
    name: 'shipped',
    shows: 'sizes and limits as they are shipped leave a crash little to take',
    exposure: 0.05,
    limits: 'shipped',
    lean: SLIDE,
    crash: FALL,
    wanted: [],
  },
  {
    name: 'velocity',
    shows: 'with all that the limits leave in the market, the velocity of the loss stops the desk',
    exposure: 0.05,
    limits: 'no-sizing',
    lean: SLIDE,
    crash: FALL,
    wanted: [{ control: 'C23', severity: 'emergency', level: 0.01 }],
  },
  {
    name: 'drawdown',
    shows: 'everything is in the market: the soft and the hard drawdown act at their levels',
    exposure: 1.2,
    limits: 'drawdown-alone',
    lean: SLIDE,
    crash: FALL,
    wanted: [
      { control: 'C21', severity: 'reduced', level: 0.15 },
      { control: 'C21', severity: 'emergency', level: 0.2 },
    ],
  },
];
