import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Document, isNode, LineCounter, parseDocument, stringify, visit } from 'yaml';
import type { z } from 'zod';
import { err, ok, type Result, reasonOf } from '../core/result.ts';
import { type Config, configSchema } from './schema.ts';

/** One thing that is wrong in a configuration file, and where. */
export interface ConfigFault {
  readonly code: 'E-CONFIG-READ' | 'E-CONFIG-SYNTAX' | 'E-CONFIG-VALUE';
  readonly file: string;
  /** 1-based; 0 when the fault is about the whole file. */
  readonly line: number;
  readonly column: number;
  /** Dotted path of the key; empty when the fault has none. */
  readonly path: string;
  readonly message: string;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly file: string;
  /** SHA-256 of the file's text in hexadecimal. */
  readonly digest: string;
}

/** Larger files are refused before they are parsed. */
const FILE_BYTES_MAX = 1024 * 1024;
/** What was found is quoted up to here. */
const FOUND_CHARS_MAX = 80;
/** Keys that earlier versions had, and how the same is said now. */
const REPLACED: ReadonlyMap<string, string> = new Map([
  ['riskReport.closingCost', 'write portfolio.closingCostBps, in basis points: 10 for 0.001'],
]);

/** Reads and checks a file; every fault is answered, not only the first. */
export function loadConfig(file: string): Result<LoadedConfig, readonly ConfigFault[]> {
  let text: string;
  try {
    const bytes = readFileSync(file);
    if (bytes.length > FILE_BYTES_MAX) {
      const message = `found ${bytes.length} bytes, wanted at most ${FILE_BYTES_MAX}`;
      return err([{ code: 'E-CONFIG-READ', file, line: 0, column: 0, path: '', message }]);
    }
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (thrown) {
    const message = reasonOf(thrown);
    return err([{ code: 'E-CONFIG-READ', file, line: 0, column: 0, path: '', message }]);
  }
  return parseConfig(text, file);
}

export function parseConfig(
  text: string,
  file: string,
): Result<LoadedConfig, readonly ConfigFault[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    return err(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        const message = error.message.split('\n')[0] as string;
        return { code: 'E-CONFIG-SYNTAX', file, line, column: col, path: '', message };
      }),
    );
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (thrown) {
    // Aliases are followed only here: of nothing, or without bound.
    const { line, col } = lines.linePos(danglingAlias(document));
    const message = reasonOf(thrown);
    return err([{ code: 'E-CONFIG-SYNTAX', file, line, column: col, path: '', message }]);
  }
  const checked = configSchema.safeParse(value);
  if (!checked.success) {
    const place = (path: readonly PropertyKey[]): { line: number; column: number } => {
      for (let length = path.length; length >= 0; length -= 1) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) {
          const { line, col } = lines.linePos(node.range[0]);
          return { line, column: col };
        }
      }
      return { line: 1, column: 1 };
    };
    return err(checked.error.issues.map((issue) => faultOf(issue, file, value, place)));
  }
  const digest = createHash('sha256').update(text).digest('hex');
  return ok({ config: checked.data, file, digest });
}

/** Where the first alias of nothing begins; 0 when there is none. */
function danglingAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function faultOf(
  issue: z.core.$ZodIssue,
  file: string,
  value: unknown,
  place: (path: readonly PropertyKey[]) => { line: number; column: number },
): ConfigFault {
  const isUnknownKey = issue.code === 'unrecognized_keys';
  const path = isUnknownKey ? [...issue.path, issue.keys[0] as string] : issue.path;
  const message = isUnknownKey
    ? unknownWords(issue.path, issue.keys)
    : `found ${shown(valueAt(value, issue.path))}: ${issue.message}`;
  return {
    code: 'E-CONFIG-VALUE',
    file,
    ...place(path),
    path: path.map(String).join('.'),
    message,
  };
}

function unknownWords(section: readonly PropertyKey[], keys: readonly string[]): string {
  const instead = keys.flatMap((key) => REPLACED.get([...section, key].join('.')) ?? []);
  return [`found the unknown key ${keys.join(', ')}`, ...instead].join(': ');
}

/** JSON knows neither NaN nor Infinity, which YAML does. */
function shown(found: unknown): string {
  const text = typeof found === 'number' ? String(found) : (JSON.stringify(found) ?? 'nothing');
  return text.length > FOUND_CHARS_MAX ? `${text.slice(0, FOUND_CHARS_MAX)}…` : text;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

/** A configuration as the YAML that would say it. */
export function configText(config: Config): string {
  return sectionText(config);
}

/** The same of a part of one, to be pasted into a file. */
export function sectionText(sections: object): string {
  return stringify(sections);
}

/** A fault as one line: `file:line:column path: what was found and what would be right`. */
export function describeFault(fault: ConfigFault): string {
  const where = fault.line > 0 ? `${fault.file}:${fault.line}:${fault.column}` : fault.file;
  const path = fault.path === '' ? '' : ` ${fault.path}:`;
  return `${where}${path} ${fault.message} (${fault.code})`;
}
