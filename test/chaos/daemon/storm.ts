import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { nodeClock } from '../../../src/core/node-env.ts';
import { reasonOf } from '../../../src/core/result.ts';
import { type Rng, rngOf } from '../../../src/core/rng.ts';
import type { Daemon } from '../../support/process/daemon.ts';
import type { Premises } from '../../support/process/premises.ts';
import type { Program } from '../../support/process/program.ts';
import { pause } from '../../support/process/until.ts';
import { BLOWS, nextBlow, PANEL_PRESSED } from './blows.ts';

/** How often a blow struck, and how often there was nothing to hit at that moment. */
export interface Tally {
  struck: number;
  missed: number;
}

export interface StormOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Told of every blow. */
  readonly onBlow?: (atSeconds: number, blow: string, detail: string) => void;
}

/** A start rehearses first, which takes its time where others use the machine too. */
const PATIENCE_MS = 180_000;
const LOOK_MS = 100;
/** Longest quiet between two blows. */
const QUIET_MS_MAX = 1_500;

/**
 * A desk that trades at the simulated exchange under random blows, and somebody who does what an
 * operator and a service manager would: starts them again, resets an emergency, asks for Full-Auto.
 */
export class Storm {
  readonly tallies = new Map<string, Tally>(
    Object.keys(BLOWS).map((name) => [name, { struck: 0, missed: 0 }]),
  );
  /** Exit codes of daemons that ended by themselves. */
  readonly exits: (number | null)[] = [];
  starts = 0;
  resets = 0;
  #isPressed = false;
  readonly #premises: Premises;
  readonly #options: StormOptions;
  readonly #random: Rng;
  readonly #port: number;
  #daemon: Daemon;
  #venue: Program;

  private constructor(premises: Premises, options: StormOptions, venue: Program) {
    this.#premises = premises;
    this.#options = options;
    this.#random = rngOf(options.seed);
    this.#port = premises.notice().port;
    this.#venue = venue;
    this.#daemon = this.#start();
  }

  /** A venue that is nobody's child, as a real one is, and a desk that trades there. */
  static async gather(premises: Premises, options: StormOptions): Promise<Storm> {
    return new Storm(premises, options, await premises.handVenue());
  }

  get daemon(): Daemon {
    return this.#daemon;
  }

  get venue(): Program {
    return this.#venue;
  }

  /** Rages for the time it was given, from the first fill on. */
  async rage(): Promise<void> {
    const journal = this.#premises.journal();
    await patiently('a fill', async () => journal.refresh().events('order-filled').length > 0);
    const startMs = nodeClock.now();
    const elapsed = (): number => (nodeClock.now() - startMs) / 1000;
    while (elapsed() < this.#options.seconds) {
      await this.#strike(elapsed());
      await pause(this.#random.below(QUIET_MS_MAX));
      await this.#tend();
    }
  }

  /** Waits until a desk runs that is not in Emergency. */
  async calm(): Promise<Daemon> {
    await this.#premises
      .account()
      .forgetFaults()
      .catch(() => {});
    await patiently('a desk that obeys', () => this.#tend());
    return this.#daemon;
  }

  async #strike(atSeconds: number): Promise<void> {
    const name = nextBlow(this.#random);
    const tally = this.tallies.get(name) as Tally;
    const target = {
      premises: this.#premises,
      daemon: this.#daemon,
      venue: this.#venue,
      random: this.#random,
    };
    try {
      const detail = await BLOWS[name]?.strike(target);
      tally.struck += 1;
      this.#isPressed ||= name === PANEL_PRESSED;
      this.#options.onBlow?.(atSeconds, name, detail ?? '');
    } catch (thrown) {
      tally.missed += 1;
      this.#options.onBlow?.(atSeconds, name, `missed: ${reasonOf(thrown).split('\n')[0]}`);
    }
  }

  /** Does what is due. @returns whether the desk obeys, out of Emergency */
  async #tend(): Promise<boolean> {
    if (!this.#venue.isRunning) this.#venue = await this.#premises.handVenue(this.#port);
    if (!this.#daemon.isRunning) {
      const { code, signal } = await this.#daemon.ended;
      if (signal !== 'SIGKILL') this.exits.push(code);
      this.#daemon = this.#start();
    }
    try {
      await this.#premises.account().forgiveWeights();
      const control = await this.#daemon.ask<ControlSummary>('mode');
      if (control.mode === 'emergency') {
        if (control.cooldownMs > 0) return false;
        await this.#letGo();
        await this.#daemon.ask('reset the test goes on');
        this.#isPressed = false;
        this.resets += 1;
      }
      if (control.requested !== 'full-auto')
        await this.#daemon.ask('mode full-auto the test goes on');
      return true;
    } catch {
      // It is down, starting or ending; the next round will find out.
      return false;
    }
  }

  /** What was pressed has to be released, and reset by hand, before anybody may reset the desk. */
  async #letGo(): Promise<void> {
    if (!this.#isPressed) return;
    await this.#premises.run('panel', 'release');
    await this.#premises.run('panel', 'reset');
  }

  #start(): Daemon {
    this.starts += 1;
    return this.#premises.start();
  }
}

async function patiently(what: string, ask: () => Promise<boolean>): Promise<void> {
  const endMs = nodeClock.now() + PATIENCE_MS;
  while (!(await ask())) {
    if (nodeClock.now() > endMs) throw new Error(`waited in vain for ${what}`);
    await pause(LOOK_MS);
  }
}
