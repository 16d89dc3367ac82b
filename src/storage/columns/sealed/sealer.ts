import { dirname } from 'node:path';
import type { Files } from '../../../core/env.ts';
import { assert } from '../../../core/result.ts';
import { type Dictionary, onlyVenue } from '../dictionary.ts';
import { COLUMNS, type Duck, type RecordAppender, sqlText } from '../duck.ts';
import { dropWal } from '../wal/wal-files.ts';
import { WalReader } from '../wal/wal-reader.ts';
import {
  type Catalogue,
  draftFiles,
  MISSING_MAX,
  type MissingRange,
  parquetFiles,
  sorted,
  writeCatalogue,
} from './catalogue.ts';
import { HOUR_US, hoursThatAreOver, isOfOneHour, type Merging, mergeable } from './merge.ts';
import { isRolledUp, rollUp } from './roll-up.ts';
import { type SealedFile, sealFile } from './sealed-file.ts';

/** Blocks that are taken in before what is there becomes visible: 128 Ki records. */
const BLOCKS_A_STEP = 16;
const FOLDER_MODE = 0o700;

export interface SealerOptions {
  readonly files: Files;
  readonly duck: Duck;
  /** Folder of the sealed files and their catalogue. */
  readonly folder: string;
  readonly walFolder: string;
  readonly catalogue: Catalogue;
  /** Up to which position every other reader of the log has taken it over. */
  readonly takenByOthers: () => number;
  readonly onMissing: (missing: MissingRange) => void;
  /** Called whenever the catalogue has changed and is durable. */
  readonly onSealed: (catalogue: Catalogue) => void;
}

/** Records of one segment of the log, in a table of their own. */
interface Generation {
  readonly table: string;
  readonly segment: number;
  readonly appender: RecordAppender;
  readonly dictionary: Dictionary;
  last: number;
}

/**
 * Takes the market log over into columns: what is durable becomes visible in a table at once, and
 * each segment of the log that has ended becomes files, sorted and sealed. The log is read by
 * position and the position is in the catalogue, so a record is in the files once, whatever
 * happens between.
 */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #reader: WalReader;
  #catalogue: Catalogue;
  #missing: MissingRange[] = [];
  #current: Generation | null = null;
  /** Generations that end, oldest first; they stay visible until they are sealed. */
  #ending: Generation[] = [];
  #work: Promise<void> = Promise.resolve();
  #sealer: Duck | null = null;

  constructor(options: SealerOptions) {
    const { files, walFolder, catalogue } = options;
    this.#options = options;
    this.#catalogue = catalogue;
    this.#reader = new WalReader(files, walFolder, catalogue.sealed + 1);
  }

  /** Throws away what was being written when the process ended, and opens the view. */
  async open(): Promise<void> {
    const { files, folder, duck } = this.#options;
    files.ensureFolder(folder, FOLDER_MODE);
    const known = new Set(this.#catalogue.files.map(({ file }) => file));
    for (const path of parquetFiles(files, folder)) {
      if (!known.has(path)) files.remove(`${folder}/${path}`);
    }
    for (const path of draftFiles(files, folder)) files.remove(`${folder}/${path}`);
    this.#sealer = await duck.fork();
    await this.#show();
  }

  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  /** Every durable record before this position can be queried. */
  get visible(): number {
    return this.#reader.position;
  }

  /**
   * Takes over what is durable, a piece at a time.
   *
   * @returns whether there may be more
   */
  async step(durable: number): Promise<boolean> {
    for (let blocks = 0; blocks < BLOCKS_A_STEP; blocks += 1) {
      const read = this.#reader.read(durable);
      if (read === null) {
        this.#current?.appender.flush();
        return false;
      }
      if (read.kind === 'missing') {
        this.#note(read);
        continue;
      }
      if (this.#current?.segment !== read.segment) await this.#begin(read.segment, read.dictionary);
      const generation = this.#current as Generation;
      generation.appender.append(read.block, read.first);
      generation.last = read.first + read.block.count - 1;
    }
    this.#current?.appender.flush();
    return true;
  }

  /** Seals what has been taken over so far, as at the end of a recording. */
  async sealAll(): Promise<void> {
    this.#sealEnded(await this.#end());
    await this.#work;
  }

  /** Ends the work; what is not sealed is still in the log. */
  async close(): Promise<void> {
    await this.#work;
    this.#current?.appender.close();
    this.#reader.close();
    this.#sealer?.close();
  }

  #note({ from, to, why }: MissingRange): void {
    const missing = { from, to, why };
    this.#missing.push(missing);
    this.#options.onMissing(missing);
  }

  async #begin(segment: number, dictionary: Dictionary): Promise<void> {
    const ended = await this.#end();
    const table = `live_${segment}`;
    const appender = await this.#options.duck.createTable(table);
    this.#current = { table, segment, appender, dictionary, last: segment - 1 };
    await this.#show();
    // Only now: whoever wants the view changed would wait for the first pass over what has ended.
    this.#sealEnded(ended);
  }

  /** The current generation is full. @returns it, for it is to be sealed; null where none is */
  async #end(): Promise<Generation | null> {
    const generation = this.#current;
    if (generation === null) return null;
    await this.#work;
    generation.appender.flush();
    generation.appender.close();
    this.#current = null;
    this.#ending.push(generation);
    return generation;
  }

  /** One is sealed while the next one fills. */
  #sealEnded(generation: Generation | null): void {
    if (generation === null) return;
    this.#work = this.#seal(generation);
    // A failure is thrown to whoever waits for the work, which is the next step of this class.
    this.#work.catch(() => {});
  }

  async #seal(generation: Generation): Promise<void> {
    const made = await this.#write(generation);
    const missing = this.#missing.filter(({ from }) => from <= generation.last);
    this.#missing = this.#missing.filter(({ from }) => from > generation.last);
    this.#commit({
      ...this.#catalogue,
      sealed: generation.last,
      files: sorted([...this.#catalogue.files, ...made]),
      missing: [...this.#catalogue.missing, ...missing].slice(-MISSING_MAX),
    });
    this.#ending = this.#ending.filter((each) => each !== generation);
    await this.#show();
    await this.#duck.run(`DROP TABLE ${generation.table}`);
    const { files, walFolder, takenByOthers } = this.#options;
    dropWal(files, walFolder, Math.min(generation.last, takenByOthers()) + 1);
    await this.#merge();
  }

  /** A file for each venue and hour that occurs. */
  async #write({ table, dictionary }: Generation): Promise<SealedFile[]> {
    const parts = await this.#duck.rows(
      `SELECT venue, ts_local // ${HOUR_US} AS hour, min(position) AS first, max(position) AS last
       FROM ${table} GROUP BY ALL ORDER BY hour, venue`,
    );
    const made: SealedFile[] = [];
    for (const part of parts as readonly Record<'venue' | 'hour' | 'first' | 'last', number>[]) {
      const venue = dictionary.venues[part.venue];
      assert(venue !== undefined, 'a record is of a venue that its dictionary has');
      made.push(
        ...(await this.#file(fileName(venue, part.hour, part.first, part.last), {
          table,
          where: `venue = ${part.venue} AND ts_local // ${HOUR_US} = ${part.hour}`,
          venue,
          dictionary: onlyVenue(dictionary, part.venue),
        })),
      );
    }
    return made;
  }

  async #file(file: string, part: Parameters<typeof sealFile>[2]): Promise<SealedFile[]> {
    const { files, folder } = this.#options;
    const path = `${folder}/${file}`;
    files.ensureFolder(dirname(path), FOLDER_MODE);
    const sealed = await sealFile(this.#duck, files, part, path);
    return sealed === null ? [] : [{ ...sealed, file }];
  }

  /** Hours that are over become one file with bars beside it, and old days one file each. */
  async #merge(): Promise<void> {
    for (;;) {
      const merging = mergeable(this.#catalogue.files);
      // The bars of an hour are made before it is a part of a day.
      if (merging?.span !== 'hour') await this.#rollUp(hoursThatAreOver(this.#catalogue.files));
      if (merging === null) return;
      await this.#mergeOne(merging);
    }
  }

  async #rollUp(hours: readonly SealedFile[]): Promise<void> {
    const { files, folder } = this.#options;
    for (const { file } of hours) {
      if (!isRolledUp(files, folder, file)) await rollUp(this.#duck, files, folder, file);
    }
  }

  /** The whole is durable and in the catalogue before a part of it goes. */
  async #mergeOne({ span, parts }: Merging): Promise<void> {
    const { files, folder } = this.#options;
    const [first] = parts;
    const paths = parts.map(({ file }) => sqlText(`${folder}/${file}`));
    const hour = Math.floor(first.fromUs / HOUR_US);
    const last = Math.max(...parts.map((part) => part.last));
    const from = Math.min(...parts.map((part) => part.first));
    const made = await this.#file(fileName(first.venue, hour, from, last, span), {
      table: `read_parquet([${paths.join(', ')}])`,
      where: 'true',
      venue: first.venue,
      dictionary: first.dictionary,
      isFinal: span === 'day',
    });
    const rest = this.#catalogue.files.filter((each) => !parts.includes(each));
    this.#commit({ ...this.#catalogue, files: sorted([...rest, ...made]) });
    await this.#show();
    for (const { file } of parts) files.remove(`${folder}/${file}`);
  }

  /** Takes files out of the catalogue and off the disk. */
  async remove(gone: readonly SealedFile[]): Promise<void> {
    await this.#work;
    const { files, folder } = this.#options;
    const names = new Set(gone.map(({ file }) => file));
    // Bars are kept when the records behind them go; those of a day were made of its hours.
    await this.#rollUp(gone.filter(isOfOneHour));
    const rest = this.#catalogue.files.filter(({ file }) => !names.has(file));
    this.#commit({ ...this.#catalogue, files: rest });
    await this.#show();
    for (const name of names) files.remove(`${folder}/${name}`);
  }

  #commit(catalogue: Catalogue): void {
    writeCatalogue(this.#options.files, this.#options.folder, catalogue);
    this.#catalogue = catalogue;
    this.#options.onSealed(catalogue);
  }

  get #duck(): Duck {
    assert(this.#sealer !== null, 'a sealer is opened before it seals');
    return this.#sealer;
  }

  /** Lets `records` show everything: what is sealed, and what is not yet. */
  async #show(): Promise<void> {
    const { folder } = this.#options;
    const columns = COLUMNS.join(', ');
    const live = [...this.#ending, ...(this.#current === null ? [] : [this.#current])];
    const paths = this.#catalogue.files.map(({ file }) => sqlText(`${folder}/${file}`));
    const sources = [
      ...(paths.length === 0 ? [] : [`read_parquet([${paths.join(', ')}])`]),
      ...live.map(({ table }) => table),
    ];
    const none = `(SELECT ${COLUMNS.map((name) => `0::BIGINT AS ${name}`).join(', ')} LIMIT 0)`;
    const all = (sources.length === 0 ? [none] : sources).map(
      (source) => `SELECT ${columns} FROM ${source}`,
    );
    await this.#duck.run(`CREATE OR REPLACE VIEW records AS ${all.join(' UNION ALL ')}`);
  }
}

/** `binance/2024-08-08/23-000000000001-000000004096.parquet` by the hour in UTC, or `day-…`. */
function fileName(
  venue: string,
  hour: number,
  first: number,
  last: number,
  span: Merging['span'] = 'hour',
): string {
  const at = new Date(hour * 3_600_000).toISOString();
  const [from, to] = [first, last].map((position) => String(position).padStart(12, '0'));
  const stretch = span === 'day' ? 'day' : at.slice(11, 13);
  return `${venue}/${at.slice(0, 10)}/${stretch}-${from}-${to}.parquet`;
}
