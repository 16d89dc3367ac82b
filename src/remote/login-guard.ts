/** Failed logins within the window after which everybody waits. */
export const FAILURES_MAX = 5;
const WINDOW_MS = 60_000;
export const LOCK_MS = 60_000;

/** Counts failed logins: five within a minute lock the door for the next minute. */
export class LoginGuard {
  readonly #failedMs: number[] = [];
  #lockedUntilMs = Number.NEGATIVE_INFINITY;

  isLocked(nowMs: number): boolean {
    return nowMs < this.#lockedUntilMs;
  }

  /** A failure while locked does not prolong the lock, or a flood could hold it shut for ever. */
  failed(nowMs: number): void {
    if (this.isLocked(nowMs)) return;
    this.#failedMs.push(nowMs);
    while ((this.#failedMs[0] as number) <= nowMs - WINDOW_MS) this.#failedMs.shift();
    if (this.#failedMs.length < FAILURES_MAX) return;
    this.#lockedUntilMs = nowMs + LOCK_MS;
    this.#failedMs.length = 0;
  }
}
