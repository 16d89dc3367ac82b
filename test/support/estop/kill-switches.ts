import { KillSwitch } from '../../../hardware/estop/kill-switch.ts';
import { PANEL_PINS } from '../../../hardware/gpio/panel.ts';
import type { GpioFault, GpioKind, Level } from '../../../hardware/gpio/port.ts';
import type { EstopRecorded } from '../../../src/control/estop-event.ts';
import { Gate } from '../../../src/control/gate.ts';
import type { Latch } from '../../../src/control/latch.ts';
import { err, ok } from '../../../src/core/result.ts';
import { type FakeBackend, fakeBackend } from '../gpio/backends.ts';
import { type ManualEnv, manualEnv } from '../manual-env.ts';

const { a, b, tamper, reset, service } = PANEL_PINS;
/** Everything closed, nothing held. */
export const HEALTHY_PINS = { [a]: 1, [b]: 1, [tamper]: 1, [reset]: 0, [service]: 0 } as const;

export interface TestSwitch {
  readonly desk: KillSwitch;
  readonly env: ManualEnv;
  readonly gate: Gate;
  readonly latch: Latch;
  readonly faultLatch: Latch;
  readonly backend: FakeBackend;
  readonly journal: EstopRecorded[];
  /** `what` of each record so far. */
  told(): string[];
  /** What control was told, and what was worth an alert. */
  readonly stops: string[];
  readonly alerts: string[];
  /** Sets pins and looks, as a beat does. */
  show(levels: Readonly<Record<number, Level | null>>): void;
  wait(ms: number): Promise<void>;
  /** Holds the reset button for so long, from now. */
  hold(ms: number): Promise<void>;
}

export interface TestSwitchParts {
  readonly kind?: GpioKind;
  readonly levels?: Readonly<Record<number, Level>>;
  readonly latched?: string;
  readonly faulted?: string;
  readonly isUnwritable?: boolean;
  readonly driverFault?: () => GpioFault | null;
  /** Control hears of a stop and follows at once. */
  readonly isControlDeaf?: boolean;
}

export function aKillSwitch(parts: TestSwitchParts = {}): TestSwitch {
  const env = manualEnv();
  const gate = new Gate();
  gate.open('starting');
  gate.setMode('full-auto');
  const isUnwritable = parts.isUnwritable === true;
  const latch = aLatch(parts.latched ?? null, isUnwritable);
  const faultLatch = aLatch(parts.faulted ?? null, isUnwritable);
  const { driverFault = () => null } = parts;
  const backend = {
    ...fakeBackend(parts.levels ?? HEALTHY_PINS, { kind: parts.kind ?? 'simulated-panel' }),
    selfTest: () => {
      const fault = driverFault();
      return fault === null ? ok(undefined) : err(fault);
    },
  };
  const journal: EstopRecorded[] = [];
  const stops: string[] = [];
  const alerts: string[] = [];
  const desk = new KillSwitch({
    backend,
    pins: PANEL_PINS,
    gate,
    latch,
    faultLatch,
    clock: env.clock,
    openOrders: () => 2,
    journal: (event) => void journal.push(event),
    stop(by, reason) {
      stops.push(`${by}: ${reason}`);
      if (parts.isControlDeaf !== true) gate.setMode('emergency');
    },
    alert: (what, detail) => void alerts.push(`${what}: ${detail}`),
  });
  const show: TestSwitch['show'] = (levels) => {
    for (const [pin, level] of Object.entries(levels)) {
      if (level === null) backend.levels.delete(Number(pin));
      else backend.levels.set(Number(pin), level);
    }
    desk.beat();
  };
  const wait = (ms: number): Promise<void> => env.advance(ms);
  const hold = async (ms: number): Promise<void> => {
    show({ [reset]: 1 });
    await wait(ms);
    show({ [reset]: 0 });
  };
  const told = (): string[] => journal.map(({ what }) => what);
  return {
    ...{ desk, env, gate, latch, faultLatch, backend, journal, told },
    ...{ stops, alerts, show, wait, hold },
  };
}

function aLatch(from: string | null, isUnwritable: boolean): Latch {
  let standing = from;
  return {
    cause: () => standing,
    set(cause) {
      if (isUnwritable) throw new Error('EROFS');
      standing ??= cause;
    },
    clear() {
      if (isUnwritable) throw new Error('EROFS');
      standing = null;
    },
  };
}
