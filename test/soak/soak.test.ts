import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../support/shared.ts';

interface Case {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: number | null;
  readonly met: boolean | null;
}

interface Ran {
  readonly code: number | null;
  readonly cases: ReadonlyMap<string, Case>;
  readonly said: string;
}

const PROGRAM = join(root, 'dist', 'bench', 'soak', 'main.js');
/**
 * A short run is still compiling for the most part, and what the compiler keeps is no leak: some
 * tenths of a MiB. A leak of ten bytes a message or of a hundred a crash is more than that.
 */
const SHORT_RUN_MIB_MAX = 1.5;

function soak(...words: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--expose-gc', PROGRAM, ...words, '--json']);
    let [out, said] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('close', (code) => {
      const cases: readonly Case[] = JSON.parse(out || '{}').cases ?? [];
      resolve({ code, said, cases: new Map(cases.map((each) => [each.name, each])) });
    });
  });
}

const figureOf = ({ cases, said }: Ran, name: string): number => {
  const found = cases.get(name);
  if (found === undefined) throw new Error(`${name} was not measured: ${said}`);
  return found.value;
};

/** Everything that is counted, and the heap as far as a short run can tell. */
function assertSteady(ran: Ran): void {
  assert.is(ran.code, 0, ran.said);
  for (const { name, value } of ran.cases.values()) {
    if (name.endsWith('more than before') && !name.startsWith('resident')) {
      const isMemory = name.startsWith('heap');
      assert.ok(value <= (isMemory ? 8 : 0), `${name}: ${value}`);
    }
  }
  assert.ok(figureOf(ran, 'heap growth by its trend') < SHORT_RUN_MIB_MAX);
  assert.ok(figureOf(ran, 'heap slope, low end of 95 %') <= figureOf(ran, 'heap slope'));
  assert.ok(figureOf(ran, 'heap slope') <= figureOf(ran, 'heap slope, high end of 95 %'));
}

test('crashes leave no timer, listener, file, question or actor behind', async () => {
  const ran = await soak('crashes', '--count', '600');
  assertSteady(ran);
  assert.ok(figureOf(ran, 'crashes') >= 600);
  assert.is(ran.cases.size, 12);
});

test('more than can be handled makes no memory grow and loses nothing unseen', async () => {
  const ran = await soak('overload', '--seconds', '0.3');
  assertSteady(ran);
  assert.ok(figureOf(ran, 'offered') > 10_000);
  assert.is(figureOf(ran, 'messages unaccounted for'), 0);
});

test('messages, crashes and restarts leave the heap where it is', async () => {
  const ran = await soak('messages', '--count', '90000');
  assertSteady(ran);
  assert.ok(figureOf(ran, 'messages handled') >= 90_000);
  assert.ok(figureOf(ran, 'crashes') > 100);
  assert.is(figureOf(ran, 'restarts missing'), 0);
  assert.ok(figureOf(ran, 'orders placed') > 100);
});

test('the desk on the real clock leaves the heap where it is', async () => {
  const ran = await soak('real', '--minutes', '0.005');
  assertSteady(ran);
  assert.ok(figureOf(ran, 'messages handled') >= 15_000);
});

test('a soak that does not exist and an amount that is none are wrong usage', async () => {
  const unknown = await soak('heat');
  assert.is(unknown.code, 2);
  assert.match(unknown.said, 'soak: found heat, wanted crashes, overload, messages, real');
  const amount = await soak('crashes', '--count', 'many');
  assert.is(amount.code, 2);
  assert.match(amount.said, '--count: found many, wanted a number above 0');
});

test.run();
