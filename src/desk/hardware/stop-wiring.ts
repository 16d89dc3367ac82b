import { address } from '../../../actors/addresses.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import { PANEL } from '../../../hardware/estop/kill-switch.ts';
import { CONTACTS, type StopCause } from '../../../hardware/estop/signals.ts';
import { contactReader, type GpioEdge } from '../../../hardware/gpio/port.ts';
import type { StopPolicy } from '../../control/stop/flatten-permit.ts';
import { reasonOf } from '../../core/result.ts';
import type { DeskParts } from '../desk-parts.ts';

/**
 * What stops a desk without waiting for any actor: the gate reads the contacts before every order,
 * edges that the driver tells close it, and so does whoever calls `trip`. The gate comes first, the
 * mark of the latch second, the requests to cancel everything third, and the disk is synced in the
 * next turn: a sync takes milliseconds in which orders could fill. The actors follow.
 */
export class StopWiring {
  readonly #parts: DeskParts;
  readonly #lane: Lane;

  constructor(parts: DeskParts, lane: Lane) {
    this.#parts = parts;
    this.#lane = lane;
    const { gate, hardware, isClockReal } = parts;
    const read = contactReader(hardware.backend, hardware.pins);
    gate.readContacts({ read, onOpen: () => this.#contactOpen() });
    // Under a virtual clock the beat is enough: its steps are counted, and nobody's hand is there.
    if (isClockReal) {
      const pins = SIGNALS.map((signal) => hardware.pins[signal]);
      hardware.backend.watch(pins, (edge, atNs) => this.#edge(edge, atNs));
    }
  }

  /**
   * Closes gate and latch at once, whatever state the actors are in; they follow.
   *
   * @param how to stop; as configured when it is not said
   */
  trip(by: string, reason: string, cause: StopCause, how?: StopPolicy): void {
    const { gate } = this.#parts;
    const modeBefore = gate.mode;
    gate.close('emergency');
    this.#stop(`${by}: ${reason}`);
    const stop = how === undefined ? {} : { stop: how };
    this.#lane.send(address.control, { kind: 'emergency', by, reason, ...stop });
    this.#lane.send(address.killSwitch, { kind: 'trip', cause, by, reason, modeBefore });
  }

  /** The gate has just refused an order over it, and is closed. */
  #contactOpen(): void {
    this.#stop(`${PANEL}: a contact is open`);
    this.#lane.send(address.killSwitch, { kind: 'beat' });
  }

  #edge({ pin, level }: GpioEdge, atNs: number): void {
    const { gate, hardware } = this.#parts;
    const signal = SIGNALS.find((each) => hardware.pins[each] === pin);
    if (signal === undefined) return;
    if (CONTACTS.some((contact) => contact === signal) && level !== 1) {
      const isNews = !gate.isClosedBy('emergency');
      if (isNews) gate.close('emergency');
      // A contact that flickers must not have everything cancelled at every edge.
      if (isNews) this.#stop(`${PANEL}: contact ${signal} is open`);
    }
    this.#lane.send(address.killSwitch, { kind: 'edge', signal, level, atNs });
  }

  /** The gate is closed: what everybody has to see, and what must not wait for a disk. */
  #stop(cause: string): void {
    const { latch, env, venues } = this.#parts;
    const nowMs = env.clock.now();
    this.#latched('latch-not-marked', () => latch.mark(cause, nowMs));
    for (const { name } of venues) this.#lane.ingest(address.venue(name), { kind: 'cancel-all' });
    env.timers.turn(() => this.#latched('latch-not-written', () => latch.set(cause, nowMs)));
  }

  #latched(fault: string, write: () => void): void {
    try {
      write();
    } catch (thrown) {
      this.#parts.log('fatal', 'desk', fault, { reason: reasonOf(thrown) });
    }
  }
}

const SIGNALS = ['a', 'b', 'tamper', 'reset', 'service'] as const;
