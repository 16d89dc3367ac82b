import type { Clock, Timer, Timers } from '../../../core/env.ts';
import type { Rng } from '../../../core/rng.ts';
import type { Line } from '../streams/line.ts';

/** A key that nobody keeps alive for so long is forgotten. */
export const LISTEN_KEY_MS = 3_600_000;
const KEY_LENGTH = 64;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

interface ListenKey {
  readonly key: string;
  readonly account: string;
  readonly lines: Set<Line>;
  timer: Timer;
}

/** The keys by which accounts hear of themselves, one an account. */
export class ListenKeys {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #random: Rng;
  readonly #keys = new Map<string, ListenKey>();

  constructor(clock: Clock, timers: Timers, random: Rng) {
    this.#clock = clock;
    this.#timers = timers;
    this.#random = random;
  }

  /** The account's key, alive for another hour; a new one where it has none. */
  open(account: string): string {
    const known = this.#of(account);
    if (known !== null) {
      this.keep(account);
      return known.key;
    }
    const letter = (): string => LETTERS[this.#random.below(LETTERS.length)] as string;
    const key = Array.from({ length: KEY_LENGTH }, letter).join('');
    this.#keys.set(key, { key, account, lines: new Set(), timer: this.#expireLater(key) });
    return key;
  }

  /** @returns false when the account has no key */
  keep(account: string): boolean {
    const known = this.#of(account);
    if (known === null) return false;
    known.timer.cancel();
    known.timer = this.#expireLater(known.key);
    return true;
  }

  /** Forgets the key of an account now, as if it had not been kept alive. */
  expire(account: string): void {
    const known = this.#of(account);
    if (known === null) return;
    const event = { e: 'listenKeyExpired', E: this.#clock.now(), listenKey: known.key };
    for (const line of known.lines) line.send(JSON.stringify(event));
    this.close(account);
  }

  close(account: string): void {
    const known = this.#of(account);
    if (known === null) return;
    known.timer.cancel();
    this.#keys.delete(known.key);
  }

  /** @returns the account that the connection hears of now, or null for a key that is not alive */
  attach(line: Line, key: string): string | null {
    const known = this.#keys.get(key) ?? null;
    known?.lines.add(line);
    return known?.account ?? null;
  }

  detach(line: Line): void {
    for (const { lines } of this.#keys.values()) lines.delete(line);
  }

  linesOf(account: string): Iterable<Line> {
    return this.#of(account)?.lines ?? [];
  }

  stop(): void {
    for (const { timer } of this.#keys.values()) timer.cancel();
    this.#keys.clear();
  }

  #of(account: string): ListenKey | null {
    for (const each of this.#keys.values()) if (each.account === account) return each;
    return null;
  }

  #expireLater(key: string): Timer {
    return this.#timers.after(LISTEN_KEY_MS, () => {
      const known = this.#keys.get(key);
      if (known !== undefined) this.expire(known.account);
    });
  }
}
