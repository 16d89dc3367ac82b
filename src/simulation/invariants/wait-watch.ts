import type { Verdicts } from './verdicts.ts';

/** One line of the actor tree, as far as it matters here. */
export interface SeenActor {
  readonly path: string;
  readonly uid: number;
  readonly status: string;
  readonly depth: number;
}

/** An asynchronous handler or start has five seconds, a stop as many; some for a slow turn. */
const STATUS_MS_MAX = 20_000;
/** Answers to people come within five seconds of the lane, or within fifteen to a stop. */
const ANSWER_MS_MAX = 20_000;
const PASSING = new Set(['starting', 'awaiting', 'failed', 'stopping']);
/** Commands that wait at once; more is a bug of the simulation. */
const COMMANDS_MAX = 10_000;

/** I9, `answered` and `stuck`: bounds of mailboxes, of answers and of what is under way. */
export class WaitWatch {
  readonly #verdicts: Verdicts;
  readonly #capacities = new Map<string, number>();
  readonly #since = new Map<number, Since>();
  readonly #waiting = new Map<number, { readonly what: string; readonly ms: number }>();
  #commands = 0;

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  /** What the spec of a path says its mailbox holds. */
  declared(path: string, capacity: number): void {
    this.#capacities.set(path, capacity);
  }

  /** Looks at all actors of the lane. */
  look(actors: readonly SeenActor[], nowMs: number): void {
    const seen = new Set<number>();
    for (const { path, uid, status, depth } of actors) {
      seen.add(uid);
      const capacity = this.#capacities.get(path);
      if (capacity !== undefined && depth > capacity) {
        this.#verdicts.report('I9', `${path} holds ${depth} messages of ${capacity}`);
      }
      const since = this.#since.get(uid);
      if (since?.status !== status) {
        this.#since.set(uid, { path, status, ms: nowMs });
      } else if (PASSING.has(status) && nowMs - since.ms > STATUS_MS_MAX) {
        this.#verdicts.report('stuck', `${path} is ${status} for ${nowMs - since.ms} ms`);
        this.#since.set(uid, { path, status, ms: nowMs });
      }
    }
    for (const uid of this.#since.keys()) if (!seen.has(uid)) this.#since.delete(uid);
    for (const [id, { what, ms }] of this.#waiting) {
      if (nowMs - ms <= ANSWER_MS_MAX) continue;
      this.#waiting.delete(id);
      this.#verdicts.report('answered', `${what} waits for its answer for ${nowMs - ms} ms`);
    }
  }

  /** For how long an actor has not handled anything because something of it is under way. */
  busyMs(wanted: string, nowMs: number): number {
    const since = [...this.#since.values()].find(({ path }) => path === wanted);
    return since === undefined || !PASSING.has(since.status) ? 0 : nowMs - since.ms;
  }

  /** Follows a command to its answer, whether yes or no. */
  async follow<T>(what: string, nowMs: number, answer: Promise<T>): Promise<T | null> {
    this.#commands += 1;
    const id = this.#commands;
    if (this.#waiting.size < COMMANDS_MAX) this.#waiting.set(id, { what, ms: nowMs });
    try {
      return await answer;
    } catch {
      return null;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** A desk that nothing was wrong with has not answered. */
  unanswered(what: string): void {
    this.#verdicts.report('answered', `${what} has no answer, and nothing is wrong`);
  }

  /** The process is gone, and whoever waited for it has been told by the system. */
  forget(): void {
    this.#since.clear();
    this.#waiting.clear();
  }
}

interface Since {
  readonly path: string;
  readonly status: string;
  readonly ms: number;
}
