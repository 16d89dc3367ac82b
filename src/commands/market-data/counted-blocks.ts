import type { Env } from '../../core/env.ts';
import type { RecordBlock } from '../../storage/columns/record.ts';
import type { Terminal } from '../terminal.ts';

/** A person who waits is told this often. */
const SHOWN_MS = 500;
const CLEAR_LINE = '\r\u001b[K';

export interface CountedBlocks {
  readonly blocks: AsyncIterable<RecordBlock>;
  /** Records that have gone by. */
  readonly count: number;
  /** Takes the progress off the screen. */
  end(): void;
}

/**
 * Counts records that go by, and shows how far that is to a person who waits.
 *
 * @param options.of all of them, where that is known
 */
export function counted(
  blocks: AsyncIterable<RecordBlock>,
  options: {
    readonly env: Pick<Env, 'clock'>;
    readonly terminal: Terminal;
    readonly of: number | null;
  },
): CountedBlocks {
  const { env, terminal, of } = options;
  const state = { count: 0, shownNs: env.clock.mono() as number, isShown: false };
  const show = (): void => {
    const nowNs = env.clock.mono();
    if (!terminal.isInteractive || nowNs - state.shownNs < SHOWN_MS * 1e6) return;
    state.shownNs = nowNs;
    state.isShown = true;
    const part = of === null || of === 0 ? '' : `  ${Math.floor((state.count / of) * 100)} %`;
    terminal.err(`${CLEAR_LINE}${state.count} records${part}`);
  };
  async function* passing(): AsyncGenerator<RecordBlock> {
    for await (const block of blocks) {
      state.count += block.count;
      show();
      yield block;
    }
  }
  return {
    blocks: passing(),
    get count() {
      return state.count;
    },
    end: () => {
      if (state.isShown) terminal.err(CLEAR_LINE);
    },
  };
}
