import type { PanelAction } from '../../../hardware/gpio/panel.ts';
import { MODES } from '../../control/gate.ts';
import type { Rng } from '../../core/rng.ts';
import type { ModeWatch } from '../../simulation/invariants/mode-watch.ts';
import type { WaitWatch } from '../../simulation/invariants/wait-watch.ts';
import type { DeskProcess } from './desk-process.ts';

const BY = 'operator';
const FULL = MODES.indexOf('full-auto');
const EMERGENCY = MODES.indexOf('emergency');

/**
 * The people of a simulated desk: they look in twice a second, reset what was tripped, release
 * what waits for them, ask for Full-Auto when the desk does not climb by itself, and ask this and
 * that.
 */
export class Operator {
  readonly #random: Rng;
  readonly #modes: ModeWatch;
  readonly #waits: WaitWatch;
  readonly #nowMs: () => number;
  readonly #panel: (action: PanelAction) => void;
  #isAsking = false;
  /** Looks at an emergency, counted. */
  #hands = 0;

  constructor(
    random: Rng,
    modes: ModeWatch,
    waits: WaitWatch,
    nowMs: () => number,
    panel: (action: PanelAction) => void,
  ) {
    this.#panel = panel;
    this.#random = random;
    this.#modes = modes;
    this.#waits = waits;
    this.#nowMs = nowMs;
  }

  /** @param isEager whether the people want the desk to trade, and soon */
  async look(process: DeskProcess, isEager: boolean): Promise<void> {
    const { desk } = process;
    if (desk === null || !process.isUp || process.isStopping || this.#isAsking) return;
    this.#isAsking = true;
    const mode = MODES.indexOf(desk.parts.gate.mode);
    if (mode === EMERGENCY) {
      this.#useHands();
      await this.reset(process);
    } else if (!(await this.#release(process))) {
      await this.#askThisOrThat(process, mode, isEager);
    }
    this.#isAsking = false;
  }

  async #askThisOrThat(process: DeskProcess, mode: number, isEager: boolean): Promise<void> {
    if (mode < FULL && (isEager || this.#random.below(4) === 0)) {
      await this.ask(process, 'full-auto');
    } else if (this.#random.below(4) === 0) await this.#inquire(process);
  }

  /** Releases what waits for people. @returns whether there was something */
  async #release({ desk }: DeskProcess): Promise<boolean> {
    const raised = desk?.mode().raised.find(({ reset }) => reset === 'O' || reset === 'R');
    if (desk === null || raised === undefined) return false;
    const officer = { user: BY, role: 'risk-officer' } as const;
    await this.#waits.follow(
      'release',
      this.#nowMs(),
      desk.release(raised.id, officer, 'simulated'),
    );
    return true;
  }

  async ask(process: DeskProcess, mode: 'manual' | 'semi-auto' | 'full-auto'): Promise<void> {
    const { desk } = process;
    if (desk === null || !process.isUp) return;
    this.#modes.asked(mode);
    const asked = desk.requestMode(mode, BY, 'simulated');
    const answer = await this.#waits.follow(`mode ${mode}`, this.#nowMs(), asked);
    if (answer !== null && process.isAlive) this.#modes.asked(mode);
  }

  async reset(process: DeskProcess): Promise<void> {
    const { desk } = process;
    if (desk === null || !process.isUp) return;
    this.#modes.resetAsked();
    const answer = await this.#waits.follow('reset', this.#nowMs(), desk.reset(BY, 'simulated'));
    if (answer?.ok === false && process.isAlive) this.#modes.resetRefused();
  }

  async reload(process: DeskProcess): Promise<void> {
    const { desk } = process;
    if (desk === null || !process.isUp) return;
    await this.#waits.follow('reload', this.#nowMs(), desk.reload(BY, 'risk-officer'));
  }

  /** Asks one thing after the other of a desk that nothing is wrong with: each has its answer. */
  async callTheRoll(process: DeskProcess): Promise<void> {
    const { desk } = process;
    if (desk === null || !process.isUp) return;
    const asked: readonly [string, () => Promise<unknown>][] = [
      ['mode', () => desk.requestMode('full-auto', BY, 'roll call')],
      ['status', () => desk.status()],
      ['positions', () => desk.positions()],
      ['reload', () => desk.reload(BY, 'risk-officer')],
      ['reset', () => desk.reset(BY, 'roll call')],
    ];
    for (const [what, ask] of asked) {
      const answer = await this.#waits.follow(what, this.#nowMs(), ask());
      if (answer === null) this.#waits.unanswered(what);
    }
  }

  /** At the panel: service key, reset button held, reset button let go, one a look. */
  #useHands(): void {
    const step = this.#hands % 3;
    this.#hands += 1;
    if (step === 0) this.#panel('turn-service');
    else if (step === 1) {
      this.#panel('return-service');
      this.#panel('hold-reset');
    } else this.#panel('let-go-reset');
  }

  /** A process is gone, and with it whoever would have answered. */
  forget(): void {
    this.#isAsking = false;
  }

  async #inquire({ desk }: DeskProcess): Promise<void> {
    if (desk === null) return;
    const what = this.#random.below(3);
    if (what === 0) await this.#waits.follow('status', this.#nowMs(), desk.status());
    else if (what === 1) await this.#waits.follow('positions', this.#nowMs(), desk.positions());
    else desk.recordCommand(BY, 'simulated');
  }
}
