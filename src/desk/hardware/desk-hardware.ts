import { BEAT_US } from '../../../hardware/estop/heartbeat.ts';
import type { LampPins } from '../../../hardware/estop/lamp-panel.ts';
import type { EstopPins } from '../../../hardware/estop/sample.ts';
import type { GpioBackend } from '../../../hardware/gpio/port.ts';
import type { SelfTestWiring } from '../../../hardware/gpio/self-test.ts';
import type { ContactSource } from '../../control/guard/wire.ts';

/** The stop that a hand can press, opened and tested, as a desk holds it. */
export interface DeskHardware {
  readonly backend: GpioBackend;
  readonly pins: EstopPins;
  readonly lamps: LampPins;
  /** Where the guard reads the contacts for itself. */
  readonly guardContacts: ContactSource;
  /** Without the pulses, which open a channel and so belong before the stop is armed. */
  readonly wiring: SelfTestWiring;
  /** What was wrong at the start; null when the self-test passed. */
  readonly startFault: string | null;
}

/** How often the pins are looked at on a real clock: three missed looks are a trip. */
const BEAT_MS = BEAT_US / 1_000;
/** Half a period of the heartbeat pin. */
export const REFRESH_MS = 50;
/** Under a virtual clock each look is a step of the run, and the gate reads the contacts anyhow. */
const VIRTUAL_BEAT_MS = 250;

export const beatMsOf = (isClockReal: boolean): number => (isClockReal ? BEAT_MS : VIRTUAL_BEAT_MS);
