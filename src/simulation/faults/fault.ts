import type { Rng } from '../../core/rng.ts';
import type { DiskSwitches } from '../disk/process-files.ts';
import type { Venue } from '../server/venue.ts';
import type { VenueFacade } from '../server/venue-facade.ts';
import type { NetSwitches } from './process-net.ts';

/** Where a fault strikes; they are injected in this order of closeness to the order. */
export type Family = 'actor' | 'process' | 'transport' | 'disk' | 'clock' | 'venue' | 'people';

/** How a handler of an actor goes wrong at its next message. */
export type HandlerFault = 'throws-before' | 'throws-after' | 'hangs' | 'out-of-memory';

/** What a simulation lets a fault touch. */
export interface FaultTarget {
  readonly random: Rng;
  readonly disk: DiskSwitches;
  readonly net: NetSwitches;
  /** Where it strikes, of the venues that the desk trades at. */
  readonly venue: Venue<VenueFacade>;
  /** By which names that venue's server takes faults of the two requests of an order. */
  readonly operations: { readonly place: string; readonly cancel: string };
  /** Mutable: the delay of each way between desk and venue. */
  readonly latency: { fixedMs: number; jitterMs: number; bytesPerSecond: number };
  /** Mutable: what the venue's wall clock is ahead of the true one. */
  readonly venueClock: { aheadMs: number };
  /** The account that the desk trades with, and the market that it trades. */
  readonly account: string;
  readonly symbol: string;
  readonly desk: DeskTarget;
  /** Once, in virtual time. */
  after(ms: number, run: () => void): void;
  /** The whole process waits. */
  stall(ms: number): void;
  setWallAhead(ms: number): void;
  /** Lets connections that have swallowed something end. */
  healNet(): void;
  setClockRate(rate: number): void;
  /** For so long from now nobody can blame a strategy for holding back. */
  unsettleMarket(ms: number): void;
}

/** What happens to the panel of the emergency stop; `release` closes all its contacts. */
export type PanelBlow =
  | 'press'
  | 'release'
  | 'tamper'
  | 'cut-a'
  | 'cut-b'
  | 'hold-reset'
  | 'let-go-reset';

/** What can be done to the desk from outside. Harmless when it is down. */
export interface DeskTarget {
  /** Paths of the actors that run, and of their supervisors. */
  workers(): readonly string[];
  supervisors(): readonly string[];
  /** The actor fails at its next message boundary. */
  crash(path: string): void;
  stop(path: string): void;
  spoilHandler(path: string, how: HandlerFault): void;
  /** The process dies now; with the power, what was not synced may be gone. */
  kill(options: { readonly isPowerCut: boolean }): void;
  /** The guard of the desk dies; the desk starts another. */
  killGuard(): void;
  /** The guard finds the heads that it had some time ago. */
  rollWitnessBack(): void;
  /** The panel vanishes; with `replacePanel` another one is put in its place. */
  losePanel(): void;
  replacePanel(): void;
  /** Whether the pets of the desk reach the watchdog of the host. */
  deafenWatchdog(isDeaf: boolean): void;
  /** The store is lost with the next death, and made anew from the log. */
  loseStore(): void;
  /** A copy of the store is laid aside; with the next death it takes the place of the store. */
  rollStoreBack(): void;
  /** The medium has lied about syncs; nobody can promise anything about it. */
  mediumWasFalse(): void;
  /** A bit of the last record on the medium turns over while the process is down. */
  flipTailBit(): void;
  stopInOrder(): void;
  startTwice(): void;
  reload(what: 'same' | 'limits' | 'invalid' | 'half-written'): void;
  trip(): void;
  panel(blow: PanelBlow): void;
  resetEarly(): void;
  requestMode(mode: 'manual' | 'semi-auto' | 'full-auto'): void;
}

/** A fault that the simulation can bring about. */
export interface PresentFault {
  readonly id: string;
  readonly fault: string;
  readonly family: Family;
  /** What of the catalogue's text it does not bring about, and why; left out when it does all. */
  readonly partly?: string;
  /** Longest time it lasts, in virtual milliseconds; 0 when it strikes once. */
  readonly lastsMs: number;
  /** @returns how it is undone; harmless when asked twice */
  start(target: FaultTarget): () => void;
}

/** A fault of the catalogue that nothing here can suffer. */
export interface AbsentFault {
  readonly id: string;
  readonly fault: string;
  /** What is missing, and what brings it. */
  readonly absent: string;
}

export type Fault = PresentFault | AbsentFault;

export function isPresent(fault: Fault): fault is PresentFault {
  return !('absent' in fault);
}
