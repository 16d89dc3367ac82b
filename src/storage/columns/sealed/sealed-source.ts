import type { Files } from '../../../core/env.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { type Dictionary, type DictionaryMarket, dictionaryOf } from '../dictionary.ts';
import { COLUMNS, type Duck, sqlText } from '../duck.ts';
import { RECORD_WORDS, type RecordBlock, WORD } from '../record.ts';
import { readCatalogue } from './catalogue.ts';
import { readSealed, recordsSql, type SealedHeader } from './sealed-file.ts';

const HOUR_US = 3_600_000_000;

/** Sealed records of one or many files, as if they were one recording. */
export interface SealedSource {
  readonly dictionary: Dictionary;
  readonly records: number;
  /** Records that could not be kept when it was recorded. */
  readonly lost: number;
  readonly blocks: AsyncIterable<RecordBlock>;
}

/**
 * Opens a Parquet file of ours, or a folder with a catalogue, alone or as `sealed/` in it. Files
 * whose hours overlap are read together, records in the order in which they came.
 */
export async function openSealed(
  duck: Duck,
  files: Files,
  path: string,
): Promise<Result<SealedSource, string>> {
  const listed = path.endsWith('.parquet') ? ok([path]) : pathsIn(files, path);
  if (!listed.ok) return listed;
  const opened: OpenedFile[] = [];
  for (const each of listed.value) {
    const header = await readSealed(duck, each);
    if (!header.ok) return header;
    opened.push({ path: each, header: header.value });
  }
  const union = new Union(opened.map(({ header }) => header.dictionary));
  const sum = (of: 'records' | 'lost'): number =>
    opened.reduce((total, { header }) => total + header.metadata[of], 0);
  return ok({
    dictionary: union.dictionary,
    records: sum('records'),
    lost: sum('lost'),
    blocks: blocksOf(duck, stretchesOf(opened), union),
  });
}

interface OpenedFile {
  readonly path: string;
  readonly header: SealedHeader;
}

/** Files whose hours overlap, together, in the order of time: some are of days, some of hours. */
function stretchesOf(opened: readonly OpenedFile[]): readonly (readonly OpenedFile[])[] {
  const hourOf = (us: number): number => Math.floor(us / HOUR_US);
  const stretches: OpenedFile[][] = [];
  let lastHour = Number.NEGATIVE_INFINITY;
  const byTime = [...opened].sort(
    (left, right) => left.header.metadata.fromUs - right.header.metadata.fromUs,
  );
  for (const each of byTime) {
    const { fromUs, toUs } = each.header.metadata;
    if (hourOf(fromUs) <= lastHour) stretches.at(-1)?.push(each);
    else stretches.push([each]);
    lastHour = Math.max(lastHour, hourOf(toUs));
  }
  return stretches;
}

function pathsIn(files: Files, folder: string): Result<readonly string[], string> {
  for (const place of [`${folder}/sealed`, folder]) {
    if (files.read(`${place}/catalogue.json`) === null) continue;
    const catalogue = readCatalogue(files, place);
    if (!catalogue.ok) return catalogue;
    if (catalogue.value.files.length === 0) return err(`${place}: nothing is sealed there`);
    return ok(catalogue.value.files.map(({ file }) => `${place}/${file}`));
  }
  return err(`${folder}: found no catalogue.json, wanted a folder that was recorded into`);
}

async function* blocksOf(
  duck: Duck,
  groups: readonly (readonly OpenedFile[])[],
  union: Union,
): AsyncGenerator<RecordBlock> {
  for (const group of groups) {
    // Files with other numbers for their markets cannot be read as one.
    const alike = new Map<string, typeof group>();
    for (const each of group) {
      const key = JSON.stringify(each.header.dictionary.markets);
      alike.set(key, [...(alike.get(key) ?? []), each]);
    }
    const byPosition = [...alike.values()].sort(
      ([left], [right]) =>
        (left?.header.metadata.first as number) - (right?.header.metadata.first as number),
    );
    const isOneSession = byPosition.length === new Set(group.map(venueOf)).size;
    const batches = isOneSession ? [group] : byPosition;
    for (const batch of batches) yield* batchOf(duck, batch, union);
  }
}

function venueOf({ header }: { readonly header: SealedHeader }): string {
  return header.metadata.venue;
}

async function* batchOf(
  duck: Duck,
  batch: readonly OpenedFile[],
  union: Union,
): AsyncGenerator<RecordBlock> {
  const [first] = batch;
  const isInOrder = batch.length === 1 && first?.header.dictionary.markets.length === 1;
  const sql = isInOrder
    ? `SELECT ${COLUMNS.join(', ')} FROM read_parquet(${sqlText(first.path)})`
    : recordsSql(batch.map(({ path }) => path));
  const renumber = union.renumber(batch.map(({ header }) => header.dictionary));
  for await (const block of duck.blocks(sql)) {
    if (renumber !== null) renumbered(block, renumber);
    yield block;
  }
}

function renumbered({ words, count }: RecordBlock, to: ReadonlyMap<number, number>): void {
  for (let row = 0; row < count; row += 1) {
    const at = row * RECORD_WORDS + WORD.what;
    const what = words[at] as number;
    words[at] = (to.get(what & 0xffffff) ?? what & 0xffffff) | (what & 0xff000000);
  }
}

/** One dictionary for files that were written under several. */
class Union {
  readonly dictionary: Dictionary;
  readonly #places = new Map<string, DictionaryMarket>();

  constructor(dictionaries: readonly Dictionary[]) {
    const venues: string[] = [];
    const markets: DictionaryMarket[] = [];
    const [only] = dictionaries;
    const isOne = dictionaries.every((each) => JSON.stringify(each) === JSON.stringify(only));
    for (const each of dictionaries) {
      for (const market of each.markets) {
        const name = each.venues[market.venue] as string;
        const key = keyOf(name, market);
        if (this.#places.has(key)) continue;
        if (!venues.includes(name)) venues.push(name);
        const taken = isOne ? market.instrument : markets.length;
        const placed = { ...market, instrument: taken, venue: venues.indexOf(name) };
        this.#places.set(key, placed);
        markets.push(placed);
      }
    }
    this.dictionary = dictionaryOf(venues, markets);
  }

  /** From instrument and venue as a file has them to ours; null where they are the same. */
  renumber(dictionaries: readonly Dictionary[]): ReadonlyMap<number, number> | null {
    const to = new Map<number, number>();
    for (const { venues, markets } of dictionaries) {
      for (const market of markets) {
        const placed = this.#places.get(keyOf(venues[market.venue] as string, market));
        if (placed === undefined) continue;
        to.set(market.instrument | (market.venue << 16), placed.instrument | (placed.venue << 16));
      }
    }
    return [...to].every(([from, into]) => from === into) ? null : to;
  }
}

function keyOf(venue: string, market: DictionaryMarket): string {
  const { symbol, priceDecimals, tickSteps, quantityDecimals, lotSteps } = market;
  return [venue, symbol, priceDecimals, tickSteps, quantityDecimals, lotSteps].join(' ');
}
