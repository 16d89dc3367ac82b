import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';

const MAIN = fileURLToPath(new URL('../../../src/main.js', import.meta.url));

interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the program in a process of its own. */
export function flyball(...words: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...words], (_, out, err) =>
      resolve({ exitCode: child.exitCode ?? -1, out, err }),
    );
  });
}

/** Trades a recording to its end. */
export async function replay(path: string, folder: string, ...words: string[]) {
  const folders = ['--data-dir', folder, '--guard-dir', `${folder}-guard`];
  const ran = await flyball('start', '--replay', path, ...folders, '--json', ...words);
  assert.is(ran.exitCode, 0, ran.err);
  return { summary: JSON.parse(ran.out), err: ran.err };
}
