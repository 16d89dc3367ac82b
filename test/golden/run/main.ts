/**
 * Holds the production code against the vectors of a folder:
 *
 *   npm run golden -- safety|quant [folder] [topic[/item]] [--partial]
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../../../src/core/result.ts';
import { root } from '../../support/shared.ts';
import { runGolden } from './golden.ts';
import { quantVectors } from './quant.ts';
import { safetyCorpus } from './safety/corpus.ts';
import type { Corpus } from './vector.ts';

const USAGE = 'usage: npm run golden -- safety|quant [folder] [topic[/item]] [--partial]';
const EXIT_USAGE = 2;
const CORPORA: Readonly<Record<string, () => Corpus>> = {
  safety: () => safetyCorpus(join(root, 'test')),
  quant: () => quantVectors,
};

function main(words: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { partial: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [name = '', ...rest] = positionals;
  const corpus = Object.hasOwn(CORPORA, name) ? CORPORA[name] : undefined;
  if (corpus === undefined || rest.length > 2) throw new Error(`found ${words.join(' ')}`);
  // A single word may be either; a folder that is not there is an error rather than a topic.
  const isTopic = rest.length === 1 && isTopicOf(name, rest[0] as string);
  const [folder, filter = ''] = isTopic ? [undefined, rest[0]] : rest;
  return runGolden({
    corpus: corpus(),
    folder: folder === undefined ? join(root, 'test/golden', name) : fromCaller(folder),
    filter,
    isPartial: values.partial,
    tell: (line) => void process.stdout.write(`${line}\n`),
  });
}

function isTopicOf(corpus: string, word: string): boolean {
  const topic = word.split('/')[0] as string;
  return (
    !existsSync(fromCaller(word)) && existsSync(join(root, 'test/golden', corpus, `${topic}.json`))
  );
}

/** npm runs scripts in the folder of the package, and says where it was called. */
function fromCaller(folder: string): string {
  return resolve(process.env['INIT_CWD'] ?? '.', folder);
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (thrown) {
  process.stderr.write(`${reasonOf(thrown)}\n${USAGE}\n`);
  process.exitCode = EXIT_USAGE;
}
