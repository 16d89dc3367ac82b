import type { Config } from '../../../config/schema.ts';
import type { Mode } from '../../../control/gate.ts';
import { type Severity, scopeText } from '../../../control/safety-cause.ts';
import { assert } from '../../../core/result.ts';
import { AMOUNT_DECIMALS } from '../../../core/units.ts';
import type { Position } from '../../../execution/positions.ts';
import type { Violation } from '../../../simulation/invariants/verdicts.ts';
import { PerpetualExchange } from '../../../simulation/perpetuals/perpetual-exchange.ts';
import { STOP_MS_MAX } from '../../stop-plan.ts';
import { ACCOUNT } from '../../venue/options.ts';
import { Stepper } from '../stepper.ts';
import type { GuardMaker } from '../world/guard-yard.ts';
import { World } from '../world/world.ts';
import type { WorldVenue } from '../world/world-venues.ts';
import { CAPITAL, CRASH_MARKETS, crashConfig } from './crash-config.ts';
import type { CrashScenario } from './scenarios.ts';

/** Until the desk quotes, and until what the crash has set off is over. */
const WARM_MS = 30_000;
const AFTER_MS = 60_000;
/** The account is looked at so often. */
const LOOK_MS = 1_000;
/** The controls look once a second, and this run as well: two seconds of the fall. */
const LATE_MAX = 0.02;
/** The desk marks its positions at the mid, this run at what the crowd believes in. */
const MARK_MAX = 0.003;
const UNITS = 10 ** AMOUNT_DECIMALS;

/** A cause that somebody has raised, and what the account had lost by then. */
export interface Act {
  readonly control: string;
  readonly scope: string;
  readonly severity: Severity;
  /** Of the highest equity, as the exchange has booked it at the price the crowd believes in. */
  readonly drawdown: number;
  readonly sinceCrashMs: number;
  readonly reason: string;
}

export interface CrashReport {
  readonly scenario: string;
  readonly seed: number;
  readonly digest: string;
  readonly equity: {
    readonly begin: number;
    readonly peak: number;
    /** As the crash begins, and at the end. */
    readonly before: number;
    readonly end: number;
  };
  /** Largest share of the equity that was in the market, long and short alike. */
  readonly exposure: number;
  /** Of the highest equity. */
  readonly loss: number;
  /** The largest loss that there can be: all positions at their limits, through the whole fall. */
  readonly bound: number;
  readonly acts: readonly Act[];
  /** What is still in the market at the end, as a share of the equity. */
  readonly left: number;
  readonly mode: Mode | 'down';
  readonly orders: number;
  readonly fills: number;
  readonly violations: readonly Violation[];
  /** What did not hold, one sentence each; violations of the laws count as one. */
  readonly faults: readonly string[];
}

/** Lets one crash strike one desk, which is alone with it; the same seed takes the same course. */
export async function runCrash(
  scenario: CrashScenario,
  seed: number,
  config: Config,
  guard: GuardMaker,
): Promise<CrashReport> {
  return new CrashRun(scenario, seed, config, guard).run();
}

class CrashRun {
  readonly #scenario: CrashScenario;
  readonly #seed: number;
  readonly #world: World;
  readonly #stepper: Stepper;
  readonly #acts = new Map<string, Act>();
  #peak = 0;
  #exposure = 0;
  #crashedMs = Number.POSITIVE_INFINITY;

  constructor(scenario: CrashScenario, seed: number, config: Config, guard: GuardMaker) {
    this.#scenario = scenario;
    this.#seed = seed;
    const configOf = () => crashConfig(config, scenario);
    this.#world = new World(seed, configOf, guard, { show: null, violated: () => {} });
    this.#world.areAllAsleep = true;
    this.#stepper = new Stepper(this.#world);
  }

  async run(): Promise<CrashReport> {
    const { lean, crash } = this.#scenario;
    const world = this.#world;
    world.start();
    world.time.timers.after(LOOK_MS, () => this.#look());
    await this.#wait(WARM_MS);
    const begin = this.#equity();
    this.#strike(lean);
    await this.#wait(lean.seconds * 1_000);
    const before = this.#equity();
    this.#crashedMs = world.nowMs;
    this.#strike(crash);
    await this.#wait(crash.seconds * 1_000 + AFTER_MS);
    const { gate } = world.process.desk?.parts ?? { gate: null };
    const mode = gate?.mode ?? 'down';
    const end = this.#equity();
    const left = this.#gross();
    await this.#stop();
    const acts = [...this.#acts.values()];
    const loss = 1 - end / this.#peak;
    return {
      scenario: this.#scenario.name,
      seed: this.#seed,
      digest: world.trace.digest(),
      equity: { begin, peak: this.#peak, before, end },
      exposure: this.#exposure,
      loss,
      bound: this.#bound(),
      acts,
      left: left / end,
      mode,
      orders: world.laws.orders.sent,
      fills: world.laws.orders.fills,
      violations: world.verdicts.violations,
      faults: this.#faults(loss, acts),
    };
  }

  async #wait(ms: number): Promise<void> {
    await this.#stepper.until(() => false, this.#world.nowMs + ms);
  }

  #strike(shock: CrashScenario['crash']): void {
    for (const { front } of this.#world.venues) front.strike(shock);
  }

  /** Takes down what the account is worth and who has acted since. */
  #look(): void {
    const world = this.#world;
    world.time.timers.after(LOOK_MS, () => this.#look());
    const equity = this.#equity();
    this.#peak = Math.max(this.#peak, equity);
    this.#exposure = Math.max(this.#exposure, this.#gross() / equity);
    const { desk } = world.process;
    for (const cause of desk?.severity.kernel.summary().causes ?? []) {
      const { id, control, severity, reason } = cause;
      const scope = scopeText(cause.scope);
      const key = `${id} ${severity}`;
      if (this.#acts.has(key)) continue;
      const drawdown = 1 - equity / this.#peak;
      const sinceCrashMs = world.nowMs - this.#crashedMs;
      this.#acts.set(key, { control, scope, severity, drawdown, sinceCrashMs, reason });
    }
  }

  /** What the accounts hold, at the prices that the crowds believe in. */
  #equity(): number {
    return this.#sum((venue) => walletOf(venue) + openOf(venue));
  }

  #gross(): number {
    return this.#sum((venue) => Math.abs(heldOf(venue)));
  }

  #sum(of: (venue: WorldVenue) => number): number {
    return this.#world.venues.reduce((sum, venue) => sum + of(venue), 0);
  }

  #bound(): number {
    const { maxPositionNotional } = this.#world.file.original.risk;
    const { crash, lean } = this.#scenario;
    const fall = 1 - crash.priceFactor * lean.priceFactor;
    return (maxPositionNotional * CRASH_MARKETS.length * fall) / (CAPITAL * CRASH_MARKETS.length);
  }

  #faults(loss: number, acts: readonly Act[]): readonly string[] {
    const faults: string[] = [];
    const bound = this.#bound();
    if (loss > bound) faults.push(`lost ${loss.toFixed(4)}, wanted at most ${bound.toFixed(4)}`);
    for (const { control, severity, level } of this.#scenario.wanted) {
      const act = acts.find((each) => each.control === control && each.severity === severity);
      const wanted = `wanted ${control} ${severity} from ${level} to ${level + LATE_MAX}`;
      if (act === undefined) faults.push(`found none, ${wanted}`);
      else if (!(act.drawdown >= level - MARK_MAX && act.drawdown <= level + LATE_MAX)) {
        faults.push(`found ${act.drawdown.toFixed(4)}, ${wanted}`);
      }
    }
    const { length } = this.#world.verdicts.violations;
    if (length > 0) faults.push(`${length} violations of the laws`);
    return faults;
  }

  async #stop(): Promise<void> {
    const world = this.#world;
    world.isWanted = false;
    world.process.stop('the crash is over');
    await this.#stepper.until(() => !world.process.isAlive, world.nowMs + STOP_MS_MAX);
    world.kill(false);
    for (const { front } of world.venues) front.stop();
  }
}

/** What has been made and lost, open positions at the price that the crowd believes in. */
function walletOf({ front, instrument }: WorldVenue): number {
  const wallet = front.exchange.account(ACCOUNT)?.balances.get(instrument.quote);
  return wallet === undefined ? 0 : Number(wallet.free + wallet.locked) / UNITS;
}

function openOf(venue: WorldVenue): number {
  const { lots, cost } = positionOf(venue);
  return heldOf(venue) - (Math.sign(lots) * Number(cost)) / UNITS;
}

/** Worth of the position, below 0 for a short one. */
function heldOf(venue: WorldVenue): number {
  const { front, symbol, instrument } = venue;
  return positionOf(venue).lots * instrument.lotSize * (front.fairPrice(symbol) ?? 0);
}

function positionOf({ front, symbol }: WorldVenue): Position {
  const { exchange } = front;
  assert(exchange instanceof PerpetualExchange, 'the crash strikes accounts on margin');
  return exchange.margin.position(ACCOUNT, symbol);
}
