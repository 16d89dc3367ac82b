import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wasmFeatures } from '../../../src/core/wasm/cpu-features.ts';

test('this Node has vectors with one result, and shared memory', () => {
  const { hasWasm, hasSimd, hasThreads } = wasmFeatures();
  assert.equal([hasWasm, hasSimd, hasThreads], [true, true, true]);
});

test('each feature is asked for with a module of its own', () => {
  const asked: Uint8Array[] = [];
  const found = wasmFeatures((module) => asked.push(module) === 3);
  const none = { hasWasm: false, hasSimd: false, hasThreads: false };
  assert.equal(found, { ...none, hasRelaxedSimd: true });
  for (const module of asked) {
    assert.equal([...module.subarray(0, 8)], [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  }
  assert.is(new Set(asked.map(String)).size, 4);
});

test('a module that is cut short has no feature', () => {
  const cut = (module: Uint8Array): boolean =>
    WebAssembly.validate(module.subarray(0, module.length - 1));
  assert.equal(Object.values(wasmFeatures(cut)), [false, false, false, false]);
});

test.run();
