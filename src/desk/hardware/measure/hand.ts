import { Worker } from 'node:worker_threads';
import { nodeClock, nodeTimers } from '../../../core/node-env.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { COMPARE, type HandOrder, type Pressed } from './press-thread.ts';

const ROUNDS = 50;
const ANSWER_MS_MAX = 10_000;

/** A hand in a thread of its own. What it tells is on this thread's clock. */
export class Hand {
  readonly #worker = new Worker(new URL('./press-thread.js', import.meta.url));
  /** What this thread's clock is behind that of the hand. */
  #aheadNs = 0;

  async ready(): Promise<Result<void, string>> {
    const started = await this.#answer();
    if (!started.ok) return started;
    this.#aheadNs = this.#compare();
    return ok(undefined);
  }

  /** Presses a panel and waits until it has seen the gate close. */
  async press(panel: string, gate: SharedArrayBuffer): Promise<Result<Pressed, string>> {
    this.#order({ kind: 'press', gate, panel });
    const answer = await this.#answer();
    if (!answer.ok) return answer;
    const { edgeNs, closedNs } = answer.value as Pressed;
    const here = (atNs: number): number => atNs - this.#aheadNs;
    return ok({ edgeNs: here(edgeNs), closedNs: closedNs === null ? null : here(closedNs) });
  }

  /**
   * Has somebody else press, and waits until the hand has seen the gate close.
   *
   * @param press is called once the hand looks; it opens the contacts before it returns
   */
  async seeClosing(gate: SharedArrayBuffer, press: () => void): Promise<Result<Pressed, string>> {
    this.#order({ kind: 'look', gate });
    const looking = await this.#answer();
    if (!looking.ok) return looking;
    const edgeNs = nodeClock.mono();
    press();
    const answer = await this.#answer();
    if (!answer.ok) return answer;
    const { closedNs } = answer.value as Pressed;
    return ok({ edgeNs, closedNs: closedNs === null ? null : closedNs - this.#aheadNs });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  /** The round that took least is the one that says most: its error is half of what it took. */
  #compare(): number {
    const shared = new SharedArrayBuffer(COMPARE.bytes);
    const words = new Int32Array(shared);
    const time = new Float64Array(shared, COMPARE.timeOffset, 1);
    this.#order({ kind: 'compare', shared, rounds: ROUNDS });
    let least = Number.POSITIVE_INFINITY;
    let aheadNs = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const askedNs = nodeClock.mono();
      Atomics.store(words, COMPARE.turn, COMPARE.asked);
      while (Atomics.load(words, COMPARE.turn) !== COMPARE.told);
      const toldNs = nodeClock.mono();
      if (toldNs - askedNs >= least) continue;
      least = toldNs - askedNs;
      aheadNs = (time[0] as number) - (askedNs + toldNs) / 2;
    }
    return aheadNs;
  }

  #order(order: HandOrder): void {
    this.#worker.postMessage(order);
  }

  #answer(): Promise<Result<unknown, string>> {
    return new Promise((resolve) => {
      const finish = (outcome: Result<unknown, string>): void => {
        limit.cancel();
        this.#worker.off('message', told).off('error', failed);
        resolve(outcome);
      };
      const told = (answer: unknown): void => finish(ok(answer));
      const failed = ({ message }: Error): void => finish(err(message));
      const late = `the hand did not answer within ${ANSWER_MS_MAX} ms`;
      const limit = nodeTimers.after(ANSWER_MS_MAX, () => finish(err(late)));
      this.#worker.on('message', told).on('error', failed);
    });
  }
}
