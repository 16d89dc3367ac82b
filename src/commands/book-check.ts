import { compileInstrument } from '../core/instrument.ts';
import { assert } from '../core/result.ts';
import { Book } from '../market/book.ts';
import { BboAgreement } from '../market/quality/bbo-agreement.ts';
import { deriveRules, RecordingFault, readRecording } from '../simulation/recording.ts';
import { DepthSync } from '../venues/binance/depth-sync.ts';
import { MarketDecoder } from '../venues/binance/market-decoder.ts';
import { EXIT } from './command.ts';
import { JSON_OUTPUT, usage } from './launch-commands.ts';
import type { LocalCommand } from './local-command.ts';
import { answer, table } from './terminal.ts';

/** What a recording proves about our book. */
export interface BookReport {
  readonly file: string;
  /** Diffs that changed the book. */
  readonly updates: number;
  readonly gaps: number;
  readonly crossed: number;
  /** Books that were compared with the venue's best bid and offer, and how many differed. */
  readonly compared: number;
  readonly mismatches: number;
}

export const bookCheckCommand: LocalCommand = {
  name: 'book check',
  usage: 'FILE...',
  summary: 'rebuild recorded books and compare each with the best bid and offer of the venue',
  examples: ['flyball book check btcusdt_20240808.gz --json'],
  options: { json: JSON_OUTPUT },
  async run(words, around) {
    const { terminal } = around;
    if (words.positionals.length === 0) {
      return usage(around, 'book check: wanted at least one recording');
    }
    const files: BookReport[] = [];
    for (const file of words.positionals) {
      try {
        files.push(await checkBook(file));
      } catch (thrown) {
        if (!(thrown instanceof RecordingFault)) throw thrown;
        terminal.err(`${thrown.message}\n`);
        return EXIT.failed;
      }
    }
    const totals = files.reduce(sum, { ...NONE, file: 'total' });
    const { file: _, ...totalCounts } = totals;
    answer(terminal, words.flag('json'), { files, totals: totalCounts }, () =>
      table(
        ['file', 'updates', 'gaps', 'crossed', 'compared', 'mismatches'],
        [...files, totals].map((row) => [
          row.file,
          row.updates,
          row.gaps,
          row.crossed,
          row.compared,
          row.mismatches,
        ]),
      ),
    );
    const isRight = totals.gaps + totals.crossed + totals.mismatches === 0 && totals.compared > 0;
    return isRight ? EXIT.done : EXIT.failed;
  },
};

const NONE: BookReport = {
  file: '',
  updates: 0,
  gaps: 0,
  crossed: 0,
  compared: 0,
  mismatches: 0,
};

/** @throws RecordingFault when the file cannot be read */
export async function checkBook(file: string): Promise<BookReport> {
  const { isFutures, ...rules } = await deriveRules(file);
  const compiled = compileInstrument({
    ...rules,
    index: 0,
    venue: 'recording',
    base: '',
    quote: '',
  });
  assert(compiled.ok, 'steps derived from decimals compile');
  const instrument = compiled.value;
  const decoder = new MarketDecoder([instrument]);
  const book = new Book();
  const agreement = new BboAgreement();
  let updates = 0;
  let gaps = 0;
  let crossed = 0;
  const sync = new DepthSync(book, isFutures ? 'futures' : 'spot', (finalId) => {
    updates += 1;
    agreement.onBook(finalId, book);
  });
  for await (const { frame } of readRecording(file)) {
    const kind = decoder.decode(frame, instrument);
    if (kind === 'malformed') throw new RecordingFault(`${file}: ${decoder.fault}`);
    if (kind === 'book-ticker') {
      const { finalId, bidTicks, bidLots, askTicks, askLots } = decoder;
      agreement.onTicker(finalId, bidTicks, bidLots, askTicks, askLots);
    }
    const outcome =
      kind === 'depth'
        ? sync.onDiff(decoder)
        : kind === 'snapshot'
          ? sync.onSnapshot(decoder)
          : null;
    if (outcome === 'gap') gaps += 1;
    if (outcome === 'crossed') crossed += 1;
  }
  agreement.finish();
  const { compared, mismatches } = agreement;
  return { file, updates, gaps, crossed, compared, mismatches };
}

function sum(left: BookReport, right: BookReport): BookReport {
  return {
    file: left.file,
    updates: left.updates + right.updates,
    gaps: left.gaps + right.gaps,
    crossed: left.crossed + right.crossed,
    compared: left.compared + right.compared,
    mismatches: left.mismatches + right.mismatches,
  };
}
