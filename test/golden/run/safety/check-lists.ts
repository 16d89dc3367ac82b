import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Corpus, EXACT } from '../vector.ts';

/** Ids of requirements, controls, attacks and faults. */
const ID = /\b(?:ES|[ACF])\d\d\b/g;
/** The title of a test, or of a `rigTest`; one that is skipped proves nothing. */
const TITLE = /(?<![.\w])\w*[tT]est\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;
/** The title of a test that a function of the file makes: it begins with ids and a colon. */
const MADE = /(?<![.\w])\w+\(\s*['"`]((?:(?:ES|[ACF])\d\d[ ,]*)+):/g;
/** A title that is a variable, or a template that begins with one. */
const TABLED = /(?<![.\w])\w*[tT]est\(\s*(?:`\$\{|[a-z]\w*,)/;
/** Texts of a table that titles are made from: they begin with ids. */
const TEXT = /['"`]((?:(?:ES|[ACF])\d\d[ ,:]*)+)/g;
/** The lists themselves name every id, and faults of the simulation are not attacks. */
const LISTS = /^golden\//;
const SIMULATED = /^(desk\/simulate|simulation)\//;

/** Every id that the title of a test below a folder names. */
export function namedTests(folder: string): ReadonlySet<string> {
  const named = new Set<string>();
  for (const path of readdirSync(folder, { encoding: 'utf8', recursive: true })) {
    if (!path.endsWith('.test.ts') || LISTS.test(path)) continue;
    const ids = idsIn(readFileSync(join(folder, path), 'utf8'));
    for (const id of ids) if (!(SIMULATED.test(path) && id.startsWith('A'))) named.add(id);
  }
  return named;
}

/** The ids in the titles of a file of tests. Titles of a template have theirs in a table. */
export function idsIn(text: string): readonly string[] {
  const titles = [...text.matchAll(TITLE)].map(([, title]) => title as string);
  const made = [...text.matchAll(MADE)].map(([, ids]) => ids as string);
  const texts = TABLED.test(text) ? text.matchAll(TEXT) : [];
  const tabled = [...texts].map(([, ids]) => ids as string);
  const ids = [...titles, ...made, ...tabled].flatMap((title) => title.match(ID) ?? []);
  return [...new Set(ids)];
}

/** A list of ids, each of which a test has to name; those that none names are missing. */
export function checkList(item: string, named: ReadonlySet<string>): Corpus {
  return ({ topic, document }) => {
    const rows = Array.isArray(document) ? document : [];
    return rows.filter(hasId).map((row) => ({
      topic,
      item,
      name: nameOf(row),
      expected: { isNamed: true },
      tolerance: EXACT,
      answer: named.has(row.id) ? () => ({ isNamed: true }) : null,
    }));
  };
}

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

function hasId(row: unknown): row is Row {
  return typeof (row as Partial<Row> | null)?.id === 'string';
}

/** The id and what it is about: the first text beside it that a person would name it by. */
function nameOf(row: Row): string {
  const about = row['Requirement'] ?? row['Control'] ?? row['Attack'] ?? row['fault'] ?? '';
  return `${row.id} ${String(about)}`;
}
