import type { EstopRecorded } from '../../src/control/estop-event.ts';
import type { Gate, Mode } from '../../src/control/gate.ts';
import type { Latch } from '../../src/control/latch.ts';
import type { Clock } from '../../src/core/env.ts';
import { err, ok, type Result, reasonOf } from '../../src/core/result.ts';
import { type GpioBackend, isHardware, type Level } from '../gpio/port.ts';
import { onAcknowledge, onLevels, onReset, onTime, onTrip, startEstop } from './machine.ts';
import { type EstopPins, onSample, readLevels } from './sample.ts';
import {
  CONTACTS,
  type Contact,
  ESTOP_TIMES,
  HEALTHY,
  type Levels,
  type ResetDenial,
  type StopCause,
} from './signals.ts';
import type { EstopEvent, EstopState, EstopStep } from './state.ts';

/** Who trips when a contact opens. No person has that name: theirs have no blank in them. */
export const PANEL = 'the panel';
const DESK = 'the desk';
/** Beats between two looks at whether the driver itself is sound. */
const SOUND_EVERY = 100;

export interface KillSwitchOptions {
  readonly backend: GpioBackend;
  readonly pins: EstopPins;
  readonly gate: Gate;
  readonly latch: Latch;
  /** Set as long as a fault of the channels stands, so that a new start does not forget it. */
  readonly faultLatch: Latch;
  readonly clock: Clock;
  readonly openOrders: () => number;
  /** @throws when it cannot be journaled */
  readonly journal: (event: EstopRecorded) => void;
  /** The gate is closed and the latch set: the rest of the stop. */
  readonly stop: (by: string, reason: string) => void;
  readonly alert: (what: string, detail: string) => void;
}

/** A request to stop that came from elsewhere, which has closed gate and latch already. */
export interface StopRequest {
  readonly cause: StopCause;
  readonly by: string;
  readonly reason: string;
  readonly modeBefore: Mode;
}

/**
 * The emergency stop of a running desk: the pure machine fed from pins and requests, with what
 * follows from its events. Whatever trips goes to gate and latch first, is told second and
 * journaled third.
 */
export class KillSwitch {
  readonly #options: KillSwitchOptions;
  #state: EstopState;
  /** Trips of the gate that the machine knows of. */
  #trips: number;
  #beats = 0;
  #pressedUs: number | null = null;

  constructor(options: KillSwitchOptions) {
    this.#options = options;
    const { backend, pins, gate, latch, faultLatch } = options;
    const step = startEstop({
      atUs: this.#nowUs(),
      levels: { ...HEALTHY, ...readLevels(backend, pins).levels },
      isLatched: latch.cause() !== null || gate.isClosedBy('emergency'),
      isFaulted: faultLatch.cause() !== null,
    });
    this.#state = step.state;
    // A latch or a fault that was found stands for a stop, whoever else has seen it.
    if (step.state.cause !== null && !gate.isClosedBy('emergency')) gate.close('emergency');
    this.#trips = gate.trips;
    this.#take(step, this.#panel());
  }

  get state(): EstopState {
    return this.#state;
  }

  /** When a channel of the button last tripped the stop; null when none did in this run. */
  get pressedUs(): number | null {
    return this.#pressedUs;
  }

  /** One look at all pins, and at whether somebody closed the gate without a word. */
  beat(): void {
    const { backend, pins, gate, latch, stop } = this.#options;
    const atUs = this.#nowUs();
    const isStanding = this.#state.cause !== null;
    this.#take(onSample(this.#state, atUs, backend, pins), this.#panel());
    this.#take(onTime(this.#state, atUs), this.#panel());
    this.#beats += 1;
    if (this.#beats % SOUND_EVERY === 0) {
      const sound = backend.selfTest();
      if (!sound.ok) this.#trip('backend', { ...this.#panel(), reason: sound.error.detail });
    }
    if (!gate.isClosedBy('emergency')) return;
    const { by, reason } = saidOf(latch.cause());
    // What control was told at an earlier beat may have been lost in a crash of it.
    if (isStanding && gate.mode !== 'emergency') stop(by, reason);
    if (this.#state.cause !== null || gate.trips === this.#trips) return;
    this.#trip('software', { by, reason, modeBefore: gate.mode });
  }

  /** An edge that a driver has seen, which may be over by now. */
  edge(signal: keyof Levels, level: Level | null, atNs: number): void {
    const atUs = Math.floor(atNs / 1_000);
    const panel = this.#panel();
    if (level === null) this.#trip('backend', { ...panel, reason: `${signal} cannot be read` });
    // A button that cannot be read is not let go, or its loss would reset.
    if (level === null && !isContact(signal)) return;
    this.#take(onLevels(this.#state, atUs, { [signal]: level ?? 0 }), panel);
  }

  request({ cause, ...origin }: StopRequest): void {
    this.#trips = this.#options.gate.trips;
    this.#trip(cause, origin);
  }

  /** A person has seen the trip: the buzzer falls silent, and nothing else changes. */
  acknowledge(by: string): boolean {
    const before = this.#state;
    this.#state = onAcknowledge(before);
    if (this.#state === before || before.isAcknowledged) return false;
    this.#record('acknowledged', { by, reason: '', modeBefore: this.#options.gate.mode });
    return true;
  }

  /**
   * Whether the desk may leave Emergency as far as the stop is concerned. Where there is a button
   * to press the press must have come after the trip; where there is none, and no contact opened,
   * the command stands for it and is denied for the same reasons.
   */
  permitReset(by: string, reason: string): Result<void, string> {
    this.beat();
    const { gate } = this.#options;
    const origin = { by, reason, modeBefore: gate.mode };
    if (!gate.isClosedBy('emergency') || this.#state.cause === null) return ok(undefined);
    const step = onReset(this.#state, this.#nowUs());
    const denial = step.events.find(({ name }) => name.startsWith('reset:denied:'));
    if (denial === undefined && this.#needsPress()) {
      this.#record('reset:denied:no-press', origin);
      return err('the reset button of the panel has to be pressed first, after the trip');
    }
    this.#take(step, origin);
    if (denial === undefined) return ok(undefined);
    return err(this.#whyDenied(denial.name.slice('reset:denied:'.length) as ResetDenial));
  }

  /** What control made of a reset that the stop permitted. */
  resetEnded(origin: Origin, refusal: string | null): void {
    const what = refusal === null ? 'reset:confirmed' : 'reset:denied:control';
    const reason = refusal === null ? origin.reason : `${origin.reason}: ${refusal}`;
    this.#record(what, { ...origin, reason });
  }

  /** Anything else that belongs in the record of the stop, such as a self-test. */
  note(what: string, by: string, reason: string): void {
    this.#record(what, { by, reason, modeBefore: this.#options.gate.mode });
  }

  /** A contact opened, or the hardware is real: then a hand on the panel has to reset. */
  #needsPress(): boolean {
    const { backend, latch } = this.#options;
    const isByContact = this.#state.causes.some(isContact);
    const wasByContact = latch.cause()?.startsWith(`${PANEL}: `) === true;
    return isHardware(backend.kind) || isByContact || wasByContact;
  }

  #whyDenied(denial: ResetDenial): string {
    if (denial === 'fault') {
      return 'the channels disagreed: repair the wiring, then use the service key with all closed';
    }
    const { levels } = this.#state;
    const open = CONTACTS.filter((contact) => levels[contact] === 0);
    if (denial === 'open') return `open: ${open.join(', ')}; release the button, close the lid`;
    if (denial === 'unstable') return 'the contacts were closed a moment ago; ask again';
    const leftUs = this.#state.lastTripUs + ESTOP_TIMES.cooldownUs - this.#state.atUs;
    return `cooling down for ${Math.ceil(leftUs / 1_000)} ms more`;
  }

  #trip(cause: StopCause, origin: Origin): void {
    this.#take(onTrip(this.#state, this.#nowUs(), cause), origin);
  }

  #take({ state, events }: EstopStep, origin: Origin): void {
    this.#state = state;
    if (events.length === 0) return;
    // Everything that stops comes before anything that is written down.
    for (const { name } of events) this.#act(name, origin);
    for (const event of events) this.#record(event.name, origin, event);
  }

  #act(name: EstopEvent['name'], { by, reason }: Origin): void {
    const { gate, latch, faultLatch, clock, stop, alert } = this.#options;
    const attempt = (what: string, work: () => void): void => {
      try {
        work();
      } catch (thrown) {
        alert(what, reasonOf(thrown));
      }
    };
    if (name.startsWith('trip:')) {
      if (name === 'trip:a' || name === 'trip:b') this.#pressedUs = this.#nowUs();
      const why = reason === '' ? detailOf(name) : reason;
      if (!gate.isClosedBy('emergency')) gate.close('emergency');
      attempt('latch-not-written', () => latch.set(`${by}: ${why}`, clock.now()));
      this.#trips = gate.trips;
      // A request has told control itself.
      if (gate.mode !== 'emergency') stop(by, why);
    } else if (name === 'fault:discrepancy') {
      attempt('fault-not-kept', () => faultLatch.set(name, clock.now()));
    } else if (name === 'fault:cleared') {
      attempt('fault-not-cleared', () => faultLatch.clear());
    } else if (name === 'reset:ok') {
      this.#trips = gate.trips;
    }
    if (name.startsWith('fault:') || name === 'reset:stuck') alert(name, detailOf(name));
  }

  #record(what: string, { by, reason, modeBefore }: Origin, event?: EstopEvent): void {
    const { clock, gate, journal, openOrders } = this.#options;
    const isTrip = what.startsWith('trip:') || what.startsWith('also:');
    journal({
      kind: 'estop',
      what,
      cause: this.#state.cause ?? '',
      by,
      detail: reason === '' ? detailOf(what) : reason,
      monoUs: event?.atUs ?? this.#nowUs(),
      wallMs: clock.now(),
      modeBefore,
      modeAfter: isTrip ? 'emergency' : gate.mode,
      openOrders: openOrders(),
    });
  }

  #panel(): Origin {
    return { by: PANEL, reason: '', modeBefore: this.#options.gate.mode };
  }

  #nowUs(): number {
    return Math.floor(this.#options.clock.mono() / 1_000);
  }
}

type Origin = Omit<StopRequest, 'cause'>;

/** What an event of the panel means, for people. */
const DETAILS: Readonly<Record<string, string>> = {
  'trip:a': 'channel a is open',
  'trip:b': 'channel b is open',
  'trip:tamper': 'the tamper contact is open',
  'trip:backend': 'the pins cannot be read',
  'also:backend': 'the pins cannot be read',
  'fault:discrepancy': 'one channel is open and the other is not',
  'reset:stuck': 'the reset button is held for too long',
};

export const detailOf = (what: string): string => DETAILS[what] ?? '';

function isContact(cause: string): cause is Contact {
  return (CONTACTS as readonly string[]).includes(cause);
}

/** Who closed the gate and why, as the latch has it: their own message may still be on its way. */
function saidOf(cause: string | null): { readonly by: string; readonly reason: string } {
  if (cause === null) return { by: DESK, reason: 'the gate was closed' };
  const [by, ...reason] = cause.split(': ');
  return reason.length === 0
    ? { by: DESK, reason: cause }
    : { by: by as string, reason: reason.join(': ') };
}
