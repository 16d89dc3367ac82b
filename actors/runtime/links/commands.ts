import type { Letter } from './connection.ts';

/** Commands that wait for their acknowledgement; one more is refused. */
export const COMMANDS_MAX = 1024;

export interface PendingCommand {
  readonly command: number;
  readonly bytes: Uint8Array;
  readonly letter: Letter;
  readonly acceptedNs: number;
}

/** Commands of one link that the peer has not acknowledged, oldest first. */
export class Commands {
  #pending: PendingCommand[] = [];
  #accepted = 0;

  get isFull(): boolean {
    return this.#pending.length >= COMMANDS_MAX;
  }

  get size(): number {
    return this.#pending.length;
  }

  /** The number of the next command; the numbers of one link's life are never used again. */
  get next(): number {
    return this.#accepted + 1;
  }

  keep(bytes: Uint8Array, letter: Letter, acceptedNs: number): void {
    this.#accepted += 1;
    this.#pending.push({ command: this.#accepted, bytes, letter, acceptedNs });
  }

  /** The peer has received all up to this one. */
  acknowledged(command: number): void {
    this.#pending = this.#pending.filter((pending) => pending.command > command);
  }

  /** What is to be sent again. */
  frames(): Uint8Array[] {
    return this.#pending.map(({ bytes }) => bytes);
  }

  /** Takes out those that were accepted before; their outcome is unknown. */
  takeBefore(acceptedNs: number): PendingCommand[] {
    const old = this.#pending.filter((pending) => pending.acceptedNs < acceptedNs);
    this.#pending = this.#pending.filter((pending) => pending.acceptedNs >= acceptedNs);
    return old;
  }

  takeAll(): PendingCommand[] {
    return this.takeBefore(Number.POSITIVE_INFINITY);
  }
}
