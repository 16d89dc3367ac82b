/**
 * Runs uvu suites under a runner that cannot pass silently. uvu 0.5.6 exits 0 when a `before` hook
 * throws, when a test throws a non-Error and when a file forgets `test.run()`, and has no time
 * limit; each of these fails here.
 *
 *   node dist/test/run.js [part of a path] [folder]
 */
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { nodeClock } from '../src/core/node-env.ts';
import { NO_MORE, runJobs } from './jobs.ts';
import { SEED } from './support/law.ts';

type SuiteAnswer = [errors: string | true, passed: number, skipped: number, total: number];
type Suite = () => Promise<SuiteAnswer>;

const uvu = globalThis as unknown as {
  UVU_DEFER: number;
  UVU_QUEUE: Suite[][];
  UVU_INDEX: number;
};

const SUITE_LIMIT_MS = Number(process.env['FLYBALL_SUITE_LIMIT_MS'] ?? 400_000);
/** Processes that share the files; each needs a core of its own. */
const JOBS = Number(process.env['FLYBALL_TEST_JOBS'] ?? 1);

/** Named at the end, so that a suite that grows slow is seen. */
const SLOWEST_SHOWN = 12;

// A law that says no seed of its own is tried on the same cases in every run.
fc.configureGlobal({ seed: SEED });

const part = process.argv[2] ?? '';
const folder = process.argv[3] ?? dirname(fileURLToPath(import.meta.url));
let passed = 0;
let failed = 0;
let skipped = 0;
let running = 'the runner';
const tookMs: [name: string, ms: number][] = [];

function fail(name: string, why: string): void {
  failed += 1;
  process.stdout.write(`FAIL ${name}: ${why}\n`);
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

function testFiles(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(root, entry.name);
      if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : testFiles(path);
      return entry.name.endsWith('.test.js') ? [path] : [];
    });
}

function finish(): never {
  const slowest = tookMs.sort(([, left], [, right]) => right - left).slice(0, SLOWEST_SHOWN);
  const shown = slowest.map(([name, ms]) => `${name} ${(ms / 1_000).toFixed(1)} s`);
  if (shown.length > 1) process.stdout.write(`\nslowest: ${shown.join(', ')}\n`);
  if (passed === 0 && failed === 0 && process.send === undefined)
    fail('the run', 'nothing passed: no test was found');
  const tail = skipped > 0 ? `, ${skipped} skipped` : '';
  process.stdout.write(`\n${passed} passed, ${failed} failed${tail}\n`);
  process.exit(failed === 0 ? 0 : 1);
}

async function withLimit(name: string, work: () => Promise<void>): Promise<void> {
  running = name;
  const startedNs = nodeClock.mono();
  const watchdog = setTimeout(() => {
    fail(name, `no answer within ${SUITE_LIMIT_MS} ms`);
    finish();
  }, SUITE_LIMIT_MS);
  try {
    await work();
  } catch (thrown) {
    fail(name, describe(thrown));
  } finally {
    clearTimeout(watchdog);
    tookMs.push([name, (nodeClock.mono() - startedNs) / 1e6]);
  }
}

async function runFile(path: string, index: number): Promise<void> {
  const name = relative(folder, path);
  process.stdout.write(`\n${name}\n`);
  const queue: Suite[] = [];
  uvu.UVU_INDEX = index;
  uvu.UVU_QUEUE[index] = queue;
  await import(pathToFileURL(path).href);
  if (queue.length === 0) fail(name, 'queued nothing: did it call test.run()?');
  for (const suite of queue) {
    const [errors, good, skips, total] = await suite();
    passed += good;
    skipped += skips;
    if (errors !== true) process.stdout.write(`${errors}\n`);
    if (good !== total) {
      failed += total - good;
      const lost = errors === true ? ' (a hook threw, or a test threw something not an Error)' : '';
      process.stdout.write(`FAIL ${name}: ${good} of ${total} passed${lost}\n`);
    } else if (errors !== true) {
      fail(name, 'errors were reported though every test passed');
    }
  }
}

process.on('uncaughtException', (thrown) => fail(running, `uncaught: ${describe(thrown)}`));
process.on('unhandledRejection', (thrown) => fail(running, `unhandled: ${describe(thrown)}`));

uvu.UVU_DEFER = 1;
uvu.UVU_QUEUE = [];

/** A process of a divided run is told each file by the one that forked it. */
function askForFile(): Promise<string> {
  return new Promise((resolve) => {
    process.once('message', resolve);
    process.send?.('next');
  });
}

async function* filesToRun(): AsyncGenerator<string> {
  if (process.send === undefined) yield* wanted;
  else for (let path = await askForFile(); path !== NO_MORE; path = await askForFile()) yield path;
}

const wanted = testFiles(folder).filter((path) => relative(folder, path).includes(part));
const isDivided = process.send === undefined && JOBS > 1 && wanted.length > 1;
if (isDivided) {
  const tell = (text: string): void => void process.stdout.write(text);
  const program = fileURLToPath(import.meta.url);
  ({ passed, failed, skipped } = await runJobs(program, [part, folder], wanted, JOBS, tell));
} else {
  let index = 0;
  for await (const path of filesToRun()) {
    const at = index;
    index += 1;
    await withLimit(relative(folder, path), () => runFile(path, at));
  }
}
finish();
