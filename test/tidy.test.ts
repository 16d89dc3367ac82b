/** Holds what a machine can hold of docs/style.md and of the layer list in docs/architecture.md. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from './support/shared.ts';
import { bannedWords, folderSizes, guardFaults, importFaults, sizeFaults } from './support/tidy.ts';

const sources = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '')
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

test('imports go left in the layer list, and foreign packages stay in their folder', () => {
  assert.equal(sources.flatMap(importFaults), []);
});

test('the guard loads nothing that could place an order, by however many steps', () => {
  assert.equal(guardFaults(sources), []);
});

test('files have at most 400 lines of at most 100 columns', () => {
  assert.equal(sources.flatMap(sizeFaults), []);
});

test('a folder holds at most 12 files', () => {
  assert.equal(folderSizes(sources.map(({ path }) => path)), []);
});

test('nothing that is banned is written', () => {
  assert.equal(sources.flatMap(bannedWords), []);
});

const faulty = (path: string, text: string) => ({ path, text });

test('an import to the right is found', () => {
  const faults = importFaults(faulty('src/market/book.ts', "import x from '../risk/check.ts';"));
  assert.is(faults.length, 1);
  assert.match(faults[0] as string, /market may not import risk/);
});

test('a re-export and a dynamic import to the right are found', () => {
  const text = "export * from '../risk/check.ts';\nconst x = await import('../desk/desk.ts');";
  assert.is(importFaults(faulty('src/market/book.ts', text)).length, 2);
});

test('a text that ends in the word from is no import', () => {
  const text = "const help = 'what it is priced from';\nconst more = 'x';";
  assert.equal(importFaults(faulty('src/risk/limits.ts', text)), []);
});

test('an import across the top-level folders follows the same list', () => {
  const supervisor = "import { a } from '../../supervisors/supervisor.ts';";
  assert.is(importFaults(faulty('actors/runtime/lane.ts', supervisor)).length, 1);
  const runtime = "import { a } from '../actors/runtime/lane.ts';";
  assert.equal(importFaults(faulty('supervisors/supervisor.ts', runtime)), []);
});

test('a folder that the list does not name is found', () => {
  assert.match(importFaults(faulty('src/misc/x.ts', ''))[0] as string, /not in the layer list/);
});

test('control and audit use core only', () => {
  const text = "import { a } from '../control/gate.ts';";
  assert.is(importFaults(faulty('src/audit/leaf.ts', text)).length, 1);
  assert.is(
    importFaults(faulty('src/control/x.ts', "import { a } from '../math/y.ts';")).length,
    1,
  );
});

test('what the guard would load by way of others is found, and types are not', () => {
  const reach = (...texts: string[]): string[] =>
    guardFaults([
      faulty('src/guard.ts', "import { a } from './venues/port.ts';"),
      faulty('src/venues/port.ts', texts.join('\n')),
      faulty('src/core/x.ts', "import { b } from '../config/load.ts';"),
    ]);
  assert.equal(reach("import type { A } from '../execution/order.ts';"), []);
  assert.equal(reach("import type {\n  A,\n  B,\n} from '../execution/order.ts';"), []);
  assert.equal(reach("import { core } from '../core/x.ts';"), [
    'src/core/x.ts: the guard would load src/config/load.ts',
  ]);
  for (const text of [
    "import { type A } from '../execution/order.ts';",
    "export * from '../learning/net.ts';",
    "const a = await import('../strategies/momentum.ts');",
    "import '../config/load.ts';",
    "import { b } from './binance/orders.ts';",
    "import { b } from './kraken/orders/create.ts';",
  ]) {
    assert.is(reach(text).length, 1, text);
  }
  assert.is(guardFaults([]).length, 1, 'without a root nothing is proved');
});

test('a foreign package outside its folder is found, and is free in tests and benches', () => {
  const cases: [path: string, found: number][] = [
    ['src/market/book.ts', 1],
    ['actors/trading/venue.ts', 1],
    ['actors/runtime/lane.ts', 0],
    ['test/runtime.test.ts', 0],
    ['bench/lane.ts', 0],
  ];
  for (const [path, found] of cases) {
    assert.is(importFaults(faulty(path, "import { dispatch } from 'nact';")).length, found, path);
    assert.is(
      importFaults(faulty(path, "import { Actor } from 'nact/lib/actor.js';")).length,
      found,
    );
  }
  const ws = "import { WebSocket } from 'ws';";
  assert.equal(importFaults(faulty('src/remote/client.ts', ws)), []);
  assert.is(importFaults(faulty('src/core/env.ts', ws)).length, 1);
});

test('risk sees no opinion, and a package that nobody decided on is found', () => {
  assert.is(importFaults(faulty('src/risk/x.ts', "import a from '../learning/y.ts';")).length, 1);
  assert.match(
    importFaults(faulty('src/core/x.ts', "import _ from 'lodash';"))[0] as string,
    /docs\/decisions/,
  );
});

test('each banned word is found where it is banned, and only there', () => {
  const cases: [path: string, text: string, found: number][] = [
    ['src/market/x.ts', 'const t = Date.now();', 1],
    ['src/core/node-env.ts', 'const t = Date.now();', 0],
    ['src/market/x.ts', 'const t = new Date();', 1],
    ['src/market/x.ts', 'process.hrtime()', 1],
    ['src/market/x.ts', 'performance.now()', 1],
    ['bench/x.ts', 'performance.now()', 0],
    ['src/market/x.ts', 'Math.random()', 1],
    ['actors/x.ts', 'setTimeout(run, 5)', 1],
    ['actors/x.ts', 'setImmediate(run)', 1],
    ['test/x.test.ts', 'test.only("x", () => {})', 1],
    ['src/market/x.ts', '// TODO later', 1],
    ['src/market/x.ts', '// FIXME', 1],
    ['src/market/x.ts', 'console.log(1)', 1],
    ['src/market/x.ts', 'value as any', 1],
    ['src/market/x.ts', "import { openSync } from 'node:fs';", 1],
  ];
  for (const [path, text, found] of cases) {
    assert.is(bannedWords(faulty(path, text)).length, found, `${path}: ${text}`);
  }
});

test('a long file, a wide line, a crowded folder and a nameless file are found', () => {
  assert.is(sizeFaults(faulty('src/core/x.ts', 'a\n'.repeat(401))).length, 1);
  assert.is(sizeFaults(faulty('src/core/x.ts', 'a'.repeat(101))).length, 1);
  assert.is(sizeFaults(faulty('actors/x/y.ts', 'a\n'.repeat(150))).length, 1);
  const crowd = Array.from({ length: 13 }, (_, at) => `src/core/f${at}.ts`);
  assert.is(folderSizes(crowd).length, 1);
  assert.is(importFaults(faulty('src/core/utils.ts', '')).length, 1);
});

test.run();
