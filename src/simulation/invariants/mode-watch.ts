import { GATE_LAYOUT, MODES, type Mode } from '../../control/gate.ts';
import type { ModePolicy, RequestableMode } from '../../control/modes.ts';
import type { Verdicts } from './verdicts.ts';

/** The desk's monotonic clock may run two per cent fast. */
const CLOCK_TOLERANCE = 0.97;

const FULL = MODES.indexOf('full-auto');
const EMERGENCY = MODES.indexOf('emergency');

/** What is known from outside about the start of a process. */
export interface Boot {
  readonly words: Int32Array;
  readonly policy: ModePolicy;
  /** Whether the process before it ended in order. */
  readonly wasClean: boolean;
  /** Whether the latch file was on the medium. */
  readonly isLatched: boolean;
  readonly nowMs: number;
}

/**
 * I5 and I6, from the mode word alone: it rises no higher than people or policy let it, not before
 * its cool-downs, and out of Emergency only by a reset.
 */
export class ModeWatch {
  readonly #verdicts: Verdicts;
  #words: Int32Array | null = null;
  #policy: ModePolicy | null = null;
  #mode = 0;
  /** Highest mode that has been asked for and not been taken back. */
  #allowed = 0;
  #isLocked = false;
  #enteredMs = 0;
  #trippedMs = 0;
  /** Resets that are under way. */
  #resets = 0;
  #isFirst = true;

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  booted({ words, policy, wasClean, isLatched, nowMs }: Boot): void {
    this.#words = words;
    this.#policy = policy;
    this.#mode = 0;
    this.#enteredMs = nowMs;
    if (isLatched) this.#isLocked = true;
    this.#trippedMs = nowMs;
    if (this.#isFirst) this.#allowed = MODES.indexOf(policy.initial);
    else if (!wasClean && !policy.climbsAfterFault) this.#allowed = 0;
    this.#isFirst = false;
  }

  ended(): void {
    this.#words = null;
    this.#resets = 0;
  }

  /** Somebody who may has asked for a mode; told again when it is answered. */
  asked(mode: RequestableMode): void {
    if (!this.#isLocked) this.#allowed = MODES.indexOf(mode);
  }

  /** Emergency was called for, and its latch is on the medium. */
  locked(nowMs: number): void {
    this.#isLocked = true;
    this.#allowed = 0;
    this.#trippedMs = nowMs;
  }

  /** Somebody who may has asked for a reset. */
  resetAsked(): void {
    this.#resets += 1;
  }

  /** That reset was refused. One that is accepted counts until the mode has followed. */
  resetRefused(): void {
    this.#resets = Math.max(0, this.#resets - 1);
  }

  /** After every step. */
  look(nowMs: number): void {
    const words = this.#words;
    if (words === null) return;
    const mode = words[GATE_LAYOUT.mode] as number;
    if (mode !== this.#mode) this.#changed(this.#mode, mode, nowMs);
    // A process that comes up has a word before control has looked at its latch, and is closed.
    const isOpen = (words[GATE_LAYOUT.halt] as number) === 0;
    if (this.#isLocked && mode !== EMERGENCY && isOpen) {
      this.#verdicts.report('I6', `the gate opens in mode ${MODES[mode]} though latched`);
      this.#isLocked = false;
    }
  }

  #changed(before: number, mode: number, nowMs: number): void {
    const waitedMs = nowMs - this.#enteredMs;
    this.#mode = mode;
    this.#enteredMs = nowMs;
    const step = `${nameOf(before)} → ${nameOf(mode)}`;
    if (mode === EMERGENCY) {
      this.#allowed = 0;
      this.#isLocked = true;
      this.#trippedMs = nowMs;
      return;
    }
    if (before === EMERGENCY) {
      this.#isLocked = false;
      if (this.#resets === 0) this.#verdicts.report('I5', `${step} without a reset`);
      this.#resets = 0;
      const { resetCooldownMs } = this.#policy as ModePolicy;
      const cooledMs = nowMs - this.#trippedMs;
      if (cooledMs + 1 >= resetCooldownMs * CLOCK_TOLERANCE) return;
      this.#verdicts.report('I5', `${step} ${cooledMs} ms after a trip, not ${resetCooldownMs}`);
      return;
    }
    const { climbsAfterFault, semiCooldownMs, fullCooldownMs } = this.#policy as ModePolicy;
    if (mode < before) {
      if (!climbsAfterFault) this.#allowed = Math.min(this.#allowed, mode);
      return;
    }
    if (mode > this.#allowed) {
      const allowed = nameOf(this.#allowed);
      this.#verdicts.report('I5', `${step} though no more than ${allowed} was asked for`);
    }
    const neededMs = (before === 0 ? semiCooldownMs : 0) + (mode === FULL ? fullCooldownMs : 0);
    if (waitedMs + 1 < neededMs * CLOCK_TOLERANCE) {
      this.#verdicts.report('I5', `${step} after ${waitedMs} ms, wanted ${neededMs}`);
    }
  }
}

function nameOf(mode: number): Mode {
  return MODES[mode] as Mode;
}
