import { assert } from '../core/result.ts';

/**
 * The gate: one word block that is read synchronously before every byte sent to a venue. Any part
 * of the system closes it by setting a bit; only control takes a halt away, and a pause is lifted
 * by the part that set it. It is shared memory, not a message, so it works when mailboxes do not.
 */

/**
 * Why nothing may be sent at all. Each cause is one bit of the halt word. `soft-breaker` is of
 * controls that speak against trading and not against flattening: the permit of an emergency holds
 * beside it, and beside no other.
 */
export const HALT_CAUSES = [
  'starting',
  'emergency',
  'reconciling',
  'journal',
  'stopping',
  'guard',
  'breaker',
  'soft-breaker',
] as const;
export type HaltCause = (typeof HALT_CAUSES)[number];

/** Why one venue or one instrument is paused; `soft-breaker` as above. */
export const PAUSE_CAUSES = [
  'disconnected',
  'reconciling',
  'rate-limited',
  'operator',
  'breaker',
  'soft-breaker',
  'dead-man',
] as const;
export type PauseCause = (typeof PAUSE_CAUSES)[number];

export const MODES = ['manual', 'semi-auto', 'full-auto', 'emergency'] as const;
export type Mode = (typeof MODES)[number];

/** What a mode lets orders do. Risk and the gate read this table, never the statechart. */
export interface Permissions {
  readonly mayIncrease: boolean;
  readonly mayReduce: boolean;
  /** Scale of every size limit, 0 … 1. */
  readonly riskScale: number;
}

/** Emergency has two rows: `flattening` holds for the orders of the flattening under its permit. */
export const PERMISSIONS: Readonly<Record<Mode | 'flattening', Permissions>> = {
  manual: { mayIncrease: false, mayReduce: true, riskScale: 0.5 },
  'semi-auto': { mayIncrease: true, mayReduce: true, riskScale: 0.5 },
  'full-auto': { mayIncrease: true, mayReduce: true, riskScale: 1 },
  emergency: { mayIncrease: false, mayReduce: false, riskScale: 0 },
  flattening: { mayIncrease: false, mayReduce: true, riskScale: 0 },
};

export type GateRefusal =
  | 'halted'
  | 'contact-open'
  | 'no-permit'
  | 'stale-epoch'
  | 'mode'
  | 'venue-paused'
  | 'instrument-paused';

/** The contacts of the hardware stop, as the gate reads them before every order. */
export interface GateContacts {
  /** A bit for each that is open or cannot be read, 0 when all are closed. Allocates nothing. */
  readonly read: () => number;
  /** Called in the check that found one open, once the gate is closed: the rest of the stop. */
  readonly onOpen: (bits: number) => void;
}

/** How long orders may leave without news of the guard, as the gate reads it before every order. */
export interface GateLease {
  /** Whether the guard does not take this daemon for silent yet. Allocates nothing. */
  readonly holds: () => boolean;
  /** Called in the check that found it over, once the gate is closed. */
  readonly onOver: () => void;
}

export const VENUES_MAX = 16;
export const INSTRUMENTS_MAX = 1024;

const HALT = 0;
const MODE = 1;
const EPOCH = 2;
const TRIPS = 3;
/** The epoch that the flattening of an emergency may trade in; 0 when it may not. */
const PERMIT = 4;
const VENUES = 5;
const INSTRUMENTS = VENUES + VENUES_MAX;
const WORDS = INSTRUMENTS + INSTRUMENTS_MAX;

const EMERGENCY = 1 << HALT_CAUSES.indexOf('emergency');
const SOFT_HALT = 1 << HALT_CAUSES.indexOf('soft-breaker');
const SOFT_PAUSE = 1 << PAUSE_CAUSES.indexOf('soft-breaker');

/** Where the words are, for those who watch the block from outside. */
export const GATE_LAYOUT = {
  halt: HALT,
  mode: MODE,
  epoch: EPOCH,
  permit: PERMIT,
  venues: VENUES,
} as const;

export interface GateQuestion {
  readonly venue: number;
  readonly instrument: number;
  readonly epoch: number;
  readonly isReduceOnly: boolean;
  /** Whether it belongs to the flattening of an emergency, which leaves under a permit or not. */
  readonly isFlattening?: boolean;
}

export class Gate {
  readonly #words: Int32Array;
  /** Null until a driver is there; live trading never begins without one. */
  #contacts: GateContacts | null = null;
  /** Null where no guard watches: in a rehearsal and in a simulation. */
  #lease: GateLease | null = null;

  /** A new gate is closed (`starting`) in mode manual. */
  constructor(shared?: SharedArrayBuffer) {
    this.#words = new Int32Array(shared ?? new SharedArrayBuffer(WORDS * 4));
    if (shared === undefined) this.close('starting');
  }

  /** The memory behind it, for another thread or the guard. */
  get shared(): SharedArrayBuffer {
    return this.#words.buffer as SharedArrayBuffer;
  }

  /** From here on no order passes while a contact is open. */
  readContacts(contacts: GateContacts): void {
    this.#contacts = contacts;
  }

  /** From here on no order passes once the guard may have begun to cancel. */
  requireLease(lease: GateLease): void {
    this.#lease = lease;
  }

  /**
   * Whether an order may leave now: null when it may. Cancels do not ask; they always may.
   * Constant time, no allocation. An open contact is an emergency, which closes the gate here.
   */
  check(order: GateQuestion): GateRefusal | null {
    const words = this.#words;
    const halt = Atomics.load(words, HALT);
    if (order.isFlattening === true) return this.#checkFlattening(order, halt);
    if (halt !== 0) return 'halted';
    if (this.#isContactOpen()) return 'contact-open';
    if (!this.#isLeased()) return 'halted';
    if (order.epoch !== Atomics.load(words, EPOCH)) return 'stale-epoch';
    const permissions = PERMISSIONS[MODES[Atomics.load(words, MODE)] as Mode];
    if (!(order.isReduceOnly ? permissions.mayReduce : permissions.mayIncrease)) return 'mode';
    return this.#checkPauses(order, 0);
  }

  #isContactOpen(): boolean {
    const contacts = this.#contacts;
    if (contacts === null) return false;
    const open = contacts.read();
    if (open === 0) return false;
    this.close('emergency');
    contacts.onOpen(open);
    return true;
  }

  /** A loop that was held up sends nothing that it decided before it was taken for dead. */
  #isLeased(): boolean {
    const lease = this.#lease;
    if (lease === null || lease.holds()) return true;
    this.close('guard');
    lease.onOver();
    return false;
  }

  /**
   * Lets reduce-only orders of the flattening pass in the epoch of this moment, the contacts and
   * the emergency notwithstanding. Whatever closes the gate begins another epoch, which ends it.
   * For control only. @returns the epoch
   */
  permitFlattening(): number {
    const { epoch } = this;
    Atomics.store(this.#words, PERMIT, epoch);
    return epoch;
  }

  /** Ends the permit, if there is one. */
  withdrawPermit(): void {
    Atomics.store(this.#words, PERMIT, 0);
  }

  /** Whether an emergency has closed the gate and nothing that speaks against flattening. */
  get isFlatteningPossible(): boolean {
    return isFlattenable(Atomics.load(this.#words, HALT));
  }

  /** Whether flattening is possible and has its permit. */
  get isFlatteningPermitted(): boolean {
    const words = this.#words;
    return this.isFlatteningPossible && Atomics.load(words, PERMIT) === Atomics.load(words, EPOCH);
  }

  /**
   * Closes the gate for a cause and begins a new epoch, so that what was decided before cannot
   * leave after the gate opens again.
   */
  close(cause: HaltCause): void {
    Atomics.add(this.#words, EPOCH, 1);
    if (cause === 'emergency') Atomics.add(this.#words, TRIPS, 1);
    Atomics.or(this.#words, HALT, 1 << HALT_CAUSES.indexOf(cause));
  }

  /** Voids what was decided so far, where nothing else would hold it back. */
  beginEpoch(): void {
    Atomics.add(this.#words, EPOCH, 1);
  }

  /** Takes one cause away. For control only. */
  open(cause: HaltCause): void {
    Atomics.and(this.#words, HALT, ~(1 << HALT_CAUSES.indexOf(cause)));
  }

  /** Whether nothing may be sent at all, for whatever cause. */
  get isClosed(): boolean {
    return Atomics.load(this.#words, HALT) !== 0;
  }

  isClosedBy(cause: HaltCause): boolean {
    return (Atomics.load(this.#words, HALT) & (1 << HALT_CAUSES.indexOf(cause))) !== 0;
  }

  /** Why nothing may be sent; empty when the gate is open. */
  causes(): HaltCause[] {
    return HALT_CAUSES.filter((cause) => this.isClosedBy(cause));
  }

  /** Sets the mode that orders are checked against; a lower mode begins a new epoch. */
  setMode(mode: Mode): void {
    const next = MODES.indexOf(mode);
    const before = Atomics.exchange(this.#words, MODE, next);
    if (mode === 'emergency' || next < before) Atomics.add(this.#words, EPOCH, 1);
  }

  get mode(): Mode {
    return MODES[Atomics.load(this.#words, MODE)] as Mode;
  }

  get permissions(): Permissions {
    return PERMISSIONS[this.mode];
  }

  /** What the orders of the flattening may do: without a permit nothing, as in Emergency. */
  get flatteningPermissions(): Permissions {
    return PERMISSIONS[this.isFlatteningPermitted ? 'flattening' : 'emergency'];
  }

  /** How often it was closed for an emergency: tells a reset of a trip that it does not know of. */
  get trips(): number {
    return Atomics.load(this.#words, TRIPS);
  }

  get epoch(): number {
    return Atomics.load(this.#words, EPOCH);
  }

  pauseVenue(venue: number, cause: PauseCause): void {
    Atomics.or(this.#words, venueWord(venue), 1 << PAUSE_CAUSES.indexOf(cause));
  }

  resumeVenue(venue: number, cause: PauseCause): void {
    Atomics.and(this.#words, venueWord(venue), ~(1 << PAUSE_CAUSES.indexOf(cause)));
  }

  pauseInstrument(instrument: number, cause: PauseCause): void {
    Atomics.or(this.#words, instrumentWord(instrument), 1 << PAUSE_CAUSES.indexOf(cause));
  }

  resumeInstrument(instrument: number, cause: PauseCause): void {
    Atomics.and(this.#words, instrumentWord(instrument), ~(1 << PAUSE_CAUSES.indexOf(cause)));
  }

  venuePauses(venue: number): PauseCause[] {
    return causesIn(Atomics.load(this.#words, venueWord(venue)));
  }

  instrumentPauses(instrument: number): PauseCause[] {
    return causesIn(Atomics.load(this.#words, instrumentWord(instrument)));
  }

  /** With the button pressed the contacts are open all the time, so they are not asked. */
  #checkFlattening(order: GateQuestion, halt: number): GateRefusal | null {
    if ((halt & ~(EMERGENCY | SOFT_HALT)) !== 0) return 'halted';
    if (!this.isFlatteningPermitted) return 'no-permit';
    if (!this.#isLeased()) return 'halted';
    if (order.epoch !== Atomics.load(this.#words, EPOCH)) return 'stale-epoch';
    const { mayIncrease, mayReduce } = PERMISSIONS.flattening;
    if (!(order.isReduceOnly ? mayReduce : mayIncrease)) return 'mode';
    return this.#checkPauses(order, SOFT_PAUSE);
  }

  /** @param passed bits of pauses that do not concern the order */
  #checkPauses(order: GateQuestion, passed: number): GateRefusal | null {
    const words = this.#words;
    const venue = Atomics.load(words, venueWord(order.venue)) & ~passed;
    if (venue !== 0) return 'venue-paused';
    const instrument = Atomics.load(words, instrumentWord(order.instrument)) & ~passed;
    return instrument === 0 ? null : 'instrument-paused';
  }
}

/** Whether a halt word leaves the flattening of an emergency possible. */
export function isFlattenable(halt: number): boolean {
  return (halt & ~SOFT_HALT) === EMERGENCY;
}

/** An index beyond the table would pause somebody else without a word. */
function venueWord(venue: number): number {
  const isInside = Number.isInteger(venue) && venue >= 0 && venue < VENUES_MAX;
  assert(isInside, 'the gate has a word for the venue');
  return VENUES + venue;
}

function instrumentWord(instrument: number): number {
  const isInside = Number.isInteger(instrument) && instrument >= 0 && instrument < INSTRUMENTS_MAX;
  assert(isInside, 'the gate has a word for the instrument');
  return INSTRUMENTS + instrument;
}

function causesIn(word: number): PauseCause[] {
  return PAUSE_CAUSES.filter((_, bit) => (word & (1 << bit)) !== 0);
}
