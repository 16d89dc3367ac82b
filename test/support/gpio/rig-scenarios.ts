/** Programs that run inside the rig and say what they saw, one JSON line each. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { contactReader, type GpioBackend } from '../../../hardware/gpio/port.ts';
import { runSelfTest, type SelfTestWiring } from '../../../hardware/gpio/self-test.ts';
import { openRpio } from '../../../hardware/rpio.ts';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { measureStop } from '../../../src/desk/hardware/measure/measure-stop.ts';
import { Contacts } from '../../../src/guard/contacts.ts';
import { silentLog } from '../../../src/ops/log.ts';
import { livelyConfig } from '../process/lively-config.ts';
import { REGISTER, Registers } from './registers.ts';

const outside = { files: nodeFiles, clock: nodeClock, timers: nodeTimers };
const [A, B, TAMPER, RESET, LOOP_IN, SERVICE] = [17, 27, 5, 6, 23, 4] as const;
const [LOOP_OUT, LAMP, PULSE_A, PULSE_B] = [22, 16, 24, 25] as const;
const pins = {
  inputs: [A, B, TAMPER, RESET, LOOP_IN],
  outputs: [LOOP_OUT, LAMP, PULSE_A, PULSE_B],
};
const wiring: SelfTestWiring = {
  contacts: { a: A, b: B, tamper: TAMPER },
  loop: { out: LOOP_OUT, in: LOOP_IN },
  pulses: { a: PULSE_A, b: PULSE_B },
};
const WIRES = [
  [LOOP_OUT, LOOP_IN],
  [PULSE_A, A],
  [PULSE_B, B],
] as const;

const say = (fact: Record<string, unknown>): void =>
  void process.stdout.write(`${JSON.stringify(fact)}\n`);

function opened(): GpioBackend {
  const outcome = openRpio(pins, outside);
  if (!outcome.ok) throw new Error(outcome.error.detail);
  return outcome.value;
}

const scenarios: Readonly<Record<string, () => void | Promise<void>>> = {
  levels() {
    const registers = new Registers('/dev/gpiomem');
    for (const pin of [A, B, TAMPER]) registers.drive(pin, 1);
    const backend = opened();
    const read = contactReader(backend, wiring.contacts);
    say({ kind: backend.kind, healthy: read(), selfTest: backend.selfTest().ok });
    say({ functions: [A, LAMP].map((pin) => registers.functionOf(pin)) });
    registers.drive(B, 0);
    say({ pressed: read(), reset: backend.readSync(RESET), stranger: backend.readSync(4) });
    backend.write(LAMP, 1);
    say({ set: registers.read(REGISTER.set) >>> LAMP });
    backend.write(LAMP, 0);
    say({ clear: registers.read(REGISTER.clear) >>> LAMP });
    say({ second: openRpio(pins, outside) });
    backend.close();
    backend.close();
    say({ closed: read(), selfTest: backend.selfTest() });
    const again = opened();
    say({ again: contactReader(again, wiring.contacts)() });
    again.close();
    say({ twice: openRpio({ inputs: [A], outputs: [A] }, outside) });
    say({ noPin: openRpio({ inputs: [99], outputs: [] }, outside) });
  },
  /** The contact opens between two checks of a gate, with no turn of the event loop between. */
  'between-checks'() {
    const registers = new Registers('/dev/gpiomem');
    for (const pin of [A, B, TAMPER]) registers.drive(pin, 1);
    const read = contactReader(opened(), wiring.contacts);
    const left: number[] = [];
    for (let order = 0; order < 10; order += 1) {
      if (order === 6) registers.drive(A, 0);
      if (read() === 0) left.push(order);
    }
    say({ left });
    process.exit(0);
  },
  async edges() {
    const registers = new Registers('/dev/gpiomem');
    for (const pin of [A, B, TAMPER]) registers.drive(pin, 1);
    const backend = opened();
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      backend.watch([A, B, RESET], ({ pin, level }) => {
        registers.clearEvents();
        seen.push(`${pin}=${level}`);
        if (seen.length === 1) registers.drive(RESET, 1);
        if (seen.length === 2) {
          // A pulse that is over before anybody looks.
          registers.drive(B, 0);
          registers.drive(B, 1);
        }
        if (seen.length === 4) resolve();
      });
      registers.drive(A, 0);
    });
    say({ seen, isRising: registers.read(REGISTER.rising) >>> A });
    backend.close();
    say({ after: registers.read(REGISTER.falling) | registers.read(REGISTER.rising) });
  },
  /** `estop measure` on the real native code: outputs that feed the channels open them. */
  async measure() {
    const registers = new Registers('/dev/gpiomem', WIRES);
    registers.drive(TAMPER, 1);
    const chip = setInterval(() => {
      registers.settle();
      registers.clearEvents();
    }, 1);
    const folder = mkdtempSync(join(tmpdir(), 'flyball-measure-rig-'));
    const file = join(folder, 'desk.yaml');
    const named = { a: A, b: B, tamper: TAMPER, reset: RESET, service: SERVICE };
    const loop = { loopIn: LOOP_IN, loopOut: LOOP_OUT, feedA: PULSE_A, feedB: PULSE_B };
    const lamps = { green: LAMP, yellow: 13, red: 19, buzzer: 26, heartbeat: 12 };
    const hardware = { driver: 'rpio', pins: { ...named, ...loop, ...lamps } };
    writeFileSync(
      file,
      livelyConfig((config) => void Object.assign(config, { hardware })),
    );
    const measured = await measureStop(file, 1, '0.0.0');
    clearInterval(chip);
    rmSync(folder, { recursive: true });
    say(measured.ok ? { ...measured.value } : { fault: measured.error });
    process.exit(0);
  },
  /** A second process with the guard's own eyes, beside the desk that has the chip. */
  async guard() {
    const registers = new Registers('/dev/gpiomem');
    for (const pin of [A, B, TAMPER]) registers.drive(pin, 1);
    const backend = opened();
    backend.watch([A, B, TAMPER], () => {});
    const shared = [0, 1, 2].map((word) => REGISTER.select + 4 * word);
    shared.push(REGISTER.set, REGISTER.clear, REGISTER.rising, REGISTER.falling);
    // Whoever sets a pin up anew would undo these, as no desk has them.
    registers.write(REGISTER.select + 4, 0x00924924);
    registers.write(REGISTER.rising, 0x5a5a5a5a);
    const before = shared.map((at) => registers.read(at));
    const guard = spawn(
      process.execPath,
      [...process.execArgv, process.argv[1] as string, 'look'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const lines = createInterface({ input: guard.stdout })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    say({ healthy: await next() });
    for (const [pin, name] of [
      [B, 'b'],
      [TAMPER, 'tamper'],
    ] as const) {
      registers.drive(pin, 0);
      guard.stdin.write('\n');
      say({ [name]: await next() });
    }
    say({ untouched: shared.every((at, index) => registers.read(at) === before[index]) });
    guard.stdin.end();
    process.exit(0);
  },
  /** What the guard sees, a line each time it is asked. */
  async look() {
    const contacts = new Contacts({ env: outside, log: silentLog(), runFolder: '/nowhere' });
    contacts.follow({ driver: 'rpio', pins: { a: A, b: B, tamper: TAMPER } });
    process.stdout.write(`${contacts.look()}\n`);
    for await (const _ of process.stdin) process.stdout.write(`${contacts.look()}\n`);
    contacts.close();
  },
  async 'self-test'() {
    for (const cut of [[], [LOOP_OUT], [PULSE_B]]) {
      const wires = WIRES.filter(([output]) => !cut.includes(output as never));
      const registers = new Registers('/dev/gpiomem', wires);
      registers.drive(TAMPER, 1);
      // The cut channel hangs on the supply, so it reads closed whatever the pulse does.
      for (const pin of [A, B]) registers.drive(pin, 1);
      const backend = opened();
      const chip = setInterval(() => registers.settle(), 1);
      const outcome = await new Promise((resolve) =>
        runSelfTest(backend, wiring, outside, resolve),
      );
      clearInterval(chip);
      say({ cut, outcome: shown(outcome) });
      registers.drive(LOOP_IN, 0);
      backend.close();
      registers.close();
    }
  },
  'failed-init'() {
    say({ first: openRpio(pins, outside) });
    say({ second: openRpio(pins, outside) });
  },
  /** What our port keeps from happening. */
  'bare-package'() {
    const bare = createRequire(import.meta.url)('rpio');
    try {
      bare.init({ mapping: 'gpio' });
    } catch (thrown) {
      say({ thrown: String(thrown) });
    }
    say({ read: bare.read(A) });
  },
  board() {
    say({ outcome: openRpio(pins, outside) });
  },
};

/** A report without its measured time. */
function shown(outcome: unknown): unknown {
  return JSON.parse(JSON.stringify(outcome, (key, value) => (key === 'slowestMs' ? 0 : value)));
}

await scenarios[process.argv[2] as string]?.();
