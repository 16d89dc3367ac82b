import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../src/config/schema.ts';
import type { Daemon } from '../process/daemon.ts';
import { livelyConfig } from '../process/lively-config.ts';
import type { Premises } from '../process/premises.ts';
import type { Script } from '../process/program.ts';
import { pause, until } from '../process/until.ts';
import { root } from '../shared.ts';
import { type Evidence, ordersBefore, readEvidence } from './evidence.ts';

export interface KillOptions {
  /** Events a second of each of the two generated markets. */
  readonly eventsPerSecond: number;
  /** Preloaded into the daemon, besides what watches its gate. */
  readonly preloads?: readonly string[];
  /** What else is to be different from a desk that quotes as fast as it can and flattens. */
  readonly change?: (config: Config) => void;
}

const SUPPORT = join(root, 'dist', 'test', 'support', 'kill');
const UNLIMITED = 1_000_000;

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
    const preloads = [join(SUPPORT, 'check-times.js'), ...(options.preloads ?? [])];
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
  evidence(): Evidence {
    return readEvidence(join(this.premises.root, 'checks'), join(this.premises.root, 'stamps'));
  }

  /** Waits until so many orders have been checked within a second, or for so long. */
  async speedUp(ordersPerSecond: number, waitMs: number): Promise<number> {
    let seen = 0;
    for (let leftMs = waitMs; leftMs > 0 && seen < ordersPerSecond; leftMs -= 250) {
      await pause(250);
      seen = ordersBefore(this.evidence(), process.hrtime.bigint());
    }
    return seen;
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
  for (const { settings } of config.strategies) {
    Object.assign(settings, { requoteBps: 0, smoothingSeconds: 0, quoteNotional: 100 });
  }
  options.change?.(config);
}
