/** What runs in the virtual machine, on a real character device, a JSON line for each fact. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { openGpiod } from '../../../hardware/gpio/gpiod.ts';
import { contactReader, type GpioBackend } from '../../../hardware/gpio/port.ts';
import {
  runSelfTest,
  type SelfTestFault,
  type SelfTestReport,
  type SelfTestWiring,
  selfTestFaultText,
} from '../../../hardware/gpio/self-test.ts';
import { openWatchdog } from '../../../hardware/watchdog/device.ts';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import type { Result } from '../../../src/core/result.ts';
import { Contacts } from '../../../src/guard/contacts.ts';
import { silentLog } from '../../../src/ops/log.ts';

const CHIP = 'gpiochip0';
const [A, B, TAMPER, LOOP_IN, LOOP_OUT] = [17, 27, 22, 25, 5] as const;
const GUARD = { a: 2, b: 3, tamper: 4 };
const CONTACTS = { a: A, b: B, tamper: TAMPER };
const WAIT_MS_MAX = 60_000;
const SELF_TESTS_MAX = 20;
const SETTLE_MS = 1_000;
const PET_MS = 500;
/** Longer than the three seconds that the device is set to. */
const PETTED_MS = 8_000;

const outside = { files: nodeFiles, clock: nodeClock, timers: nodeTimers };

function say(fact: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
}

/** What a hand does to a line. */
function drive(line: number, level: 0 | 1): void {
  writeFileSync('/sys/module/flyball_gpio/parameters/drive', `${line} ${level}`);
}

const pause = (ms: number) => new Promise<void>((resolve) => void nodeTimers.after(ms, resolve));

async function until(what: string, holds: () => boolean): Promise<void> {
  const endNs = nodeClock.mono() + WAIT_MS_MAX * 1e6;
  while (!holds()) {
    if (nodeClock.mono() > endNs) throw new Error(`waited in vain for ${what}`);
    await pause(1);
  }
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  async gpio() {
    for (const line of [A, B, TAMPER, ...Object.values(GUARD)]) drive(line, 1);
    const opened = await openGpiod(
      {
        ...{ chip: CHIP, inputs: [A, B, TAMPER, LOOP_IN], outputs: [LOOP_OUT] },
        ...{ folder: '/run', toolFolder: null },
      },
      outside,
    );
    if (!opened.ok) throw new Error(opened.error.detail);
    const backend = opened.value;
    const read = contactReader(backend, CONTACTS);
    say({ opened: backend.kind, healthy: read() });
    await selfTest(backend);
    const busy = spawnSync('gpioget', [CHIP, String(A)], { encoding: 'utf8' });
    say({ second: /busy/i.test(busy.stderr) });
    await guardSees();
    await edges(backend, read);
    await lost(backend);
  },
  async petted() {
    const opened = openWatchdog();
    if (!opened.ok) throw new Error(opened.error.detail);
    for (let ms = 0; ms < PETTED_MS; ms += PET_MS) {
      const petted = opened.value.pet();
      if (!petted.ok) throw new Error(petted.error.detail);
      await pause(PET_MS);
    }
    say({ petted: PETTED_MS });
    const rested = opened.value.disarm();
    await pause(PETTED_MS);
    say({ disarmed: rested.ok });
  },
  async hung() {
    const opened = openWatchdog();
    if (!opened.ok) throw new Error(opened.error.detail);
    opened.value.pet();
    say({ hangs: true });
    for (;;);
  },
};

/** As the desk does it, again and again: an emulated processor starts a child when it can. */
async function selfTest(backend: GpioBackend): Promise<void> {
  const wiring: SelfTestWiring = {
    contacts: CONTACTS,
    loop: { out: LOOP_OUT, in: LOOP_IN },
    pulses: null,
  };
  for (let tries = 1; tries <= SELF_TESTS_MAX; tries += 1) {
    const outcome = await new Promise<Result<SelfTestReport, SelfTestFault>>((resolve) =>
      runSelfTest(backend, wiring, outside, resolve),
    );
    say({ selfTest: outcome.ok ? 'passed' : selfTestFaultText(outcome.error) });
    if (outcome.ok) return;
    await pause(SETTLE_MS);
  }
}

/** On lines of its own, beside the desk that has the others. */
async function guardSees(): Promise<void> {
  const log = silentLog();
  const contacts = new Contacts({ env: outside, log, runFolder: '/run' });
  contacts.follow({ driver: 'gpiod', chip: CHIP, pins: GUARD });
  await until('the lines of the guard', () => contacts.look() !== null);
  const healthy = contacts.look();
  drive(GUARD.b, 0);
  await until('the press', () => contacts.look() !== 0);
  say({ guard: [healthy, contacts.look()] });
  contacts.close();
}

async function edges(backend: GpioBackend, read: () => number): Promise<void> {
  const seen: string[] = [];
  backend.watch([A, B, TAMPER], ({ pin, level }) => seen.push(`${pin}=${level}`));
  const edgeNs = nodeClock.mono();
  drive(A, 0);
  // In one turn, as the gate does it: nothing of this event loop runs.
  while (read() === 0 && nodeClock.mono() - edgeNs < WAIT_MS_MAX * 1e6);
  say({ pressed: read(), toldBefore: seen.length });
  process.stdout.write(`edge to gate: ${((nodeClock.mono() - edgeNs) / 1e6).toFixed(1)} ms\n`);
  drive(A, 1);
  await until('both edges', () => seen.length === 2);
  drive(B, 0);
  drive(B, 1);
  await until('a pulse', () => seen.length === 4);
  say({ seen });
}

async function lost(backend: GpioBackend): Promise<void> {
  const monitors = readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'gpiomon\n',
  );
  process.kill(Number(monitors.at(-1)), 'SIGKILL');
  await until('the loss', () => !backend.selfTest().ok);
  say({ lost: [A, B, TAMPER].map((pin) => backend.readSync(pin)) });
}

try {
  await scenarios[process.argv[2] as string]?.();
} catch (thrown) {
  say({ failed: String(thrown) });
}
process.exit(0);
