/** The rules of `test/tidy.test.ts`: each takes a source as text and answers with its faults. */

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Left to right; a file imports its own folder and folders to its left. */
const LAYERS = [
  'core',
  'math',
  'control',
  'audit',
  'market',
  'execution',
  'risk',
  'learning',
  'strategies',
  'ops',
  'venues',
  'storage',
  'simulation',
  'config',
  'remote',
  'commands',
  'dashboard',
  'hardware',
  'actors',
  'supervisors',
  'desk',
  'guard',
  'main',
  'test',
  'bench',
];

/** What the guard never reaches, by however many steps: it can cancel, not trade. */
const GUARD_WITHOUT = /^src\/(execution|learning|strategies|config)\/|^src\/venues\/.*\borders\b/;
const GUARD_ROOT = 'src/guard.ts';

/** Folders that use less than what stands to their left. */
const NARROWER: Readonly<Record<string, (layer: string) => boolean>> = {
  control: (layer) => layer === 'core',
  audit: (layer) => layer === 'core',
  risk: (layer) => layer !== 'learning' && layer !== 'strategies',
  guard: (layer) => !GUARD_WITHOUT.test(`src/${layer}/`) && !/^(actors|desk)$/.test(layer),
};

/** Where a package may be imported. Nobody is listed who is not in docs/decisions. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  nact: ['actors/runtime/'],
  xstate: ['src/control/', 'src/venues/'],
  rpio: ['hardware/rpio.ts'],
  lmdb: ['src/storage/'],
  '@duckdb': ['src/storage/columns/'],
  ccxt: ['src/venues/ccxt/'],
  msgpackr: ['src/remote/'],
  '@stdlib': ['src/math/gamma.ts', 'src/math/student-t.ts'],
  ws: ['src/venues/', 'src/simulation/', 'src/remote/', 'src/dashboard/'],
  zod: ['src/'],
  yaml: ['src/config/'],
  pino: ['src/ops/'],
};

const NAMELESS = /(^|\/)(utils?|helpers?|common|types|manager|service|index)\.ts$/;

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
  readonly isFree: (path: string) => boolean;
}

const isTestOrBench = (path: string): boolean => /^(test|bench)\//.test(path);
const isClock = (path: string): boolean => path === 'src/core/node-env.ts';
const isTidy = (path: string): boolean => /^test\/(tidy\.test|support\/tidy)\.ts$/.test(path);

/** Files that own a piece of the outside world and so may touch it directly. */
const EDGES = [
  'src/core/node-files.ts',
  'src/venues/net.ts',
  'src/venues/lines/',
  'src/venues/ccxt/',
  'src/storage/',
  'src/config/load.ts',
  'src/remote/',
  'src/desk/',
  'src/main.ts',
  'src/commands/',
  'src/simulation/',
  'src/guard/',
  'hardware/',
];

const BANS: readonly Ban[] = [
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bprocess\.hrtime\b/,
    instead: 'Env.clock',
    isFree: (path) => isClock(path) || isTestOrBench(path),
  },
  {
    pattern: /\bperformance\.now\(/,
    instead: 'Env.clock',
    isFree: (path) => isClock(path) || path.startsWith('bench/'),
  },
  { pattern: /\bMath\.random\(/, instead: 'a seeded rng', isFree: () => false },
  {
    pattern: /\b(setTimeout|setImmediate|setInterval)\(/,
    instead: 'Env.timers',
    isFree: (path) => isClock(path) || isTestOrBench(path),
  },
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, instead: 'an issue, or doing it', isFree: () => false },
  { pattern: /\.only\(/, instead: 'the whole suite', isFree: () => false },
  { pattern: /\bconsole\./, instead: 'the log, or the terminal port', isFree: isTestOrBench },
  { pattern: /\bas any\b|@ts-ignore|@ts-nocheck/, instead: 'a type', isFree: () => false },
  {
    pattern: /from 'node:(fs|net|http|https|child_process|worker_threads)/,
    instead: 'the ports of Env',
    isFree: (path) => isTestOrBench(path) || EDGES.some((edge) => path.startsWith(edge)),
  },
];

const LINES_MAX = 400;
/** An actor is a shell around decisions that live in src. */
const SHELL_LINES_MAX = 149;
const COLUMNS_MAX = 100;
const FILES_MAX = 12;

/** The layer of a path: a folder under src, a top-level folder, or `main` for composition roots. */
function layerOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  if (top !== 'src') return top;
  return second.endsWith('.ts') ? 'main' : second;
}

export function importFaults({ path, text }: Source): string[] {
  const layer = layerOf(path);
  const rank = LAYERS.indexOf(layer);
  if (rank < 0) return [`${path}: folder ${layer} is not in the layer list`];
  const faults = NAMELESS.test(path) ? [`${path}: name it after what it holds`] : [];
  for (const specifier of specifiersOf(text)) {
    if (specifier.startsWith('node:')) continue;
    const fault = specifier.startsWith('.')
      ? layerFault(path, layer, rank, specifier)
      : packageFault(path, specifier);
    if (fault !== null) faults.push(`${path}: ${fault}`);
  }
  return faults;
}

/**
 * What the guard's program would load and must not, with the file that imports it. An `import type`
 * loads nothing; types among other names in braces do not keep a module from being loaded.
 */
export function guardFaults(sources: readonly Source[]): string[] {
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  const seen = new Set([GUARD_ROOT]);
  const faults: string[] = texts.has(GUARD_ROOT) ? [] : [`${GUARD_ROOT} is not there`];
  for (const path of seen) {
    const loaded = (texts.get(path) ?? '').replace(/\b(import|export) type [^;]*;/g, '');
    for (const specifier of specifiersOf(loaded)) {
      if (!specifier.startsWith('.')) continue;
      const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
      if (GUARD_WITHOUT.test(target)) faults.push(`${path}: the guard would load ${target}`);
      seen.add(target);
    }
  }
  return faults;
}

function specifiersOf(text: string): string[] {
  const pattern = /\b(?:from\s*|import\s*\(\s*|import\s+)['"]([^'"\s]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match[1] as string);
}

function layerFault(path: string, layer: string, rank: number, specifier: string): string | null {
  const target = layerOf(new URL(specifier, `file:///${path}`).pathname.slice(1));
  if (target === layer) return null;
  const targetRank = LAYERS.indexOf(target);
  const isNarrow = NARROWER[layer]?.(target) === false;
  if (targetRank < 0 || targetRank > rank || isNarrow) {
    return `${layer} may not import ${target} (${specifier})`;
  }
  return null;
}

function packageFault(path: string, specifier: string): string | null {
  if (isTestOrBench(path)) return null;
  const name = specifier.split('/')[0] as string;
  const homes = PACKAGES[name];
  if (homes === undefined) return `package ${name} has no page in docs/decisions`;
  if (homes.some((home) => path.startsWith(home))) return null;
  return `package ${name} belongs in ${homes.join(', ')}`;
}

export function sizeFaults({ path, text }: Source): string[] {
  const lines = text.split('\n');
  const linesMax = /^actors\/(?!runtime\/)/.test(path) ? SHELL_LINES_MAX : LINES_MAX;
  const faults = lines.length - 1 > linesMax ? [`${path}: ${lines.length - 1} lines`] : [];
  lines.forEach((line, at) => {
    if (line.length > COLUMNS_MAX) faults.push(`${path}:${at + 1}: ${line.length} columns`);
  });
  return faults;
}

export function folderSizes(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    if (path.startsWith('test/support/fixtures/')) continue;
    const folder = path.slice(0, path.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > FILES_MAX)
    .map(([folder, count]) => `${folder}: ${count} files`);
}

export function bannedWords({ path, text }: Source): string[] {
  if (isTidy(path)) return [];
  return text
    .split('\n')
    .flatMap((line, at) =>
      BANS.filter((ban) => ban.pattern.test(line) && !ban.isFree(path)).map(
        (ban) => `${path}:${at + 1}: write ${ban.instead} instead of ${line.trim()}`,
      ),
    );
}
