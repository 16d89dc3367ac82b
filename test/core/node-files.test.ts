import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../src/core/node-files.ts';
import { inTempFolder } from '../support/edge/temp-folder.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder().decode(bytes);
const withCode = (code: string) => (thrown: NodeJS.ErrnoException) => thrown.code === code;

test('a file is written and read at positions', () => {
  inTempFolder((folder) => {
    const path = join(folder, 'segment');
    const file = nodeFiles.open(path, 'create');
    file.write(bytesOf('..hello..'), 2, 5, 3);
    file.sync();
    assert.is(file.size(), 8);
    const into = new Uint8Array(10);
    assert.is(file.read(into, 1, 5, 3), 5);
    assert.is(textOf(into.subarray(1, 6)), 'hello');
    file.close();
    assert.is(textOf(nodeFiles.read(path)), '\0\0\0hello');
  });
});

test('reading ends at the end of the file', () => {
  inTempFolder((folder) => {
    const path = join(folder, 'segment');
    writeFileSync(path, 'hello');
    const file = nodeFiles.open(path, 'read');
    const into = new Uint8Array(10);
    assert.is(file.read(into, 0, 10, 3), 2);
    assert.is(file.read(into, 0, 10, 5), 0);
    file.close();
  });
});

test('a file is cut, and kept or emptied by the way it is opened', () => {
  inTempFolder((folder) => {
    const path = join(folder, 'segment');
    writeFileSync(path, 'hello');
    const updated = nodeFiles.open(path, 'update');
    updated.truncate(4);
    updated.write(bytesOf('p'), 0, 1, 3);
    updated.close();
    assert.is(readFileSync(path, 'utf8'), 'help');
    nodeFiles.open(path, 'create').close();
    assert.is(readFileSync(path, 'utf8'), '');
  });
});

test('a file is not made by opening it for reading or updating', () => {
  inTempFolder((folder) => {
    for (const mode of ['read', 'update'] as const) {
      assert.throws(() => nodeFiles.open(join(folder, 'none'), mode), withCode('ENOENT'));
    }
    const file = nodeFiles.open(join(folder, 'one'), 'create');
    file.close();
    const reader = nodeFiles.open(join(folder, 'one'), 'read');
    assert.throws(() => reader.write(bytesOf('x'), 0, 1, 0), withCode('EBADF'));
    reader.close();
  });
});

test('a replaced file is whole, leaves no draft, and is its owner’s alone', () => {
  inTempFolder((folder) => {
    const path = join(folder, 'latch');
    nodeFiles.replace(path, bytesOf('a longer text'));
    nodeFiles.replace(path, bytesOf('short'));
    assert.is(readFileSync(path, 'utf8'), 'short');
    assert.equal(readdirSync(folder), ['latch']);
    assert.is(statSync(path).mode & 0o077, 0);
  });
});

test('a draft that a crash left behind is overwritten', () => {
  inTempFolder((folder) => {
    const path = join(folder, 'latch');
    writeFileSync(`${path}.draft`, 'half of a much longer text');
    nodeFiles.replace(path, bytesOf('whole'));
    assert.is(readFileSync(path, 'utf8'), 'whole');
  });
});

test('a replacement that fails leaves the old file and says why', () => {
  inTempFolder((folder) => {
    const path = join(folder, 'latch');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), '');
    assert.throws(() => nodeFiles.replace(path, bytesOf('x')), withCode('EISDIR'));
    assert.equal(readdirSync(path), ['inside']);
    assert.throws(
      () => nodeFiles.replace(join(folder, 'no', 'x'), bytesOf('x')),
      withCode('ENOENT'),
    );
  });
});

test('what is not there reads as null and lists as empty', () => {
  inTempFolder((folder) => {
    assert.is(nodeFiles.read(join(folder, 'none')), null);
    assert.equal(nodeFiles.list(join(folder, 'none')), []);
    nodeFiles.remove(join(folder, 'none'));
  });
});

test('what is there but cannot be read throws the error of the system', () => {
  inTempFolder((folder) => {
    assert.throws(() => nodeFiles.read(folder), withCode('EISDIR'));
    writeFileSync(join(folder, 'file'), '');
    assert.throws(() => nodeFiles.list(join(folder, 'file')), withCode('ENOTDIR'));
  });
});

test('folders are made with their parents, listed by name and removed with all they hold', () => {
  inTempFolder((folder) => {
    const deep = join(folder, 'a', 'b');
    nodeFiles.ensureFolder(deep, 0o700);
    nodeFiles.ensureFolder(deep, 0o700);
    assert.is(statSync(deep).mode & 0o777, 0o700);
    for (const name of ['2', '10', '1']) writeFileSync(join(deep, name), '');
    assert.equal(nodeFiles.list(deep), ['1', '10', '2']);
    nodeFiles.remove(join(folder, 'a'));
    assert.equal(nodeFiles.list(folder), []);
  });
});

test('a file takes over the name of another', () => {
  inTempFolder((folder) => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    writeFileSync(from, 'new');
    writeFileSync(to, 'old');
    nodeFiles.rename(from, to);
    nodeFiles.syncFolder(folder);
    assert.equal(nodeFiles.list(folder), ['to']);
    assert.is(new TextDecoder().decode(nodeFiles.read(to) as Uint8Array), 'new');
    assert.throws(() => nodeFiles.rename(from, to), withCode('ENOENT'));
  });
});

test('the space of a disk is two numbers of bytes', () => {
  inTempFolder((folder) => {
    const { freeBytes, totalBytes } = nodeFiles.space(folder);
    assert.ok(Number.isSafeInteger(freeBytes) && freeBytes >= 0);
    assert.ok(Number.isSafeInteger(totalBytes) && totalBytes >= freeBytes);
  });
});

test.run();
