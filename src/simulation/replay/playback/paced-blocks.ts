import type { Clock, Timers } from '../../../core/env.ts';
import { longAt, RECORD_WORDS, type RecordBlock, WORD } from '../../../storage/columns/record.ts';

/** A wait shorter than this is not worth one: what is due within it comes at once. */
const WAIT_MS_MIN = 2;

/**
 * Gives records when their local time comes, so many times as fast as they were recorded; a block
 * is cut where one has to wait. The first record comes at once.
 *
 * @param pace above 0; infinite gives every block as it is
 */
export async function* pacedBlocks(
  blocks: AsyncIterable<RecordBlock>,
  pace: number,
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
): AsyncGenerator<RecordBlock> {
  let originNs = Number.NaN;
  let firstUs = 0;
  for await (const { words, count } of blocks) {
    if (pace === Number.POSITIVE_INFINITY) {
      yield { words, count };
      continue;
    }
    let from = 0;
    for (let at = 0; at < count; at += 1) {
      const localUs = longAt(words, at * RECORD_WORDS + WORD.tsLocal);
      if (Number.isNaN(originNs)) {
        originNs = clock.mono();
        firstUs = localUs;
      }
      const dueNs = originNs + ((localUs - firstUs) * 1_000) / pace;
      const waitMs = (dueNs - clock.mono()) / 1e6;
      if (waitMs < WAIT_MS_MIN) continue;
      if (at > from) yield piece(words, from, at);
      from = at;
      await new Promise<void>((resolve) => void timers.after(waitMs, resolve));
    }
    if (count > from) yield piece(words, from, count);
  }
}

function piece(words: Int32Array, from: number, to: number): RecordBlock {
  return { words: words.subarray(from * RECORD_WORDS, to * RECORD_WORDS), count: to - from };
}
