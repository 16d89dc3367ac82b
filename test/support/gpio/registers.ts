import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** Byte offsets of the BCM2835's GPIO registers, as far as pins 0 to 31 go. */
export const REGISTER = {
  select: 0x00,
  set: 0x1c,
  clear: 0x28,
  level: 0x34,
  event: 0x40,
  rising: 0x4c,
  falling: 0x58,
} as const;

const OUTPUT = 1;

/** The behaviour that the registers of a chip have and those of a plain file lack. */
export class Registers {
  readonly #fd: number;
  readonly #word = new Uint32Array(1);
  readonly #wires: readonly (readonly [output: number, input: number])[];

  /** @param wires outputs and the inputs that follow them */
  constructor(path: string, wires: Registers['wires'] = []) {
    this.#fd = openSync(path, 'r+');
    this.#wires = wires;
  }

  get wires(): readonly (readonly [output: number, input: number])[] {
    return this.#wires;
  }

  read(register: number): number {
    readSync(this.#fd, this.#word, 0, 4, register);
    return this.#word[0] as number;
  }

  write(register: number, value: number): void {
    this.#word[0] = value;
    writeSync(this.#fd, this.#word, 0, 4, register);
  }

  /** 0 input, 1 output. */
  functionOf(pin: number): number {
    return (this.read(REGISTER.select + 4 * Math.floor(pin / 10)) >>> (3 * (pin % 10))) & 7;
  }

  levelOf(pin: number): number {
    return (this.read(REGISTER.level) >>> pin) & 1;
  }

  /** Drives a pin from outside; an edge that is enabled is latched. */
  drive(pin: number, level: number): void {
    const before = this.levelOf(pin);
    if (before === level) return;
    const bit = 1 << pin;
    const levels = this.read(REGISTER.level);
    this.write(REGISTER.level, level === 1 ? levels | bit : levels & ~bit);
    const enabled = this.read(level === 1 ? REGISTER.rising : REGISTER.falling);
    if ((enabled & bit) !== 0) this.write(REGISTER.event, this.read(REGISTER.event) | bit);
  }

  /** Carries out what was written to SET and CLR, and lets wires follow. */
  settle(): void {
    for (const [register, level] of [
      [REGISTER.clear, 0],
      [REGISTER.set, 1],
    ] as const) {
      const written = this.read(register);
      this.write(register, 0);
      for (let pin = 0; pin < 32; pin += 1) {
        const isWritten = ((written >>> pin) & 1) === 1;
        if (isWritten && this.functionOf(pin) === OUTPUT) this.drive(pin, level);
      }
    }
    for (const [output, input] of this.#wires) this.drive(input, this.levelOf(output));
  }

  clearEvents(): void {
    this.write(REGISTER.event, 0);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
