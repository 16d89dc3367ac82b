/** Coverage counts a module of types alone only once it was loaded, which nobody else does. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from './support/shared.ts';

const folders = ['core', 'control', 'audit', 'market', 'execution', 'risk', 'strategies', 'venues'];

for (const folder of folders) {
  test(`every module of ${folder} can be loaded by itself`, async () => {
    const path = join(root, 'dist', 'src', folder);
    const modules = readdirSync(path, { recursive: true, encoding: 'utf8' });
    const scripts = modules.filter((name) => name.endsWith('.js'));
    assert.ok(scripts.length > 0);
    for (const script of scripts) await import(pathToFileURL(join(path, script)).href);
  });
}

test.run();
