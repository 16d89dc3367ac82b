import { parseArgs } from 'node:util';
import type { Role } from '../control/authorisation.ts';
import type { Env } from '../core/env.ts';
import { err, ok, type Result, reasonOf } from '../core/result.ts';
import type { VenueKindName } from '../venues/kinds/venue-kinds.ts';
import type { StopMeasurement } from './estop/measure-port.ts';
import type { PanelFault, PanelPort } from './estop/panel-port.ts';
import type { RecordedPort } from './proof/recorded-port.ts';
import type { Terminal } from './terminal.ts';

/** One option of a command, as help and parser see it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: true;
  /** What stands for the value in the help: `DIR`. */
  readonly value?: string;
  readonly help: string;
}

export interface ParsedWords {
  readonly positionals: readonly string[];
  text(name: string): string | null;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
}

/** What a command that runs in this process needs of it. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly env: Env;
  readonly version: string;
  /** Environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly input: NodeJS.ReadStream;
  /** Where a person's typing is echoed. */
  readonly output: NodeJS.WriteStream;
  readonly launch: Launch;
}

/** Starts what only the composition root can put together; `main` injects it. */
export interface Launch {
  start(options: StartOptions, terminal: Terminal): Promise<number>;
  venue(options: VenueOptions, terminal: Terminal): Promise<number>;
  guard(options: GuardOptions, terminal: Terminal): Promise<number>;
  simulate(options: SimulateOptions, terminal: Terminal): Promise<number>;
  /** Lets the market crash under desks of its own. */
  crash(options: CrashOptions, terminal: Terminal): Promise<number>;
  /** Presses the stop of desks of its own, so often under each load. */
  measureStop(configFile: string, presses: number): Promise<Result<StopMeasurement, string>>;
  /** Reaches the simulated emergency stop of a data directory. */
  panel(folder: string, env: Env): Promise<Result<PanelPort, PanelFault>>;
  doctor(options: DoctorOptions, around: Pick<Surroundings, 'env' | 'terminal'>): Promise<number>;
  /** Follows the markets of a configuration and records them; trades nothing. */
  record(options: RecordOptions, terminal: Terminal): Promise<number>;
  tune(options: TuneOptions, around: Pick<Surroundings, 'env' | 'terminal'>): Promise<number>;
  /** Opens the journal of a desk that does not run. */
  recorded(folder: string, env: Env): Promise<Result<RecordedPort, string>>;
}

export interface SimulateOptions {
  readonly configFile: string;
  /** Both ends included. */
  readonly seeds: { readonly first: number; readonly last: number };
  readonly steps: number;
  /** Ids of the faults to draw from; empty draws from all. */
  readonly faults: readonly string[];
  /** Kinds of the venues to trade at; null draws them by the seed. */
  readonly venues: readonly VenueKindName[] | null;
  /** Prints the steps of the one seed. */
  readonly isTraced: boolean;
  /** Ends at the first violation. */
  readonly stopsEarly: boolean;
  readonly isJson: boolean;
}

export interface CrashOptions {
  readonly configFile: string;
  /** Names of the crashes; empty for all. */
  readonly names: readonly string[];
  readonly seed: number;
  readonly isJson: boolean;
}

export interface TuneOptions {
  /** A file or a folder. */
  readonly recording: string;
  /** In each regime. */
  readonly evaluations: number;
  readonly seed: number;
  /** Null writes nothing. */
  readonly outFile: string | null;
  readonly isJson: boolean;
}

export interface RecordOptions {
  readonly configFile: string;
  readonly dataDirectory: string;
  readonly seed: number | null;
  readonly forMs: number | null;
  readonly isJson: boolean;
}

export interface DoctorOptions {
  readonly configFile: string;
  readonly dataDirectory: string;
  readonly isJson: boolean;
}

export interface StartOptions extends GuardOptions {
  readonly configFile: string;
  /** Whether the desk may start its guard; otherwise it waits for one. */
  readonly spawnsGuard: boolean;
  readonly replay: ReplayOptions | null;
  readonly seed: number | null;
  readonly forMs: number | null;
  readonly isJson: boolean;
}

export interface GuardOptions {
  readonly dataDirectory: string;
  /** Where guards keep what must not lie in a data directory. */
  readonly guardDirectory: string;
}

export interface ReplayOptions {
  readonly recording: string;
  readonly instruments: string | null;
  /** Times the recorded pace, or as fast as it goes under the virtual clock. */
  readonly pace: number | 'max';
}

/** A replay over real sockets. */
export interface PacedReplay extends ReplayOptions {
  readonly pace: number;
}

export interface VenueOptions {
  readonly configFile: string;
  readonly dataDirectory: string;
  readonly replay: PacedReplay | null;
  readonly seed: number | null;
  readonly port: number;
  readonly isJson: boolean;
}

/** A command of the command line that runs in this process. */
export interface LocalCommand {
  readonly name: string;
  /** The least role that it takes on the running desk it asks. */
  readonly role?: Role;
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** @returns the exit code */
  run(words: ParsedWords, around: Surroundings): Promise<number>;
}

/** Splits words by a command's options; one sentence says what does not fit. */
export function parseWords(
  options: Readonly<Record<string, OptionSpec>>,
  words: readonly string[],
): Result<ParsedWords, string> {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, short, multiple }]) => [
          name,
          { type, ...(short === undefined ? {} : { short }), multiple: multiple ?? false },
        ]),
      ),
    });
    const valueAt = (name: string): unknown => (values as Record<string, unknown>)[name];
    return ok({
      positionals,
      text: (name) => (typeof valueAt(name) === 'string' ? (valueAt(name) as string) : null),
      texts: (name) => (Array.isArray(valueAt(name)) ? (valueAt(name) as string[]) : []),
      flag: (name) => valueAt(name) === true,
    });
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `500ms`, `60s`, `5m`, `2h`, `1d`; a bare number is seconds. Null when it is none of them. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text);
  if (match === null) return null;
  const ms = Number(match[1]) * (UNITS_MS[match[2] ?? 's'] as number);
  return ms > 0 && Number.isFinite(ms) ? ms : null;
}

/** `max`, `1`, `10` or `10x`. Null when it is none of them. */
export function parsePace(text: string): number | 'max' | null {
  if (text === 'max') return 'max';
  const match = /^(\d+(?:\.\d+)?)x?$/.exec(text);
  const pace = Number(match?.[1]);
  return pace > 0 && pace <= 1_000 ? pace : null;
}

/** A whole number from 0 to 2^32 − 1. Null when it is none. */
export function parseSeed(text: string): number | null {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return seed <= 0xffffffff ? seed : null;
}
