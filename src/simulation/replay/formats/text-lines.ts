import { reasonOf } from '../../../core/result.ts';
import { linesOf } from '../../recording.ts';
import { FormatFault } from './market-source.ts';

export interface TextLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Lines of a text file, plain or gzipped, without their ends. @throws FormatFault */
export async function* textLines(path: string): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder();
  let line = 0;
  try {
    for await (const bytes of linesOf(path)) {
      line += 1;
      yield { text: decoder.decode(bytes).trimEnd(), line };
    }
  } catch (thrown) {
    if (thrown instanceof FormatFault) throw thrown;
    throw new FormatFault(`${path}:${line}: ${reasonOf(thrown)}`);
  }
}
