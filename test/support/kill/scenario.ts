import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../src/config/schema.ts';
import { panelFile } from '../../../src/desk/hardware/open-hardware.ts';
import type { Daemon } from '../process/daemon.ts';
import { livelyConfig } from '../process/lively-config.ts';
import type { Premises } from '../process/premises.ts';
import type { Script } from '../process/program.ts';
import { pause, until } from '../process/until.ts';
import { root } from '../shared.ts';
import { type Evidence, ordersBefore, readEvidence } from './evidence.ts';

export interface KillOptions {
  /** Markets that are quoted, two at least. An order waits for its venue, so more go faster. */
  readonly markets: number;
  /** Events a second of each market's crowd; what the desk does comes on top. */
  readonly eventsPerSecond: number;
  /** Preloaded into the daemon, besides what watches its gate. */
  readonly preloads?: readonly string[];
  /** What else is to be different from a desk that quotes as fast as it can and flattens. */
  readonly change?: (config: Config) => void;
}

const SUPPORT = join(root, 'dist', 'test', 'support', 'kill');
const UNLIMITED = 1_000_000;
/** Inside the spread of the crowd, so that every order moves the best price and brings the next. */
const QUOTES = { requoteBps: 0, smoothingSeconds: 0, halfSpreadBps: 1, quoteNotional: 100 };
/** Far out and left there, so that something rests whenever the stop comes. */
const REST = { requoteBps: 1_000, halfSpreadBps: 20, quoteNotional: 100 };

/**
 * A real daemon that quotes as fast as it can at a real venue process, both of which write down on
 * the machine's monotonic clock what they do, to be stopped in whatever way.
 */
export class KillScenario {
  readonly premises: Premises;
  readonly daemon: Daemon;
  readonly venue: Script;

  private constructor(premises: Premises, daemon: Daemon, venue: Script) {
    this.premises = premises;
    this.daemon = daemon;
    this.venue = venue;
  }

  /** Starts venue and daemon; resolves when so many orders have been taken by the venue. */
  static async begin(
    premises: Premises,
    options: KillOptions,
    ordersFirst: number,
  ): Promise<KillScenario> {
    writeFileSync(
      premises.configFile,
      livelyConfig((config) => quoteFast(config, options)),
    );
    const stamps = join(premises.root, 'stamps');
    const words = [premises.folder, premises.configFile, stamps, String(options.eventsPerSecond)];
    const venue = premises.script(join(SUPPORT, 'stamped-venue.js'), words);
    await venue.said(/simulated exchange on/);
    const own = ['check-times.js', 'block-loop.js'].map((file) => join(SUPPORT, file));
    const preloads = [...own, ...(options.preloads ?? [])];
    const daemon = premises.start([], {
      NODE_OPTIONS: preloads.map((file) => `--import ${file}`).join(' '),
      FLYBALL_CHECK_TIMES: join(premises.root, 'checks'),
    });
    const scenario = new KillScenario(premises, daemon, venue);
    await until(
      `${ordersFirst} orders`,
      () => scenario.evidence().accepted.size >= ordersFirst,
      () => premises.story(),
    );
    return scenario;
  }

  /** What desk and venue have written down so far. */
  readonly evidence = (): Evidence =>
    readEvidence(join(this.premises.root, 'checks'), join(this.premises.root, 'stamps'));

  /** Waits until so many orders have been checked within a second, or for so long. */
  async speedUp(ordersPerSecond: number, waitMs: number): Promise<number> {
    let seen = 0;
    for (let leftMs = waitMs; leftMs > 0 && seen < ordersPerSecond; leftMs -= 250) {
      await pause(250);
      seen = ordersBefore(this.evidence(), process.hrtime.bigint());
    }
    return seen;
  }

  /** Waits until so many orders have been checked from now on. */
  async quotes(orders: number): Promise<void> {
    const fromNs = process.hrtime.bigint();
    await until(
      `${orders} more orders`,
      () => this.evidence().checks.filter(({ atNs }) => atNs > fromNs).length >= orders,
      () => this.premises.story(),
    );
  }

  /** A press of the simulated button by another process. @returns when it was complete */
  async press(): Promise<bigint> {
    const hand = this.premises.script(join(SUPPORT, 'press.js'), [
      panelFile(join(this.premises.folder, 'run')),
    ]);
    await hand.said(/ready/);
    hand.say('press\n');
    const [, atNs] = await hand.said(/pressed (\d+)/);
    return BigInt(atNs as string);
  }

  /** From now on the daemon's event loop stands still for 20 of every 25 ms. */
  blockLoop(): void {
    writeFileSync(join(this.premises.root, 'block-loop'), '');
  }

  /** The stop by signal. @returns the machine's monotonic time once it had been sent */
  signal(): bigint {
    this.daemon.signal('SIGUSR2');
    return process.hrtime.bigint();
  }
}

function quoteFast(config: Config, options: KillOptions): void {
  config.control.stopCategory = 1;
  config.simulation.limits = {
    weightPerMinute: UNLIMITED * 60,
    ordersPerTenSeconds: UNLIMITED * 10,
    ordersPerDay: UNLIMITED * 100,
  };
  config.risk.ordersPerSecond = UNLIMITED;
  config.risk.strategyOrdersPerSecond = UNLIMITED;
  config.risk.ordersBurst = UNLIMITED;
  const [venue] = config.venues;
  const [first, second] = config.strategies;
  if (venue === undefined || first === undefined || second === undefined) return;
  for (let market = 3; market <= options.markets; market += 1) {
    const [base, symbol] = [`M${market}`, `M${market}USDT`];
    venue.symbols.push(symbol);
    config.simulation.balances[base] = '20';
    config.strategies.push({ ...second, label: `m${market}`, symbol });
  }
  config.strategies.forEach((strategy, at) => {
    const quotes = at === config.strategies.length - 1 ? REST : QUOTES;
    strategy.settings = { ...strategy.settings, ...quotes };
  });
  options.change?.(config);
}
